"""What all steps share: the state of a unit's step, the report of a chunk, and when a task is worth retrying."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from models.errors import JuesuanError
from models.tables import Cycle, StepState, Unit, UnitStep
from models.tables.columns import now
from models.trail import record

STEPS = ("collect", "validate", "score", "aggregate", "disclose")

STEPS_OF = {"单位": ("collect", "validate", "score", "disclose"), "部门": ("aggregate", "validate", "disclose")}
"""Steps that apply to a unit that files and to a department that is added up."""

STEP_NAMES = {"collect": "收集", "validate": "审核", "score": "评分", "aggregate": "汇总", "disclose": "公开文稿"}
"""Chinese names of the steps."""


@dataclass(slots=True)
class StepReport:
    """What a step did to a chunk of units: unit codes by what became of them."""

    step: str
    done: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    returned: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def merge(self, other: "StepReport") -> None:
        """Take another chunk's report in."""
        self.done += other.done
        self.unchanged += other.unchanged
        self.returned |= other.returned
        self.faults |= other.faults

    def as_dict(self) -> dict[str, Any]:
        """Plain data for Prefect."""
        return asdict(self)


def key_of(*parts: object) -> str:
    """Fingerprint of what a step works on; the same key again means that there is nothing to do."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8")).hexdigest()


def units_of(session: Session, cycle_id: int, codes: Iterable[str] | None = None) -> list[Unit]:
    """Active units of a cycle in registry order, all or those named."""
    query = select(Unit).where(Unit.cycle_id == cycle_id, col(Unit.active)).order_by(col(Unit.position))
    units = session.exec(query).all()
    wanted = None if codes is None else set(codes)
    return [unit for unit in units if wanted is None or unit.code in wanted]


def steps_of(session: Session, units: Sequence[Unit], step: str) -> dict[int, UnitStep]:
    """State of one step for each unit, by unit id."""
    ids = [unit.id for unit in units]
    rows = session.exec(select(UnitStep).where(col(UnitStep.unit_id).in_(ids), UnitStep.step == step)).all()
    return {row.unit_id: row for row in rows}


def hold(session: Session, unit: Unit) -> None:
    """Keep other processes off a unit until this transaction ends, so that what is read stays true while it is written.

    PostgreSQL locks the unit's row; SQLite's transactions exclude each other anyway.
    """
    session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update()).one()


def set_step(session: Session, unit: Unit, step: str, state: StepState, message: str = "", key: str = "") -> bool:
    """Write a step's state and, when it changed, an event.

    Returns:
        Whether anything changed.
    """
    assert unit.id is not None
    row = steps_of(session, [unit], step).get(unit.id)
    if row is None:
        row = UnitStep(unit_id=unit.id, step=step)
    same = (row.state, row.message, row.input_key) == (state.value, message, key)
    if same and row.id is not None:
        return False
    row.state, row.message, row.input_key = state.value, message, key
    row.attempt += 1
    row.changed_at = now()
    session.add(row)
    session.flush()
    record(session, f"{STEP_NAMES[step]}：{state.value}", cycle_id=unit.cycle_id, unit_code=unit.code, detail=message)
    return True


def results_folder(cycle: Cycle) -> str:
    """Folder of a cycle's reports and documents below the folder of results; one for each year and department."""
    return f"{cycle.year}-{cycle.department_code}"


def cycle_by_id(session: Session, cycle_id: int) -> Cycle:
    """The cycle of that id.

    Raises:
        JuesuanError: There is none.
    """
    cycle = session.get(Cycle, cycle_id)
    if cycle is None:
        raise JuesuanError(f"数据库中没有编号为 {cycle_id} 的年度周期。")
    return cycle


def worth_retrying(task: Any, run: Any, state: Any) -> bool:
    """Retry condition of every step's task: faults of the machine are retried, faults of the data never."""
    try:
        state.result()
    except JuesuanError:
        return False
    except Exception:
        return True
    return False


def chunked(codes: Sequence[str], size: int) -> list[list[str]]:
    """Codes in chunks of at most ``size``, in order."""
    return [list(codes[start : start + size]) for start in range(0, len(codes), size)]


def chunk_size(count: int, most_tasks: int, largest: int) -> int:
    """Units per task: one each in small cycles, larger chunks so that a step has at most ``most_tasks`` tasks."""
    return max(1, min(largest, -(-count // most_tasks))) if count > most_tasks else 1


Progress = Callable[[str], None]
"""Takes one line of progress, Chinese."""
