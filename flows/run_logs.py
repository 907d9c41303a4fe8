"""What a run's log shows operators: Chinese sentences. Tracebacks stay where only a program is at fault."""

import logging

from prefect.exceptions import FailedRun

from models.errors import JuesuanError

_ENDED_AS_FAILED = "Engine execution exited with unexpected exception"
"""Logged, with a traceback, when a run that a flow itself ended as Failed was started by a deployment."""


_ABOUT_HOOKS = ("Running hook '", "Hook '")
"""Logged around what a flow does for its own ending: of no use to an operator."""


def _keep(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if str(record.msg).startswith(_ENDED_AS_FAILED) and _expected(error):
        return False
    if error is None and str(record.msg).startswith(_ABOUT_HOOKS):
        return False
    if isinstance(error, JuesuanError):
        record.exc_info = record.exc_text = None
        record.msg, record.args = str(error), ()
    return True


def _expected(error: BaseException | None) -> bool:
    # A failed state that carries a report, not an exception, is a TypeError to Prefect.
    told = isinstance(error, TypeError) and str(error).startswith("Unexpected result for failed state")
    return told or isinstance(error, JuesuanError | FailedRun)


def keep_run_logs_readable() -> None:
    """Keep tracebacks of what was foreseen out of the logs of runs; calling it again changes nothing."""
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logger = logging.getLogger(name)
        if _keep not in logger.filters:
            logger.addFilter(_keep)
