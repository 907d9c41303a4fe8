"""The annual cycle on the bundled example, through a real Prefect server, on both databases."""

import shutil
from pathlib import Path

import pytest
from corrected import correct_301005
from cycles import EXAMPLE, YEAR, Place, run_flow, state_of, status_of
from sqlmodel import col, select

from flows.example import deviations
from flows.judgement import judge
from flows.summary import NAMES, find_cycle
from models.database import session_of
from models.profiles import load_profile
from models.tables import (
    CellRecord,
    ContributedCell,
    Contribution,
    Event,
    FindingRecord,
    OutcomeRecord,
    SubmissionVersion,
    Unit,
)
from tasks.collect.reading import read_submission

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One undisturbed run on SQLite that the tests below only read."""
    folder = tmp_path_factory.mktemp("cycle")
    place = Place(f"sqlite:///{folder / 'juesuan.db'}", folder / "out")
    assert run_flow(place) == ("有待处理单位", True)
    return place


def test_the_example_comes_out_as_added_up_by_hand(done: Place) -> None:
    status = status_of(done)
    with session_of(done.url) as session:
        states = {unit.code: NAMES[unit.overall] for unit in status.units}
        assert deviations(session, find_cycle(session, YEAR), states) == []


def test_the_same_state_and_bytes_on_both_databases_and_a_second_run_changes_nothing(
    done: Place, database_url: str, tmp_path: Path
) -> None:
    place = Place(database_url, tmp_path / "out")
    assert run_flow(place) == ("有待处理单位", True)
    first = state_of(place)
    assert first == state_of(done)
    with session_of(place.url) as session:
        events = len(session.exec(select(Event.id)).all())
    assert run_flow(place) == ("有待处理单位", False)
    assert state_of(place) == first
    with session_of(place.url) as session:
        assert len(session.exec(select(Event.id)).all()) == events, "nothing happened, so nothing is on the trail"


def test_every_department_cell_is_the_sum_of_its_stored_sources(done: Place) -> None:
    with session_of(done.url) as session:
        total = session.exec(select(SubmissionVersion).where(SubmissionVersion.role == "汇总")).one()
        cells = {
            (c.form, c.row, c.column): c.amount
            for c in session.exec(select(CellRecord).where(CellRecord.submission_id == total.id))
            if c.amount is not None
        }
        parts: dict[tuple[str, str, str], int] = dict.fromkeys(cells, 0)
        query = (
            select(ContributedCell)
            .join(Contribution, col(Contribution.id) == ContributedCell.contribution_id)
            .where(Contribution.submission_id == total.id)
        )
        for part in session.exec(query):
            parts[part.form, part.row, part.column] += part.amount
        kinds = session.exec(select(Contribution.kind).where(Contribution.submission_id == total.id)).all()
    assert parts == cells and len(cells) > 300
    assert sorted(kinds) == ["单户表"] * 4 + ["调整表"]


def test_check_and_flow_find_the_same(done: Place) -> None:
    """The evaluator alone and the verdicts read from GX agree; only the unit type, which the registry adds, may differ."""
    fields = "rule severity status title message form row row_name subject_code column location left right difference"
    for path in sorted((EXAMPLE / "inbox").iterdir()):
        reading = read_submission(path, load_profile())
        alone = judge(path, reading, load_profile())
        with session_of(done.url) as session:
            rows = session.exec(
                select(FindingRecord)
                .join(SubmissionVersion, col(SubmissionVersion.id) == FindingRecord.submission_id)
                .join(Unit, col(Unit.id) == SubmissionVersion.unit_id)
                .where(Unit.code == path.name[:6], SubmissionVersion.role == "报送")
                .order_by(col(FindingRecord.position))
            ).all()
            outcomes = session.exec(
                select(OutcomeRecord)
                .join(SubmissionVersion, col(SubmissionVersion.id) == OutcomeRecord.submission_id)
                .join(Unit, col(Unit.id) == SubmissionVersion.unit_id)
                .where(Unit.code == path.name[:6], SubmissionVersion.role == "报送")
            ).all()
        through_gx = [tuple(str(getattr(row, name)) for name in fields.split()) for row in rows]
        evaluator = [
            tuple(str(getattr(f, name)) for name in fields.split())
            for f in alone.findings
            if f.rule != "X610-事业" or path.suffix != ".txt"
        ]
        assert evaluator == through_gx, path.name
        assert alone.checked == sum(row.checked for row in outcomes)
        assert alone.held == sum(row.held for row in outcomes)


def test_the_flows_verdicts_come_from_gx_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from expectations.gx import ExpectUnitsToSatisfyRule

    honest = ExpectUnitsToSatisfyRule._validate

    def broken(self: ExpectUnitsToSatisfyRule, *args: object, **kwargs: object) -> object:
        if self.rule_id == "T01-支出":
            raise RuntimeError("broken on purpose")
        return honest(self, *args, **kwargs)

    monkeypatch.setattr(ExpectUnitsToSatisfyRule, "_validate", broken)
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out")
    run_flow(place, "301005")
    with session_of(place.url) as session:
        query = (
            select(OutcomeRecord.status)
            .join(SubmissionVersion, col(SubmissionVersion.id) == OutcomeRecord.submission_id)
            .where(OutcomeRecord.rule == "T01-支出", SubmissionVersion.role == "报送")
        )
        assert session.exec(query).one() == "not_checked", "the evaluator alone finds 9.00 元 too much there"


def test_documents_are_drafts_and_marked(done: Place) -> None:
    public = sorted(done.out.rglob("决算公开.html"))
    assert [path.parent.name for path in public] == ["301001", "301002", "301003", "301004", "301"]
    for path in public:
        text = path.read_text("utf-8")
        assert "草稿" in text and "示例数据" in text, path
    assert "301006" in (done.results / "审核报告.html").read_text("utf-8")


def test_a_corrected_file_is_a_new_version_and_only_its_own_rows_change(tmp_path: Path) -> None:
    inbox = shutil.copytree(EXAMPLE / "inbox", tmp_path / "inbox")
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", inbox=inbox)
    run_flow(place)
    correct_301005(inbox)
    assert run_flow(place, "301005") == ("有待处理单位", True)
    with session_of(place.url) as session:
        versions = session.exec(
            select(Unit.code, SubmissionVersion.number)
            .join(SubmissionVersion, col(SubmissionVersion.unit_id) == Unit.id)
            .where(SubmissionVersion.role == "报送")
            .order_by(Unit.code, col(SubmissionVersion.number))
        ).all()
        newest = session.exec(select(SubmissionVersion).where(SubmissionVersion.role == "汇总")).all()[-1]
        income = session.get(CellRecord, (newest.id, "公开01", "本年收入合计", "决算数"))
        changed = session.exec(
            select(SubmissionVersion.diff).join(Unit).where(Unit.code == "301005", SubmissionVersion.number == 2)
        ).one()
    assert [tuple(v) for v in versions if v[0] == "301005"] == [("301005", 1), ("301005", 2)]
    assert all(number == 1 for code, number in versions if code != "301005")
    assert income is not None and income.amount == 4364975668 + 164750000, "the department took the unit in"
    assert "本年支出合计" in changed and "164750900" in changed
    assert {unit.code: unit.overall.value for unit in status_of(place).units}["301005"] == "完成"
    assert (place.results / "单位" / "301005" / "决算公开.html").is_file()


def test_a_file_of_nobody_waits_until_it_is_moved_out(tmp_path: Path) -> None:
    """The run's state, the exit code and the status agree, and say nothing for ever."""
    (tmp_path / "inbox").mkdir()
    shutil.copy(next((EXAMPLE / "inbox").glob("301002*")), tmp_path / "inbox")
    rows = (EXAMPLE / "registry.csv").read_text("utf-8-sig").splitlines()
    kept = [row for row in rows if row.startswith(("单位", "301,", "301002"))]
    (tmp_path / "registry.csv").write_text("\n".join(kept) + "\n", "utf-8")
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", tmp_path / "registry.csv", tmp_path / "inbox")
    assert run_flow(place) == ("Completed", True)
    notice = tmp_path / "inbox" / "关于报送决算的通知.pdf"
    notice.write_bytes(b"%PDF")
    assert run_flow(place) == ("有未接收文件", True) and status_of(place).needs_attention
    notice.unlink()
    assert run_flow(place) == ("Completed", True) and not status_of(place).needs_attention
    assert run_flow(place) == ("Completed", False)
