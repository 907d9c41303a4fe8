"""Kills a run of the plain steps at an exact point: the n-th call of a function, before it starts or after it ended.

Runs are forked from a clean process that has everything imported (a "fork server"), so that a kill costs no second.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from cycles import Place

PRELOADED = ["expectations.gx", "tasks.disclose.review", "tasks.disclose.disclose", "tasks.collect.prepare", "psycopg"]


@dataclass(frozen=True)
class Kill:
    """Where a run dies: at the ``call``-th call of ``name`` in ``module``, from 1; ``after`` it or before."""

    module: str
    name: str
    call: int = 1
    after: bool = False

    def arm(self) -> None:
        """Let this process die there, without any clean-up."""
        module, count = import_module(self.module), 0
        whole: Callable[..., Any] = getattr(module, self.name)

        def deadly(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            result = whole(*args, **kwargs) if self.after or count < self.call else None
            if count == self.call:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(module, self.name, deadly)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _work(place: Place, units: tuple[str, ...], kill: Kill | None, go: Any) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    from plain_cycle import run_plain

    if kill is not None:
        kill.arm()
    if go is not None:
        go.wait(60)
    run_plain(place, *units)


def start(place: Place, *units: str, kill: Kill | None = None, go: Any = None) -> Any:
    """Start the plain steps in a process of their own, at the barrier ``go`` if given."""
    process = _context().Process(target=_work, args=(place, units, kill, go))
    process.start()
    return process


def barrier(parties: int) -> Any:
    return _context().Barrier(parties)


def run_killed(place: Place, kill: Kill, *units: str) -> None:
    """Run and die at the point; fails when the run never got there."""
    process = start(place, *units, kill=kill)
    process.join(120)
    assert process.exitcode == -signal.SIGKILL, f"{kill}: exit code {process.exitcode}"


def run_whole(place: Place, *units: str) -> None:
    """Run to the end."""
    process = start(place, *units)
    process.join(120)
    assert process.exitcode == 0
