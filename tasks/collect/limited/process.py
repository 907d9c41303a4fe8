"""Keeps the child process that reads files, and survives its death: a bad file costs only itself."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from threading import Timer
from types import TracebackType
from typing import Any, Self

from models.errors import SubmissionError
from models.profiles import Profile
from models.submission import Submission
from tasks.collect.limited.wire import WireError, decode

FILE_SECONDS = 30.0
"""Wall clock that one file may take on a busy machine; the child's own limit of processor time is a third of it."""

_HOUSE = str(Path(__file__).parents[3])
_RUN = f"import sys; sys.path.insert(0, {_HOUSE!r}); import runpy; runpy.run_module({'tasks.collect.limited.child'!r}, run_name='__main__')"
CHILD = (sys.executable, "-I", "-c", _RUN)
"""Isolated from the environment, and of the same checkout as this process, whichever one is installed."""

BROKEN = "读取故障"
"""Code of a file on which our own reader failed."""

_MAX_ANSWER = 256 * 2**20
_SMALLER = "请核对文件是否完整，删去与报表无关的内容（大段空白、图片、多余的工作表）后再报送。"
_CALL = "请联系系统管理员，并附上这个文件。"


class _ChildDied(Exception):
    """The child ended or was stopped before it answered."""


class ReaderFault(Exception):
    """What our own reader raised on a file, with the child's traceback as text."""


class LimitedReader:
    """A context manager around one child at a time; a new one is started after a death.

    Args:
        profile: The forms and subjects to read with.
        seconds: Wall clock that one file may take.
        command: Starts the child.
    """

    def __init__(self, profile: Profile, seconds: float = FILE_SECONDS, command: Sequence[str] = CHILD) -> None:
        self._profile, self._seconds, self._command = profile, seconds, command
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._late = False

    def __enter__(self) -> Self:
        self._start()  # ahead of need: the child imports while the file is opened
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _start(self) -> None:
        self._child = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._served = 0

    def _stop(self) -> int:
        """End the child; its exit code, negative for the signal that ended it before."""
        if (child := self._child) is None:
            return 0
        self._child = None
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # unsent bytes of a dead child
                    continue
        return child.wait()

    def read(self, data: bytes, name: str) -> Submission:
        """Read a file's content.

        Raises:
            SubmissionError: It cannot be taken, the child died on it or took too long, or our reader failed.
        """
        head = {
            "profile": self._profile.code,
            "forms": self._profile.forms.hash,
            "name": name,
            "suffix": PurePath(name).suffix.lower(),
        }
        answer = self._answer(json.dumps(head).encode(), data, name)
        try:
            if "submission" in answer:
                submission: Submission = decode(Submission, answer["submission"])
                return submission
            if "refused" in answer:
                reason, advice, place, code = decode(tuple[str, str, str, str], answer["refused"])
                raise SubmissionError(name, reason, advice=advice, place=place, code=code)
            raise ReaderFault(str(answer.get("fault", "")))
        except (WireError, ReaderFault) as fault:
            kind = str(answer.get("kind", type(fault).__name__))
            raise SubmissionError(name, f"程序读取这个文件时出错（{kind}）。", advice=_CALL, code=BROKEN) from fault

    def _answer(self, head: bytes, data: bytes, name: str) -> dict[str, Any]:
        used = self._child is not None and self._served > 0
        try:
            return self._ask(head, data)
        except _ChildDied:
            slow = self._stop() == -getattr(signal, "SIGXCPU", 0) or self._late
            if used and not slow:  # files before may have worn the child out: the culprit is found alone
                return self._answer(head, data, name)
            why = "读取用时过长" if slow else "读取程序在这个文件上中止（可能占用内存过大）"
            raise SubmissionError(name, f"文件无法读取：{why}。", advice=_SMALLER) from None

    def _ask(self, head: bytes, data: bytes) -> dict[str, Any]:
        if self._child is None:
            self._start()
        child = self._child
        assert child is not None and child.stdin is not None and child.stdout is not None
        self._late = False
        timer = Timer(self._seconds, self._expire)
        timer.start()
        try:
            for message in (head, data):
                child.stdin.write(len(message).to_bytes(8, "big") + message)
            child.stdin.flush()
            size = int.from_bytes(child.stdout.read(8), "big")
            text = child.stdout.read(size) if 0 < size <= _MAX_ANSWER else b""
            if not text or len(text) != size:
                raise _ChildDied
            answer = json.loads(text)
            if not isinstance(answer, dict):
                raise _ChildDied
            self._served += 1
            return answer
        except (OSError, ValueError, RecursionError) as error:
            raise _ChildDied from error
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._late = True
        if self._child is not None:
            self._child.kill()
