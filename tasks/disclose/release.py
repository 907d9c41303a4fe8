"""Records 批复, and carries a reviewer's decision out: stores it and rewrites the documents, which lose or regain 草稿."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from models.database import session_of
from models.tables import Cycle
from tasks.disclose.approval import decide, obstacles, record_statutory
from tasks.disclose.disclose import disclose_units
from tasks.disclose.gaps import waive
from tasks.disclose.review import write_review
from tasks.step import cycle_by_id, units_of


def note_statutory(
    url: str, cycle_id: int, document_number: str, approved_on: date, by: str, out: str, mark: str, run: str = ""
) -> None:
    """Record 批复 and show it in the report, at which whoever decides looks. Errors as of ``record_statutory``."""
    with session_of(url) as session:
        record_statutory(session, cycle_by_id(session, cycle_id), document_number, approved_on, by, run)
    write_review(url, cycle_id, out, mark)


def waive_gaps(url: str, cycle_id: int, names: Sequence[str], reviewer: str, comment: str, out: str, mark: str) -> int:
    """Record waivers and show them in documents and report. Arguments, result and errors as of ``waive``."""
    with session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        fresh = waive(session, cycle, names, reviewer, comment)
        codes = _codes(session, cycle)
    disclose_units(url, cycle_id, codes, out, mark)
    write_review(url, cycle_id, out, mark)
    return fresh


def release_obstacles(url: str, cycle_id: int) -> list[str]:
    """What keeps the department from being released."""
    with session_of(url) as session:
        return obstacles(session, cycle_by_id(session, cycle_id))


def carry_out(url: str, cycle_id: int, decision: str, reviewer: str, comment: str, out: str, mark: str) -> list[str]:
    """Store the decision and rewrite what it changes.

    Returns:
        Codes of the units whose documents changed.

    Raises:
        UsageError: The decision cannot be taken.
    """
    with session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        decide(session, cycle, decision, reviewer, comment)
        codes = _codes(session, cycle)
    report = disclose_units(url, cycle_id, codes, out, mark)
    write_review(url, cycle_id, out, mark)
    return report.done


def _codes(session: Session, cycle: Cycle) -> list[str]:
    return [unit.code for unit in units_of(session, cycle.id or 0)]
