"""The bundled example: where it lies, and whether a run of it came out as expected."""

from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from models.definitions import read_yaml
from models.errors import UsageError
from models.findings import Status
from models.money import exact_text
from models.tables import CellRecord, Cycle, FindingRecord, ProjectScore, SubmissionVersion, Unit
from tasks.collect.store.versions import latest_version
from tasks.step import units_of

EXAMPLE = Path(__file__).resolve().parents[1] / "deploy" / "example"
YEAR = 2022
MARK = "示例数据"


def expected() -> dict[str, Any]:
    """The hand-made expectation.

    Raises:
        UsageError: The example is not there (the product runs from its checkout).
    """
    if not (EXAMPLE / "expected.yaml").is_file():
        raise UsageError("找不到随附的示例（deploy/example）。请在代码目录中运行。")
    data, _ = read_yaml(EXAMPLE / "expected.yaml")
    return dict(data)


def deviations(session: Session, cycle: Cycle, states: dict[str, str]) -> list[str]:
    """Chinese sentences on everything that came out differently from the expectation.

    Args:
        session: Open session.
        cycle: The example's cycle.
        states: Overall state by unit code.
    """
    wanted = expected()
    units = {unit.code: unit for unit in units_of(session, cycle.id or 0)}
    wrong = [
        f"单位 {code} 应为“{state}”，实际为“{states.get(code)}”"
        for code, state in wanted["states"].items()
        if states.get(code) != state
    ]
    for code, rules in wanted["findings"].items():
        found = _violated(session, units[code])
        if found != sorted(rules):
            wrong.append(f"{code} 的审核结果应为 {sorted(rules)}，实际为 {found}")
    for form, row, column, amount in wanted["department"]:
        found_amount = _amount(session, units[cycle.department_code], form, row, column)
        if found_amount != amount:
            wrong.append(f"部门 {form}“{row}”{column} 应为 {amount} 元，实际为 {found_amount}")
    scores = {(name, total, grade) for name, total, grade in _scores(session, cycle)}
    wrong += [
        f"项目《{name}》应得 {total} 分（{grade}），实际不是"
        for name, total, grade in wanted["scores"]
        if (name, total, grade) not in scores
    ]
    return wrong


def _version_of(session: Session, unit: Unit) -> SubmissionVersion | None:
    return latest_version(session, unit.id or 0, "汇总" if unit.kind == "部门" else "报送")


def _violated(session: Session, unit: Unit) -> list[str]:
    version = _version_of(session, unit)
    if version is None:
        return []
    query = select(FindingRecord.rule).where(
        FindingRecord.submission_id == version.id, FindingRecord.status == Status.VIOLATED.value
    )
    return sorted(session.exec(query))


def _amount(session: Session, unit: Unit, form: str, row: str, column: str) -> str | None:
    version = _version_of(session, unit)
    if version is None:
        return None
    cell = session.get(CellRecord, (version.id, form, row, column))
    return exact_text(cell.amount) if cell is not None and cell.amount is not None else None


def _scores(session: Session, cycle: Cycle) -> list[tuple[str, str, str]]:
    query = (
        select(ProjectScore.name, ProjectScore.total, ProjectScore.grade)
        .join(SubmissionVersion, col(SubmissionVersion.id) == ProjectScore.submission_id)
        .join(Unit, col(Unit.id) == SubmissionVersion.unit_id)
        .where(Unit.cycle_id == cycle.id)
    )
    return [(name, total, grade) for name, total, grade in session.exec(query)]
