"""The flows: the annual cycle of a department, and the cycle of one unit of it."""

import logging
from dataclasses import dataclass, field
from typing import Any, cast

from prefect import Task, flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from sqlmodel import col, select

from flows.parameters import CycleParameters, inbox_path
from flows.settings import settings
from flows.stages import Stage, run_stage
from models.database import session_of
from models.tables import StepState, Unit, UnitStep
from tasks.aggregate.aggregate import ancestors_of
from tasks.aggregate.task import aggregate_task
from tasks.collect.prepare import Prepared
from tasks.collect.task import collect_task, prepare_task
from tasks.disclose.task import disclose_task, review_task
from tasks.score.task import score_task
from tasks.step import STEPS, StepReport, chunk_size, units_of
from tasks.validate.task import validate_task

progress = logging.getLogger("juesuan.progress")


def _runner() -> TaskRunner[PrefectFuture[Any]]:
    """Tasks run in threads of bounded number; what needs the processor runs over whole sets in one task."""
    runner: Any = ThreadPoolTaskRunner(max_workers=settings().workers)
    return cast("TaskRunner[PrefectFuture[Any]]", runner)


@dataclass(slots=True)
class CycleReport:
    """What one run did. ``changed``: whether any step had something to do or any report was rewritten."""

    cycle_id: int
    steps: list[StepReport] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything differs from before the run."""
        return bool(self.written) or any(step.done or step.faults for step in self.steps)


def run_cycle(parameters: CycleParameters) -> CycleReport:
    """All steps for the units named (or all), their departments and the reports. Runs inside a flow."""
    url = parameters.database or settings().database_url
    prepared: Any = prepare_task(
        url, parameters.year, parameters.registry, inbox_path(parameters.inbox), parameters.profile, parameters.units
    )
    assert isinstance(prepared, Prepared)
    stage = Stage(url, prepared.cycle_id)
    report = CycleReport(prepared.cycle_id)
    codes, nodes = _scope(stage, prepared)
    chosen = settings()
    each = chunk_size(len(codes), chosen.most_tasks, chosen.chunk_size)
    out = (parameters.out, parameters.mark)
    plan: tuple[tuple[str, str, Task[..., Any], list[str], int, tuple[Any, ...]], ...] = (
        ("collect", "收集", collect_task, codes, each, (prepared,)),
        # Great Expectations costs the same for one unit as for a thousand: validation takes sets, never single units.
        ("validate", "审核", validate_task, codes, chosen.chunk_size, ("单位",)),
        ("score", "评分", score_task, codes, each, ()),
        # Children before parents in one task: a parent's sums need its children's.
        ("aggregate", "汇总", aggregate_task, nodes, max(len(nodes), 1), ()),
        ("validate", "部门审核", validate_task, nodes, chosen.chunk_size, ("部门",)),
        ("disclose", "公开文稿", disclose_task, [*codes, *nodes], each, out),
    )
    for step, label, task, wanted, size, extra in plan:
        if not wanted:
            continue
        done = run_stage(stage, step, task, wanted, size, *extra)
        report.steps.append(done)
        _tell(label, done)
    written: Any = review_task(url, prepared.cycle_id, *out)
    report.written = list(written)
    return report


def _tell(label: str, done: StepReport) -> None:
    """One line of progress: to the run's log in the UI and, from the command line, to the terminal."""
    parts = [f"处理 {len(done.done)} 户"]
    for name, units in (("未变", done.unchanged), ("退回", done.returned), ("故障", done.faults)):
        if units:
            parts.append(f"{name} {len(units)} 户")
    line = f"{label}：" + "，".join(parts)
    get_run_logger().info(line)
    progress.info(line)


def _scope(stage: Stage, prepared: Prepared) -> tuple[list[str], list[str]]:
    """Units to work on and the departments above them."""
    with session_of(stage.url) as session:
        units = units_of(session, stage.cycle_id)
    codes = [unit.code for unit in units if unit.kind == "单位" and unit.code in set(prepared.codes)]
    above = {parent for code in codes for parent in ancestors_of(units, code)}
    return codes, [unit.code for unit in units if unit.code in above]


def final_state(report: CycleReport, url: str) -> State[object]:
    """How a run ends: Failed only for faults of the machine; named 有待处理单位 when units need attention."""
    with session_of(url) as session:
        rows = session.exec(
            select(Unit.code, UnitStep.state)
            .join(UnitStep, col(UnitStep.unit_id) == Unit.id)
            .where(Unit.cycle_id == report.cycle_id, col(Unit.active), col(UnitStep.step).in_(STEPS))
        ).all()
    faults = sorted({code for code, state in rows if state == StepState.FAULT})
    waiting = sorted({code for code, state in rows if state in (StepState.RETURNED, StepState.MISSING)})
    if faults:
        return Failed(name="故障", message=f"{len(faults)} 户处理故障：{'、'.join(faults[:20])}", data=report)
    if waiting:
        return Completed(
            name="有待处理单位", message=f"{len(waiting)} 户待处理：{'、'.join(waiting[:20])}", data=report
        )
    return Completed(message="全部单位通过", data=report)


@flow(
    name="annual-cycle",
    flow_run_name="{year}年度决算",
    task_runner=_runner(),
    persist_result=False,
)
def annual_cycle(
    year: int,
    registry: str,
    inbox: str,
    out: str,
    database: str = "",
    units: list[str] | None = None,
    profile: str = "national-2022",
    mark: str = "",
) -> State[object]:
    """Run the annual cycle of a department: collect, validate, score, add up, write documents and reports."""
    parameters = CycleParameters(
        year=year, registry=registry, inbox=inbox, out=out, database=database, units=units or [], profile=profile,
        mark=mark,
    )  # fmt: skip
    return final_state(run_cycle(parameters), database or settings().database_url)


@flow(
    name="unit-cycle",
    flow_run_name="{year}年度决算·{unit}",
    task_runner=_runner(),
    persist_result=False,
)
def unit_cycle(
    year: int,
    unit: str,
    registry: str,
    inbox: str,
    out: str,
    database: str = "",
    profile: str = "national-2022",
    mark: str = "",
) -> State[object]:
    """Run one unit again: its newest file through all steps, then its departments and what they publish."""
    parameters = CycleParameters(
        year=year, registry=registry, inbox=inbox, out=out, database=database, units=[unit], profile=profile, mark=mark
    )
    return final_state(run_cycle(parameters), database or settings().database_url)
