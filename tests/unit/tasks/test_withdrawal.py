"""Documents of a unit that left the registry are withdrawn, and come back with it; nobody else's file is touched."""

from pathlib import Path

from sqlmodel import col, select

from models.database import session_of
from models.profiles import Profile
from models.submission import Submission
from models.tables import Document, Event, StepState
from tasks.collect.registry import read_registry, sync_registry
from tasks.collect.store.versions import store_submission
from tasks.disclose.disclose import disclose_units
from tasks.disclose.review import write_review
from tasks.step import set_step, units_of

HEADER = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n"
ALL = HEADER + "9,甲局,,,,,\n901,甲局本级,9,,,,\n902,信息中心,9,,,,\n"
FEWER = HEADER + "9,甲局,,,,,\n901,甲局本级,9,,,,\n"
OTHER = HEADER + "8,乙局,,,,,\n902,信息中心,8,,,,\n"


class Office:
    """One database and one folder of results."""

    def __init__(self, url: str, folder: Path, profile: Profile) -> None:
        self.url, self.folder, self.profile, self.out = url, folder, profile, folder / "out"

    def register(self, text: str, only: tuple[str, ...] = ()) -> int:
        (self.folder / "r.csv").write_text(text, "utf-8")
        with session_of(self.url) as session:
            return sync_registry(session, read_registry(self.folder / "r.csv"), 2022, self.profile, only).id or 0

    def file(self, cycle: int) -> None:
        """Every unit has filed and passed."""
        with session_of(self.url) as session:
            for unit in [unit for unit in units_of(session, cycle) if unit.kind == "单位"]:
                handed_in = Submission(
                    "a", unit.code, "填报工作簿", self.profile.code, self.profile.forms.hash, year=2022
                )
                store_submission(session, unit, handed_in)
                for step in ("collect", "validate"):
                    set_step(session, unit, step, StepState.DONE)

    def write(self, cycle: int) -> list[str]:
        with session_of(self.url) as session:
            codes = [unit.code for unit in units_of(session, cycle)]
        disclosed = disclose_units(self.url, cycle, codes, str(self.out), "").done
        return [*disclosed, *write_review(self.url, cycle, str(self.out), "")]

    def files(self) -> set[str]:
        return {str(path.relative_to(self.out)) for path in self.out.rglob("*.html")}

    def rows(self) -> set[str]:
        with session_of(self.url) as session:
            return set(session.exec(select(Document.path)))

    def withdrawals(self) -> list[tuple[str, str]]:
        with session_of(self.url) as session:
            query = select(Event).where(Event.action == "撤下文稿").order_by(col(Event.id))
            return [(event.unit_code, event.detail) for event in session.exec(query)]


def test_documents_of_a_unit_that_left_are_withdrawn_and_come_back(
    database_url: str, tmp_path: Path, profile: Profile
) -> None:
    office = Office(database_url, tmp_path, profile)
    cycle, other = office.register(ALL), office.register(OTHER)
    for one in (cycle, other):
        office.file(one)
        office.write(one)
    everything = office.files()
    left = {"2022-9/单位/902/决算公开.html", "2022-9/单位/902/审核报告.html"}
    assert left <= everything == office.rows()
    assert {"2022-8/单位/902/决算公开.html", "2022-8/单位/902/审核报告.html"} <= everything
    stray = office.out / "2022-9/单位/别人的.html"
    stray.write_text("别人的文件", "utf-8")

    office.register(FEWER, only=("901",))
    office.write(cycle)
    assert left <= office.files(), "a run for chosen units leaves the others to the next run of all"
    office.register(FEWER)
    assert set(office.write(cycle)) >= left, "told as a change"
    assert office.rows() == everything - left
    assert office.files() == everything - left | {"2022-9/单位/别人的.html"}
    assert not (office.out / "2022-9/单位/902").exists(), "the site lists no empty folder"
    assert office.withdrawals() == [("902", f"不在现行单位登记表中：{path}") for path in sorted(left)]
    assert office.write(cycle) == [] and len(office.withdrawals()) == 2, "once"
    assert office.write(other) == [], "another department's unit of the same code stays"

    office.register(ALL)
    office.write(cycle)
    assert office.rows() == everything
    stray.unlink()
    assert office.files() == everything


def test_what_somebody_else_put_beside_withdrawn_documents_stays(
    database_url: str, tmp_path: Path, profile: Profile
) -> None:
    office = Office(database_url, tmp_path, profile)
    cycle = office.register(ALL)
    office.write(cycle)
    own = office.out / "2022-9/单位/902/备忘.txt"
    own.write_text("我的", "utf-8")
    office.register(FEWER)
    office.write(cycle)
    assert [path.name for path in own.parent.iterdir()] == ["备忘.txt"]
