"""Helpers of the integration tests: run the flow in this process or the command in another, and look at the outcome."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from prefect_home import with_tables

from flows.parameters import CycleParameters
from flows.settings import use_database
from flows.summary import CycleStatus, cycle_status, find_cycle
from models.database import session_of
from models.fingerprint import fingerprint

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "deploy" / "example"
YEAR = 2022


@dataclass(frozen=True)
class Place:
    """Where one cycle of a test lives."""

    url: str
    out: Path
    registry: Path = EXAMPLE / "registry.csv"
    inbox: Path = EXAMPLE / "inbox"
    year: int = YEAR

    @property
    def results(self) -> Path:
        """Folder of the example department's reports."""
        return self.out / f"{self.year}-301"

    def parameters(self, *units: str) -> CycleParameters:
        return CycleParameters(
            year=self.year, registry=str(self.registry), inbox=str(self.inbox), out=str(self.out), units=list(units),
            mark="示例数据",
        )  # fmt: skip

    def arguments(self, *units: str) -> list[str]:
        chosen = [word for unit in units for word in ("--unit", unit)]
        return [
            "run", "--year", str(self.year), "--registry", str(self.registry), "--inbox", str(self.inbox), "--out",
            str(self.out), "--database", self.url, "--mark", "示例数据", *chosen,
        ]  # fmt: skip


def run_flow(place: Place, *units: str) -> tuple[str, bool]:
    """Run the annual cycle in this process; its final state's name and whether anything changed."""
    from flows.cycle import CycleReport, annual_cycle

    use_database(place.url)
    state = annual_cycle(**place.parameters(*units).for_flow(), return_state=True)
    report = state.result(raise_on_failure=False)
    if isinstance(report, BaseException):
        raise report
    assert isinstance(report, CycleReport)
    return state.name or "", report.changed


def command(*arguments: str, home: Path) -> subprocess.Popen[str]:
    """Start ``juesuan`` in a process of its own, away from this process's Prefect."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "JUESUAN_"))}
    environment["JUESUAN_HOME"] = str(with_tables(home))
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *arguments], cwd=REPOSITORY, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def status_of(place: Place) -> CycleStatus:
    with session_of(place.url) as session:
        return cycle_status(session, find_cycle(session, place.year))


def state_of(place: Place) -> tuple[str, dict[str, bytes]]:
    """Fingerprint of the database and bytes of every document."""
    with session_of(place.url) as session:
        print_ = fingerprint(session)
    files = {str(path.relative_to(place.out)): path.read_bytes() for path in sorted(place.out.rglob("*.html"))}
    return print_, files
