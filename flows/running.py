"""Runs the annual cycle from the command line: private Prefect, the flow, and what to print."""

from pathlib import Path

from flows.parameters import CycleParameters
from flows.prefect_environment import prepare_prefect
from flows.settings import settings


def run_annual_cycle(parameters: CycleParameters, home: Path | None = None) -> bool:
    """Run the flow in this process against an embedded or running Prefect server.

    Returns:
        Whether anything changed against the run before.

    Raises:
        JuesuanError: The run could not start (registry, inbox, database).
    """
    prepare_prefect(home or settings().home, settings().prefect_api_url)
    print("正在启动流程引擎……", flush=True)
    from flows.cycle import CycleReport, annual_cycle

    state = annual_cycle(**parameters.model_dump(), return_state=True)
    report = state.result(raise_on_failure=False)
    if isinstance(report, CycleReport):
        return report.changed
    raise report if isinstance(report, BaseException) else RuntimeError(str(state.message))
