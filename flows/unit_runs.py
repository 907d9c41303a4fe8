"""The runs that stand for units in the UI: their names, tags, states, pages and log lines.

Tags are how everybody finds them: 年度, 部门, 单位, and, while it is open, 退回 or 故障.
"""

import logging

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate, LogCreate
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    ArtifactFilterType,
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import ArtifactSort, FlowRunSort
from prefect.states import Completed, Failed
from prefect.types._datetime import now

from flows.artifacts import escape, report_link
from flows.summary import CycleStatus, UnitStatus
from models.tables import StepState
from tasks.step import STEP_NAMES, key_of

STATE_NAMES = {StepState.RETURNED: "退回", StepState.FAULT: "故障"}
"""Names of the failed states: returns must not bury faults."""

RETRY = "，再按本次运行页面上的 Retry。"

_DEPARTMENT, _UNIT = "部门:", "单位:"

MOST_AT_ONCE = 200
"""Runs and pages read at a time."""


def cycle_tags(year: int, department: str = "") -> list[str]:
    """Tags of every run about a cycle or a unit of it; without that of the department as long as nobody knows it."""
    return [f"年度:{year}", *([_DEPARTMENT + department] if department else [])]


def names_department(run: FlowRun) -> bool:
    """Whether a run got so far as to know its department."""
    return any(tag.startswith(_DEPARTMENT) for tag in run.tags)


def unit_of(run: FlowRun) -> str:
    """Code of the unit that a run is about."""
    return next((tag.removeprefix(_UNIT) for tag in run.tags if tag.startswith(_UNIT)), "")


def take_over(client: SyncPrefectClient, run: FlowRun, year: int, department: str, unit: str) -> None:
    """Give a run that starts the tags of its unit; what an earlier attempt told of the unit is taken away."""
    tags = dict.fromkeys([*_without_state(run), *cycle_tags(year, department), f"{_UNIT}{unit}"])
    client.update_flow_run(run.id, tags=list(tags))
    _drop_pages(client, run)


def open_runs(
    client: SyncPrefectClient,
    tags: list[str],
    *,
    deployment: DeploymentFilter | None = None,
    flow: FlowFilter | None = None,
) -> list[FlowRun]:
    """Failed and interrupted runs of a deployment or a flow that carry all these tags, newest first."""
    runs: list[FlowRun] = []
    while True:
        page = client.read_flow_runs(
            deployment_filter=deployment,
            flow_filter=flow,
            flow_run_filter=FlowRunFilter(
                tags=FlowRunFilterTags(all_=tags),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED, StateType.CRASHED])),
            ),
            sort=FlowRunSort.ID_DESC,
            limit=MOST_AT_ONCE,
            offset=len(runs),
        )
        runs += page
        if len(page) < MOST_AT_ONCE:
            return runs


def tells(run: FlowRun, unit: UnitStatus) -> bool:
    """Whether an open run already says what is wrong with the unit now."""
    state = run.state
    return (
        state is not None and state.name == STATE_NAMES[unit.overall] and (state.message or "").endswith(unit.trouble)
    )


def open_run(
    client: SyncPrefectClient,
    deployment: DeploymentResponse,
    status: CycleStatus,
    unit: UnitStatus,
    sources: dict[str, str],
) -> str:
    """Create the run of a new failure; its id."""
    run = client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"unit": unit.code, "year": status.year, **sources},
        state=Failed(name=STATE_NAMES[unit.overall], message=unit.trouble),
        name=_name(status, unit),
        tags=_tags(status, unit),
        # Two runs that end at the same moment open one between them. Prefect keeps keys by flow, and a run whose
        # deployment was deleted cannot be retried.
        idempotency_key=key_of(
            deployment.id,
            status.year,
            status.department,
            unit.code,
            unit.failed_step,
            unit.overall,
            unit.keys[unit.failed_step],
        ),
    )
    if run.state is None or run.state.is_completed():
        # The same failure was there before, was taken for mended, and is back.
        fail(client, run, status, unit)
    elif run.state.is_failed():
        _page(client, run, status, unit, unit.trouble)
        _log_line(client, run, unit.trouble)
    return str(run.id)


