"""Disclosure step: writes the 决算公开 document of each unit that passed and of each department that was added up."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlmodel import Session, col, select

from models.database import read_session_of, session_of
from models.profiles import Profile, load_profile
from models.provenance import made_with
from models.tables import (
    Contribution,
    Cycle,
    Document,
    StepState,
    SubmissionVersion,
    Unit,
)
from reports.disclosure import DepartmentScope, build_disclosure
from reports.gaps import gaps_of
from reports.html import render_html
from tasks.collect.store.versions import latest_version, load_submission
from tasks.disclose.approval import first_read, is_released
from tasks.disclose.files import (
    DISCLOSURE,
    awaits_approval,
    is_intact,
    put_document,
    stored_document,
    withdraw_document,
)
from tasks.disclose.gaps import lacking_gaps, store_gaps, waived_numbers
from tasks.step import (
    StepReport,
    cycle_by_id,
    hold,
    results_folder,
    set_step,
    step_key,
    steps_of,
    units_below,
    units_of,
)

STEP = "disclose"

KEPT = "决算公开.html（保持批准公开时的内容；更新后的内容与之不同，须重新批准公开）"

NAMED_GAPS = 5
"""Gaps that the step's message names; the review report has them all."""


def document_path(cycle: Cycle, unit: Unit) -> str:
    """Where a unit's disclosure lies below the folder of results."""
    return f"{results_folder(cycle)}/{unit.kind}/{unit.code}/决算公开.html"


def disclose_units(url: str, cycle_id: int, codes: Sequence[str], out: str, mark: str) -> StepReport:
    """Write the disclosure of each unit named, one transaction each; withdraw those whose figures do not stand.

    Args:
        url: Database.
        cycle_id: The cycle.
        codes: Units and departments.
        out: Folder of results.
        mark: Printed on every page, for example 示例数据.
    """
    report = StepReport(STEP)
    with read_session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        profile = load_profile(cycle.profile)
        units = units_of(session, cycle_id)
    wanted = set(codes)
    for unit in [unit for unit in units if unit.code in wanted]:
        with session_of(url) as session:
            changed = _disclose(session, cycle, profile, unit, units, Path(out), mark)
        (report.done if changed else report.unchanged).append(unit.code)
    return report


def _disclose(
    session: Session, cycle: Cycle, profile: Profile, unit: Unit, units: Sequence[Unit], out: Path, mark: str
) -> bool:
    cycle_id = cycle.id or 0
    hold(session, unit)
    path = document_path(cycle, unit)
    version = _standing_version(session, unit)
    if version is None:
        gone = withdraw_document(session, out, cycle_id, path)
        return set_step(session, unit, STEP, StepState.WAITING, "", "") or gone
    scope = _scope(session, unit, units, version) if unit.kind == "部门" else None
    released, waived = is_released(session, cycle, unit, version), waived_numbers(session, cycle_id, unit.code)
    key = step_key(STEP, profile, version.number, version.sha256, released, mark, scope, unit.name, sorted(waived))
    known, stored = steps_of(session, [unit], STEP).get(unit.id or 0), stored_document(session, cycle_id, path)
    as_draft = not released or lacking_gaps(session, cycle_id, unit.code)
    settled = stored is not None and (stored.draft == as_draft or stored.pending != "")
    if known is not None and known.input_key == key and settled and is_intact(session, out, cycle_id, path):
        return False
    document, warnings = build_disclosure(
        profile, load_submission(session, version.id or 0), unit_name=unit.name, unit_code=unit.code, year=cycle.year,
        mark=mark, department=scope,
    )  # fmt: skip
    gaps = gaps_of(document, warnings)
    store_gaps(session, cycle_id, unit.code, gaps)
    lacking = [gap.text for gap in gaps if gap.number not in waived]
    document = replace(document, draft=not released or bool(lacking))
    row = Document(
        cycle_id=cycle_id, unit_code=unit.code, kind=DISCLOSURE, format="html", path=path, sha256="",
        submission_id=version.id, template_hash=made_with(f"tasks.{STEP}", profile), draft=document.draft,
    )  # fmt: skip
    approved = stored if released and _shows(session, stored, version) else None
    if approved is not None and awaits_approval(approved, row, render_html(document).encode("utf-8")):
        if is_intact(session, out, cycle_id, path):
            approved.pending = row.pending
            return set_step(session, unit, STEP, StepState.DONE, KEPT, key)
        row.draft = True  # what was approved is lost
        document = replace(document, draft=True)
    changed = put_document(session, out, row, render_html(document).encode("utf-8"))
    return set_step(session, unit, STEP, StepState.DONE, _message(lacking), key) or changed


def _message(lacking: Sequence[str]) -> str:
    more = f"；等 {len(lacking)} 处" if len(lacking) > NAMED_GAPS else ""
    return "决算公开.html" + (f"，待补：{'；'.join(lacking[:NAMED_GAPS])}{more}" if lacking else "")


def _shows(session: Session, stored: Document | None, version: SubmissionVersion) -> bool:
    """Whether a document was written of the same figures."""
    shown = session.get(SubmissionVersion, stored.submission_id) if stored is not None else None
    return shown is not None and first_read(session, shown).id == first_read(session, version).id


def _standing_version(session: Session, unit: Unit) -> SubmissionVersion | None:
    """The version to publish: a unit's newest when it passed validation, a department's newest sum."""
    unit_id = unit.id or 0
    if unit.kind == "部门":
        added = steps_of(session, [unit], "aggregate").get(unit_id)
        return latest_version(session, unit_id, "汇总") if added and added.state == StepState.DONE else None
    for step in ("collect", "validate"):
        state = steps_of(session, [unit], step).get(unit_id)
        if state is None or state.state != StepState.DONE:
            return None
    return latest_version(session, unit_id)


def _scope(session: Session, node: Unit, units: Sequence[Unit], version: SubmissionVersion) -> DepartmentScope:
    """Units in the sum and those that should be."""
    added = set(
        session.exec(
            select(Unit.code)
            .join(SubmissionVersion, col(SubmissionVersion.unit_id) == Unit.id)
            .join(Contribution, col(Contribution.source_id) == SubmissionVersion.id)
            .where(Contribution.submission_id == version.id)
        )
    )
    own = [unit for unit in units_below(units, node.code) if unit.report_type in ("单户表", "汇总录入表", "叠加汇总表")]
    return DepartmentScope(
        covered=tuple((unit.code, unit.name) for unit in own if unit.code in added),
        missing=tuple((unit.code, unit.name) for unit in own if unit.code not in added),
    )
