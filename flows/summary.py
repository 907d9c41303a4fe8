"""What stands in the database about a cycle: unit × step, who is missing, what failed and why."""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, or_
from sqlmodel import Session, col, select

from models.clipping import clipped
from models.errors import UsageError
from models.findings import PROVISIONAL, Status
from models.personal_data import masked
from models.tables import Cycle, FindingRecord, Receipt, StepState, SubmissionVersion, Unit, UnitStep
from reports.review_approval import ReleaseReview, release_lines
from tasks.collect.store.receipts import REFUSED, REGISTRY, SECRET, SKIPPED, is_gone, taken_file
from tasks.disclose.approval_review import release_review
from tasks.phases import phases_of
from tasks.step import STEP_NAMES, STEPS, STEPS_OF, units_of

NAMES = {
    StepState.DONE: "通过",
    StepState.RETURNED: "退回",
    StepState.MISSING: "未报送",
    StepState.FAULT: "故障",
    StepState.WAITING: "待处理",
}
"""Chinese names of a unit's overall state."""

ORDER = (StepState.FAULT, StepState.RETURNED, StepState.MISSING, StepState.WAITING, StepState.DONE)


MOST_NAMED = 20
"""Units named in one sentence."""

MOST_TROUBLE = 300
"""Characters of a department's trouble in one sentence."""

MOST_FILES_NAMED = 5
"""Files named in one sentence; their names are long."""


class RefusedFile(NamedTuple):
    """Something in the inbox (or the registry) that belongs to no unit and needs somebody.

    Attributes:
        message: Chinese, complete. code: Stable kind of fault, as in a receipt.
    """

    file: str
    message: str
    code: str = ""

    @property
    def what(self) -> str:
        """Chinese words for it."""
        place = "单位登记表" if self.code == REGISTRY else "收件夹中未接收的文件"
        return f"{place}《{self.file}》"


@dataclass(slots=True)
class UnitStatus:
    """States and messages of one unit by step.

    Attributes:
        keys: What each step worked on, and how often it ran: names one failure among all that a unit ever had.
        violated, not_checked: Findings of the version that was judged last.
        provisional: Whether a department's sum may count something twice.
    """

    code: str
    name: str
    kind: str
    states: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    violated: int = 0
    not_checked: int = 0
    provisional: bool = False

    @property
    def overall(self) -> StepState:
        """The worst state of all steps that apply to the unit."""
        present = set(self.states.values())
        return next((state for state in ORDER if state.value in present), StepState.WAITING)

    @property
    def failed_step(self) -> str:
        """The first step in the overall state, when that is one that needs somebody; else empty."""
        bad = (StepState.FAULT, StepState.RETURNED, StepState.MISSING)
        if self.overall not in bad:
            return ""
        return next(step for step in STEPS if self.states.get(step) == self.overall.value)

    @property
    def file(self) -> str:
        """Name of the file that was taken last, as far as the collect step tells; else empty."""
        return taken_file(self.messages.get("collect", ""))

    @property
    def notice(self) -> str:
        """That the file which was taken lies in the inbox no more; else empty."""
        told = self.messages.get("collect", "")
        return f"{told}。" if is_gone(told) else ""

    @property
    def trouble(self) -> str:
        """Chinese message of that step."""
        step = self.failed_step
        return f"{STEP_NAMES[step]}：{self.messages[step]}" if step else ""


