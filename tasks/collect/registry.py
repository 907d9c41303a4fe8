"""The unit registry and its place in the database: the cycle, its phases, its units and their steps."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.database import bulk_insert
from models.profiles import Profile
from models.tables import Cycle, CyclePhase, Phase, StepState, Unit, UnitStep
from models.tables.columns import now
from models.trail import record
from tasks.collect.registry_csv import Registry, RegistryUnit, read_registry
from tasks.step import STEPS_OF

__all__ = ["Registry", "RegistryUnit", "read_registry", "sync_registry"]

_SHARED = ("name", "parent_code", "kind", "unit_type", "accounting", "level", "report_type", "position")
_WORDS = {
    "name": "单位名称",
    "parent_code": "上级代码",
    "kind": "性质",
    "unit_type": "单位类型",
    "accounting": "会计制度",
    "level": "预算级次",
    "report_type": "报表类型",
}
_UNIT_COLUMNS = ("cycle_id", "code", *_SHARED, "active")
_STEP_COLUMNS = ("unit_id", "step", "state", "message", "input_key", "attempt", "changed_at")


def sync_registry(session: Session, registry: Registry, year: int, profile: Profile, only: Iterable[str] = ()) -> Cycle:
    """Bring the department's cycle of a year in line with the registry. Doing it twice changes nothing.

    A unit that the registry no longer names becomes inactive and keeps its history. Every change leaves an event.

    Args:
        session: Open transaction.
        registry: What the file says.
        year: Year of the accounts.
        profile: The forms and rules that apply.
        only: When given, take over these units and what stands above them, and leave everybody else's rows as they
            are for the next run of all. A cycle without units takes everything.

    Returns:
        The cycle, stored.
    """
    chosen = _with_ancestors(registry, only)
    cycle = _cycle(session, registry, year, profile, whole=not chosen)
    assert cycle.id is not None
    _phases(session, cycle.id)
    stored = session.exec(select(Unit).where(Unit.cycle_id == cycle.id).order_by(col(Unit.id))).all()
    known = {unit.code: unit for unit in stored}
    if chosen and known:
        stored = [unit for unit in stored if unit.code in chosen]
    for unit in stored:
        wanted = registry.by_code.get(unit.code)
        if wanted is not None:
            _update(session, unit, wanted)
        elif unit.active:
            unit.active = False
            record(session, "停用单位", cycle_id=cycle.id, unit_code=unit.code, detail="登记表中已没有该单位")
    added = [
        unit for unit in registry.units if unit.code not in known and (not chosen or not known or unit.code in chosen)
    ]
    bulk_insert(session, Unit, _UNIT_COLUMNS, (_row(cycle.id, new) for new in added))
    for new in added:
        record(session, "增加单位", cycle_id=cycle.id, unit_code=new.code, detail=new.name)
    _steps(session, cycle.id)
    session.flush()
    return cycle


def _with_ancestors(registry: Registry, codes: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for code in codes:
        above: str | None = code
        while above is not None and above not in found and above in registry.by_code:
            found.add(above)
            above = registry.by_code[above].parent_code
    return found


def _cycle(session: Session, registry: Registry, year: int, profile: Profile, *, whole: bool) -> Cycle:
    code = registry.department.code
    cycle = session.exec(select(Cycle).where(Cycle.year == year, Cycle.department_code == code)).first()
    if cycle is None:
        cycle = Cycle(year=year, department_code=code, profile=profile.code, registry_sha256=registry.sha256)
        session.add(cycle)
        session.flush()
        record(session, "建立年度", cycle_id=cycle.id, detail=f"{year} 年度，{registry.department.name}")
        return cycle
    if cycle.profile != profile.code:
        detail = f"{cycle.profile} 改为 {profile.code}"
        record(session, "更换地区年度配置", cycle_id=cycle.id, detail=detail)
        cycle.profile = profile.code
    if whole and cycle.registry_sha256 != registry.sha256:
        record(session, "更新单位登记表", cycle_id=cycle.id, detail=registry.file)
        cycle.registry_sha256 = registry.sha256
    return cycle


def _phases(session: Session, cycle_id: int) -> None:
    known = set(session.exec(select(CyclePhase.phase).where(CyclePhase.cycle_id == cycle_id)))
    session.add_all(CyclePhase(cycle_id=cycle_id, phase=phase.value) for phase in Phase if phase.value not in known)


def _row(cycle_id: int, unit: RegistryUnit) -> tuple[object, ...]:
    return (cycle_id, unit.code, *(getattr(unit, name) for name in _SHARED), True)


def _update(session: Session, unit: Unit, wanted: RegistryUnit) -> None:
    """Take changed words over; a new place in the file alone is no event."""
    if not unit.active:
        unit.active = True
        record(session, "恢复单位", cycle_id=unit.cycle_id, unit_code=unit.code, detail=wanted.name)
    changes = []
    for name in _SHARED:
        old, new = getattr(unit, name), getattr(wanted, name)
        if old != new:
            setattr(unit, name, new)
            if name in _WORDS:
                changes.append(f"{_WORDS[name]}由“{old or ''}”改为“{new or ''}”")
    if changes:
        record(session, "变更单位", cycle_id=unit.cycle_id, unit_code=unit.code, detail="；".join(changes))


def _steps(session: Session, cycle_id: int) -> None:
    """A waiting row for each step that applies to a unit and is lacking."""
    units = session.exec(select(Unit).where(Unit.cycle_id == cycle_id).order_by(col(Unit.position))).all()
    query = select(UnitStep.unit_id, UnitStep.step).join(Unit).where(Unit.cycle_id == cycle_id)
    known = set(session.exec(query).all())
    at = now()
    rows = (
        (unit.id, step, StepState.WAITING.value, "", "", 0, at)
        for unit in units
        for step in STEPS_OF[unit.kind]
        if (unit.id, step) not in known
    )
    bulk_insert(session, UnitStep, _STEP_COLUMNS, rows)
