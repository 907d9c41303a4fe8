"""Gathers what is to be told about 公开审批. Reads only; how it is shown is decided in reports."""

from sqlmodel import Session, col, select

from models.tables import Approval, Cycle, Event, Unit
from reports.review_approval import DecisionLine, GapLine, ReleaseReview, StatutoryLine
from tasks.disclose.approval import (
    NOTED,
    RETURNED,
    changed_since,
    department_obstacle,
    statutory_approval,
    versions_of,
    waiting_text,
)
from tasks.disclose.gaps import gap_name, gaps_and_waivers

SHOWN_DECISIONS = 5


def release_review(session: Session, cycle: Cycle) -> ReleaseReview:
    """批复 and the latest decisions of a cycle, and whether they still hold."""
    decisions = session.exec(
        select(Approval).where(Approval.cycle_id == cycle.id).order_by(col(Approval.id).desc())
    ).all()
    lines = tuple(
        _decision(session, cycle, row, newest=number == 0) for number, row in enumerate(decisions[:SHOWN_DECISIONS])
    )
    return ReleaseReview(
        statutory_line(session, cycle),
        lines,
        len(decisions) - len(lines),
        department_obstacle(session, cycle),
        _gap_lines(session, cycle),
    )


def _gap_lines(session: Session, cycle: Cycle) -> tuple[GapLine, ...]:
    names = dict(session.exec(select(Unit.code, Unit.name).where(Unit.cycle_id == cycle.id)).all())
    return tuple(
        GapLine(
            gap_name(gap), gap.unit_code, names.get(gap.unit_code, ""), gap.section, gap.text,
            waiver.reviewer if waiver else "", waiver.comment if waiver else "", waiver.waived_at if waiver else None,
        )
        for gap, waiver in gaps_and_waivers(session, cycle)
    )  # fmt: skip


def statutory_line(session: Session, cycle: Cycle) -> StatutoryLine | None:
    """批复 of a cycle as it was registered last; ``None`` when it never was."""
    row = statutory_approval(session, cycle)
    if row is None:
        return None
    noted = session.exec(
        select(Event).where(Event.cycle_id == cycle.id, Event.action == NOTED).order_by(col(Event.id).desc())
    ).first()
    changed = changed_since(session, cycle, versions_of(row))
    return StatutoryLine(
        row.document_number,
        row.approved_on,
        noted.actor if noted else "",
        noted.at if noted else row.recorded_at,
        f"登记之后有单位的数据发生变化，与现有数据不一致：{changed}" if changed else "",
    )


def _decision(session: Session, cycle: Cycle, row: Approval, *, newest: bool) -> DecisionLine:
    void = "" if newest else "已有以后的决定"
    if newest and (changed := changed_since(session, cycle, versions_of(row))):
        void = f"此后有单位的数据发生变化：{changed}"
        if row.decision == RETURNED:
            void = f"退回后数据已更新：{changed}"
    elif newest:
        void = waiting_text(session, cycle)
    return DecisionLine(row.decision, row.reviewer, row.comment, row.decided_at, void)
