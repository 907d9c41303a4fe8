"""What is told about 公开审批: number, date, who, and which units no longer are what was approved."""

import datetime
import json
from pathlib import Path

from lxml import html
from sqlmodel import Session

from models.database import session_of
from models.profiles import Profile
from models.submission import Submission
from models.tables import Contribution, Cycle, StepState
from reports.review_approval import release_lines, statutory_text
from tasks.collect.registry import read_registry, sync_registry
from tasks.collect.store.versions import latest_version, store_content_version, store_submission
from tasks.disclose.approval import changed_since, decide, obstacles, record_statutory
from tasks.disclose.approval_review import release_review, statutory_line
from tasks.disclose.review import write_review
from tasks.step import cycle_by_id, set_step, units_of

COUNT = 12
ROWS = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n9,甲局,,,,,\n" + "".join(
    f"9{number:02},第{number}中心,9,,,,\n" for number in range(1, COUNT + 1)
)
DAY = datetime.date(2023, 8, 15)
NUMBER = "甲财〔2023〕1号<b>{{ 7*191 }}"


def add_up(session: Session, cycle: Cycle, profile: Profile, edition: str, *fresh: str) -> None:
    """New versions of some units, and the department's sum of all."""

    def handed_in(sha256: str) -> Submission:
        return Submission("a", sha256, "填报工作簿", profile.code, profile.forms.hash, year=2022)

    units = {unit.code: unit for unit in units_of(session, cycle.id or 0)}
    for code in fresh:
        store_submission(session, units[code], handed_in(f"{edition}-{code}"))
    total = store_content_version(session, units["9"], handed_in(""), "汇总", "部门汇总", basis=edition).id or 0
    for unit in units.values():
        if unit.kind == "单位":
            source = latest_version(session, unit.id or 0)
            assert source is not None
            session.add(Contribution(submission_id=total, source_id=source.id or 0, kind="单户表"))
    set_step(session, units["9"], "validate", StepState.DONE)
    session.flush()


def begun(session: Session, tmp_path: Path, profile: Profile) -> Cycle:
    (tmp_path / "r.csv").write_text(ROWS, "utf-8")
    cycle = sync_registry(session, read_registry(tmp_path / "r.csv"), 2022, profile)
    add_up(session, cycle, profile, "1", *(f"9{number:02}" for number in range(1, COUNT + 1)))
    return cycle


def test_obstacles_name_the_units_and_the_next_step(database_url: str, tmp_path: Path, profile: Profile) -> None:
    with session_of(database_url) as session:
        cycle = begun(session, tmp_path, profile)
        command = "juesuan release --year 2022 --department 9 --by 姓名 --document-number 文号 --approved-on 日期"
        (told,) = obstacles(session, cycle)
        assert told.startswith("尚未登记财政部门批复（文号和日期），不能公开。") and command in told
        record_statutory(session, cycle, "甲财1号", DAY, "登记员")
        assert obstacles(session, cycle) == []
        covered = {"9": 1} | {f"9{number:02}": 1 for number in range(1, COUNT + 1)}
        assert changed_since(session, cycle, covered) == ""

        add_up(session, cycle, profile, "2", "903")
        (told,) = obstacles(session, cycle)
        assert told.startswith(
            "批复（甲财1号）之后有单位的数据发生变化，公开数与批复数不一致：903 第3中心（第 1 版改为第 2 版）。"
        )
        assert "release 表单" in told and command in told and "重新报送" in told
        add_up(session, cycle, profile, "3", *(f"9{number:02}" for number in range(1, COUNT + 1)))
        changed = changed_since(session, cycle, covered)
        assert changed.count("（") == 10 and changed.endswith("、910 第10中心（第 1 版改为第 2 版） 等 12 户")
        assert changed_since(session, cycle, {"9": 3} | {code: 1 for code in ("901", "777")}).startswith(
            "777 （原第 1 版，现未计入汇总）、901 第1中心（第 1 版改为第 2 版）、902 第2中心（新计入汇总，第 2 版）"
        )


def test_the_report_shows_the_approval_and_what_became_of_it(
    database_url: str, tmp_path: Path, profile: Profile
) -> None:
    def section() -> tuple[str, str]:
        write_review(database_url, cycle_id, str(tmp_path / "out"), "")
        source = (tmp_path / "out/2022-9/审核报告.html").read_text("utf-8")
        page = html.document_fromstring(source)
        heading = page.xpath("//h2[@id='release']")[0]
        parts = []
        for node in heading.itersiblings():
            if node.tag == "h2":
                break
            parts.append(" ".join(node.text_content().split()))
        return " ".join(parts), source

    with session_of(database_url) as session:
        cycle_id = begun(session, tmp_path, profile).id or 0
        assert release_lines(release_review(session, cycle_by_id(session, cycle_id))) == []
    assert "尚未登记财政部门批复" in section()[0] and "审核人尚未作出决定" in section()[0]

    with session_of(database_url) as session:
        cycle = cycle_by_id(session, cycle_id)
        record_statutory(session, cycle, NUMBER, DAY, "登记员")
        decide(session, cycle, "退回", "审核人甲", "请核对<script>附表")
        decide(session, cycle, "同意", "审核人乙", "可以公开")
    told, source = section()
    assert "已批准公开。" in told and "一致" in told
    for word in (NUMBER, "2023-08-15", "登记员", "审核人乙", "可以公开", "有效", "请核对<script>附表"):
        assert word in told
    assert "已失效：已有以后的决定" in told
    assert "<script" not in source and "<b>{{" not in source and "1337" not in source

    with session_of(database_url) as session:
        cycle = cycle_by_id(session, cycle_id)
        assert f"文号 {NUMBER}，日期 2023-08-15" in statutory_text(statutory_line(session, cycle))
        add_up(session, cycle, profile, "2", "903")
        review = release_review(session, cycle)
    lines, plain = release_lines(review), json.loads(json.dumps(review.as_json()))
    told, _ = section()
    change = "903 第3中心（第 1 版改为第 2 版）"
    assert "批复与现有数据不一致，不能公开。" in told
    assert f"登记之后有单位的数据发生变化，与现有数据不一致：{change}" in told
    assert f"已失效：此后有单位的数据发生变化：{change}" in told
    assert (plain["statutory"]["approved_on"], plain["statutory"]["registered_by"]) == ("2023-08-15", "登记员")
    assert [(one["decision"], bool(one["void"])) for one in plain["decisions"]] == [("同意", True), ("退回", True)]
    assert lines[0] == "公开审批：批复与现有数据不一致，不能公开。" and "审核人 审核人乙，意见：可以公开" in lines[3]
