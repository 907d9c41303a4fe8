"""Units that need somebody appear in the UI as runs of their own, in state Failed, with a Retry button.

One open run per returned (退回) or failed (故障) unit. When the unit is through, whoever mended it, its open runs are
closed; so are failed runs of the whole year once a later run finds no fault. Without a server that has the deployment ``unit-cycle`` (a single command with an embedded server) nothing
is created.
"""

from collections.abc import Container
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId, FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run as current_run
from sqlmodel import select

from flows.names import ANNUAL, UNIT
from flows.parameters import CycleParameters
from flows.settings import settings
from flows.summary import CycleStatus, UnitStatus
from flows.unit_runs import (
    STATE_NAMES,
    close,
    cycle_tags,
    describe,
    fail,
    names_department,
    open_run,
    open_runs,
    take_over,
    tells,
    unit_of,
)
from models.database import read_session_of
from models.errors import JuesuanError, UsageError
from models.schema_upgrade import upgrade_database
from models.tables import DatabaseIdentity, StepState

UNIT_DEPLOYMENT = f"{UNIT}/{UNIT}"

DATABASE_TAG = "库:"


def database_tag() -> str:
    """Tag by which a deployment and a command know that they work on the same database, however they reach it.

    Raises:
        UsageError: The database cannot be used.
    """
    url = settings().database_url
    upgrade_database(url)
    with read_session_of(url) as session:
        return DATABASE_TAG + session.exec(select(DatabaseIdentity.id)).one()[:12]


def reconcile(status: CycleStatus, sources: dict[str, str], own_unit: str = "") -> dict[str, str]:
    """Bring the open runs in line with the units' states: close what is mended, open what is new.

    Args:
        status: State of a cycle's units after a run.
        sources: Registry, inbox and folder of results that a retry needs.
        own_unit: Unit of the run that calls this: that run itself is the unit's open failure.

    Returns:
        Id of the open run by unit code.
    """
    with get_client(sync_client=True) as client:
        deployment = _deployment(client)
        if deployment is None:
            return {}
        units = {unit.code: unit for unit in status.units if unit.kind == "单位"}
        needy = {code: unit for code, unit in units.items() if unit.overall in STATE_NAMES}
        unseen = {code for code, unit in units.items() if unit.overall is StepState.WAITING}
        opened = {own_unit: str(current_run.id)} if own_unit in needy else {}
        ours = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))
        for run in open_runs(client, cycle_tags(status.year), deployment=ours):
            if not _is_about(run, status, sources):
                continue
            code = unit_of(run)
            if str(run.id) == str(current_run.id) or code in unseen:
                continue
            if code not in needy or code in opened:
                close(client, run, _why_closed(code, units, needy))
                continue
            opened[code] = str(run.id)
            if not tells(run, needy[code]):
                fail(client, run, status, needy[code])
        for code in needy.keys() - opened.keys():
            opened[code] = open_run(client, deployment, status, needy[code], sources)
        return opened


def _why_closed(code: str, units: Container[str], needy: Container[str]) -> str:
    if code in needy:
        return "该单位由另一个运行跟踪。"
    return "该单位的问题已处理。" if code in units else "单位登记表中没有这个填报单位。"


def close_mended_cycles(status: CycleStatus, sources: dict[str, str], *, whole: bool) -> None:
    """End failed and interrupted runs of the whole year once every unit was looked at and nothing is faulty.

    What is left to do then stands in the units' own runs.

    Args:
        status: As in :func:`reconcile`.
        sources: As in :func:`reconcile`.
        whole: Whether the run that calls this looked at every unit. One of some units mends faults, but does not make
            up for a run that never looked.
    """
    if status.faults or status.of(StepState.WAITING):
        return
    annual = FlowFilter(name=FlowFilterName(any_=[ANNUAL]))
    with get_client(sync_client=True) as client:
        for run in open_runs(client, [*cycle_tags(status.year), database_tag()], flow=annual):
            mends = whole or (run.state is not None and run.state.name == STATE_NAMES[StepState.FAULT])
            if mends and _is_about(run, status, sources) and str(run.id) != str(current_run.id):
                close(client, run, "该年度的各单位已重新处理，没有故障。")


def _is_about(run: FlowRun, status: CycleStatus, sources: dict[str, str]) -> bool:
    """Whether a run of the year is about this cycle; one that stopped early tells which registry it meant to read."""
    if names_department(run):
        return set(cycle_tags(status.year, status.department)) <= set(run.tags)
    return _registry_of(run) == sources["registry"]


def _registry_of(run: FlowRun) -> str:
    """Where a run that stopped before it knew its department meant to read it."""
    try:
        given = {name: value for name, value in run.parameters.items() if name in CycleParameters.model_fields}
        return CycleParameters.of(**given).sources()["registry"]
    except UsageError:
        return ""


def mark_cycle(year: int, department: str = "") -> None:
    """Give the run of a whole year that calls this the tags, as far as they are known, by which a later one finds it."""
    if current_run.id:
        try:
            database = [database_tag()]
        except JuesuanError:  # the run itself is about to tell
            database = []
        tags = dict.fromkeys([*current_run.tags, *cycle_tags(year, department), *database])
        with get_client(sync_client=True) as client:
            client.update_flow_run(UUID(current_run.id), tags=list(tags))


def mark_own(year: int, department: str, unit: str) -> None:
    """Give the run that calls this the tags of its unit, so that whoever mends the unit finds it."""
    if current_run.id:
        with get_client(sync_client=True) as client:
            take_over(client, client.read_flow_run(UUID(current_run.id)), year, department, unit)


def tell_own(status: CycleStatus, unit: UnitStatus, message: str) -> None:
    """Let the run that calls this, about to end as failed, tell of its unit what other open runs tell."""
    if current_run.id:
        with get_client(sync_client=True) as client:
            describe(client, client.read_flow_run(UUID(current_run.id)), status, unit, message)


def _deployment(client: SyncPrefectClient) -> DeploymentResponse | None:
    try:
        deployment = client.read_deployment_by_name(UNIT_DEPLOYMENT)
    except ObjectNotFound:
        return None
    # Another installation's database: its retries would not reach these units. Deployments from prefect.yaml do not
    # say which one they use; there the workers' settings must agree.
    named = [tag for tag in deployment.tags or [] if tag.startswith(DATABASE_TAG)]
    return deployment if named in ([], [database_tag()]) else None
