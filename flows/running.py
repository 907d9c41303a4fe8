"""Runs the annual cycle from the command line: private Prefect, the flow, and what to print."""

import logging
import sys
from pathlib import Path

from flows.parameters import CycleParameters, inbox_path
from flows.prefect_environment import prepare_prefect
from flows.settings import settings
from models.errors import UsageError
from models.profiles import load_profile
from models.schema_upgrade import upgrade_database
from tasks.collect.inbox import survey
from tasks.collect.registry import read_registry


def check_before_start(parameters: CycleParameters) -> None:
    """Refuse what cannot work before anything is started.

    Raises:
        JuesuanError: The registry or inbox cannot be read, a unit named is unknown, or the database cannot be used.
    """
    registry = read_registry(Path(parameters.registry), load_profile(parameters.profile), strict=False)
    if unknown := [code for code in parameters.units if not registry.files(code)]:
        raise UsageError(f"登记表中没有填报单位 {'、'.join(unknown)}。")
    survey(inbox_path(parameters.inbox), registry)
    upgrade_database(parameters.database)


def show_progress() -> None:
    """Print the flow's lines of progress on the terminal."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("juesuan.progress")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


def run_annual_cycle(parameters: CycleParameters, home: Path | None = None) -> bool:
    """Run the flow in this process against an embedded or running Prefect server.

    Returns:
        Whether anything changed against the run before.

    Raises:
        JuesuanError: The run could not start (registry, inbox, database).
    """
    check_before_start(parameters)
    prepare_prefect(home or settings().home, settings().prefect_api_url)
    show_progress()
    print("正在启动流程引擎……", flush=True)
    from flows.cycle import CycleReport, annual_cycle

    state = annual_cycle(**parameters.model_dump(), return_state=True)
    report = state.result(raise_on_failure=False)
    if isinstance(report, CycleReport):
        return report.changed
    raise report if isinstance(report, BaseException) else RuntimeError(str(state.message))
