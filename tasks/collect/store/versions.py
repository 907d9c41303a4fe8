"""Stores submissions as immutable numbered versions and gives them back as they were."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, SQLModel, col

from models.database import bulk_insert
from models.errors import SubmissionError
from models.profiles import load_profile
from models.submission import DEPARTMENT_REPORT, Display, Presence, Project, Submission
from models.tables import CellRecord, FormPresence, ProjectRecord, RowName, SubmissionVersion, Unit
from tasks.collect.store.columns import (
    PARTS,
    PROJECT_COLUMNS,
    PROJECT_PARTS,
    Part,
    Row,
    content_sha256,
    item_rows,
    project_row,
    refuse_unstorable,
)
from tasks.collect.store.receipts import record_receipt as record_receipt

IDS_PER_QUERY = 500
"""Versions fetched by one query; a chunk of hundreds of units takes one round of queries."""

SUBMITTED, SUMMED, PROPOSED = "报送", "汇总", "调整建议"
"""Roles of versions."""

T = TypeVar("T")


def store_submission(session: Session, unit: Unit, submission: Submission) -> tuple[SubmissionVersion, bool]:
    """Store what a unit handed in as its next version.

    The same file as the latest version's makes no new one, unless more or less or other things are found in it now.

    Args:
        session: Open transaction.
        unit: The unit, already stored.
        submission: What was read.

    Returns:
        The version, and whether it is new.

    Raises:
        SubmissionError: The file is marked 涉密, or holds what no database can keep.
    """
    if submission.classified:
        raise SubmissionError(
            submission.file, "标有密级，不得在本系统中处理", advice="请按保密规定另行报送", code="涉密"
        )
    report_type = submission.text("封面", "报表类型") or unit.report_type
    return _store(session, unit, submission, SUBMITTED, report_type, submission.sha256)


def store_content_version(
    session: Session, unit: Unit, submission: Submission, role: str, report_type: str, basis: str = ""
) -> SubmissionVersion:
    """Store a version that no file carries: a department's sum, a proposed 调整表.

    Args:
        session: Open transaction.
        unit: The department or unit it stands for.
        submission: Its content; ``file`` and ``sha256`` are not used.
        role: ``汇总`` or ``调整建议``.
        report_type: As on a cover (``部门汇总``, ``调整表``).
        basis: What else makes it what it is (its contributions), in natural keys: never ids of the database, which
            differ from one database to the next.

    Returns:
        The version: the latest one of that role when content and basis are the same, else a new one.

    Raises:
        SubmissionError: The content holds what no database can keep.
    """
    return _store(session, unit, submission, role, report_type, content_sha256(submission, basis))[0]


def latest_version(session: Session, unit_id: int, role: str = SUBMITTED) -> SubmissionVersion | None:
    """The version with the highest number; ``None`` when there is none."""
    return latest_versions(session, [unit_id], role).get(unit_id)


def latest_versions(session: Session, unit_ids: Iterable[int], role: str = SUBMITTED) -> dict[int, SubmissionVersion]:
    """The latest version of each unit that has one, by unit id; one query for hundreds of units."""
    found: dict[int, SubmissionVersion] = {}
    for ids in _batches(unit_ids):
        # Versions of a unit are numbered under its lock, so that the newest one has the highest id too.
        newest = (
            select(func.max(SubmissionVersion.id))
            .where(col(SubmissionVersion.unit_id).in_(ids), col(SubmissionVersion.role) == role)
            .group_by(col(SubmissionVersion.unit_id))
        )
        query = select(SubmissionVersion).where(col(SubmissionVersion.id).in_(newest))
        found.update({version.unit_id: version for version in session.scalars(query)})
    return found


def load_submission(session: Session, submission_id: int) -> Submission:
    """Rebuild one version's content, equal to what was stored.

    Raises:
        KeyError: There is no such version.
    """
    return load_submissions(session, [submission_id])[submission_id]


def load_submissions(session: Session, ids: Iterable[int]) -> dict[int, Submission]:
    """Rebuild many versions with a fixed number of ordered queries per :data:`IDS_PER_QUERY` of them.

    Returns:
        Submissions by version id, in the order of ``ids``; unknown ids are left out.
    """
    wanted = list(dict.fromkeys(ids))
    loaded: dict[int, Submission] = {}
    for batch in _batches(wanted):
        loaded.update(_load_batch(session, batch))
    return {key: loaded[key] for key in wanted if key in loaded}


def _store(
    session: Session, unit: Unit, submission: Submission, role: str, report_type: str, sha256: str
) -> tuple[SubmissionVersion, bool]:
    if unit.id is None:
        raise ValueError("the unit is not stored yet")
    # Two runs for one unit number their versions one after the other (SQLite has a single writer anyway).
    session.execute(select(col(Unit.id)).where(col(Unit.id) == unit.id).with_for_update(key_share=True))
    latest = latest_version(session, unit.id, role)
    if latest is not None and _is_same(session, latest, (sha256, report_type), submission):
        return latest, False
    refuse_unstorable(submission)
    version = SubmissionVersion(
        unit_id=unit.id,
        role=role,
        number=latest.number + 1 if latest is not None else 1,
        file=submission.file,
        sha256=sha256,
        kind=submission.kind,
        report_type=report_type,
        profile=submission.profile,
        catalogue_hash=submission.catalogue_hash,
        unit_code=submission.unit_code,
        unit_name=submission.unit_name,
        year=submission.year,
        amount_unit=submission.amount_unit,
        decimals=submission.decimals,
        diff=_diff(session, latest, submission),
    )
    session.add(version)
    session.flush()
    assert version.id is not None
    _write_content(session, version.id, submission)
    return version, True


def _is_same(session: Session, latest: SubmissionVersion, identity: tuple[str, str], submission: Submission) -> bool:
    """Whether nothing has come since; a file may hold more for a reader that was mended after it was taken."""
    if (latest.sha256, latest.report_type) != identity:
        return False
    if latest.role != SUBMITTED:  # no file carries it: its sha256 is the content's
        return True
    return content_sha256(load_submission(session, latest.id or 0)) == content_sha256(submission)


def _write_content(session: Session, key: int, submission: Submission) -> None:
    presence = (
        (key, form, state.value, *(submission.displays.get(form) or ("", None)))
        for form, state in submission.presence.items()
    )
    bulk_insert(session, FormPresence, ("submission_id", "form", "state", "amount_unit", "decimals"), presence)
    names = ((key, form, row, name) for (form, row), name in submission.row_names.items())
    bulk_insert(session, RowName, ("submission_id", "form", "row", "name"), names)
    for part in PARTS:
        items = getattr(submission, part.name)
        bulk_insert(session, part.record, ("submission_id", "position", *part.columns), item_rows(items, key))
    projects = submission.projects
    rows = ((key, position, *project_row(project)) for position, project in enumerate(projects))
    bulk_insert(session, ProjectRecord, ("submission_id", "position", *PROJECT_COLUMNS), rows)
    for part in PROJECT_PARTS:
        columns = ("submission_id", "project", "position", *part.columns)
        lines = (row for n, project in enumerate(projects) for row in item_rows(getattr(project, part.name), key, n))
        bulk_insert(session, part.record, columns, lines)


def _diff(session: Session, before: SubmissionVersion | None, submission: Submission) -> str:
    """JSON list of changed cells: [form, row, column, old, new], sorted; private cells (contacts) stay out of it."""
    if before is None:
        return "[]"
    cells = _ordered(session, CellRecord, [before.id or 0], (), ("form", "row", "column", "amount", "text"))
    old = {(form, row, column): _value(amount, text) for form, row, column, amount, text in cells}
    new = {(cell.form, cell.row, cell.column): _value(cell.amount, cell.text) for cell in submission.cells}
    private = _private_rows(submission.profile)
    changed = [
        [*address, old.get(address), new.get(address)]
        for address in sorted(old.keys() | new.keys())
        if old.get(address) != new.get(address) and address[:2] not in private
    ]
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":"))


def _value(amount: int | None, text: str | None) -> int | str | None:
    return text if amount is None else amount


def _private_rows(profile: str) -> set[tuple[str, str]]:
    forms = load_profile(profile).forms.values()
    return {(form.code, row.key) for form in forms for row in form.rows.values() if row.private}


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while batch := list(islice(left, IDS_PER_QUERY)):
        yield batch


def _ordered(
    session: Session, record: type[SQLModel], ids: Sequence[int], key: Sequence[str], columns: Sequence[str]
) -> Iterator[Row]:
    """Plain rows (*key, *columns) of some versions, ordered by the key."""
    table: Any = record.__table__  # type: ignore[attr-defined]
    chosen: list[ColumnElement[Any]] = [table.c[name] for name in (*key, *columns)]
    query = select(*chosen).where(table.c.submission_id.in_(ids)).order_by(*chosen[: len(key)])
    for row in session.execute(query):
        yield tuple(row)


def _load_batch(session: Session, ids: list[int]) -> dict[int, Submission]:
    query = select(SubmissionVersion).where(col(SubmissionVersion.id).in_(ids))
    loaded = {version.id: _bare(version) for version in session.scalars(query) if version.id is not None}
    shown = ("form", "state", "amount_unit", "decimals")
    for key, form, state, unit, decimals in _ordered(session, FormPresence, ids, ("submission_id",), shown):
        loaded[key].presence[form] = Presence(state)
        if decimals is not None:
            loaded[key].displays[form] = Display(unit, decimals)
    for key, form, row, name in _ordered(session, RowName, ids, ("submission_id", "form", "row"), ("name",)):
        loaded[key].row_names[form, row] = name
    for part in PARTS:
        for key, _, *values in _ordered(session, part.record, ids, ("submission_id", "position"), part.columns):
            getattr(loaded[key], part.name).append(part.item(*values))
    for key, project in _load_projects(session, ids):
        loaded[key].projects.append(project)
    return loaded


def _bare(version: SubmissionVersion) -> Submission:
    same = ("file", "sha256", "kind", "profile", "catalogue_hash", "unit_code", "unit_name", "year")
    return Submission(**{name: getattr(version, name) for name in (*same, "amount_unit", "decimals")})


def _load_projects(session: Session, ids: list[int]) -> Iterator[tuple[int, Project]]:
    lists = {part.name: _project_lists(session, ids, part) for part in PROJECT_PARTS}
    for key, number, *values in _ordered(session, ProjectRecord, ids, ("submission_id", "position"), PROJECT_COLUMNS):
        given: dict[str, Any] = dict(zip(PROJECT_COLUMNS, values, strict=True))
        given["analysis"] = tuple((heading, text) for heading, text in json.loads(given["analysis"]))
        inner: dict[str, Any] = {name: tuple(items.get((key, number), ())) for name, items in lists.items()}
        yield key, Project(**given, **inner)


def _project_lists(session: Session, ids: list[int], part: Part) -> dict[tuple[int, int], list[Any]]:
    items: dict[tuple[int, int], list[Any]] = {}
    key = ("submission_id", "project", "position")
    for submission_id, project, _, *values in _ordered(session, part.record, ids, key, part.columns):
        items.setdefault((submission_id, project), []).append(part.item(*values))
    return items


def department_workbook(session: Session, node: Unit) -> SubmissionVersion | None:
    """The newest workbook of a department; ``None`` when it never filed one."""
    version = latest_version(session, node.id or 0)
    return version if version is not None and version.report_type == DEPARTMENT_REPORT else None
