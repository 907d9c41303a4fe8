"""Storing and loading submissions: what comes back is what went in, and versions are never touched again."""

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from models.database import engine_for, session_of
from models.errors import SubmissionError
from models.profiles import Profile
from models.submission import (
    Cell,
    Counterparty,
    Display,
    Explanation,
    Fact,
    FundingLine,
    Indicator,
    Presence,
    Problem,
    Project,
    Submission,
    Unread,
)
from models.tables import Cycle, SubmissionVersion, Unit
from tasks.collect.store.versions import (
    latest_version,
    latest_versions,
    load_submission,
    load_submissions,
    store_content_version,
    store_submission,
)


def small(profile: Profile, **changes: Any) -> Submission:
    submission = Submission(
        file="101001.xlsx",
        sha256="a" * 64,
        kind="填报工作簿",
        profile=profile.code,
        catalogue_hash=profile.forms.hash,
        unit_code="101001",
        unit_name="某市某局本级",
        year=2022,
        presence={"公开01": Presence.PRESENT, "公开07": Presence.EMPTY, "公开08": Presence.ABSENT},
        cells=[
            Cell("公开01", "本年收入合计", "决算数", 2_441_685_618, None, "公开01!C20"),
            Cell("公开01", "收入/总计", "决算数", 2_441_685_618, None, "公开01!C24"),
            Cell("封面", "报表类型", "内容", None, "单户表"),
            Cell("封面", "填表人", "内容", None, "甲"),
            Cell("公开05", "30901", "基本支出", None, "——"),
        ],
        row_names={("公开03", "2101501"): "行政运行", ("公开02", "210"): "卫生健康支出"},
        facts=[Fact("收入总计24,416,856.18元。", "收入总计", "24416856.18", "元", False, "第 7 行")],
        counterparties=[Counterparty("上级补助收入", "101", "某市某局", "2101501", 5_000_00)],
        explanations=[Explanation("H-01", "公开03", "208", "基本支出", "人员增加")],
        problems=[Problem("R-行", "hint", "多出一行", "公开01", "", "", "第 9 行")],
        unread=[Unread("公开01", 1, "", "决算数"), Unread("公开01", 0, "经营收入", "", False)],
        displays={"公开07": Display("万元", 6)},
        projects=[
            Project(
                "F-SX22", "信息系统维护", "101-某局", "101001-某局本级",
                (FundingLine("资金总额", "10", "10", "10", "3.969", "6.031", "39.69", None),),
                "保障运行", "运行稳定",
                (Indicator("产出指标", "数量指标", "系统数", "≥5个", "≥5个", "≥5个", "20", "20"),),
                "91.97", "优", (("主要经验做法", "按目标推进。"),),
            ),
            Project("F-SX22", "空项目", "", "", (), "", "", (), None, ""),
        ],
    )  # fmt: skip
    return replace(submission, **changes)


@pytest.fixture
def units(database_url: str) -> list[Unit]:
    with session_of(database_url) as session:
        session.add(Cycle(id=1, year=2022, department_code="101", profile="national-2022"))
        session.flush()
        units = [Unit(cycle_id=1, code=f"10100{n}", name=f"单位{n}", report_type="单户表") for n in range(1, 4)]
        session.add_all(units)
    return units


