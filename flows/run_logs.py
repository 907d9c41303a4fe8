"""What a run's log shows operators: Chinese sentences. Tracebacks go to a file, for whoever mends the program."""

import logging

from prefect.exceptions import FailedRun

from flows.faults import said, write_down
from flows.reading_faults import keep_reading_faults
from models.errors import JuesuanError
from models.personal_data import masked
from tasks.collect.characters import inert

_ENDED_AS_FAILED = "Engine execution exited with unexpected exception"
"""Logged, with a traceback, when a run that a flow itself ended as Failed was started by a deployment."""

_ABOUT_HOOKS = ("Running hook '", "Hook '")
"""Logged around what a flow does for its own ending: of no use to an operator."""

_NO_NEWS = ("Finished in state Completed()", "Beginning flow run")
"""Logged for every task and run; between dozens of them nobody finds what matters."""

_TRIED_AGAIN = "Task run failed with %s: %r - Retry"

_TASK_FAILED = "Finished in state Failed("
"""Logged by a task after the line that says why, and once more with all that the error says."""


def _keep(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    text = str(record.msg)
    if text.startswith(_ENDED_AS_FAILED) and _expected(error):
        return False
    if error is None and text.startswith(_ABOUT_HOOKS):
        return False
    if error is None and text.startswith(_NO_NEWS):
        return False
    if text.startswith(_TASK_FAILED) and record.name == "prefect.task_runs":
        return False
    if text.startswith(_TRIED_AGAIN) and isinstance(record.args, tuple) and isinstance(record.args[1], BaseException):
        _say(record, f"发生故障，稍后自动重试。{said(record.args[1])}")
    elif isinstance(error, JuesuanError):
        _say(record, str(error))
    elif error is not None:
        _say(record, f"发生故障：{said(error)}。{write_down(error)}")
    told = record.getMessage()
    if (shown := masked(inert(told))) != told:
        record.msg, record.args = shown, ()
    return True


def _say(record: logging.LogRecord, text: str) -> None:
    record.exc_info = record.exc_text = None
    record.msg, record.args = text, ()


def _expected(error: BaseException | None) -> bool:
    # A failed state that carries a report, not an exception, is a TypeError to Prefect.
    told = isinstance(error, TypeError) and str(error).startswith("Unexpected result for failed state")
    return told or isinstance(error, JuesuanError | FailedRun)


def keep_run_logs_readable() -> None:
    """Keep tracebacks out of the logs of runs; calling it again changes nothing."""
    keep_reading_faults()
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logger = logging.getLogger(name)
        if _keep not in logger.filters:
            logger.addFilter(_keep)
