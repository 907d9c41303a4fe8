"""Many units in one annual cycle against a real Prefect server: nothing lost, nothing locked, no run per unit."""

import os
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from cycles import Place, status_of
from plain_cycle import small_unit, write_department
from prefect_server import RealServer

from models.tables import StepState


def expected_task_runs(count: int, size: int = 1) -> dict[str, int]:
    """How many task runs of each step a cycle of ``count`` units has when ``size`` units make a chunk."""
    chunks = -(-count // size)
    return {
        "准备": 1, "部门工作簿": 1, "收集": chunks, "审核": -(-count // 200) + 1, "评分": chunks, "汇总": 1,
        "公开文稿": -(-(count + 1) // size), "审核报告": 1,
    }  # fmt: skip


def run_and_count(folder: Path, registry: Path, inbox: Path, count: int, size: int) -> float:
    """Run a department's cycle against a server of its own and compare what the server has with what there was.

    Returns:
        Seconds of the flow run.
    """
    place = Place(f"sqlite:///{folder / 'j.db'}", folder / "out", registry, inbox)
    with RealServer(folder / "home") as server:
        run = server.command(place)
        output, _ = run.communicate(timeout=1800)
        assert run.returncode == 1, output  # one unit is missing
        wanted = expected_task_runs(count, size)
        until = time.monotonic() + 60
        while len(runs := server.all("task_runs")) < sum(wanted.values()) and time.monotonic() < until:
            time.sleep(0.5)  # the server records task runs with some delay
        flows = server.all("flow_runs")
        assert Counter(run["name"].split("·")[0] for run in runs) == wanted
        assert {run["state_type"] for run in runs} == {"COMPLETED"}
        assert len(flows) == 1 and flows[0]["state_name"] == "有待处理单位", "one flow run, none per unit"
        log = server.log.read_text("utf-8")
        assert "locked" not in log and "locked" not in output and "Traceback" not in output
        assert "queue is full" not in log
    status = status_of(place)
    assert len(status.of(StepState.DONE)) == count - 1 and len(status.of(StepState.MISSING)) == 1
    return float(flows[0]["total_run_time"])


@pytest.mark.prefect
def test_every_task_run_of_forty_units_is_in_the_servers_database(tmp_path: Path) -> None:
    registry, inbox = write_department(tmp_path / "department", 40, absent=(7,))
    assert small_unit(7).code == "800007"
    seconds = run_and_count(tmp_path, registry, inbox, 40, 1)
    print(
        f"\n40 户一个周期（真实 Prefect 服务）{seconds:.1f} 秒，CPU {os.cpu_count()} 核，Python {sys.version.split()[0]}"
    )
