"""Last year's accounts of departments, as far as this database has them and they passed."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.tables import Cycle, StepState, SubmissionVersion, Unit
from tasks.collect.store.versions import latest_version
from tasks.step import steps_of


def last_years_sum(session: Session, cycle: Cycle, code: str) -> SubmissionVersion | None:
    """The newest sum of a department in the year before; ``None`` when there is none that passed.

    A sum that did not pass lacks units or counts something twice: it says nothing of last year.
    """
    query = (
        select(Unit)
        .join(Cycle, col(Cycle.id) == Unit.cycle_id)
        .where(Cycle.year == cycle.year - 1, Cycle.department_code == cycle.department_code)
        .where(Unit.code == code, Unit.kind == "部门")
    )
    node = session.exec(query).first()
    if node is None:
        return None
    judged = steps_of(session, [node], "validate").get(node.id or 0)
    passed = judged is not None and judged.state == StepState.DONE.value
    return latest_version(session, node.id or 0, "汇总") if passed else None


def last_years_sums(session: Session, cycle: Cycle, codes: Iterable[str]) -> dict[str, SubmissionVersion]:
    """As :func:`last_years_sum`, of several departments, by code."""
    found = {code: last_years_sum(session, cycle, code) for code in codes}
    return {code: version for code, version in found.items() if version is not None}
