"""Phases of a cycle, derived from where its units and approvals stand; see DESIGN, the way of the data."""

from sqlmodel import Session, col, select

from models.tables import Cycle, CyclePhase, Phase, StepState, Unit
from models.tables.columns import now
from tasks.disclose.approval import covered_versions, standing_approval, statutory_approval, versions_of
from tasks.step import steps_of, units_of

BEFORE, RUNNING, DONE = "未开始", "进行中", "完成"


def update_phases(session: Session, cycle: Cycle) -> dict[str, str]:
    """Write the state of every phase; what is unchanged is left untouched.

    Returns:
        State by phase, in the order of the year.
    """
    wanted = phase_states(session, cycle)
    rows = session.exec(select(CyclePhase).where(CyclePhase.cycle_id == cycle.id)).all()
    for row in rows:
        if row.state != wanted[row.phase]:
            row.state, row.changed_at = wanted[row.phase], now()
            session.add(row)
    return wanted


def phase_states(session: Session, cycle: Cycle) -> dict[str, str]:
    """State of every phase as the units' steps and the approvals say."""
    units = units_of(session, cycle.id or 0)
    filing = [unit for unit in units if unit.kind == "单位"]
    root = next(unit for unit in units if unit.parent_code is None)
    added = _states(session, [root], "aggregate") == {StepState.DONE.value}
    consolidated = added and _states(session, [root], "validate") == {StepState.DONE.value}
    statutory = statutory_approval(session, cycle)
    approved = statutory is not None and versions_of(statutory) == covered_versions(session, cycle)
    return {
        Phase.COLLECT.value: _progress(_states(session, filing, "collect")),
        Phase.REVIEW.value: _progress(_states(session, filing, "validate")),
        Phase.CONSOLIDATE.value: DONE if consolidated else RUNNING if added else BEFORE,
        Phase.SUBMIT.value: DONE if approved else RUNNING if consolidated else BEFORE,
        Phase.APPROVE.value: DONE if approved else RUNNING if consolidated else BEFORE,
        Phase.PUBLISH.value: DONE
        if approved and standing_approval(session, cycle)
        else RUNNING
        if approved
        else BEFORE,
    }


def phases_of(session: Session, cycle: Cycle) -> dict[str, str]:
    """States as stored, in the order of the year."""
    rows = session.exec(select(CyclePhase).where(CyclePhase.cycle_id == cycle.id).order_by(col(CyclePhase.id))).all()
    return {row.phase: row.state for row in rows}


def _states(session: Session, units: list[Unit], step: str) -> set[str]:
    known = steps_of(session, units, step)
    return {known[unit.id or 0].state if unit.id in known else StepState.WAITING.value for unit in units}


def _progress(states: set[str]) -> str:
    if states == {StepState.DONE.value}:
        return DONE
    return BEFORE if states <= {StepState.WAITING.value} else RUNNING
