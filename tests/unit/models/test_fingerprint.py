"""Fingerprint: equal for the same state however reached, different for any figure, state, message or document."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.database import bulk_insert, engine_for, session_of
from models.fingerprint import fingerprint
from models.profiles import load_profile
from models.submission import Cell, Fact, Presence, Submission
from models.tables import (
    Approval,
    ContributedCell,
    Contribution,
    Cycle,
    Document,
    FindingRecord,
    IndicatorScore,
    OutcomeRecord,
    ProjectScore,
    Receipt,
    StatutoryApproval,
    Unit,
    UnitStep,
)
from models.tables.columns import now
from models.trail import record
from tasks.collect.store.versions import latest_version, store_content_version, store_submission


def submission(code: str, amount: int) -> Submission:
    return Submission(
        file=f"{code}.xlsx", sha256=code.ljust(64, "0"), kind="填报工作簿", profile="national-2022",
        catalogue_hash=load_profile().forms.hash, unit_code=code, year=2022, presence={"公开01": Presence.PRESENT},
        cells=[Cell("公开01", "收入/总计", "决算数", amount), Cell("公开01", "乙", "决算数", 1),
               Cell("公开01", "丙", "决算数", 2), Cell("公开01", "A", "决算数", 3)],
        facts=[Fact("收入总计。", "收入总计", "1", "元", False)],
    )  # fmt: skip


def build(session: Session, codes: list[str]) -> None:
    """The same state, its rows written in the order of ``codes``."""
    cycle = Cycle(year=2022, department_code="101", profile="national-2022")
    session.add(cycle)
    session.flush()
    cycle_id = cycle.id or 0
    versions = {}
    units = {}
    for code in [*codes, "101"]:
        units[code] = Unit(cycle_id=cycle_id, code=code, name=f"单位{code}", position=int(code) % 10)
        session.add(units[code])
        session.flush()
    for code in codes:
        versions[code], _ = store_submission(session, units[code], submission(code, int(code) * 100))
        version_id = versions[code].id or 0
        session.add(UnitStep(unit_id=units[code].id or 0, step="collect", state="完成", message="第 1 版", attempt=3))
        session.add(
            FindingRecord(
                submission_id=version_id,
                ruleset_hash="r",
                position=0,
                rule="H-01",
                severity="hint",
                status="violated",
                title="题",
                left=5,
                right=4,
                difference=1,
            )
        )
        session.add(
            OutcomeRecord(
                submission_id=version_id,
                ruleset_hash="r",
                rule="H-01",
                severity="hint",
                status="violated",
                checked=2,
                held=1,
            )
        )
        score = ProjectScore(
            submission_id=version_id,
            project=0,
            name="项目",
            scheme="F-SX22",
            scheme_hash="s",
            total="90",
            recomputed_points="90",
            accepted_points="0",
            unscorable_points="0",
        )
        session.add(score)
        session.flush()
        session.add(IndicatorScore(project_score_id=score.id or 0, position=0, name="指标", basis="recomputed"))
        session.add(
            Document(
                cycle_id=cycle_id,
                unit_code=code,
                kind="决算公开",
                format="html",
                path=f"{code}/a.html",
                sha256="d" * 64,
                submission_id=version_id,
            )
        )
        session.add(Receipt(cycle_id=cycle_id, unit_code=code, file=f"{code}.xlsx", sha256="1", outcome="已接收"))
        record(session, "收件", cycle_id=cycle_id, unit_code=code)
    total = store_content_version(session, units["101"], submission("101", 3), "汇总", "部门汇总")
    for code in codes:
        part = Contribution(submission_id=total.id or 0, source_id=versions[code].id or 0, kind="单户表")
        session.add(part)
        session.flush()
        bulk_insert(
            session,
            ContributedCell,
            ("contribution_id", "form", "row", "column", "amount"),
            [(part.id, "公开01", "收入/总计", "决算数", int(code) * 100)],
        )
    session.add(Approval(cycle_id=cycle_id, decision="同意", reviewer="审核人", versions="{}"))
    session.add(StatutoryApproval(cycle_id=cycle_id, document_number="财〔2023〕1号", approved_on=date(2023, 6, 1)))
    session.flush()  # fmt: skip


def state_of(url: str, codes: list[str]) -> str:
    with session_of(url) as session:
        build(session, codes)
    with session_of(url) as session:
        return fingerprint(session)


@pytest.fixture
def reference(sqlite_template: Path, tmp_path: Path) -> str:
    """Fingerprint of the state on SQLite, built in order."""
    file = tmp_path / "reference.db"
    file.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{file}"
    found = state_of(url, ["101001", "101002", "101003"])
    engine_for(url).dispose()
    return found


@pytest.mark.parametrize("codes", [["101001", "101002", "101003"], ["101003", "101001", "101002"]])
def test_the_same_state_on_any_database_in_any_order(database_url: str, reference: str, codes: list[str]) -> None:
    with session_of(database_url) as session:
        session.add(Cycle(year=2000, department_code="x", profile="p"))
        session.flush()
        other = session.exec(select(Cycle)).one()
        empty = fingerprint(session)
        session.delete(other)
    found = state_of(database_url, codes)
    assert found == reference
    assert found != empty


def test_moments_attempts_and_events_do_not_count(database_url: str) -> None:
    before = state_of(database_url, ["101001"])
    with session_of(database_url) as session:
        step = session.exec(select(UnitStep)).one()
        step.attempt, step.changed_at = 9, now()
        session.exec(select(Document)).one().written_at = now()
        session.exec(select(Approval)).one().decided_at = now()
        record(session, "再次运行", run="r2")
    with session_of(database_url) as session:
        assert fingerprint(session) == before


def change_cell(session: Session) -> None:
    unit = session.exec(select(Unit).where(Unit.code == "101001")).one()
    changed = replace(submission("101001", 100), sha256="f" * 64)
    store_submission(session, unit, changed)


def change_contributed(session: Session) -> None:
    session.exec(select(ContributedCell)).one().amount += 1


def change_state(session: Session) -> None:
    session.exec(select(UnitStep)).one().state = "退回"


def change_message(session: Session) -> None:
    session.exec(select(UnitStep)).one().message = "第 2 版"


def change_document(session: Session) -> None:
    session.exec(select(Document)).one().sha256 = "e" * 64


def change_document_version(session: Session) -> None:
    unit = session.exec(select(Unit).where(Unit.code == "101")).one()
    total = latest_version(session, unit.id or 0, "汇总")
    session.exec(select(Document)).one().submission_id = total.id if total else None


def change_finding(session: Session) -> None:
    session.exec(select(FindingRecord)).one().left = 6


def change_score(session: Session) -> None:
    session.exec(select(IndicatorScore)).one().score = "1"


def change_approval(session: Session) -> None:
    session.exec(select(StatutoryApproval)).one().approved_on = date(2023, 6, 2)


CHANGES: list[Callable[[Session], None]] = [
    change_cell, change_contributed, change_state, change_message, change_document, change_document_version,
    change_finding, change_score, change_approval,
]  # fmt: skip


def test_any_change_shows(database_url: str) -> None:
    seen = {state_of(database_url, ["101001"])}
    for change in CHANGES:
        with session_of(database_url) as session:
            change(session)
            session.flush()
            found = fingerprint(session)
        assert found not in seen, change.__name__
        seen.add(found)


def test_an_amount_changed_behind_our_back_shows(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "tampered.db"
    file.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{file}"
    before = state_of(url, ["101001"])
    engine_for(url).dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER cell_no_update")
        connection.execute("UPDATE cell SET amount = amount + 1 WHERE row = 'A' AND submission_id = 1")
    connection.close()
    with session_of(url) as session:
        assert fingerprint(session) != before
    engine_for(url).dispose()


def test_one_cycle_of_several(database_url: str) -> None:
    before = state_of(database_url, ["101001", "101002"])
    with session_of(database_url) as session:
        cycle_id = session.exec(select(Cycle.id)).one()
        assert fingerprint(session, cycle_id) == before
        other = Cycle(year=2023, department_code="101", profile="national-2022")
        session.add(other)
        session.flush()
        session.add(Unit(cycle_id=other.id or 0, code="101001", name="单位"))
        session.flush()
        assert fingerprint(session, cycle_id) == before
        assert fingerprint(session) != before
        assert fingerprint(session, other.id) not in (before, fingerprint(session))
