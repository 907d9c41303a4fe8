"""Keeps the child process that reads workbooks, and survives its death: a bad file costs only itself."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any, Self

from models.errors import SubmissionError

FILE_SECONDS = 30.0
"""Wall clock that one file may take."""

_SCRIPT = Path(__file__).with_name("child.py")
_MAX_ANSWER = 256 * 2**20
_ADVICE = "请用系统生成的填报工作簿重新填写，另存为 .xlsx 后再报。"


class _ChildDied(Exception):
    """The child ended or was stopped before it answered."""


class WorkbookParser:
    """A context manager around one child at a time; a new one is started after a death.

    Args:
        seconds: Wall clock that one file may take.
        script: The child's script.
    """

    def __init__(self, seconds: float = FILE_SECONDS, script: Path = _SCRIPT) -> None:
        self._seconds, self._script = seconds, script
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._late = False

    def __enter__(self) -> Self:
        self._start()  # ahead of need: the child imports while the guard looks the first file over
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _start(self) -> None:
        command = [sys.executable, "-I", str(self._script)]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._served = 0

    def _stop(self) -> None:
        if (child := self._child) is None:
            return
        self._child = None
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # unsent bytes of a dead child
                    continue
        child.wait()

    def read_sheets(self, data: bytes, name: str) -> list[dict[str, Any]]:
        """Sheets of a guarded workbook as plain data: ``name``, ``rows`` of values, ``merges``.

        Raises:
            SubmissionError: The parser refused the file, died on it or took too long.
        """
        answer = self._answer(data, name)
        if "error" in answer:
            raise SubmissionError(name, f"工作簿内容无法解析（{answer['error']}）。", advice=_ADVICE)
        sheets: list[dict[str, Any]] = answer["sheets"]
        return sheets

    def _answer(self, data: bytes, name: str) -> dict[str, Any]:
        used = self._child is not None and self._served > 0
        try:
            return self._ask(data)
        except _ChildDied:
            self._stop()
            if used and not self._late:  # files before may have worn the child out: the culprit is found alone
                return self._answer(data, name)
            why = f"解析超过 {self._seconds:.0f} 秒" if self._late else "解析程序在读取时中止"
            raise SubmissionError(name, f"工作簿无法读取：{why}。", advice=_ADVICE) from None

    def _ask(self, data: bytes) -> dict[str, Any]:
        if self._child is None:
            self._start()
        child = self._child
        assert child is not None and child.stdin is not None and child.stdout is not None
        self._late = False
        timer = Timer(self._seconds, self._expire)
        timer.start()
        try:
            child.stdin.write(len(data).to_bytes(8, "big") + data)
            child.stdin.flush()
            size = int.from_bytes(child.stdout.read(8), "big")
            text = child.stdout.read(size) if 0 < size <= _MAX_ANSWER else b""
            if not text or len(text) != size:
                raise _ChildDied
            self._served += 1
            answer: dict[str, Any] = json.loads(text)
            return answer
        except (OSError, ValueError) as error:
            raise _ChildDied from error
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._late = True
        if self._child is not None:
            self._child.kill()
