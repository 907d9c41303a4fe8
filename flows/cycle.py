"""The flows: the annual cycle of a department, and the cycle of one unit of it."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from prefect import Flow, Task, flow, get_run_logger
from prefect.client.schemas.objects import FlowRun, State
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run as current_run
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.artifacts import Progress, publish_summary, run_link
from flows.failures import close_mended_cycles, mark_cycle, mark_own, reconcile, tell_own
from flows.faults import said
from flows.forms import shown
from flows.names import ANNUAL, UNIT
from flows.notifications import notify
from flows.parameters import CycleParameters, UnitParameters, inbox_path
from flows.run_logs import keep_run_logs_readable
from flows.settings import settings
from flows.stages import Stage, run_stage
from flows.summary import CycleStatus, cycle_status, ending, find_cycle, refused_words, unit_names
from flows.unit_runs import STATE_NAMES, after_retry
from models.database import read_session_of, session_of
from models.errors import JuesuanError
from models.profiles import load_profile
from models.tables import StepState
from tasks.aggregate.task import aggregate_task
from tasks.collect.prepare import Prepared
from tasks.collect.registry import read_registry
from tasks.collect.task import collect_departments_task, collect_task, prepare_task
from tasks.disclose.task import disclose_task, review_task
from tasks.score.task import score_task
from tasks.step import StepReport, chunk_size, cycle_by_id, units_of
from tasks.validate.task import validate_task

keep_run_logs_readable()
DEPARTMENTS = "部门工作簿"
"""Label of the stage that takes in what departments say of their sums."""

progress_lines = logging.getLogger("juesuan.progress")


@dataclass(slots=True)
class CycleReport:
    """What one run did.

    Attributes:
        cycle_id: The cycle. steps: What each step did. written: Reports that changed.
        status: The whole cycle's state afterwards. fault: Why the review reports could not be written, Chinese.
        missing: Codes of units of which nothing lies in the inbox.
    """

    cycle_id: int
    steps: list[StepReport] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    status: CycleStatus | None = None
    fault: str = ""
    missing: frozenset[str] = frozenset()

    @property
    def changed(self) -> bool:
        """Whether anything differs from before the run."""
        return bool(self.written) or any(step.fresh for step in self.steps)

    def changed_unit(self, code: str) -> bool:
        """Whether a step had something to do for one unit."""
        return any(code in step.fresh for step in self.steps)


def run_cycle(parameters: CycleParameters, progress: Progress) -> CycleReport:
    """All steps for the units named (or all), their departments and the reports. Runs inside a flow.

    Args:
        parameters: Checked.
        progress: Told of each step that is done.
    """
    url = settings().database_url
    prepared: Any = prepare_task(
        url,
        parameters.year,
        parameters.registry,
        inbox_path(parameters.inbox),
        parameters.profile,
        parameters.units,
        parameters.sources(),
    )
    assert isinstance(prepared, Prepared)
    stage = Stage(url, prepared.cycle_id)
    report = CycleReport(prepared.cycle_id)
    report.missing = frozenset(code for code, (state, _) in prepared.absent.items() if state is StepState.MISSING)
    codes, nodes = _scope(stage, prepared)
    chosen = settings()
    each = chunk_size(len(codes), chosen.most_tasks, chosen.chunk_size)
    out = (parameters.out, parameters.mark)
    plan: tuple[tuple[str, str, Task[..., Any], list[str], int, tuple[Any, ...]], ...] = (
        ("collect", "收集", collect_task, codes, each, (prepared,)),
        ("collect", DEPARTMENTS, collect_departments_task, nodes, max(len(nodes), 1), (prepared,)),
        # Great Expectations costs the same for one unit as for a thousand: validation takes sets, never single units.
        ("validate", "审核", validate_task, codes, chosen.chunk_size, ("单位",)),
        ("score", "评分", score_task, codes, each, ()),
        # Children before parents in one task: a parent's sums need its children's.
        ("aggregate", "汇总", aggregate_task, nodes, max(len(nodes), 1), ()),
        ("validate", "部门审核", validate_task, nodes, chosen.chunk_size, ("部门",)),
        ("disclose", "公开文稿", disclose_task, [*codes, *nodes], each, out),
    )
    progress.begin(len(plan) + 1)
    for step, label, task, wanted, size, extra in plan:
        if wanted:
            done = run_stage(stage, step, task, wanted, size, *extra)
            report.steps.append(done)
            _tell(label, done, prepared)
        progress.advance(label)
    # A report that cannot be written must not keep operators from hearing of the units.
    written: Any = review_task(url, prepared.cycle_id, *out, return_state=True)
    result = written.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        advice = "请检查结果文件夹" if isinstance(result, OSError) else "请运维人员检查"
        report.fault = f"审核报告没有写成：{said(result)}。{advice}后重新运行。"
        get_run_logger().error(report.fault)
    else:
        report.written = list(result)
    progress.advance("审核报告")
    with session_of(url) as session:
        report.status = cycle_status(session, cycle_by_id(session, prepared.cycle_id))
    return report


def _tell(label: str, done: StepReport, prepared: Prepared) -> None:
    """One line of progress: to the run's log in the UI and, from the command line, to the terminal.

    Departments' workbooks are told of only where one is there: none is needed.
    """
    if label == DEPARTMENTS and not (done.fresh or done.unchanged):
        return
    parts = [f"处理 {len(done.done)} 户"]
    missing = [code for code in prepared.codes if prepared.absent.get(code, ("",))[0] is StepState.MISSING]
    counts = {
        "未变": done.unchanged,
        # A department is never returned to anybody: its sums do not stand yet.
        "未通过" if label == "部门审核" else "退回": done.returned,
        "未报送": missing if label == "收集" else [],
        "故障": done.faults,
    }
    for name, units in counts.items():
        if units:
            parts.append(f"{name} {len(units)} 户")
    line = f"{label}：" + "，".join(parts)
    get_run_logger().info(line)
    progress_lines.info(line)


def _scope(stage: Stage, prepared: Prepared) -> tuple[list[str], list[str]]:
    """Units to work on and the departments above them."""
    with session_of(stage.url) as session:
        units = units_of(session, stage.cycle_id)
    wanted = set(prepared.codes)
    codes = [unit.code for unit in units if unit.kind == "单位" and unit.code in wanted]
    parents, above = {unit.code: unit.parent_code for unit in units}, set[str]()
    for code in codes:
        while (parent := parents.get(code)) and parent not in above:
            above.add(parent)
            code = parent
    return codes, [unit.code for unit in units if unit.code in above]


def _runner() -> TaskRunner[PrefectFuture[Any]]:
    """Tasks run in threads of bounded number; what needs the processor runs over whole sets in one task."""
    runner: Any = ThreadPoolTaskRunner(max_workers=settings().workers)
    return cast("TaskRunner[PrefectFuture[Any]]", runner)


def _run_name() -> str:
    """Year and department (and unit) of a run, as far as its parameters tell."""
    values = dict(current_run.parameters or {})
    unit = values.pop("unit", "")
    try:
        parameters = CycleParameters(**values | {"units": [unit] if unit else values.get("units") or []})
        registry = read_registry(Path(parameters.registry), load_profile(parameters.profile), strict=False)
        known = [registry.by_code[code].name for code in parameters.units if unit and code in registry.by_code]
        about = " ".join([*parameters.units, *known]) if unit else ""
        return "·".join(filter(None, (f"{parameters.year}年度决算", registry.department.name, about)))
    except (JuesuanError, ValueError, OSError):
        return "·".join(filter(None, (f"{values.get('year') or ''}年度决算", unit))) + "（参数有误）"


def _after(report: CycleReport, parameters: CycleParameters, own_unit: str = "") -> CycleStatus:
    """What every run leaves behind for operators: open failures, a summary, a word to the webhook."""
    assert report.status is not None
    out = parameters.sources()["out"]
    if Path(out) != settings().out_folder:
        get_run_logger().warning(
            f"结果写在 {out}，审核报告网站显示的是 {settings().out_folder}：本次运行中的报告链接在网站上打不开。"
        )
    opened = reconcile(report.status, parameters.sources(), own_unit)
    if not report.fault:
        close_mended_cycles(report.status, parameters.sources(), whole=not parameters.units)
    publish_summary(report.status, opened, in_run=not own_unit)
    new = {code for step in report.steps for code in step.faults}
    faulty = [unit for unit in report.status.units if unit.code in new]
    if report.fault:
        notify("故障", report.fault, report.status)
    if faulty:
        notify(
            "故障", f"{len(faulty)} 户处理故障：" + "、".join(f"{u.code} {u.name}" for u in faulty[:20]), report.status
        )
    return report.status


def _unforeseen(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """A run that ended without telling why, on a night when nobody looks."""
    if state.name in ("Failed", "Crashed", "TimedOut"):
        text = f"运行“{flow_run.name}”意外中断，请打开它查看，排除后按 Retry。"
        notify("故障", text, link=run_link(str(flow_run.id)))


@flow(
    name=ANNUAL, flow_run_name=_run_name, task_runner=_runner(), persist_result=False,
    on_failure=[_unforeseen], on_crashed=[_unforeseen],
)  # fmt: skip
def annual_cycle(
    year: int = shown(CycleParameters, "year"),
    registry: str = shown(CycleParameters, "registry"),
    inbox: str = shown(CycleParameters, "inbox"),
    out: str = shown(CycleParameters, "out"),
    units: list[str] = shown(CycleParameters, "units"),
    profile: str = shown(CycleParameters, "profile"),
    mark: str = shown(CycleParameters, "mark"),
) -> State[object]:
    """年度周期：收集、审核、评分、汇总、公开文稿，全部单位或指定单位。"""
    try:
        parameters = CycleParameters.of(
            year=year, registry=registry, inbox=inbox, out=out, units=units, profile=profile, mark=mark
        )
        mark_cycle(parameters.year)
        mark_cycle(parameters.year, parameters.check().department.code)
        report = run_cycle(parameters, Progress(shown=True))
    except JuesuanError as error:
        notify("故障", f"年度周期无法运行：{error}", link=run_link(str(current_run.id)))
        return _refused(error)
    status = _after(report, parameters)
    faults = status.of(StepState.FAULT)
    if words := refused_words(status):
        get_run_logger().warning(f"{words}。")
    if status.faults or report.fault:
        message = report.fault or (f"{len(faults)} 户处理故障：{unit_names(faults)}" if faults else "部门汇总处理故障")
        return Failed(name="故障", message=message, data=report)
    name, message = ending(status)
    return Completed(name=name, message=message, data=report)


def _require_cycle(year: int, department: str) -> None:
    """A unit is run again within a year that was begun; else a mistyped year would begin another.

    Raises:
        UsageError: The year was never run.
    """
    with read_session_of(settings().database_url) as session:
        find_cycle(session, year, department)


def _refused(error: JuesuanError) -> State[object]:
    """A run that could not be done at all: wrong parameters, an unusable registry or database."""
    get_run_logger().error(str(error))
    return Failed(name="无法运行", message=str(error), data=error)


@flow(name=UNIT, flow_run_name=_run_name, task_runner=_runner(), persist_result=False)
def unit_cycle(
    unit: str = shown(UnitParameters, "unit"),
    year: int = shown(CycleParameters, "year"),
    registry: str = shown(CycleParameters, "registry"),
    inbox: str = shown(CycleParameters, "inbox"),
    out: str = shown(CycleParameters, "out"),
    profile: str = shown(CycleParameters, "profile"),
    mark: str = shown(CycleParameters, "mark"),
) -> State[object]:
    """单位周期：重新读取一个单位最新的报送文件，走完各步骤，重新汇总其所属部门。"""
    try:
        parameters = CycleParameters.of(
            year=year, registry=registry, inbox=inbox, out=out, units=[unit], profile=profile, mark=mark
        )
        (unit,) = parameters.units
        mark_own(parameters.year, "", unit)
        department = parameters.check().department.code
        _require_cycle(parameters.year, department)
        mark_own(parameters.year, department, unit)
        # A page of its own says what there is to say about one unit; progress would bury it.
        report = run_cycle(parameters, Progress(shown=False))
    except JuesuanError as error:
        return _refused(error)
    status = _after(report, parameters, own_unit=unit)
    if report.fault:
        return Failed(name="故障", message=report.fault, data=report)
    own = next(one for one in status.units if one.code == unit)
    state = STATE_NAMES.get(own.overall)
    if state is None:
        return Completed(message="已通过" if own.overall is StepState.DONE else own.overall.value, data=report)
    message = after_retry(own, changed=report.changed_unit(unit), has_file=unit not in report.missing)
    get_run_logger().error(message)
    tell_own(status, own, message)
    return Failed(name=state, message=message, data=report)
