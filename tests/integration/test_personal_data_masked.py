"""Personal data of a submission stay in its stored version: no file, message or event that leaves it shows them."""

import json
import logging
import shutil
from pathlib import Path

from cycles import EXAMPLE, YEAR, Place
from openpyxl import load_workbook
from plain_cycle import run_plain
from sqlmodel import SQLModel, select

from flows.judgement import judge, judgement_json
from flows.run_logs import keep_run_logs_readable
from flows.summary import cycle_status, find_cycle, status_text
from models.database import session_of
from models.errors import SubmissionError
from models.profiles import load_profile
from models.tables import Document, FindingRecord
from tasks.collect.extract import extract_json
from tasks.collect.reading import read_submissions

MOBILE, IDENTITY = "13900000000", "11010519491231002X"
STORED = {"cell", "explanation", "project", "indicator", "project_score"}
"""Tables of the stored version, which keep what the unit wrote."""


def with_personal_data(inbox: Path) -> Path:
    """The example's 301001 with a number in a project's name, its duties and its explanation of the finding."""
    file = next(inbox.glob("301001*"))
    book = load_workbook(file)
    sheet = book["自评表1"]
    name = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "项目名称")
    sheet.cell(name.row, name.column + 1).value = f"某项目（王某某 139 0000 0000，身份证{IDENTITY}）"
    sheet = book["补充信息"]
    duties = next(row[0].row for row in sheet.iter_rows() if row[0].value == "主要职责")
    sheet.cell(duties, 3).value = f"由王某某{MOBILE}负责。"
    sheet = book["说明"]
    head = next(row[1].row for row in sheet.iter_rows() if row[1].value == "审核编号")
    last = next(n for n in range(head + 1, head + 50) if not sheet.cell(n, 2).value)
    sheet.cell(last, 2).value, sheet.cell(last, 6).value = "R-个人信息", f"王某某{MOBILE}同意公开"
    book.save(file)
    return file


def plain(text: str) -> str:
    return "".join(text.split())


def test_nothing_that_leaves_the_stored_version_shows_them(database_url: str, tmp_path: Path) -> None:
    inbox = shutil.copytree(EXAMPLE / "inbox", tmp_path / "inbox")
    file = with_personal_data(inbox)
    shutil.copy(next(inbox.glob("301004*")), inbox / f"王某某{MOBILE}.xlsx")
    place = Place(database_url, tmp_path / "out", EXAMPLE / "registry.csv", inbox)
    run_plain(place)
    with session_of(database_url) as session:
        found = session.exec(select(FindingRecord).where(FindingRecord.rule == "R-个人信息")).all()
        assert len(found) == 3 and all("139****0000" in one.message for one in found)
        assert "身份证号 11*************02X" in " ".join(one.message for one in found)
        assert all(one.explanation == "王某某139****0000同意公开" for one in found)
        assert session.exec(select(Document).where(Document.unit_code == "301001")).all(), "explained, so it passes"
        status = cycle_status(session, find_cycle(session, YEAR))
        shown = [status_text(status), json.dumps(status.as_json(), ensure_ascii=False)]
        for table in SQLModel.metadata.tables.values():
            if table.name not in STORED:
                columns = [column for column in table.columns if column.name != "file"]
                shown += [str(row) for row in session.execute(select(*columns))]  # type: ignore[call-overload]
    shown += [path.read_text("utf-8") for path in place.out.rglob("*.html")]
    profile = load_profile()
    reading = read_submissions([file], profile)[file]
    assert not isinstance(reading, SubmissionError)
    shown.append(json.dumps(judgement_json(judge(file, reading, profile)), ensure_ascii=False))
    shown.append(json.dumps(extract_json(reading, profile), ensure_ascii=False))
    assert [text[:200] for text in map(plain, shown) if MOBILE in text or IDENTITY in text] == []
    assert any("139****0000" in text for text in shown)


def test_the_log_of_a_run_is_masked() -> None:
    keep_run_logs_readable()
    seen: list[str] = []
    logger = logging.getLogger("prefect.flow_runs")
    handler = logging.Handler()
    handler.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        logger.error("退回：%s", f"王某某{MOBILE}")
    finally:
        logger.removeHandler(handler)
    assert seen == ["退回：王某某139****0000"]
