"""Units that need somebody appear in the UI as runs of their own, in state Failed, with a Retry button.

One open run per returned (退回) or failed (故障) unit. When the unit is through, whoever mended it, its open runs are
closed. Without a server that has the deployment ``unit-cycle`` (a single command with an embedded server) nothing
is created.
"""

import hashlib
import logging
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, LogCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run as current_run
from prefect.states import Completed, Failed
from prefect.types._datetime import now
from sqlmodel import Session

from flows.settings import settings
from flows.summary import CycleStatus, UnitStatus
from models.tables import Cycle, StepState
from tasks.step import STEP_NAMES, key_of

UNIT_DEPLOYMENT = "unit-cycle/unit-cycle"
STATE_NAMES = {StepState.RETURNED: "退回", StepState.FAULT: "故障"}
"""Names of the failed states: returns must not bury faults."""

WHAT_TO_DO = {
    StepState.RETURNED: "请单位更正后，把新文件放入收件夹，再按本次运行页面上的 Retry。",
    StepState.FAULT: "请查明并排除故障，再按本次运行页面上的 Retry。",
}

DATABASE_TAG = "库:"

MOST_OPEN = 200
"""Open runs read at a time."""

_log = logging.getLogger("juesuan.failures")


def database_tag() -> str:
    """Tag by which a deployment and a command know that they work on the same database, without showing its URL."""
    return DATABASE_TAG + hashlib.sha256(settings().database_url.encode("utf-8")).hexdigest()[:12]


def mark_own(year: int, department: str, unit: str, state: str = "") -> None:
    """Give the run that calls this the tags of its unit, so that whoever mends the unit finds it.

    Args:
        year: The cycle's year.
        department: Code of its department.
        unit: Code of the unit that the run is about.
        state: Name of the failed state that it ends in; empty while it runs and when it succeeds.
    """
    if current_run.id:
        with get_client(sync_client=True) as client:
            _retag(
                client,
                client.read_flow_run(UUID(current_run.id)),
                [*_cycle_tags(year, department), f"单位:{unit}"],
                state,
            )


def _cycle_tags(year: int, department: str) -> list[str]:
    return [f"年度:{year}", f"部门:{department}"]


def _retag(client: SyncPrefectClient, run: FlowRun, more: list[str], state: str) -> None:
    """Operators filter by 退回 and 故障: a run carries the name only while it is open."""
    kept = [tag for tag in run.tags if tag not in STATE_NAMES.values()]
    client.update_flow_run(run.id, tags=list(dict.fromkeys([*kept, *more, *([state] if state else [])])))


def reconcile(session: Session, cycle: Cycle, status: CycleStatus, sources: dict[str, str], own_unit: str = "") -> None:
    """Bring the open runs in line with the units' states: close what is mended, open what is new.

    Args:
        session: Open session, for the event trail.
        cycle: The cycle.
        status: State of its units after a run.
        sources: Registry, inbox and folder of results that a retry needs.
        own_unit: Unit of the run that calls this: that run itself is the unit's open failure.
    """
    with get_client(sync_client=True) as client:
        deployment = _deployment(client)
        if deployment is None:
            return
        tags = _cycle_tags(cycle.year, cycle.department_code)
        wanted = {
            unit.code: unit
            for unit in status.units
            if unit.kind == "单位" and unit.overall in STATE_NAMES and unit.code != own_unit
        }
        for run in _open_runs(client, deployment, tags):
            code = next((tag[3:] for tag in run.tags if tag.startswith("单位:")), "")
            if str(run.id) == str(current_run.id):
                continue
            unit = wanted.get(code)
            if unit is not None and _tells(run, unit):
                del wanted[code]
            else:
                text = "该单位已重新处理，由新的运行记录跟踪。" if unit else "该单位的问题已处理。"
                client.set_flow_run_state(run.id, Completed(name="已处理", message=text), force=True)
                _retag(client, run, [], "")
        for unit in wanted.values():
            _open(client, deployment, cycle, status, unit, sources, tags)


def _deployment(client: SyncPrefectClient) -> DeploymentResponse | None:
    try:
        deployment = client.read_deployment_by_name(UNIT_DEPLOYMENT)
    except ObjectNotFound:
        return None
    # Another installation's database: its retries would not reach these units. Deployments from prefect.yaml do not
    # say which one they use; there the workers' settings must agree.
    named = [tag for tag in deployment.tags or [] if tag.startswith(DATABASE_TAG)]
    return deployment if named in ([], [database_tag()]) else None


def _open_runs(client: SyncPrefectClient, deployment: DeploymentResponse, tags: list[str]) -> list[FlowRun]:
    runs: list[FlowRun] = []
    while True:
        page = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
            flow_run_filter=FlowRunFilter(
                tags=FlowRunFilterTags(all_=tags),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED, StateType.CRASHED])),
            ),
            sort=FlowRunSort.ID_DESC,
            limit=MOST_OPEN,
            offset=len(runs),
        )
        runs += page
        if len(page) < MOST_OPEN:
            return runs


def _tells(run: FlowRun, unit: UnitStatus) -> bool:
    """Whether an open run already says what is wrong with the unit now."""
    state = run.state
    return (
        state is not None and state.name == STATE_NAMES[unit.overall] and (state.message or "").endswith(unit.trouble)
    )


def _open(
    client: SyncPrefectClient,
    deployment: DeploymentResponse,
    cycle: Cycle,
    status: CycleStatus,
    unit: UnitStatus,
    sources: dict[str, str],
    tags: list[str],
) -> None:
    name, step = STATE_NAMES[unit.overall], unit.failed_step
    parameters: dict[str, Any] = {"unit": unit.code, "year": cycle.year, **sources}
    run = client.create_flow_run_from_deployment(
        deployment.id,
        parameters=parameters,
        state=Failed(name=name, message=unit.trouble),
        name=f"{cycle.year} {status.name} · {unit.code} {unit.name} · {STEP_NAMES[step]}{name}",
        tags=[*tags, f"单位:{unit.code}", name],
        # A reused key would give back the old run in its present state, even a completed one.
        idempotency_key=key_of(cycle.year, cycle.department_code, unit.code, step, unit.overall, unit.keys[step]),
    )
    client.create_logs([LogCreate(name="juesuan", level=logging.ERROR, message=unit.trouble, timestamp=now("UTC"),
                                  flow_run_id=run.id)])  # fmt: skip
    from flows.artifacts import escape, report_link

    page = (
        f"{escape(unit.trouble)}\n\n[打开该单位的审核报告]({report_link(status, unit)})\n\n{WHAT_TO_DO[unit.overall]}"
    )
    client.create_artifact(
        ArtifactCreate(type="markdown", data=page, description=f"{unit.code} {unit.name}", flow_run_id=run.id)
    )
