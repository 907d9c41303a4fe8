"""Faults that nobody foresaw: a sentence for people, the traceback in a file for whoever mends them."""

import traceback
from datetime import datetime
from pathlib import Path

from flows.settings import settings
from models.clipping import clipped
from models.errors import JuesuanError, reason_of
from models.personal_data import masked

LONGEST = 300
"""Characters of an unforeseen error that people are shown."""


def said(error: BaseException) -> str:
    """An error in one line: of a database error only what the database said, not the statement with its figures."""
    if isinstance(error, JuesuanError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        # Where a file is put in another's place, the other is the one that people know.
        return f"“{error.filename2 or error.filename}”{reason_of(error)}"
    cause = getattr(error, "orig", None) or error
    return f"{type(error).__name__}：{clipped(' '.join(str(cause).split()), LONGEST)}"


def write_down(error: BaseException) -> str:
    """Add the traceback to ``错误记录.txt`` in the private home.

    Returns:
        Chinese sentence that tells where it is; empty when it could not be written.
    """
    return keep("".join(traceback.format_exception(error)))


def keep(lines: str) -> str:
    """Add lines to ``错误记录.txt``. Returns as :func:`write_down`."""
    log: Path = settings().home / "错误记录.txt"
    lines = masked(lines)
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"{datetime.now().astimezone().isoformat()}\n{lines}\n")
    except OSError:
        return ""
    return f"请把 {log} 交给运维人员。"
