"""Large departments: 200 units against a real Prefect server, 1,000 through the plain steps; seconds are printed."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from cycles import Place, status_of
from plain_cycle import Steps, run_plain, write_department
from test_scale import run_and_count

from models.schema_upgrade import upgrade_database
from models.tables import StepState

pytestmark = pytest.mark.soak


def shown(steps: Steps) -> str:
    return "，".join(f"{label} {seconds:.1f}" for label, seconds in steps.seconds.items() if seconds >= 0.05)


@pytest.mark.prefect
def test_two_hundred_units_lose_no_task_run(tmp_path: Path) -> None:
    """One chunk of 2 units a task: 100 tasks a step. The share of the orchestration is measured against plain calls."""
    import expectations.gx  # noqa: F401  (its import is no part of the steps)

    registry, inbox = write_department(tmp_path / "department", 200, absent=(7,))
    alone = Place(f"sqlite:///{tmp_path / 'alone.db'}", tmp_path / "alone", registry, inbox)
    upgrade_database(alone.url)
    began = time.perf_counter()
    steps = run_plain(alone)
    plain = time.perf_counter() - began
    seconds = run_and_count(tmp_path, registry, inbox, 200, 2)
    print(
        f"\n200 户：同样的函数不经 Prefect {plain:.1f} 秒，经 Prefect {seconds:.1f} 秒，"
        f"编排占 {100 * (seconds - plain) / seconds:.0f}%（每步：{shown(steps)}）"
    )


def test_a_thousand_units_through_the_plain_steps(tmp_path: Path) -> None:
    """No step grows with the square of the number of units: a second run, which finds nothing to do, takes seconds."""
    import expectations.gx  # noqa: F401

    registry, inbox = write_department(tmp_path / "department", 1000, absent=(7,))
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", registry, inbox)
    upgrade_database(place.url)
    for label in ("第一次", "再次运行，无变化"):
        steps = run_plain(place)
        print(f"\n1000 户{label}：{shown(steps)}，共 {sum(steps.seconds.values()):.1f} 秒")
    assert not steps.worked
    assert len(status_of(place).of(StepState.DONE)) == 999
    assert sum(steps.seconds.values()) < 60
