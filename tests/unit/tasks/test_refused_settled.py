"""What counts as refused is what the newest run over the whole inbox met; receipts of before are history."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import col, select

from flows.summary import CycleStatus, cycle_status, find_cycle
from models.database import session_of
from models.errors import UsageError
from models.fingerprint import fingerprint
from models.tables import Event, Receipt, StepState
from tasks.collect.collect import collect_units, mark_not_collected
from tasks.collect.prepare import Prepared, prepare_cycle

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "example"
TEXT = next((EXAMPLE / "inbox").glob("301002*.txt"))
HEADER, *ROWS = (EXAMPLE / "registry.csv").read_text("utf-8-sig").splitlines()
DEPARTMENT, OWN, OTHER = (
    next(row for row in ROWS if row.startswith(f"{code},")) for code in ("301", "301002", "301003")
)


@dataclass
class Office:
    """A department of two units, one of which hands in."""

    url: str
    folder: Path

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        shutil.copy(TEXT, self.inbox)
        self.register(DEPARTMENT, OWN, OTHER)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def register(self, *rows: str) -> None:
        (self.folder / "registry.csv").write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")

    def prepare(self, *wanted: str) -> Prepared:
        return prepare_cycle(self.url, 2022, str(self.folder / "registry.csv"), self.inbox, "national-2022", wanted, {})

    def run(self, *wanted: str) -> CycleStatus:
        found = self.prepare(*wanted)
        collect_units(
            self.url, found.cycle_id, {code: found.files[code] for code in found.codes if code in found.files}
        )
        absent = {code: found.absent[code] for code in found.codes if code in found.absent}
        mark_not_collected(self.url, found.cycle_id, absent)
        return self.status()

    def status(self) -> CycleStatus:
        with session_of(self.url) as session:
            return cycle_status(session, find_cycle(session, 2022))

    def receipts(self) -> dict[str, tuple[str, str]]:
        """Outcome and unit by file (of several contents the one met first)."""
        with session_of(self.url) as session:
            rows = session.exec(select(Receipt).order_by(col(Receipt.id).desc()))
            return {row.file: (row.outcome, row.unit_code) for row in rows}

    def trail(self) -> list[str]:
        """What happened to files, oldest first."""
        with session_of(self.url) as session:
            query = select(Event.action).where(col(Event.action).startswith("收件")).order_by(col(Event.id))
            return [action.removeprefix("收件：") for action in session.exec(query)]

    def fingerprint(self) -> str:
        with session_of(self.url) as session:
            return fingerprint(session)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Office:
    return Office(database_url, tmp_path)


def refused(status: CycleStatus) -> list[str]:
    return [one.file for one in status.refused]


def test_a_file_that_was_taken_out_is_refused_no_more(office: Office) -> None:
    office.run()
    stray = office.inbox / "关于报送决算的通知.pdf"
    stray.write_bytes(b"%PDF")
    assert refused(office.run()) == [stray.name]
    stray.unlink()
    assert refused(office.run("301002")) == [stray.name], "a run for one unit leaves others' rows alone"
    assert refused(office.run()) == [] and office.receipts()[stray.name] == ("已移出", "")
    before = office.trail(), office.fingerprint()
    office.run()
    assert (office.trail(), office.fingerprint()) == before and before[0] == ["已接收", "退回", "已移出"]
    stray.write_bytes(b"%PDF")
    assert refused(office.run()) == [stray.name], "back again"


def test_secret_files_come_first(office: Office) -> None:
    for name in ("1.docx", "机密★301009.xlsx", "9.docx"):
        (office.inbox / name).write_bytes(b"x")
    status = office.run()
    assert refused(status) == ["机密★301009.xlsx", "1.docx", "9.docx"]
    (office.inbox / "1.docx").write_bytes(b"other")
    assert refused(office.run()) == ["机密★301009.xlsx", "1.docx", "9.docx"], "once, however often it was replaced"


def test_a_mended_registry_is_no_fault_any_more(office: Office) -> None:
    office.run()
    office.register(DEPARTMENT, OWN, OWN, OTHER)
    status = office.run()
    unit = next(unit for unit in status.units if unit.code == "301002")
    assert unit.overall is StepState.RETURNED
    assert unit.trouble.endswith("重复，每个单位只能登记一次。处理办法：请更正单位登记表。")
    assert refused(status) == ["registry.csv"] and "单位登记表《registry.csv》" in status.refused[0].what
    office.register(DEPARTMENT, OWN, OTHER)
    status = office.run()
    assert refused(status) == [] and office.receipts()["registry.csv"] == ("已更正", "")
    assert next(unit for unit in status.units if unit.code == "301002").states["collect"] == "完成"


@pytest.mark.parametrize("killed", [False, True])
def test_a_unit_that_rejoins_the_registry_has_its_receipt_back(office: Office, killed: bool) -> None:
    office.run()
    alone = office.fingerprint()
    office.register(DEPARTMENT, OTHER)
    assert refused(office.run()) == [TEXT.name] and office.receipts()[TEXT.name] == ("退回", "")
    office.register(DEPARTMENT, OWN, OTHER)
    if killed:
        office.prepare()
        assert refused(office.status()) == []
    assert refused(office.run()) == []
    assert office.receipts() == {TEXT.name: ("已接收", "301002")}
    assert office.fingerprint() == alone, "as if it had never left"


def test_a_folder_is_told_and_is_no_fault(office: Office) -> None:
    for name in ("旧文件", "301003 云岭"):
        (office.inbox / name).mkdir()
    status = office.run()
    assert refused(status) == [] and [one.file for one in status.folders] == ["301003 云岭", "旧文件"]
    missing = next(unit for unit in status.units if unit.code == "301003")
    assert missing.overall is StepState.MISSING
    assert "尚未报送。子文件夹“301003 云岭”没有读取，请把要报送的文件直接放在收件夹中。" in missing.trouble
    (office.inbox / "旧文件").rmdir()
    assert [one.file for one in office.run().folders] == ["301003 云岭"]
    assert office.receipts()["旧文件"] == ("已移出", "")


def test_what_was_refused_inside_is_to_be_replaced(office: Office) -> None:
    file = office.inbox / TEXT.name
    file.write_text(TEXT.read_text("utf-8").replace("2022", "2021"), "utf-8")
    unit = next(unit for unit in office.run().units if unit.code == "301002")
    assert "请报送本年度的文件。更正后，请用新文件替换收件夹中原来的这个文件。" in unit.trouble
    before = office.trail()
    office.run()
    assert office.trail() == before, "read and refused once"
    file.unlink()
    unit = next(unit for unit in office.run().units if unit.code == "301002")
    assert unit.overall is StepState.MISSING, "nothing was ever taken"


def test_a_refused_file_that_is_gone_is_not_told_of_any_more(office: Office) -> None:
    """The version of before still is there, but somebody meant to replace it."""
    file = office.inbox / TEXT.name
    office.run()
    file.write_bytes(b"\xff\xfe\x00")
    assert "替换收件夹中原来的这个文件" in next(u.trouble for u in office.run().units if u.code == "301002")
    file.unlink()
    for wanted in ((), ("301002",)):
        unit = next(unit for unit in office.run(*wanted).units if unit.code == "301002")
        assert unit.overall is StepState.RETURNED
        assert (
            unit.trouble.startswith("收集：收件夹中没有") and "处理办法：请把要报送的文件放入收件夹。" in unit.trouble
        )
    shutil.copy(TEXT, office.inbox)
    assert next(u.states["collect"] for u in office.run().units if u.code == "301002") == "完成"


def test_codes_of_departments_are_told_as_such(office: Office) -> None:
    with pytest.raises(UsageError, match=r"301 是部门（云岭市医疗保障局），.*请填写下属填报单位的代码"):
        office.prepare("301", "301002")
    with pytest.raises(UsageError, match="没有填报单位 999"):
        office.prepare("301", "999")
