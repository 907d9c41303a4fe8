"""The event trail: who did what, when. Append-only; the database itself refuses changes and deletions."""

from sqlmodel import Session

from models.personal_data import masked
from models.tables import Event


def record(
    session: Session,
    action: str,
    *,
    cycle_id: int | None = None,
    unit_code: str = "",
    detail: str = "",
    actor: str = "系统",
    run: str = "",
) -> Event:
    """Add one event to the open transaction.

    Args:
        session: Open transaction; the event stands or falls with what it tells of.
        action: Short Chinese verb phrase (``增加单位``, ``退回``).
        cycle_id: The cycle concerned, if any.
        unit_code: The unit concerned, if any.
        detail: Chinese sentence, kept in masked form; never a private cell.
        actor: Who did it.
        run: Id of the flow run that did it.

    Returns:
        The pending event.
    """
    event = Event(cycle_id=cycle_id, unit_code=unit_code, action=action, detail=masked(detail), actor=actor, run=run)
    session.add(event)
    return event
