"""What reaches a terminal is inert and never fails: names typed by others can move no cursor, and no letter ends a run."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from tasks.collect.characters import inert

_AGAIN = "JUESUAN_UTF8"
"""Set in the process that was started again with UTF-8 names of files."""


class InertStream:
    """A stream that shows control characters and direction marks instead of sending them."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text as people may see it."""
        return self._stream.write(inert(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def inert_terminal() -> Iterator[None]:
    """Within it, whatever is printed is inert; letters that the terminal does not know degrade to ``\\uXXXX``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    out: Any = InertStream(sys.stdout)
    err: Any = InertStream(sys.stderr)
    with redirect_stdout(out), redirect_stderr(err):
        yield


def with_utf8_names() -> None:
    """Start this process again where the locale knows only ASCII: the names of our own files are Chinese."""
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get(_AGAIN):
        return
    environment = os.environ | {"PYTHONUTF8": "1", _AGAIN: "1"}
    environment.setdefault("PYTHONIOENCODING", f"{sys.stdout.encoding}:backslashreplace")
    os.execve(sys.executable, [sys.executable, "-m", "flows.cli", *sys.argv[1:]], environment)


def json_text(data: Any) -> str:
    """JSON for a terminal or a pipe: exact, with what a terminal would obey written as ``\\uXXXX``."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    obeyed = {letter for letter in set(text) if letter != "\n" and inert(letter) != letter}
    return text.translate({ord(letter): json.dumps(letter)[1:-1] for letter in obeyed})
