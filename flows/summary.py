"""What stands in the database about a cycle: unit × step, who is missing, what failed and why."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from models.errors import UsageError
from models.tables import Cycle, Receipt, StepState, Unit, UnitStep
from tasks.step import STEP_NAMES, STEPS, units_of

NAMES = {
    StepState.DONE: "通过",
    StepState.RETURNED: "退回",
    StepState.MISSING: "未报送",
    StepState.FAULT: "故障",
    StepState.WAITING: "待处理",
}
"""Chinese names of a unit's overall state."""

ORDER = (StepState.FAULT, StepState.RETURNED, StepState.MISSING, StepState.WAITING, StepState.DONE)


@dataclass(slots=True)
class UnitStatus:
    """States and messages of one unit by step."""

    code: str
    name: str
    kind: str
    states: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    @property
    def overall(self) -> StepState:
        """The worst state of all steps that apply to the unit."""
        present = set(self.states.values())
        return next(
            (state for state in ORDER if state.value in present and state is not StepState.WAITING), StepState.WAITING
        )

    @property
    def trouble(self) -> str:
        """Chinese message of the first step that is not done."""
        bad = (StepState.FAULT.value, StepState.RETURNED.value, StepState.MISSING.value)
        return next((f"{STEP_NAMES[s]}：{self.messages[s]}" for s in STEPS if self.states.get(s) in bad), "")


@dataclass(slots=True)
class CycleStatus:
    """State of a whole cycle."""

    year: int
    department: str
    units: list[UnitStatus]
    refused: list[tuple[str, str]]

    def of(self, *states: StepState) -> list[UnitStatus]:
        """Units (not departments) in one of these overall states."""
        return [unit for unit in self.units if unit.kind == "单位" and unit.overall in states]

    @property
    def needs_attention(self) -> bool:
        """Whether a unit is missing or returned, or a file was refused."""
        return bool(self.of(StepState.MISSING, StepState.RETURNED) or self.refused)

    @property
    def faults(self) -> bool:
        """Whether a unit could not be processed for a fault of the machine."""
        return any(unit.overall is StepState.FAULT for unit in self.units)

    def as_json(self) -> dict[str, Any]:
        """The ``status`` JSON."""
        return {
            "year": self.year,
            "department": self.department,
            "units": [
                {
                    "code": unit.code,
                    "name": unit.name,
                    "kind": unit.kind,
                    "state": unit.overall.value,
                    "steps": unit.states,
                    "message": unit.trouble,
                }
                for unit in self.units
            ],
            "missing": [unit.code for unit in self.of(StepState.MISSING)],
            "returned": [unit.code for unit in self.of(StepState.RETURNED)],
            "faults": [unit.code for unit in self.units if unit.overall is StepState.FAULT],
            "refused_files": [{"file": file, "message": message} for file, message in self.refused],
        }


def find_cycle(session: Session, year: int, department: str = "") -> Cycle:
    """The cycle of a year (and department, when the database holds several).

    Raises:
        UsageError: There is none, or more than one.
    """
    query = select(Cycle).where(Cycle.year == year)
    if department:
        query = query.where(Cycle.department_code == department)
    cycles = session.exec(query).all()
    if not cycles:
        raise UsageError(f"数据库中没有 {year} 年度的决算。请先运行 juesuan run --year {year} …")
    if len(cycles) > 1:
        codes = "、".join(cycle.department_code for cycle in cycles)
        raise UsageError(f"数据库中有多个部门的 {year} 年度决算（{codes}），请指明部门。")
    return cycles[0]


def cycle_status(session: Session, cycle: Cycle) -> CycleStatus:
    """Read the state of a cycle."""
    units = units_of(session, cycle.id or 0)
    by_id = {unit.id: UnitStatus(unit.code, unit.name, unit.kind) for unit in units}
    steps = session.exec(
        select(UnitStep).join(Unit, col(Unit.id) == UnitStep.unit_id).where(Unit.cycle_id == cycle.id)
    ).all()
    for step in steps:
        if (status := by_id.get(step.unit_id)) is not None:
            status.states[step.step] = step.state
            status.messages[step.step] = step.message
    refused = session.exec(
        select(Receipt.file, Receipt.message)
        .where(Receipt.cycle_id == cycle.id, Receipt.outcome == "退回", Receipt.unit_code == "")
        .order_by(Receipt.file)
    ).all()
    return CycleStatus(cycle.year, cycle.department_code, list(by_id.values()), [(f, m) for f, m in refused])


def _label(unit: UnitStatus) -> str:
    """A department is never returned to anybody: its sums do not stand yet."""
    return "未通过" if unit.kind == "部门" and unit.overall is StepState.RETURNED else NAMES[unit.overall]


def status_text(status: CycleStatus) -> str:
    """The status as a clerk reads it on a terminal."""
    lines = [f"{status.year} 年度决算　部门 {status.department}"]
    counts = [f"{NAMES[state]} {len(status.of(state))} 户" for state in reversed(ORDER) if status.of(state)]
    lines.append("，".join(counts))
    for unit in status.units:
        mark = "部门" if unit.kind == "部门" else "单位"
        steps = "　".join(f"{STEP_NAMES[s]}:{unit.states[s]}" for s in STEPS if s in unit.states)
        lines.append(f"  {mark} {unit.code} {unit.name}　[{_label(unit)}]　{steps}")
        if unit.trouble:
            lines.append(f"      {unit.trouble}")
    lines += [f"  收件夹中未接收的文件《{file}》：{message}" for file, message in status.refused]
    return "\n".join(lines)
