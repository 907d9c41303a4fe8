"""The deployments that operators see: the yearly run, one unit again, the release. Used by ``serve`` and tests."""

from typing import Any, cast

from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType

from flows.cycle import annual_cycle, unit_cycle
from flows.failures import database_tag
from flows.names import ANNUAL, RELEASE, UNIT
from flows.release import release
from flows.settings import Settings, settings


def _yearly(chosen: Settings) -> Schedule | None:
    """The yearly start, if this installation has what it takes."""
    if chosen.missing_for_plan:
        return None
    return Cron(chosen.schedule, timezone=chosen.timezone)


def deployments() -> list[RunnerDeployment]:
    """All three, as this installation is set up; registering them again updates them."""
    chosen = settings()
    tags = ["juesuan", database_tag()]
    common: dict[str, Any] = {"tags": tags, "entrypoint_type": EntrypointType.MODULE_PATH}
    made: list[Any] = [
        annual_cycle.to_deployment(
            ANNUAL,
            schedule=_yearly(chosen),
            description="年度周期：收集、审核、评分、汇总、公开文稿。按年度计划自动运行，也可手工启动。",
            **common,
        ),
        unit_cycle.to_deployment(
            UNIT, description="单位周期：被退回或处理故障的单位，放入更正后的文件后按“Retry”重新处理。", **common
        ),
        release.to_deployment(RELEASE, description="公开审批：等待审核人同意或退回。", **common),
    ]
    return cast("list[RunnerDeployment]", made)
