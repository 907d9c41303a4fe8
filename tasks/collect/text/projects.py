"""Reads one 项目支出绩效自评表 (family F-SX22): project, funding, goals, indicators, total, analysis."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from models.findings import Severity
from models.forms import Form
from models.forms.matching import bare_name, match_column, match_rows, normalise
from models.submission import Problem, Project
from tasks.collect.form_figures import heading_unit
from tasks.collect.performance import FormRow, FormRows
from tasks.collect.placeholders import is_nothing
from tasks.collect.text.cells import clip, place
from tasks.collect.text.funding import Funding, funding_column, number_text
from tasks.collect.text.sections import Section
from tasks.collect.text.source import Line

FAMILY = "F-SX22"
_INFORMATION, _FUNDING, _INDICATORS = 0, 1, 2
"""Order of the panels of form 自评表."""

_LEVEL1_END = "指标"
_LEVEL1 = frozenset({"产出指标", "效益指标", "满意度指标", "成本指标", "预算执行率指标"})
_NEEDED = ("三级指标", "实际完成值", "分值", "得分")
_MOST_LINES = 2_000
"""Lines of one form that are read; real ones have some dozens, with notes behind them."""

_UNIT_CELL = 20
"""Characters of the longest cell that only declares the unit of money."""

_HAN = re.compile(r"[\u4e00-\u9fff]")

_GOAL, _ACHIEVED = "年度目标", "实际完成情况"


@dataclass(slots=True)
class _Draft:
    texts: dict[str, str] = field(default_factory=dict)
    funding: Funding | None = None
    total: str | None = None
    grade: str = ""
    total_location: str = ""
    analysis: list[tuple[str, str]] = field(default_factory=list)


def read_project(section: Section, form: Form) -> tuple[Project | None, list[Problem]]:
    """Read one performance form.

    Args:
        section: Its lines, the title first.
        form: Form 自评表 of the catalogue.

    Returns:
        The project (``None`` when the form is laid out as another family's), and the faults met in it.
    """
    return _ProjectReader(section, form).read()


class _ProjectReader:
    def __init__(self, section: Section, form: Form) -> None:
        self.section, self.form = section, form
        self.draft = _Draft()
        self.problems: list[Problem] = []
        self.rows = FormRows(form, self.problems)
        self.goal_columns: tuple[int, int] | None = None
        self.columns: dict[int, str] = {}

    def read(self) -> tuple[Project | None, list[Problem]]:
        self.rows.declare_unit(self.section.lines[0].single, place(self.section.first, self.form))
        for line in self.section.lines[1:_MOST_LINES]:
            rest = line if self.draft.funding is not None else self._without_unit(line)
            if rest.is_grid and rest.filled:
                self._line(rest)
        if beyond := next((line for line in self.section.lines[_MOST_LINES:] if line.is_grid and line.filled), None):
            words = f"自评表超过 {_MOST_LINES} 行，从这一行起没有读取。请核对文件。"
            self.rows.tell("R-行", Severity.MANDATORY, words, place(beyond.number, self.form))
        if missing := self._missing():
            head = self.section.lines[0]
            message = (
                f"《{clip(head.single)}》与表样不同（没有{'、'.join(missing)}），整表未能读取。"
                "请按本年度自评表表样填列后重新报送。"
            )
            where = place(head.number, self.form)
            return None, [Problem("R-列", "mandatory", message, self.form.code, location=where)]
        return self._project(), self.problems

    def _missing(self) -> list[str]:
        """What keeps the form from being one of this family; a form that is merely cut off is still read."""
        if self.columns:
            return [column for column in _NEEDED if column not in self.columns.values()]
        return [] if self.draft.funding is not None else ["资金执行进度", "绩效指标"]

    def _line(self, line: Line) -> None:
        if self.draft.total_location:
            self._analysis(line)
        elif any(bare_name(cell) == "总分" for cell in line.filled):
            self._total(line)
        elif "三级指标" in (names := {normalise(cell) for cell in line.filled}):
            self.columns = dict(self._titles(line, _INDICATORS))
        elif self.columns:
            self._indicator(line)
        elif {_GOAL, _ACHIEVED} <= names:
            self.goal_columns = (self._index(line, _GOAL), self._index(line, _ACHIEVED))
        elif self.goal_columns is not None:
            self._goals(line, *self.goal_columns)
        elif any(funding_column(self.form, cell) == "全年预算数" for cell in line.filled):
            self.draft.funding = Funding(self.form, line, self.rows)
        elif self.draft.funding is not None:
            self.draft.funding.add(line)
        else:
            self._information(line)

    def _without_unit(self, line: Line) -> Line:
        """The line without cells that only declare the unit of money (单位：元), which is then taken."""
        units = [cell for cell in line.filled if "单位" in cell and len(cell) <= _UNIT_CELL and heading_unit(cell)]
        for cell in units:
            self.rows.declare_unit(cell, place(line.number, self.form))
        return replace(line, cells=tuple("" if cell in units else cell for cell in line.cells)) if units else line

    def _titles(self, line: Line, panel: int) -> Iterator[tuple[int, str]]:
        for index, cell in enumerate(line.cells):
            if key := match_column(self.form.panels[panel], cell):
                yield index, key

    def _index(self, line: Line, name: str) -> int:
        return next(index for index, cell in enumerate(line.cells) if normalise(cell) == name)

    def _information(self, line: Line) -> None:
        """Pairs of name and content in one line: 主管部门及代码 X 预算单位 Y."""
        key = ""
        for cell in line.filled:
            if rows := match_rows(self.form.panels[_INFORMATION], cell.rstrip("：:")):
                key = rows[0].key
            elif key:
                self.draft.texts[key], key = cell, ""
            else:
                self._problem(
                    "R-行", "hint", line, f"第 {line.number} 行“{clip(cell)}”不是自评表表样中的内容，未采用。"
                )

    def _goals(self, line: Line, goal: int, achieved: int) -> None:
        for index, cell in enumerate(line.cells):
            if cell:
                key = _ACHIEVED if index >= achieved else _GOAL
                self.draft.texts[key] = self.draft.texts.get(key, "") + cell

    # -- indicators ---------------------------------------------------------------------------------------------------

    def _indicator(self, line: Line) -> None:
        shift = self._shift(line)
        values = {key: self._at(line, index - shift) for index, key in self.columns.items()}
        kept = {index - shift for index in self.columns}
        lost = [cell for index, cell in enumerate(line.cells) if cell and index not in kept and index not in self.sides]
        if lost:
            shown = clip("、".join(lost))
            self._problem(
                "R-列", "mandatory", line, f"第 {line.number} 行的“{shown}”不在任何指标列下，未能读取。请对齐。"
            )
        self.rows.add_indicator(FormRow(values, place(line.number, self.form)))

    @property
    def sides(self) -> set[int]:
        """Columns left of the first indicator column, where merged side titles stand."""
        return set(range(min(self.columns, default=0)))

    def _shift(self, line: Line) -> int:
        """By how many columns the line stands too far left, since a merged side title is missing before it."""
        own = next((index for index, key in self.columns.items() if key == "一级指标"), None)
        for index, cell in enumerate(line.cells):
            if own is not None and normalise(cell) in _LEVEL1 and index <= own:
                return own - index
        if self._numeric(line, 0):
            return 0
        for shift in (1, -1):
            if self._numeric(line, shift):
                message = f"第 {line.number} 行的指标整行错位一列，已按分值和得分两列对齐。请核对原文。"
                self._problem("R-移位", "hint", line, message)
                return shift
        return 0

    def _numeric(self, line: Line, shift: int) -> bool:
        wanted = [index - shift for index, key in self.columns.items() if key in ("分值", "得分")]
        name = [index - shift for index, key in self.columns.items() if key == "三级指标"]
        return all(number_text(self._at(line, index)) for index in wanted) and all(self._at(line, i) for i in name)

    @staticmethod
    def _at(line: Line, index: int) -> str:
        return line.cells[index] if 0 <= index < len(line.cells) else ""

    # -- the rest -----------------------------------------------------------------------------------------------------

    def _total(self, line: Line) -> None:
        rest = [cell for cell in line.filled if bare_name(cell) != "总分"]
        figure = next((cell for cell in rest if not _HAN.match(cell)), "")
        grade = next((cell for cell in rest if cell != figure and not is_nothing(cell)), "")
        self.draft.total_location = place(line.number, self.form)
        self.draft.total, self.draft.grade = self.rows.total(figure, grade, self.draft.total_location)
        if is_nothing(figure):
            self._problem(
                "R-金额", "mandatory", line, f"第 {line.number} 行总分没有数字。请补填后重新报送。", row="总分"
            )

    def _analysis(self, line: Line) -> None:
        """A heading of the catalogue (or the cell before the last) and its text."""
        filled = line.filled
        for index, cell in enumerate(filled[:-1]):
            if rows := match_rows(self.form.panels[_INFORMATION], cell):
                self.draft.analysis.append((rows[0].key, "".join(filled[index + 1 :])))
                return
        if len(filled) >= 2:
            self.draft.analysis.append((filled[-2], filled[-1]))

    def _project(self) -> Project:
        draft, texts = self.draft, self.draft.texts
        head = self.section.lines[0]
        if not texts.get("项目名称"):
            titled = normalise(head.single).partition(normalise(self.form.name))[0]
            texts["项目名称"] = titled
        if not self.rows.funding:
            self._problem(
                "R-行", "mandatory", head, f"《{clip(head.single)}》没有资金总额行。请按表样填列。", row="资金总额"
            )
        if not self.rows.indicators:
            self._problem(
                "R-行", "mandatory", head, f"《{clip(head.single)}》没有绩效指标。请按表样填列。", row="绩效指标"
            )
        return Project(
            family=FAMILY,
            name=texts["项目名称"],
            department=texts.get("主管部门及代码", ""),
            unit=texts.get("预算单位", ""),
            funding=tuple(self.rows.funding),
            goal=texts.get(_GOAL, ""),
            achieved=texts.get(_ACHIEVED, ""),
            indicators=tuple(self.rows.indicators),
            total=draft.total,
            grade=draft.grade,
            analysis=tuple(draft.analysis),
            location=place(head.number, self.form),
            total_location=draft.total_location,
        )

    def _problem(self, rule: str, severity: str, line: Line, message: str, row: str = "", column: str = "") -> None:
        where = place(line.number, self.form)
        self.problems.append(Problem(rule, severity, message, self.form.code, row, column, where))
