"""Child processes of ``juesuan serve``: each in a process group of its own, swept away with all it started."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LARGEST_LOG = 10_000_000
"""Bytes from which a log is put aside (as ``….log.1``) when its process starts."""


@dataclass(slots=True)
class Child:
    """One process.

    Attributes:
        label: What operators call it. module, arguments: Run as ``python -m module arguments…``.
        environment: Whole environment; secrets go here, never into the arguments, which every user can list.
        log: File that takes its output. patience: Seconds it gets to end by itself when told to.
    """

    label: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    log: Path
    patience: float
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it (again)."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        with open(os.open(self.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab") as output:  # noqa: PTH123
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows.lifeline", self.module, *self.arguments],
                stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, env=dict(self.environment),
                start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Its process number; 0 before it is started."""
        return self._process.pid if self._process else 0

    def exit_code(self) -> int | None:
        """How it ended; ``None`` while it runs."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        """Tell it to end, wait, and kill what is left of its group."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None
