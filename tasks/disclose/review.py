"""Writes the review reports: one for the department, one page for each unit; withdraws what units left behind."""

from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session

from models.database import session_of
from models.profiles import load_profile
from models.tables import Cycle, Document, Unit
from reports.review import UnitReview, build_review, build_unit_review
from tasks.disclose.disclose import document_path
from tasks.disclose.files import put_document, withdraw_others
from tasks.disclose.review_data import UNIT_PAGE, review_data
from tasks.phases import update_phases
from tasks.step import cycle_by_id, hold, results_folder, units_of

REPORT_PATH = "审核报告.html"


def write_review(url: str, cycle_id: int, out: str, mark: str) -> list[str]:
    """Write the department's report and every unit's page; withdraw the documents of units that left the registry.

    Returns:
        Paths, below ``out`` or the cycle's folder in it, of those that changed.
    """
    with session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        profile = load_profile(cycle.profile)
        units = units_of(session, cycle_id)
        hold(session, next(unit for unit in units if unit.parent_code is None))
        # First: what the report says of documents and their gaps is of those that stay.
        withdrawn = withdraw_others(session, Path(out), cycle_id, _paths(cycle, units))
        phases = update_phases(session, cycle)
        data = review_data(session, cycle, profile, units, phases, mark)
        pages = {REPORT_PATH: ("", build_review(data))}
        reviews: list[UnitReview] = [*data.units, *([data.department] if data.department else [])]
        for review in reviews:
            pages[review.page] = (
                review.code,
                build_unit_review(
                    review,
                    department_name=data.department_name,
                    year=data.year,
                    receipts=[line for line in data.receipts if line.unit_code == review.code],
                    versions=data.versions,
                    mark=mark,
                ),
            )
        written = [path for path, (code, html) in pages.items() if _put(session, cycle, Path(out), path, code, html)]
        return [*withdrawn, *written]


def _paths(cycle: Cycle, units: Sequence[Unit]) -> set[str]:
    """Where documents of the units that are in the registry now may lie."""
    folder = results_folder(cycle)
    pages = {f"{folder}/{UNIT_PAGE.format(kind=unit.kind, code=unit.code)}" for unit in units}
    return {f"{folder}/{REPORT_PATH}", *pages, *(document_path(cycle, unit) for unit in units)}


def _put(session: Session, cycle: Cycle, out: Path, path: str, code: str, html: str) -> bool:
    row = Document(
        cycle_id=cycle.id or 0, unit_code=code, kind="审核报告", format="html",
        path=f"{results_folder(cycle)}/{path}", sha256="", draft=False,
    )  # fmt: skip
    return put_document(session, out, row, html.encode("utf-8"))