def fail(client: SyncPrefectClient, run: FlowRun, status: CycleStatus, unit: UnitStatus) -> None:
    """Let an existing run, interrupted, refused, or about another fault, tell what is wrong with the unit now."""
    state: State[object] = Failed(name=STATE_NAMES[unit.overall], message=unit.trouble)
    client.set_flow_run_state(run.id, state, force=True)
    describe(client, run, status, unit, unit.trouble)
    _log_line(client, run, unit.trouble)


def close(client: SyncPrefectClient, run: FlowRun, text: str) -> None:
    """End an open run, saying in Chinese why nobody needs to look at it any more."""
    client.set_flow_run_state(run.id, Completed(name="已处理", message=text), force=True)
    client.update_flow_run(run.id, tags=_without_state(run))
    _drop_pages(client, run)


def describe(client: SyncPrefectClient, run: FlowRun, status: CycleStatus, unit: UnitStatus, message: str) -> None:
    """Name, tags and page of a unit's open run."""
    tags = dict.fromkeys([*_without_state(run), *_tags(status, unit)])
    client.update_flow_run(run.id, name=_name(status, unit), tags=list(tags))
    _drop_pages(client, run)
    _page(client, run, status, unit, message)


def what_to_do(unit: UnitStatus) -> str:
    """What an operator does about a unit that was returned or met a fault.

    What the collect step says carries its own advice: a file may have to be replaced or moved out, or the registry
    mended.
    """
    if unit.overall is StepState.FAULT:
        return f"请查明并排除故障{RETRY}"
    if unit.failed_step == "collect":
        return f"请按以上说明处理{RETRY}"
    old = f"《{unit.file}》" if unit.file else ""
    return f"请单位更正后，用新文件替换收件夹中原来的文件{escape(old)}（不要让两个并存）{RETRY}"


def after_retry(unit: UnitStatus, *, changed: bool, has_file: bool) -> str:
    """What a unit's own run says in the end; it ends with the unit's trouble, by which :func:`tells` knows it.

    Args:
        unit: A unit that still is returned or failed.
        changed: Whether a step found something new.
        has_file: Whether a file of the unit lies in the inbox.
    """
    if changed:
        return unit.trouble
    if unit.failed_step == "collect":
        return f"情况没有变化。{unit.trouble}"
    if not has_file:
        return f"收件夹中没有该单位的文件。上次收到的文件：{unit.trouble}"
    return f"文件未更新：收件夹中没有该单位的新文件。{unit.trouble}"


def _page(client: SyncPrefectClient, run: FlowRun, status: CycleStatus, unit: UnitStatus, message: str) -> None:
    link = report_link(status, unit)
    page = f"{escape(message)}\n\n[打开该单位的审核报告]({link})\n\n{what_to_do(unit)}"
    client.create_artifact(
        ArtifactCreate(type="markdown", data=page, description=f"{unit.code} {unit.name}", flow_run_id=run.id)
    )


def _drop_pages(client: SyncPrefectClient, run: FlowRun) -> None:
    """Remove what a run said of its unit before; pages of the whole cycle have keys and stay."""
    ours = ArtifactFilter(
        flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]),
        type=ArtifactFilterType(any_=["markdown"]),
        key=ArtifactFilterKey(exists_=False),
    )
    for page in client.read_artifacts(artifact_filter=ours, sort=ArtifactSort.ID_DESC, limit=MOST_AT_ONCE):
        client.delete_artifact(page.id)


def _tags(status: CycleStatus, unit: UnitStatus) -> list[str]:
    return [*cycle_tags(status.year, status.department), f"{_UNIT}{unit.code}", STATE_NAMES[unit.overall]]


def _without_state(run: FlowRun) -> list[str]:
    """Tags without 退回 and 故障, by which operators filter: a run carries them only while it is open."""
    return [tag for tag in run.tags if tag not in STATE_NAMES.values()]


def _name(status: CycleStatus, unit: UnitStatus) -> str:
    step = STEP_NAMES[unit.failed_step] + STATE_NAMES[unit.overall]
    return f"{status.year} {status.name} · {unit.code} {unit.name} · {step}"


def _log_line(client: SyncPrefectClient, run: FlowRun, text: str) -> None:
    client.create_logs(
        [LogCreate(name="juesuan", level=logging.ERROR, message=text, timestamp=now("UTC"), flow_run_id=run.id)]
    )
