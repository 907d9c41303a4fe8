"""Self-evaluation forms (项目支出绩效自评表) as tables, with the scores that the unit claims."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import AmountError
from models.forms import Form
from models.money import parse_fen
from models.profiles import Profile
from models.submission import FundingLine, Project
from reports.blocks import CellKind, Grid, TableBlock
from reports.tables import panel_slots, place_header


def project_tables(form: Form, project: Project, *, year: int, anchor: str = "") -> list[TableBlock]:
    """Tables of one project: subject and goal, funding, indicators, analysis (when there is any).

    Amounts stand in 万元 as the unit wrote them.
    """
    title = project.name.removesuffix("项目支出绩效自评表")
    tables = [
        _subject(f"{title}项目支出绩效自评表（{year}年度）", project, anchor),
        _funding(form, project),
        _indicators(form, project),
    ]
    if project.analysis:
        tables.append(_analysis(project))
    return tables


def _subject(caption: str, project: Project, anchor: str) -> TableBlock:
    grid = Grid([10, 25, 10, 25])
    head, text = CellKind.HEADER, CellKind.TEXT
    grid.put(0, 0, "项目名称", head)
    grid.put(0, 1, project.name, text, colspan=3)
    grid.put(1, 0, "主管部门及代码", head)
    grid.put(1, 1, project.department)
    grid.put(1, 2, "预算单位", head)
    grid.put(1, 3, project.unit)
    grid.put(2, 0, "项目年度绩效目标", head, rowspan=2)
    grid.put(2, 1, "年度目标", head)
    grid.put(2, 2, "实际完成情况", head, colspan=2)
    grid.put(3, 1, project.goal)
    grid.put(3, 2, project.achieved, colspan=2)
    return grid.table(caption, anchor=anchor)


def _funding(form: Form, project: Project) -> TableBlock:
    panel = form.panels[1]
    slots = panel_slots(panel.model_copy(update={"title": ""}), 0)
    grid = Grid([16, *[10] * len(panel.columns)])
    place_header(grid, slots, 0, max(len(slot.titles) for slot in slots))
    grid.header_rows = grid.height
    for number, line in enumerate(project.funding):
        row, strong = grid.height, number == 0
        grid.put(row, 0, line.source, CellKind.LABEL, strong=strong)
        for column, text in enumerate(_amounts(line), start=1):
            grid.put(row, column, text or "", CellKind.AMOUNT, strong=strong)
    return grid.table(panel.title)


def _amounts(line: FundingLine) -> tuple[str | None, ...]:
    return (
        line.declared_budget,
        line.initial_budget,
        line.budget,
        line.executed,
        line.remainder,
        line.rate,
        line.score,
    )


def _indicators(form: Form, project: Project) -> TableBlock:
    panel = form.panels[2]
    grid = Grid([10, 12, 18, 14, 14, 14, 6, 6, 20])
    grid.line([column.key for column in panel.columns], CellKind.HEADER)
    grid.header_rows = 1
    for item in project.indicators:
        row = grid.height
        words = (item.level1, item.level2, item.name, item.initial_target, item.target, item.actual)
        for column, text in enumerate(words):
            grid.put(row, column, text)
        grid.put(row, 6, item.points or "", CellKind.AMOUNT)
        grid.put(row, 7, item.score or "", CellKind.AMOUNT)
        grid.put(row, 8, item.reason)
    row = grid.height
    grid.put(row, 0, "总分", CellKind.LABEL, colspan=7, strong=True)
    grid.put(row, 7, project.total or "", CellKind.AMOUNT, strong=True)
    grid.put(row, 8, f"自评等级：{project.grade}" if project.grade else "", strong=True)
    notes = (f"注：{form.note}",) if form.note else ()
    return grid.table(panel.title, notes=notes)


def _analysis(project: Project) -> TableBlock:
    grid = Grid([16, 60])
    for heading, text in project.analysis:
        row = grid.height
        grid.put(row, 0, heading, CellKind.HEADER)
        grid.put(row, 1, text)
    return grid.table("项目绩效分析")


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """What a document says of all self-evaluated projects together.

    Attributes:
        count: Number of projects. budget_fen, executed_fen: Sums of the total lines.
        grades: Pairs (grade of the profile, number of projects that claim it), best first.
        ungraded: Projects whose claimed grade is none of the profile's.
        warnings: Amounts that could not be added, in Chinese.
    """

    count: int
    budget_fen: int
    executed_fen: int
    grades: tuple[tuple[str, int], ...]
    ungraded: int
    warnings: tuple[str, ...]


def summarise(projects: Sequence[Project], profile: Profile) -> ProjectSummary:
    """Count projects by claimed grade (优秀 counts as 优) and add up their total lines."""
    names = [grade.name for grade in profile.grades]
    graded = [next((name for name in names if project.grade.startswith(name)), "") for project in projects]
    warnings: list[str] = []
    budget, executed = 0, 0
    for project in projects:
        total = project.funding[0] if project.funding else None
        budget += _fen(project, "全年预算数", total.budget if total else None, warnings)
        executed += _fen(project, "全年执行数", total.executed if total else None, warnings)
    return ProjectSummary(
        count=len(projects),
        budget_fen=budget,
        executed_fen=executed,
        grades=tuple((name, graded.count(name)) for name in names),
        ungraded=graded.count(""),
        warnings=tuple(warnings),
    )


def _fen(project: Project, name: str, text: str | None, warnings: list[str]) -> int:
    try:
        return parse_fen(text or "", "万元")
    except AmountError:
        warnings.append(f"项目“{project.name}”的{name}“{text or '空白'}”不是数字，未计入项目资金合计")
        return 0
