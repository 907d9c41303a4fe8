"""``deploy/prefect.yaml`` on a Prefect server with a work pool: deployed by Prefect's command, run by its worker."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from corrected import correct_301005
from cycles import EXAMPLE, REPOSITORY
from prefect_server import RealServer
from serving import until

pytestmark = pytest.mark.prefect

ENDS = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass
class Office:
    """A Prefect server that is not ours, and a machine whose worker has juesuan installed."""

    server: RealServer
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "JUESUAN_"))}
        return inherited | {
            "PREFECT_API_URL": self.server.api_url, "JUESUAN_PREFECT_API_URL": self.server.api_url,
            "PREFECT_HOME": str(self.folder / "prefect"),
            "JUESUAN_HOME": str(self.folder / "home"), "JUESUAN_OUT": str(self.folder / "out"),
            "JUESUAN_REGISTRY": str(EXAMPLE / "registry.csv"), "JUESUAN_INBOX": str(self.folder / "inbox"),
        }  # fmt: skip

    def prefect(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *words], cwd=REPOSITORY, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def launch(self, flow: str, **parameters: Any) -> dict[str, Any]:
        """Start a deployment as the UI does and wait for its end."""
        (deployment,) = (d for d in self.server.api.post("/deployments/filter", {}) if d["name"] == flow)
        run = self.server.api.post(f"/deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})
        return self.ended(run["id"])

    def retry(self, run: str) -> dict[str, Any]:
        """Press Retry, and wait for the end."""
        awaiting = {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True}
        self.server.api.post(f"/flow_runs/{run}/set_state", awaiting)
        return self.ended(run)

    def ended(self, run: str) -> dict[str, Any]:
        def state() -> dict[str, Any] | None:
            found = next(one for one in self.server.all("flow_runs") if one["id"] == run)
            return found if found["state"]["type"] in ENDS else None

        return dict(until(state, 120, "the worker ends the run"))

    def failed(self) -> dict[str, dict[str, Any]]:
        """Open failed runs by the unit they are about."""
        runs = [run for run in self.server.all("flow_runs") if run["state"]["type"] == "FAILED"]
        found = {next(tag[3:] for tag in run["tags"] if tag.startswith("单位:")): run for run in runs}
        assert len(found) == len(runs), "one open run a unit"
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(EXAMPLE / "inbox", tmp_path / "inbox")
    with RealServer(tmp_path / "server") as server:
        office = Office(server, tmp_path)
        office.prefect("work-pool", "create", "--type", "process", "juesuan")
        office.prefect("deploy", "--prefect-file", "deploy/prefect.yaml", "--all")
        log = (tmp_path / "worker.log").open("wb")
        worker = subprocess.Popen(
            [sys.executable, "-m", "prefect", "worker", "start", "--pool", "juesuan"], cwd=tmp_path,
            env=office.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield office
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def link(table: dict[str, Any]) -> str:
    """Link to the returned unit's own run in a table of units."""
    return str(next(row for row in json.loads(table["data"]) if row["单位"].startswith("301005"))["处理"])


def test_a_worker_runs_the_year_and_takes_the_retry(office: Office) -> None:
    found = {one["name"]: one for one in office.server.api.post("/deployments/filter", {})}
    assert set(found) == {"annual-cycle", "unit-cycle", "release"}
    (schedule,) = found["annual-cycle"]["schedules"]
    assert schedule["active"] and schedule["schedule"]["cron"] == "0 9 5 1 *"
    titles = {k: v["title"] for k, v in found["unit-cycle"]["parameter_openapi_schema"]["properties"].items()}
    assert titles["unit"] == "单位代码" and titles["year"] == "年度"

    year = office.launch("annual-cycle", year=2022)
    assert year["state"]["name"] == "有待处理单位", (year["state"], (office.folder / "worker.log").read_text("utf-8"))
    returned = office.failed()
    assert {code: run["state"]["name"] for code, run in returned.items()} == {"301005": "退回"}

    by_hand = office.launch("unit-cycle", unit="301005", year=2022)
    assert by_hand["state"]["name"] == "退回" and "退回" in by_hand["tags"]
    assert "文件未更新" in by_hand["state"]["message"]
    assert [run["id"] for run in office.failed().values()] == [by_hand["id"]], "the newest run is the one that is open"
    file = next((office.folder / "inbox").glob("301005*"))
    right = file.read_bytes()
    file.write_bytes(b"PK")
    refused = office.retry(by_hand["id"])
    assert refused["state"]["message"].startswith("收集："), "a new file that is refused is a new file"
    file.write_bytes(right)
    correct_301005(office.folder / "inbox")
    mended = office.retry(returned["301005"]["id"])
    assert mended["state"]["type"] == "COMPLETED" and "退回" not in mended["tags"], mended
    assert office.failed() == {}, "whoever mended it, and whoever had started the run"
    tables = office.server.api.post(
        "/artifacts/filter", {"sort": "CREATED_DESC", "artifacts": {"type": {"any_": ["table"]}}}
    )
    assert [bool(link(table)) for table in (tables[0], tables[-1])] == [False, True]
    assert f"{office.server.api_url.removesuffix('/api')}/runs/flow-run/" in tables[-1]["data"]
    report = next((office.folder / "out").glob("*/*审核报告.html"))
    assert "45,297,256.68" in "".join(p.read_text("utf-8") for p in report.parent.rglob("*.html"))
