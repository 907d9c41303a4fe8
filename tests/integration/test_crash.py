"""A run killed midway and run again ends in the same fingerprint and bytes as an undisturbed run."""

import os
import signal
import time
from pathlib import Path

import pytest
from cycles import Place, command, state_of

pytestmark = pytest.mark.prefect


def kill_after(line: str, place: Place, home: Path) -> str:
    """Start a run and kill it, with all it started, as soon as it has printed ``line``; what it printed."""
    process = command(*place.arguments(), home=home)
    seen = ""
    assert process.stdout is not None
    for text in process.stdout:
        seen += text
        if text.startswith(line):
            break
    # A moment into the next step, so that it is killed while it works.
    time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL, seen
    return seen


def test_killed_midway_and_run_again_equals_an_undisturbed_run(tmp_path: Path) -> None:
    whole = Place(f"sqlite:///{tmp_path / 'whole.db'}", tmp_path / "whole")
    process = command(*whole.arguments(), home=tmp_path / "home")
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 1, output  # units need attention, as expected of the example

    broken = Place(f"sqlite:///{tmp_path / 'broken.db'}", tmp_path / "broken")
    for line in ("收集", "汇总"):
        kill_after(line, broken, tmp_path / "home")
    process = command(*broken.arguments(), home=tmp_path / "home")
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 1, output
    assert state_of(broken) == state_of(whole)
    assert not list(broken.out.rglob("*.tmp")), "no half-written file stays behind"
