"""Explanations in a unit's versions: each is bound to the difference that it was written for."""

from pathlib import Path

from sqlmodel import Session

from expectations.catalogue import load_rules
from expectations.verdicts import explain_outcomes
from models.database import session_of
from models.findings import Finding, RuleOutcome, Severity, Status
from models.profiles import Profile
from models.submission import Explanation, Submission
from models.tables import Unit
from tasks.collect.registry import read_registry, sync_registry
from tasks.collect.store.versions import store_submission
from tasks.step import units_of
from tasks.validate.validate import earlier_explanations, store_outcomes

ROWS = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n9,甲局,,,,,\n901,一中心,9,,,,\n"


def judged(
    session: Session, unit: Unit, profile: Profile, difference: int, *texts: str, file: str = "", rule: str = "K1"
) -> Finding:
    """Hand in a version with a difference in one place (0: none) and lines of form 说明; the finding, explained or not."""
    lines = [Explanation(" K1", "", "", "", text) for text in texts]
    number = f"{difference}{texts}{rule}"
    handed = Submission(
        "a", file or number, "填报工作簿", profile.code, profile.forms.hash, year=2022, explanations=lines
    )
    version, _ = store_submission(session, unit, handed)
    place = {"form": "公开01", "row": "经营收入", "column": "决算数", "difference": difference, "unit_of_amount": "元"}
    found = Finding(rule, Severity.VERIFIABLE, Status.VIOLATED, "题", "文。", **place)  # type: ignore[arg-type]
    findings = (found,) if difference else ()
    status = Status.VIOLATED if difference else Status.HOLDS
    outcome = RuleOutcome(rule, Severity.VERIFIABLE, status, 1, int(not difference), findings=findings)
    (told,) = explain_outcomes([outcome], lines, earlier_explanations(session, unit, version))
    store_outcomes(session, version, load_rules(profile), [told])
    return told.findings[0] if told.findings else found


def begun(session: Session, folder: Path, profile: Profile) -> Unit:
    (folder / "r.csv").write_text(ROWS, "utf-8")
    cycle = sync_registry(session, read_registry(folder / "r.csv"), 2022, profile)
    return units_of(session, cycle.id or 0, ["901"])[0]


def test_over_several_versions(database_url: str, tmp_path: Path, profile: Profile) -> None:
    with session_of(database_url) as session:
        unit = begun(session, tmp_path, profile)
        assert judged(session, unit, profile, -100_000, "冲回1000元").explanation == "冲回1000元"
        asked = judged(session, unit, profile, -50_000_000, "冲回1000元")
        assert asked.blocks and "差额 -1,000.00 元写的，现差额为 -500,000.00 元，请重新说明" in asked.message
        assert judged(session, unit, profile, -50_000_000, "冲回1000元", file="again").blocks
        assert judged(session, unit, profile, -100_000, "冲回1000元", file="back").explanation == "冲回1000元"
        assert judged(session, unit, profile, -50_000_000, "冲回1000元", "年末冲回").explanation == "年末冲回"
        assert judged(session, unit, profile, -50_000_000).explanation == "年末冲回"


def test_a_line_without_a_difference_before_explains_none_that_comes(
    database_url: str, tmp_path: Path, profile: Profile
) -> None:
    with session_of(database_url) as session:
        unit = begun(session, tmp_path, profile)
        judged(session, unit, profile, 0, "情况属实")
        assert judged(session, unit, profile, -100_000, "情况属实").blocks


def test_a_line_counts_that_met_nothing_before_its_rule_was_judged(
    database_url: str, tmp_path: Path, profile: Profile
) -> None:
    with session_of(database_url) as session:
        unit = begun(session, tmp_path, profile)
        judged(session, unit, profile, -100_000, "情况属实", rule="K2")
        assert not judged(session, unit, profile, -100_000, "情况属实").blocks


def test_the_same_file_read_otherwise_keeps_its_lines(database_url: str, tmp_path: Path, profile: Profile) -> None:
    with session_of(database_url) as session:
        unit = begun(session, tmp_path, profile)
        judged(session, unit, profile, -100_000, "情况属实", file="same")
        misread = judged(session, unit, profile, -50_000_000, "情况属实", "另一条", file="same")
        assert misread.explanation == "情况属实"
