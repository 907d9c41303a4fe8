"""Faults at every point, one at a time; two commands at once on one installation; a Prefect server that goes away."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from cycles import Place, command, state_of
from killing import Kill, run_killed, run_whole
from prefect_server import RealServer

pytestmark = pytest.mark.soak

State = tuple[str, dict[str, bytes]]

POINTS = [
    Kill(module, name, call, after)
    for module, name, calls in (
        ("tasks.collect.prepare", "sync_registry", (1,)),
        ("tasks.collect.prepare", "record_receipts", (1,)),
        ("tasks.collect.store.versions", "bulk_insert", (1, 3, 9, 20, 40)),
        ("tasks.collect.collect", "set_step", (1, 3, 5)),
        ("tasks.validate.validate", "bulk_insert", (1, 2, 6, 11, 12)),
        ("tasks.validate.validate", "set_step", (1, 5, 6)),
        ("tasks.score.score", "bulk_insert", (1, 4)),
        ("tasks.score.score", "set_step", (1, 5)),
        ("tasks.aggregate.aggregate", "store_content_version", (1, 2)),
        ("tasks.aggregate.aggregate", "bulk_insert", (1,)),
        ("tasks.aggregate.aggregate", "set_step", (1,)),
        ("tasks.disclose.disclose", "put_document", (1, 3, 5)),
        ("tasks.disclose.disclose", "set_step", (1, 5)),
        ("os", "replace", (1, 5, 6, 9, 12)),
        ("tasks.disclose.review", "put_document", (1, 4, 7)),
    )
    for call in calls
    for after in (False, True)
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> State:
    from models.schema_upgrade import upgrade_database

    folder = tmp_path_factory.mktemp("whole")
    place = Place(f"sqlite:///{folder / 'j.db'}", folder / "out")
    upgrade_database(place.url)
    run_whole(place)
    return state_of(place)


@pytest.mark.parametrize("kill", POINTS, ids=lambda kill: f"{kill.module}.{kill.name}-{kill.call}-{kill.after}")
def test_killed_at_any_point_and_run_again(whole: State, kill: Kill, database_url: str, tmp_path: Path) -> None:
    place = Place(database_url, tmp_path / "out")
    run_killed(place, kill)
    run_whole(place)
    assert state_of(place) == whole
    assert not [path for path in place.out.rglob("*") if path.name.endswith(".tmp")]


@pytest.mark.prefect
def test_two_commands_at_once_on_one_installation(whole: State, database_url: str, tmp_path: Path) -> None:
    """Two operators start the year at the same moment: one home, one database, one folder of results."""
    place = Place(database_url, tmp_path / "out")
    runs = [command(*place.arguments(), home=tmp_path / "home") for _ in range(2)]
    outputs = [run.communicate(timeout=300)[0] for run in runs]
    for run, output in zip(runs, outputs, strict=True):
        assert run.returncode == 1, output
        assert "Traceback" not in output and "locked" not in output
    assert state_of(place) == whole


@pytest.mark.prefect
@pytest.mark.parametrize("line", ["收集", "评分", "公开文稿"])
@pytest.mark.parametrize("away", [1.0, 20.0])
def test_the_prefect_server_goes_away_midway(
    whole: State, line: str, away: float, database_url: str, tmp_path: Path
) -> None:
    """The run ends, or one rerun mends it; either way in the state of an undisturbed run and without a traceback."""
    place = Place(database_url, tmp_path / "out")
    with RealServer(tmp_path / "home") as server:
        run = server.command(place)
        output = ""
        assert run.stdout is not None
        for text in run.stdout:
            output += text
            if text.startswith(line):
                break
        server.kill()
        time.sleep(away)
        server.start()
        try:
            output += run.communicate(timeout=240)[0]
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            raise
        print(f"\n服务在“{line}”后中断 {away:.0f} 秒：退出码 {run.returncode}")
        assert "Traceback" not in output, output
        if run.returncode != 1:
            assert run.returncode == 2, output
            again = server.command(place)
            output, _ = again.communicate(timeout=240)
            assert again.returncode == 1, output
    assert state_of(place) == whole
