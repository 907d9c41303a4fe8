"""Runs a module as a child that cannot outlive its parent: ``python -m flows.lifeline MODULE ARGUMENT…``.

Standard input is a pipe that the parent never writes to. When the parent is gone, however it went, the pipe ends and
the child's whole process group dies with it: also the flow runs that a runner started. Everything that runs there
survives being killed at any moment, since every step commits in one transaction.
"""

import os
import runpy
import signal
import sys
from threading import Thread


def _die_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    Thread(target=_die_with_parent, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
