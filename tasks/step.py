"""What all steps share: the state of a unit's step, the report of a chunk, and when a task is worth retrying."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from models.database import session_of
from models.errors import JuesuanError
from models.personal_data import masked
from models.profiles import Profile
from models.provenance import made_with
from models.tables import Cycle, StepState, Unit, UnitStep
from models.tables.columns import now
from models.trail import record
from tasks.collect.characters import inert

_T = TypeVar("_T")

STEPS = ("collect", "validate", "score", "aggregate", "disclose")

STEPS_OF = {
    "单位": ("collect", "validate", "score", "disclose"),
    "部门": ("collect", "aggregate", "validate", "disclose"),
}
"""Steps that apply to a unit that files and to a department that is added up."""

STEP_NAMES = {"collect": "收集", "validate": "审核", "score": "评分", "aggregate": "汇总", "disclose": "公开文稿"}
"""Chinese names of the steps."""


IDS_PER_QUERY = 1_000
"""Units named in one query; databases limit how many."""


@dataclass(slots=True)
class StepReport:
    """What a step did to a chunk of units: unit codes by what became of them."""

    step: str
    done: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    returned: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def fresh(self) -> set[str]:
        """Units about which the step found something that was not known before."""
        return {*self.done, *self.faults, *(self.returned.keys() - set(self.unchanged))}

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


def step_key(step: str, profile: Profile, *inputs: object) -> str:
    """Key of a step's result: its input, its program and the definitions it uses; when one changes, it is done again."""
    return key_of(made_with(f"tasks.{step}", profile), *inputs)


def units_of(session: Session, cycle_id: int, codes: Iterable[str] | None = None) -> list[Unit]:
    """Active units of a cycle in registry order, all or those named."""
    query = select(Unit).where(Unit.cycle_id == cycle_id, col(Unit.active)).order_by(col(Unit.position), col(Unit.code))
    wanted = None if codes is None else set(codes)
    if wanted is not None and len(wanted) <= IDS_PER_QUERY:
        query = query.where(col(Unit.code).in_(sorted(wanted)))
    return [unit for unit in session.exec(query) if wanted is None or unit.code in wanted]


def steps_of(session: Session, units: Sequence[Unit], step: str) -> dict[int, UnitStep]:
    """State of one step for each unit, by unit id."""
    found: dict[int, UnitStep] = {}
    for start in range(0, len(units), IDS_PER_QUERY):
        ids = [unit.id for unit in units[start : start + IDS_PER_QUERY]]
        rows = session.exec(select(UnitStep).where(col(UnitStep.unit_id).in_(ids), UnitStep.step == step))
        found.update({row.unit_id: row for row in rows})
    return found


def units_below(units: Iterable[Unit], node: str) -> list[Unit]:
    """Units that file, anywhere below a node, in the order given."""
    units = list(units)
    children: dict[str | None, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent_code, []).append(unit)
    reached, waiting = {node}, [node]
    while waiting:
        for unit in children.get(waiting.pop(), ()):
            if unit.code not in reached:
                reached.add(unit.code)
                waiting.append(unit.code)
    return [unit for unit in units if unit.kind == "单位" and unit.code in reached]


def hold(session: Session, unit: Unit, read: Sequence[Unit] = ()) -> None:
    """Keep other processes off a unit until this transaction ends, so that what is read stays true while it is written.

    To be called before anything is read that decides. PostgreSQL locks the unit's row (not against rows that refer to
    it); SQLite's transactions exclude each other anyway.

    Args:
        session: Open transaction that has read nothing yet on which it builds.
        unit: Whose rows will be written.
        read: Units whose rows will be read: whoever works on one of them is waited for.
    """
    session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True)).one()
    ids = sorted(other.id or 0 for other in read)
    for start in range(0, len(ids), IDS_PER_QUERY):
        batch = col(Unit.id).in_(ids[start : start + IDS_PER_QUERY])
        session.exec(select(Unit.id).where(batch).order_by(col(Unit.id)).with_for_update(read=True)).all()


def is_as_seen(session: Session, *seen: UnitStep | None) -> bool:
    """Whether steps still are as they were read before their unit was held.

    If not, another run has worked on the unit meanwhile: what was computed from them is dropped, and that run carries
    on from what it changed.
    """
    rows = {row.id: row.attempt for row in seen if row is not None}
    found = session.exec(select(UnitStep.id, UnitStep.attempt).where(col(UnitStep.id).in_(rows))).all()
    return dict(found) == rows


def rest_step(url: str, unit: Unit, step: str, seen: Sequence[UnitStep | None]) -> None:
    """Let a step wait that has nothing to work on, unless another run has been here since ``seen`` was read.

    Args:
        url: Database.
        unit: The unit.
        step: The step.
        seen: The step before and the step itself, as read; the latter comes last.
    """
    own = seen[-1]
    if own is not None and (own.state, own.message, own.input_key) == (StepState.WAITING.value, "", ""):
        return
    with session_of(url) as session:
        hold(session, unit)
        if is_as_seen(session, *seen):
            set_step(session, unit, step, StepState.WAITING)


def reset_steps(session: Session, unit: Unit, *steps: str) -> None:
    """Let steps wait whose input has just changed, so that nobody takes their old result for one of the new input."""
    for step in steps:
        if steps_of(session, [unit], step):
            set_step(session, unit, step, StepState.WAITING)


def set_step(session: Session, unit: Unit, step: str, state: StepState, message: str = "", key: str = "") -> bool:
    """Write a step's state and, when it changed, an event. Its message is inert and masked: it is shown everywhere.

    Returns:
        Whether anything changed.
    """
    assert unit.id is not None
    message = masked(inert(message))
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


def chunked(items: Sequence[_T], size: int) -> list[list[_T]]:
    """Items in chunks of at most ``size``, in order."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def chunk_size(count: int, most_tasks: int, largest: int) -> int:
    """Units per task: one each in small cycles, larger chunks so that a step has at most ``most_tasks`` tasks."""
    return max(1, min(largest, -(-count // most_tasks))) if count > most_tasks else 1


Progress = Callable[[str], None]
"""Takes one line of progress, Chinese."""
