"""Runs the annual cycle from the command line: private Prefect, the flow, and what to print."""

import logging
import sys
from pathlib import Path

from flows.parameters import CycleParameters
from flows.prefect_environment import prepare_prefect
from flows.server import running_api
from flows.settings import settings
from models.errors import JuesuanError


def show_progress() -> None:
    """Print the flow's lines of progress on the terminal."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("juesuan.progress")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


def connect_prefect(home: Path | None = None) -> None:
    """Use the server named in the settings, else a running ``juesuan serve``, else an embedded one.

    Raises:
        UsageError: The server does not answer or refuses the password.
    """
    chosen = settings()
    home = home or chosen.home
    api_url = chosen.prefect_api_url or running_api(home)
    prepare_prefect(home, api_url, chosen.auth.get_secret_value(), chosen.prefect_database.get_secret_value())


def run_annual_cycle(parameters: CycleParameters, home: Path | None = None) -> bool:
    """Run the flow in this process against an embedded or running Prefect server.

    Returns:
        Whether anything changed against the run before.

    Raises:
        JuesuanError: The run could not start (registry, inbox, database), or its reports could not be written.
    """
    parameters.check()
    connect_prefect(home)
    show_progress()
    print("正在启动流程引擎……", flush=True)
    from flows.cycle import CycleReport, annual_cycle
    from flows.log_sending import send_logs_quietly

    send_logs_quietly()
    state = annual_cycle(**parameters.for_flow(), return_state=True)
    report = state.result(raise_on_failure=False)
    if isinstance(report, CycleReport):
        if report.fault:
            raise JuesuanError(report.fault)
        return report.changed
    raise report if isinstance(report, BaseException) else RuntimeError(str(state.message))