@dataclass(slots=True)
class CycleStatus:
    """State of a whole cycle.

    Attributes:
        refused: What the newest run over the whole inbox refused and no unit answers for, secret files first.
        folders: Folders in the inbox; they are not read, which alone is no fault.
        release: 批复 and reviewers' decisions.
    """

    year: int
    department: str
    name: str
    units: list[UnitStatus]
    refused: list[RefusedFile]
    phases: dict[str, str] = field(default_factory=dict)
    folders: list[RefusedFile] = field(default_factory=list)
    release: ReleaseReview = field(default_factory=ReleaseReview)

    def of(self, *states: StepState) -> list[UnitStatus]:
        """Units (not departments) in one of these overall states."""
        return [unit for unit in self.units if unit.kind == "单位" and unit.overall in states]

    @property
    def folder(self) -> str:
        """Folder of its reports below the folder of results."""
        return f"{self.year}-{self.department}"

    @property
    def open_departments(self) -> list[UnitStatus]:
        """Departments whose sums do not stand: not passed, or not yet added up and judged."""
        open_states = (StepState.RETURNED, StepState.WAITING)
        return [unit for unit in self.units if unit.kind == "部门" and unit.overall in open_states]

    @property
    def needs_attention(self) -> bool:
        """Whether a unit is missing or returned, a department has not passed, or a file was refused."""
        waiting = self.of(StepState.MISSING, StepState.RETURNED, StepState.WAITING)
        return bool(waiting or self.open_departments or self.refused)

    @property
    def faults(self) -> bool:
        """Whether a unit could not be processed for a fault of the machine."""
        return any(unit.overall is StepState.FAULT for unit in self.units)

    def as_json(self) -> dict[str, Any]:
        """The ``status`` JSON."""
        return {
            "year": self.year,
            "department": self.department,
            "phases": self.phases,
            "release": self.release.as_json(),
            "units": [
                {
                    "code": unit.code,
                    "name": unit.name,
                    "kind": unit.kind,
                    "state": unit.overall.value,
                    "steps": unit.states,
                    "message": unit.trouble or unit.notice,
                }
                for unit in self.units
            ],
            "missing": [unit.code for unit in self.of(StepState.MISSING)],
            "returned": [unit.code for unit in self.of(StepState.RETURNED)],
            "faults": [unit.code for unit in self.units if unit.overall is StepState.FAULT],
            "departments_not_passed": [unit.code for unit in self.open_departments],
            "provisional": [unit.code for unit in self.units if unit.provisional],
            "refused_files": [{"file": one.file, "message": one.message} for one in self.refused],
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
        known = session.exec(select(Cycle).order_by(col(Cycle.year), col(Cycle.department_code))).all()
        held = "、".join(f"{one.year} 年度 {one.department_code}" for one in known[-10:])
        raise UsageError(
            f"数据库中没有{f'部门 {department} 的' if department else ''} {year} 年度决算"
            + (f"，已有的是：{held}。请核对年度和部门代码，或" if held else "。请")
            + "先运行年度周期（运行界面的 annual-cycle，或命令 juesuan run）。"
        )
    if len(cycles) > 1:
        codes = "、".join(cycle.department_code for cycle in cycles)
        raise UsageError(f"数据库中有多个部门的 {year} 年度决算（{codes}），请指明部门。")
    return cycles[0]


def sources_of(cycle: Cycle) -> dict[str, str]:
    """Where a cycle's last run took registry and inbox from and wrote results to.

    Raises:
        UsageError: It was never run.
    """
    if not cycle.sources:
        raise UsageError(
            f"{cycle.year} 年度还没有运行记录，请先运行年度周期（运行界面的 annual-cycle，或命令 juesuan run）。"
        )
    return dict(json.loads(cycle.sources))


def cycle_status(session: Session, cycle: Cycle) -> CycleStatus:
    """Read the state of a cycle."""
    units = units_of(session, cycle.id or 0)
    by_id: dict[int | None, UnitStatus] = {unit.id: UnitStatus(unit.code, unit.name, unit.kind) for unit in units}
    steps = session.exec(
        select(UnitStep).join(Unit, col(Unit.id) == UnitStep.unit_id).where(Unit.cycle_id == cycle.id)
    ).all()
    for step in steps:
        if (status := by_id.get(step.unit_id)) is not None and step.step in STEPS_OF[status.kind]:
            status.states[step.step] = step.state
            status.messages[step.step] = step.message
            status.keys[step.step] = f"{step.input_key}:{step.attempt}"
    _count_findings(session, cycle, by_id)
    name = next((unit.name for unit in units if unit.code == cycle.department_code), "")
    return CycleStatus(
        cycle.year,
        cycle.department_code,
        name,
        list(by_id.values()),
        _of_nobody(session, cycle, REFUSED),
        phases_of(session, cycle),
        _of_nobody(session, cycle, SKIPPED),
        release=release_review(session, cycle),
    )


def _of_nobody(session: Session, cycle: Cycle, outcome: str) -> list[RefusedFile]:
    rows = session.exec(
        select(Receipt.file, Receipt.message, Receipt.code).where(
            Receipt.cycle_id == cycle.id, Receipt.outcome == outcome, Receipt.unit_code == ""
        )
    )
    told = (RefusedFile(masked(file), masked(message), code) for file, message, code in rows)
    return sorted(told, key=lambda one: (one.code != SECRET, one))


def _count_findings(session: Session, cycle: Cycle, by_id: dict[int | None, UnitStatus]) -> None:
    """Count the findings of each unit's newest version, of a department its newest sum."""
    judged = or_(
        and_(col(Unit.kind) == "单位", col(SubmissionVersion.role) == "报送"),
        and_(col(Unit.kind) == "部门", col(SubmissionVersion.role) == "汇总"),
    )
    newest = (
        select(SubmissionVersion.unit_id, func.max(SubmissionVersion.id).label("id"))
        .join(Unit, col(Unit.id) == SubmissionVersion.unit_id)
        .where(Unit.cycle_id == cycle.id, judged)
        .group_by(col(SubmissionVersion.unit_id))
        .subquery()
    )
    provisional = func.count(case((col(FindingRecord.rule) == PROVISIONAL, 1)))
    query = (
        select(newest.c.unit_id, FindingRecord.status, func.count(), provisional)
        .join(FindingRecord, col(FindingRecord.submission_id) == newest.c.id)
        .group_by(newest.c.unit_id, col(FindingRecord.status))
    )
    for unit_id, status, count, doubts in session.exec(query):
        if (unit := by_id.get(unit_id)) is not None:
            unit.provisional |= bool(doubts)
            if status == Status.VIOLATED.value:
                unit.violated = count
            else:
                unit.not_checked = count


def verdict_name(unit: UnitStatus) -> str:
    """Chinese name of a unit's overall state; a department is never returned to anybody: its sums do not stand yet."""
    name = "未通过" if unit.kind == "部门" and unit.overall is StepState.RETURNED else NAMES[unit.overall]
    return f"{name}，汇总数暂定" if unit.provisional else name


def _said(unit: UnitStatus, state: str) -> str:
    return "未通过" if unit.kind == "部门" and state == StepState.RETURNED else state


def status_text(status: CycleStatus) -> str:
    """The status as a clerk reads it on a terminal."""
    lines = [f"{status.year} 年度决算　部门 {status.department}"]
    counts = [f"{NAMES[state]} {len(status.of(state))} 户" for state in reversed(ORDER) if status.of(state)]
    lines.append("，".join(counts))
    if status.phases:
        lines.append("阶段：" + " → ".join(f"{phase} {state}" for phase, state in status.phases.items()))
    lines += release_lines(status.release)
    for unit in status.units:
        mark = "部门" if unit.kind == "部门" else "单位"
        unasked = {"collect"} if mark == "部门" and not unit.file and unit.failed_step != "collect" else set()
        told = [step for step in STEPS if step in unit.states.keys() - unasked]
        steps = "　".join(f"{STEP_NAMES[s]}:{_said(unit, unit.states[s])}" for s in told)
        lines.append(f"  {mark} {unit.code} {unit.name}　[{verdict_name(unit)}]　{steps}")
        if mark == "部门" and unit.file:
            lines.append(f"      部门工作簿《{unit.file}》")
        if unit.trouble:
            lines.append(f"      {unit.trouble}")
        if unit.notice:
            lines.append(f"      {unit.notice}")
    lines += [f"  {one.what}：{one.message}" for one in status.refused]
    lines += [f"  {one.message}" for one in status.folders]
    return "\n".join(lines)


def ending(status: CycleStatus) -> tuple[str, str]:
    """Name and Chinese message of the state in which a run without faults ends; it agrees with the exit code."""
    waiting = status.of(StepState.RETURNED, StepState.MISSING, StepState.WAITING)
    units = f"{len(waiting)} 户待处理：{unit_names(waiting)}" if waiting else "全部单位通过"
    departments = "；".join(
        f"部门 {unit.code} {unit.name} {verdict_name(unit)}：{clipped(unit.trouble, MOST_TROUBLE)}".rstrip("：。")
        for unit in status.open_departments
    )
    name = (
        "有待处理单位" if waiting
        else "部门未通过" if departments
        else "有未接收文件" if status.refused
        else "Completed"
    )  # fmt: skip
    return name, "；".join(filter(None, (units, departments, refused_words(status))))


def refused_words(status: CycleStatus) -> str:
    """What the newest run refused and no unit answers for, in one sentence without its full stop; empty for nothing."""
    kinds = {
        "标有密级、必须立即移出收件夹的文件": [one for one in status.refused if one.code == SECRET],
        "收件夹中未接收的文件": [one for one in status.refused if one.code not in (SECRET, REGISTRY)],
        "有误的单位登记表": [one for one in status.refused if one.code == REGISTRY],
    }
    return "；".join(f"{kind}：{_file_names(files)}" for kind, files in kinds.items() if files)


def _file_names(files: list[RefusedFile]) -> str:
    named = "、".join(f"《{one.file}》" for one in files[:MOST_FILES_NAMED])
    return named + (f" 等 {len(files)} 个" if len(files) > MOST_FILES_NAMED else "")


def unit_names(units: list[UnitStatus]) -> str:
    """Codes and names of units, of many only the first ones."""
    named = "、".join(f"{unit.code} {unit.name}" for unit in units[:MOST_NAMED])
    return named + (f" 等 {len(units)} 户" if len(units) > MOST_NAMED else "")
