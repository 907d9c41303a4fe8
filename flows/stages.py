"""How a flow sends a step over chunks of units; a failed chunk runs again unit by unit to find the culprit."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect.futures import PrefectFuture
from prefect.tasks import Task

from flows.faults import said
from models.database import session_of
from models.tables import StepState
from tasks.step import STEP_NAMES, StepReport, chunked, hold, set_step, units_of

NEWS_SECONDS = 15
"""After so long without a line, a step tells how far it is."""

progress_lines = logging.getLogger("juesuan.progress")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a step's tasks work: database, cycle, and further arguments that every task of the step gets."""

    url: str
    cycle_id: int


def run_stage(
    stage: Stage, step: str, task: Task[..., Any], codes: Sequence[str], size: int, *extra: Any
) -> StepReport:
    """Run ``task(url, cycle_id, chunk, *extra, label=…)`` over chunks and gather what became of the units."""
    report = StepReport(step)
    retry: list[str] = []
    for chunk, outcome in _submit(stage, task, chunked(codes, size), extra):
        if isinstance(outcome, StepReport):
            report.merge(outcome)
        elif len(chunk) > 1:
            retry += chunk
        else:
            _mark_fault(stage, step, chunk[0], outcome, report)
    for chunk, outcome in _submit(stage, task, chunked(retry, 1), extra):
        if isinstance(outcome, StepReport):
            report.merge(outcome)
        else:
            _mark_fault(stage, step, chunk[0], outcome, report)
    return report


def _submit(
    stage: Stage, task: Task[..., Any], chunks: list[list[str]], extra: tuple[Any, ...]
) -> list[tuple[list[str], StepReport | BaseException]]:
    futures: list[tuple[list[str], PrefectFuture[Any]]] = [
        (chunk, task.submit(stage.url, stage.cycle_id, chunk, *extra, label=_label(chunk))) for chunk in chunks
    ]
    outcomes: list[tuple[list[str], StepReport | BaseException]] = []
    last = time.monotonic()
    for number, (chunk, future) in enumerate(futures):
        future.wait()
        if time.monotonic() - last > NEWS_SECONDS:
            progress_lines.info("……%s：%d / %d 批", task.name, number + 1, len(futures))
            last = time.monotonic()
        result = future.state.result(raise_on_failure=False)
        outcomes.append((chunk, result if isinstance(result, StepReport) else _as_error(result)))
    return outcomes


def _as_error(result: Any) -> BaseException:
    return result if isinstance(result, BaseException) else RuntimeError(f"unexpected result {type(result).__name__}")


def _label(chunk: Sequence[str]) -> str:
    return chunk[0] if len(chunk) == 1 else f"{chunk[0]} 等 {len(chunk)} 户"


def _mark_fault(stage: Stage, step: str, code: str, error: BaseException, report: StepReport) -> None:
    message = f"{STEP_NAMES[step]}时发生故障，已自动重试仍未成功。{said(error).rstrip('。')}。请运维人员检查后对该单位重新运行。"
    with session_of(stage.url) as session:
        for unit in units_of(session, stage.cycle_id, [code]):
            hold(session, unit)
            set_step(session, unit, step, StepState.FAULT, message)
    report.faults[code] = message