def count(session: Session, table: str) -> int:
    return int(session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def test_a_submission_comes_back_as_it_was(database_url: str, units: list[Unit], profile: Profile) -> None:
    submission = small(profile)
    with session_of(database_url) as session:
        version, new = store_submission(session, units[0], submission)
    assert (new, version.number, version.role, version.report_type) == (True, 1, "报送", "单户表")
    assert json.loads(version.diff) == []
    with session_of(database_url) as session:
        assert load_submission(session, version.id or 0) == submission
        with pytest.raises(KeyError):
            load_submission(session, 999)


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
maybe = st.none() | words
int64 = st.integers(-(2**63) + 1, 2**63 - 1)
cells = st.lists(
    st.builds(Cell, form=words, row=words, column=words, amount=st.none() | int64, text=maybe, location=words),
    unique_by=lambda cell: (cell.form, cell.row, cell.column),
    max_size=5,
)
lines = st.lists(st.builds(FundingLine, words, maybe, maybe, maybe, maybe, maybe, maybe, maybe, words), max_size=2)
indicators = st.lists(
    st.builds(Indicator, words, words, words, words, words, words, maybe, maybe, words, words), max_size=2
)
projects = st.builds(
    Project, words, words, words, words, lines.map(tuple), words, words, indicators.map(tuple), maybe, words,
    st.lists(st.tuples(words, words), max_size=2).map(tuple), words,
)  # fmt: skip
submissions = st.builds(
    Submission,
    file=words, sha256=st.uuids().map(lambda one: one.hex), kind=words, profile=st.just("national-2022"),
    catalogue_hash=words, unit_code=words, unit_name=words, year=st.integers(0, 9999), amount_unit=words,
    decimals=st.integers(0, 6), presence=st.dictionaries(words, st.sampled_from(Presence), max_size=4), cells=cells,
    row_names=st.dictionaries(st.tuples(words, words), words, max_size=3),
    facts=st.lists(st.builds(Fact, words, words, words, words, st.booleans(), words), max_size=3),
    projects=st.lists(projects, max_size=2),
    counterparties=st.lists(st.builds(Counterparty, words, words, words, words, int64, words), max_size=2),
    explanations=st.lists(st.builds(Explanation, words, words, words, words, words, words, words), max_size=2),
    problems=st.lists(st.builds(Problem, words, words, words, words, words, words, words), max_size=2),
    unread=st.lists(st.builds(Unread, words, st.integers(0, 3), words, words, st.booleans()), max_size=2),
    classified=st.just(False),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=st.lists(submissions, min_size=1, max_size=3))
def test_any_content_comes_back(database_url: str, units: list[Unit], content: list[Submission]) -> None:
    with Session(engine_for(database_url)) as session:
        stored = [store_submission(session, unit, one) for unit, one in zip(units, content, strict=False)]
        ids = [version.id or 0 for version, _ in stored]
        assert load_submissions(session, reversed(ids)) == dict(zip(ids, content, strict=True))
        assert list(load_submissions(session, reversed(ids))) == ids[::-1]
        session.rollback()


def test_the_same_file_makes_no_new_version(database_url: str, units: list[Unit], profile: Profile) -> None:
    with session_of(database_url) as session:
        first, _ = store_submission(session, units[0], small(profile))
    with session_of(database_url) as session:
        again, new = store_submission(session, units[0], small(profile, file="副本.xlsx"))
        assert (again.id, new) == (first.id, False)
        assert count(session, "submissionversion") == 1
        other, new = store_submission(session, units[1], small(profile))
        assert (other.number, new) == (1, True)


def test_the_same_file_is_a_new_version_only_when_something_else_is_found_in_it(
    database_url: str, units: list[Unit], profile: Profile
) -> None:
    first = small(profile, catalogue_hash="旧")
    with session_of(database_url) as session:
        store_submission(session, units[0], first)
        version, new = store_submission(session, units[0], small(profile))
        assert (version.number, new) == (1, False)
        assert load_submission(session, version.id or 0) == first
        mended = [replace(first.cells[0], amount=first.cells[0].amount + 1), *first.cells[1:]]
        version, new = store_submission(session, units[0], small(profile, cells=mended))
        assert (version.number, new) == (2, True)


def test_a_resubmission_tells_what_changed(database_url: str, units: list[Unit], profile: Profile) -> None:
    old = small(profile)
    changed = [
        replace(old.cells[0], amount=2_441_685_619),
        replace(old.cells[1], location="公开01!C25"),
        old.cells[2],
        replace(old.cells[3], text="乙"),
        Cell("公开03", "208", "基本支出", 0),
    ]
    with session_of(database_url) as session:
        first, _ = store_submission(session, units[0], old)
        second, new = store_submission(session, units[0], small(profile, sha256="b" * 64, cells=changed))
        assert (second.number, new) == (2, True)
        assert json.loads(second.diff) == [
            ["公开01", "本年收入合计", "决算数", 2_441_685_618, 2_441_685_619],
            ["公开03", "208", "基本支出", None, 0],
            ["公开05", "30901", "基本支出", "——", None],
        ]
        assert load_submission(session, first.id or 0) == old
        back, new = store_submission(session, units[0], old)
        assert (back.number, new) == (3, True)


def test_versions_stored_at_once_are_numbered_one_after_the_other(
    database_url: str, units: list[Unit], profile: Profile
) -> None:
    numbers: list[int] = []

    def store(sha256: str) -> None:
        with session_of(database_url) as session:
            numbers.append(store_submission(session, units[0], small(profile, sha256=sha256))[0].number)

    threads = [threading.Thread(target=store, args=(f"{n}" * 64,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_a_wide_load_takes_few_queries(database_url: str, profile: Profile) -> None:
    with session_of(database_url) as session:
        session.add(Cycle(id=1, year=2022, department_code="101", profile="national-2022"))
        session.flush()
        units = [Unit(cycle_id=1, code=f"{n:04}", name=f"单位{n}") for n in range(300)]
        session.add_all(units)
        session.flush()
        ids = [store_submission(session, unit, small(profile))[0].id or 0 for unit in units]
    statements: list[str] = []
    engine = engine_for(database_url)

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with session_of(database_url) as session:
            loaded = load_submissions(session, ids)
            newest = latest_versions(session, [unit.id or 0 for unit in units])
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 13
    assert list(loaded) == ids
    assert loaded[ids[123]] == small(profile)
    assert {version.id for version in newest.values()} == set(ids)


def test_latest_versions_by_role(database_url: str, units: list[Unit], profile: Profile) -> None:
    with session_of(database_url) as session:
        assert latest_version(session, units[0].id or 0) is None
        store_submission(session, units[0], small(profile))
        second, _ = store_submission(session, units[0], small(profile, sha256="b" * 64))
        total = store_content_version(session, units[0], small(profile), "汇总", "部门汇总")
        assert latest_version(session, units[0].id or 0) == second
        assert latest_version(session, units[0].id or 0, "汇总") == total
        assert (total.number, total.report_type) == (1, "部门汇总")


def test_content_versions_follow_their_content(database_url: str, units: list[Unit], profile: Profile) -> None:
    total = small(profile, file="", sha256="")
    with session_of(database_url) as session:
        first = store_content_version(session, units[0], total, "汇总", "部门汇总")
        shuffled = replace(total, cells=total.cells[::-1])
        assert store_content_version(session, units[0], shuffled, "汇总", "部门汇总").id == first.id
        assert store_content_version(session, units[0], total, "调整建议", "调整表").number == 1
        more = replace(total, cells=[replace(total.cells[0], amount=1), *total.cells[1:]])
        assert store_content_version(session, units[0], more, "汇总", "部门汇总").number == 2
        based = store_content_version(session, units[0], more, "汇总", "部门汇总", basis="101001 第 2 版")
        assert based.number == 3
        assert load_submission(session, first.id or 0) == replace(total, sha256=first.sha256)


def test_versions_and_their_content_are_never_changed(database_url: str, units: list[Unit], profile: Profile) -> None:
    with session_of(database_url) as session:
        version, _ = store_submission(session, units[0], small(profile))
    guarded = ("submissionversion", "cell", "formpresence", "row_name", "narrative_fact", "reading_problem", "project",
               "funding_line", "indicator", "counterparty", "unread_figure")  # fmt: skip
    for table in guarded:
        column = "file" if table == "submissionversion" else "submission_id"
        for statement in (f'UPDATE "{table}" SET {column} = {column}', f'DELETE FROM "{table}"'):
            with pytest.raises(DBAPIError, match="append-only"), session_of(database_url) as session:
                session.execute(text(statement))
    with pytest.raises(DBAPIError, match="append-only"), session_of(database_url) as session:
        session.exec(select(SubmissionVersion)).one().sha256 = "f" * 64
    with session_of(database_url) as session:
        assert load_submission(session, version.id or 0) == small(profile)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classified": True}, "密级"),
        ({"unit_name": "某局\0"}, "封面中含有无法保存的字符"),
        (
            {"facts": [Fact("\ud800", "收入总计", "1", "元", False, "第 7 行")]},
            "文字说明中（第 7 行）含有无法保存的字符",
        ),
        ({"cells": [Cell("公开01", "收入/总计", "决算数", 2**63, None, "公开01!C7")]}, "（公开01!C7）的数字过大"),
        ({"cells": [Cell("公开01", "收入/总计", "决算数", 1), Cell("公开01", "收入/总计", "决算数", 2)]}, "出现了两次"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(
    database_url: str, units: list[Unit], profile: Profile, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(SubmissionError, match=said), session_of(database_url) as session:
        store_submission(session, units[0], small(profile, **changes))
    with session_of(database_url) as session:
        assert count(session, "submissionversion") == count(session, "cell") == 0
