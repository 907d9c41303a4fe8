"""Approval and release as plain functions on both databases, and by command: gate, freeze, what makes it void."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from corrected import change_301004, correct_301005, without_301006
from cycles import EXAMPLE, YEAR, Place, command
from plain_cycle import MARK, run_plain
from sqlmodel import select

from flows.summary import cycle_status, find_cycle
from models.database import session_of
from models.errors import UsageError
from models.tables import Approval, Document, Event, StatutoryApproval
from tasks.disclose.approval import decide, obstacles, standing_approval
from tasks.disclose.dates import parse_date
from tasks.disclose.release import carry_out, note_statutory, waive_gaps

FIRST = {"301": 1, "301001": 1, "301002": 1, "301003": 1, "301004": 1, "301005": 1}
GAPS_OF = ("301", "301002")
"""Whose documents lack something: 301002 filed a text without duties and last year, and so the department lacks last year."""
NUMBER, DAY = "云财决批〔2023〕15号", date(2023, 8, 15)


def ready(url: str, folder: Path) -> Place:
    """A department whose units have all filed and passed, and whose documents lack nothing that was not waived."""
    place = filed(url, folder)
    waive_gaps(url, cycle_id(place), GAPS_OF, "审核人乙", "历史文本，另行公开", str(place.out), MARK)
    return place


def filed(url: str, folder: Path) -> Place:
    """A department whose units have all filed and passed; one filed as a text without 补充信息."""
    inbox = shutil.copytree(EXAMPLE / "inbox", folder / "inbox")
    correct_301005(inbox)
    registry = without_301006(EXAMPLE / "registry.csv", folder / "registry.csv")
    place = Place(url, folder / "out", registry, inbox)
    run_plain(place)
    return place


def cycle_id(place: Place) -> int:
    with session_of(place.url) as session:
        return find_cycle(session, YEAR).id or 0


def said(place: Place) -> list[str]:
    with session_of(place.url) as session:
        return obstacles(session, find_cycle(session, YEAR))


def approve(place: Place) -> list[str]:
    return carry_out(place.url, cycle_id(place), "同意", "审核人甲", "同意公开", str(place.out), MARK)


def drafts(place: Place) -> set[str]:
    """Units whose document says 草稿; file and database agree on it."""
    found = set()
    with session_of(place.url) as session:
        for row in session.exec(select(Document).where(Document.kind == "决算公开")):
            assert ("草稿" in (place.out / row.path).read_text("utf-8")) == row.draft, row.path
            found |= {row.unit_code} if row.draft else set()
    return found


def test_release_needs_a_department_that_passed_and_the_statutory_approval(database_url: str, tmp_path: Path) -> None:
    place = Place(database_url, tmp_path / "out")
    run_plain(place)  # 301005 is returned, 301006 is missing
    found = said(place)
    assert [text[:6] for text in found] == ["部门决算审核", "尚未登记财政", "公开文稿还有"]
    with pytest.raises(UsageError, match="不能批准公开：部门决算审核未通过"):
        approve(place)
    note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据")
    assert [text[:6] for text in said(place)] == ["部门决算审核", "公开文稿还有"], "批复 alone mends nothing"
    with session_of(place.url) as session:
        assert session.exec(select(Approval)).all() == []


def test_an_approval_freezes_what_it_covers_and_is_void_for_what_changes(database_url: str, tmp_path: Path) -> None:
    place = ready(database_url, tmp_path)
    everyone = set(FIRST)
    assert drafts(place) == everyone
    with pytest.raises(UsageError, match="尚未登记财政部门批复"):
        approve(place)
    note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据")
    assert said(place) == [] and drafts(place) == everyone, "批复 alone publishes nothing"
    assert sorted(approve(place)) == sorted(everyone)
    assert drafts(place) == set()
    with session_of(place.url) as session:
        row = session.exec(select(Approval)).one()
        assert (row.decision, row.reviewer, row.comment, json.loads(row.versions)) == (
            "同意", "审核人甲", "同意公开", FIRST,
        )  # fmt: skip
        assert json.loads(session.exec(select(StatutoryApproval)).one().versions) == FIRST
        assert standing_approval(session, find_cycle(session, YEAR)) is not None
    run_plain(place)
    assert drafts(place) == set(), "the next run leaves what is released alone"

    change_301004(place.inbox)
    run_plain(place, "301004")
    assert drafts(place) == {"301", "301004"}, "only what shows the changed version"
    (told,) = said(place)
    assert told.startswith(
        f"批复（{NUMBER}）之后有单位的数据发生变化，公开数与批复数不一致：301004 云岭市医药采购服务中心（第 1 版改为第 2 版）。"
    )
    with session_of(place.url) as session:
        assert standing_approval(session, find_cycle(session, YEAR)) is None
    run_plain(place)
    assert drafts(place) == {"301", "301004"}, "the same whether one unit or all are run"
    with pytest.raises(UsageError, match="公开数与批复数不一致"):
        approve(place)


def test_a_return_takes_an_approval_back_and_is_kept_beside_it(database_url: str, tmp_path: Path) -> None:
    place = ready(database_url, tmp_path)
    note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据")
    approve(place)
    carry_out(place.url, cycle_id(place), "退回", "审核人乙", "请核对附表", str(place.out), MARK)
    assert drafts(place) == set(FIRST)
    with session_of(place.url) as session:
        kept = [(a.decision, a.reviewer) for a in session.exec(select(Approval).order_by(Approval.id))]  # type: ignore[arg-type]
        trail = [e.action for e in session.exec(select(Event).order_by(Event.id))]  # type: ignore[arg-type]
    assert kept == [("同意", "审核人甲"), ("退回", "审核人乙")]
    carry_out(place.url, cycle_id(place), "退回", "审核人乙", "请核对附表", str(place.out), MARK)
    with session_of(place.url) as session:
        assert len(session.exec(select(Approval)).all()) == 2, "the same decision again is the same decision"
    assert [a for a in trail if a in ("登记批复", "批准公开", "退回公开申请")] == [
        "登记批复", "批准公开", "退回公开申请",
    ]  # fmt: skip


def test_statutory_approval_is_recorded_once(database_url: str, tmp_path: Path) -> None:
    place = ready(database_url, tmp_path)
    for _ in range(2):
        note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据")
    with session_of(place.url) as session:
        assert len(session.exec(select(Event).where(Event.action == "登记批复")).all()) == 1
    with pytest.raises(UsageError, match="批复文号"):
        note_statutory(place.url, cycle_id(place), "  ", DAY, "甲", str(place.out), "示例数据")
    # A decision has a name and one of two words.
    for decision, reviewer, message in (
        ("同意", " ", "审核人姓名"),
        ("退回", "", "审核人姓名"),
        ("好", "甲", "只能是"),
    ):
        with session_of(place.url) as session, pytest.raises(UsageError, match=message):
            decide(session, find_cycle(session, YEAR), decision, reviewer, "")


def test_a_run_that_goes_on_records_the_statutory_approval_once(database_url: str, tmp_path: Path) -> None:
    """Resumed after figures changed, a run must not put 批复 on what finance never saw; refused before, it must."""
    place = ready(database_url, tmp_path)
    with pytest.raises(UsageError, match="批复文号"):
        note_statutory(place.url, cycle_id(place), "", DAY, "甲", str(place.out), "示例数据", run="one")
    note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据", run="one")
    change_301004(place.inbox)
    run_plain(place, "301004")
    note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据", run="one")
    assert len(said(place)) == 1 and "公开数与批复数不一致" in said(place)[0]
    note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据", run="two")
    assert said(place) == [], "recorded anew, on purpose"
    note_statutory(place.url, cycle_id(place), NUMBER, DAY, "甲", str(place.out), "示例数据", run="two")
    with session_of(place.url) as session:
        assert len(session.exec(select(Event).where(Event.action == "登记批复")).all()) == 2
    with pytest.raises(UsageError, match="2022 年度结束以前"):
        note_statutory(place.url, cycle_id(place), NUMBER, date(2022, 12, 31), "甲", str(place.out), "示例数据")


@pytest.mark.parametrize(
    ("text", "told"), [("2023-13-01", "不是有效日期"), ("2099-01-01", "还没有到"), ("", "2023-08-15")]
)
def test_a_date_that_cannot_be_is_told(text: str, told: str) -> None:
    assert parse_date(" 2023-08-15 ", date(2023, 8, 15)) == DAY
    with pytest.raises(UsageError, match=told):
        parse_date(text, date(2026, 11, 22))


def release(place: Place, *words: str) -> tuple[int, str]:
    process = command("release", "--year", str(YEAR), "--database", place.url, *words, home=place.out.parent / "home")
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def test_release_by_command(tmp_path: Path) -> None:
    from models.schema_upgrade import upgrade_database

    url = f"sqlite:///{tmp_path / 'j.db'}"
    upgrade_database(url)
    place = filed(url, tmp_path)
    code, output = release(place, "--approve", "--by", "审核人甲")
    assert code == 1 and "尚未登记财政部门批复" in output and "301002（2 处）" in output
    code, output = release(place, "--waive", "301002", "--by", "审核人甲")
    assert code == 2 and "写明审核人姓名和理由" in output
    code, output = release(
        place, *(word for code in GAPS_OF for word in ("--waive", code)), "--by", "审核人甲", "--comment", "历史文本"
    )
    assert code == 0 and "已豁免缺项" in output
    code, output = release(place, "--by", "审核人甲")
    assert code == 2 and "请用 --approve 同意公开，或用 --return 退回。" in output
    code, output = release(place, "--by", "甲", "--document-number", NUMBER, "--approved-on", "2023年13月1日")
    assert code == 2 and "Traceback" not in output
    code, output = release(place, "--by", "审核人甲", "--document-number", NUMBER, "--approved-on", "2023-08-15")
    assert code == 0 and f"已登记批复：文号 {NUMBER}，日期 2023-08-15" in output and drafts(place) == set(FIRST)
    code, output = release(place, "--approve", "--by", "审核人甲", "--comment", "同意")
    assert code == 0 and "更新文稿 6 份" in output and drafts(place) == set()
    assert NUMBER in output and NUMBER in (place.results / "审核报告.html").read_text("utf-8")
    code, output = release(place, "--return", "--by", "审核人甲")
    assert code == 0 and "退回" in output and drafts(place) == set(FIRST)
    code, output = release(replace(place, url=f"sqlite:///{tmp_path / 'none.db'}"), "--approve", "--by", "甲")
    assert code == 2 and "没有 2022 年度决算" in output


def test_what_a_document_lacks_blocks_until_somebody_waives_it_by_name(database_url: str, tmp_path: Path) -> None:
    place = filed(database_url, tmp_path)
    key = cycle_id(place)
    note_statutory(place.url, key, NUMBER, DAY, "甲", str(place.out), "示例数据")
    (told,) = said(place)
    assert "301002（2 处）" in told and "--waive" in told
    with pytest.raises(UsageError, match="处待补"):
        approve(place)
    for names, by, why, wrong in (
        (["301002"], " ", "历史文本", "写明审核人姓名和理由"),
        (["301002"], "审核人乙", "", "写明审核人姓名和理由"),
        (["301002-00000000"], "审核人乙", "历史文本", "没有编号为"),
    ):
        with pytest.raises(UsageError, match=wrong):
            waive_gaps(place.url, key, names, by, why, str(place.out), MARK)
    with session_of(place.url) as session:
        status = cycle_status(session, find_cycle(session, YEAR)).as_json()["release"]
    assert "待补" in status["conclusion"]
    duties = next(gap["name"] for gap in status["gaps"] if "主要职责" in gap["text"])
    assert waive_gaps(place.url, key, [duties, "301"], "审核人乙", "历史文本", str(place.out), MARK) > 1
    (told,) = said(place)
    assert "301002（1 处）" in told and "301（" not in told
    assert waive_gaps(place.url, key, ["301002"], "审核人乙", "历史文本", str(place.out), MARK) == 1
    assert waive_gaps(place.url, key, ["301002"], "审核人乙", "历史文本", str(place.out), MARK) == 0
    report = (place.results / "审核报告.html").read_text("utf-8")
    assert "公开文稿缺项" in report and duties in report and "历史文本" in report
    approve(place)
    assert drafts(place) == set()
    with session_of(place.url) as session:
        trail = [(e.actor, e.unit_code) for e in session.exec(select(Event).where(Event.action == "豁免缺项"))]
    assert trail.count(("审核人乙", "301002")) == 2
