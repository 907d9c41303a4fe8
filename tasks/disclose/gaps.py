"""What documents lack: kept with them, waived by a named reviewer, and in the way of a release until then."""

from collections.abc import Sequence

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.errors import UsageError
from models.tables import Cycle, DocumentGap, GapWaiver, Unit
from models.trail import record
from reports.gaps import Gap

WAIVED = "豁免缺项"
"""Event of waiving a gap."""


def store_gaps(session: Session, cycle_id: int, unit_code: str, gaps: Sequence[Gap]) -> None:
    """Keep what the present document of a unit lacks; the same again changes nothing."""
    rows = session.exec(_of_unit(cycle_id, unit_code)).all()
    if [row.number for row in rows] == [gap.number for gap in gaps]:
        return
    for row in rows:
        session.delete(row)
    session.flush()
    for position, gap in enumerate(gaps):
        session.add(
            DocumentGap(
                cycle_id=cycle_id, unit_code=unit_code, position=position, number=gap.number, section=gap.section,
                text=gap.text,
            )
        )  # fmt: skip
    session.flush()


def _of_unit(cycle_id: int, unit_code: str) -> SelectOfScalar[DocumentGap]:
    wanted = (DocumentGap.cycle_id == cycle_id, DocumentGap.unit_code == unit_code)
    return select(DocumentGap).where(*wanted).order_by(col(DocumentGap.position))


def waived_numbers(session: Session, cycle_id: int, unit_code: str) -> set[str]:
    """Numbers of the gaps of a unit's document that were waived, whether it still has them or not."""
    query = select(GapWaiver.number).where(GapWaiver.cycle_id == cycle_id, GapWaiver.unit_code == unit_code)
    return set(session.exec(query))


def lacking_gaps(session: Session, cycle_id: int, unit_code: str) -> bool:
    """Whether the present document of a unit has a gap that nobody waived."""
    waived = waived_numbers(session, cycle_id, unit_code)
    return any(gap.number not in waived for gap in session.exec(_of_unit(cycle_id, unit_code)))


def gaps_and_waivers(session: Session, cycle: Cycle) -> list[tuple[DocumentGap, GapWaiver | None]]:
    """Every gap of the documents as they stand, in registry order, with its waiver if it has one."""
    rows = session.exec(
        select(DocumentGap)
        .join(Unit, (col(Unit.cycle_id) == DocumentGap.cycle_id) & (col(Unit.code) == DocumentGap.unit_code))
        .where(DocumentGap.cycle_id == cycle.id)
        .order_by(col(Unit.position), col(Unit.code), col(DocumentGap.position))
    ).all()
    given = session.exec(select(GapWaiver).where(GapWaiver.cycle_id == cycle.id)).all()
    waivers = {(waiver.unit_code, waiver.number): waiver for waiver in given}
    return [(row, waivers.get((row.unit_code, row.number))) for row in rows]


def open_gaps(session: Session, cycle: Cycle) -> list[DocumentGap]:
    """Gaps that keep documents from being released."""
    return [gap for gap, waiver in gaps_and_waivers(session, cycle) if waiver is None]


def waive(session: Session, cycle: Cycle, names: Sequence[str], reviewer: str, comment: str) -> int:
    """Record that documents may go out with some gaps; what is waived already stays as it is.

    Args:
        session: Open transaction.
        cycle: The cycle.
        names: Each a gap (``301002-1a2b3c4d``) or a unit's code, which stands for all its gaps as they are now.
        reviewer: Who answers for it.
        comment: Why.

    Returns:
        Number of gaps newly waived.

    Raises:
        UsageError: Nobody is named, no reason is given, or there is no such gap.
    """
    if not reviewer.strip() or not comment.strip():
        raise UsageError("豁免缺项要写明审核人姓名和理由。")
    known = gaps_and_waivers(session, cycle)
    fresh = 0
    for name in dict.fromkeys(filter(None, map(str.strip, names))):
        meant = [pair for pair in known if name in (pair[0].unit_code, gap_name(pair[0]))]
        if not meant:
            raise UsageError(f"没有编号为“{name}”的缺项。编号见审核报告的“公开文稿缺项”，或写单位代码。")
        for gap, waiver in meant:
            if waiver is not None:
                continue
            session.add(
                GapWaiver(
                    cycle_id=cycle.id or 0, unit_code=gap.unit_code, number=gap.number, reviewer=reviewer.strip(),
                    comment=comment.strip(),
                )
            )  # fmt: skip
            detail = f"{gap_name(gap)}　{gap.section or '全文'}：{gap.text}　理由：{comment.strip()}"
            record(session, WAIVED, cycle_id=cycle.id, unit_code=gap.unit_code, detail=detail, actor=reviewer.strip())
            fresh += 1
        known = gaps_and_waivers(session, cycle)
    return fresh


def gap_name(gap: DocumentGap) -> str:
    """By which a reviewer waives it."""
    return f"{gap.unit_code}-{gap.number}"
