"""What the rows of a performance form (自评表) mean: one reading of placeholders, units, figures and components.

The readers find the rows and their columns; here they become funding lines and indicators, whatever the file was.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from models.clipping import clipped
from models.errors import AmountError
from models.exact import Interval, decimals_shown
from models.findings import Severity
from models.forms import Form, FormCatalogue
from models.submission import FundingLine, Indicator, Problem, Project, place_in_row
from reports.workbook_terms import FUNDING_FIELDS, INDICATOR_FIELDS, TOTAL_ROW
from tasks.collect.characters import shown
from tasks.collect.form_figures import WAN, heading_unit, points_figure, rate_percent, unit_is_coarse, wan_amount
from tasks.collect.placeholders import NIL, is_nothing

_FIGURES: dict[str, Callable[[str], str]] = {"rate": rate_percent, "score": points_figure, "points": points_figure}
"""Reads each attribute that is no amount of money."""

_TOTAL_AND_GRADE = re.compile(r"(?P<total>[+-]?[\d.,]+)\s*分?[\s（(，,]*(?P<grade>(?!分)[^\W\d]{1,4})[）)]?")

MOST_ROWS = 500
"""Rows of one form that are read; real forms have some dozens."""

_TARGETS, _CONTENT = ("initial_target", "target"), ("initial_target", "target", "actual", "reason")


@dataclass(frozen=True, slots=True)
class FormRow:
    """What stands in one row of a performance form.

    Attributes:
        texts: By column key, as written. location: Of the row. letters: Of its columns on the sheet; none in a text.
    """

    texts: Mapping[str, str]
    location: str
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def places(self) -> str:
        """The letters as :func:`models.submission.place_in_row` reads them."""
        return ",".join(f"{column}={letters}" for column, letters in self.letters.items())


class FormRows:
    """Collects the funding lines and the indicators of one form, and what is wrong in them.

    Args:
        form: Form 自评表 of the catalogue.
        problems: Where to tell it.

    Attributes:
        funding: Lines so far. indicators: Rows so far, components among them.
    """

    def __init__(self, form: Form, problems: list[Problem]) -> None:
        self.form, self.problems = form, problems
        self.funding: list[FundingLine] = []
        self.indicators: list[Indicator] = []
        self._level1 = self._level2 = ""
        self._unit = ""
        self._overfull = False

    def declare_unit(self, heading: str, location: str) -> None:
        """Take the unit of the amounts from a heading or line that may name one.

        Where two units stand, the one counts that is not the unit which blank forms print, and it is told.
        """
        unit = heading_unit(heading)
        if not unit or unit == self._unit:
            return
        if self._unit:
            kept = unit if self._unit == WAN else self._unit
            words = f"资金的金额单位前后不一（{self._unit}、{unit}），已按单位为{kept}读取。请核对并统一。"
            self.tell("R-其他", Severity.VERIFIABLE, words, location)
            unit = kept
        self._unit = unit
        if unit_is_coarse(unit):
            words = f"资金以{unit}为单位，不能精确到分，资金数没有读取。请折算为万元填列。"
            self.tell("R-金额", Severity.MANDATORY, words, location)

    def tell(self, rule: str, severity: Severity, words: str, location: str, row: str = "", column: str = "") -> None:
        """Add a problem; ``words`` say what is wrong in the place."""
        where = location.partition("（")[0] if location.startswith("第 ") else location
        text = f"《{self.form.name}》{where}：{words}"
        self.problems.append(Problem(rule, severity.value, text, self.form.code, row, column, location))

    def number(self, text: str, read: Callable[[str], str], location: str, row: str, column: str) -> str | None:
        """A figure as exact decimal text; ``None`` where nothing stands, and where it is no number, which is told."""
        if _is_blank(text):
            return None
        try:
            return read(text)
        except AmountError as error:
            why = "" if str(error).startswith("“") else f"（{error}）"
            words = f"{_quoted(row)}的“{column}”应填数字，现为“{_clip(text)}”{why}。请改正，没有数的留空。"
            self.tell("R-金额", Severity.MANDATORY, words, location, row, column)
            return None

    def total(self, text: str, grade: str, location: str) -> tuple[str | None, str]:
        """Claimed total and grade; ``98优`` in one cell is both, a dash is none."""
        if match := _TOTAL_AND_GRADE.fullmatch(text.strip()):
            text, grade = match["total"], grade or match["grade"]
        column = next(key for key, name in INDICATOR_FIELDS.items() if name == "score")
        return self.number(text, points_figure, location, TOTAL_ROW, column), "" if is_nothing(grade) else grade

    # -- funding ------------------------------------------------------------------------------------------------------

    def add_funding(self, source: str, row: FormRow, *, required: bool = False) -> None:
        """Take a line of the funding table; one in which nothing stands is none unless it is required."""
        if not required and all(_is_blank(text) for text in row.texts.values()):
            return
        if self._is_full(self.funding, row):
            return
        values: dict[str, str | None] = {}
        for column, name in FUNDING_FIELDS.items():
            text = row.texts.get(column, "")
            coarse = name not in _FIGURES and unit_is_coarse(self._unit)
            read = _FIGURES.get(name, self._amount)
            values[name] = None if coarse else self.number(text, read, _at(row, column), source, column)
        line = FundingLine(source, **values, location=row.location, places=row.places)
        self.funding.append(self._with_rate(line, row))

    def _amount(self, text: str) -> str:
        return wan_amount(text, self._unit or WAN)

    def _with_rate(self, line: FundingLine, row: FormRow) -> FundingLine:
        """The line with its rate in %: 0.98125 beside 78.5 of 80 is a fraction, which is told."""
        column = next(key for key, name in FUNDING_FIELDS.items() if name == "rate")
        written = row.texts.get(column, "")
        percent = _fraction_as_percent(line)
        if percent is None or any(sign in written for sign in "%％﹪"):
            return line
        words = f"{_quoted(line.source)}的执行率填成了小数 {line.rate}，已按 {percent}% 读取。请填百分数。"
        self.tell("R-其他", Severity.HINT, words, _at(row, column), line.source, column)
        return replace(line, rate=percent)

    # -- indicators ---------------------------------------------------------------------------------------------------

    def add_indicator(self, row: FormRow) -> None:
        """Take a row of the indicators. Blank upper levels repeat those above, as in merged cells.

        An unused row is none; one without a name, points and score continues the indicator above.
        """
        if self._is_full(self.indicators, row):
            return
        written = {name: row.texts.get(column, "").strip() for column, name in INDICATOR_FIELDS.items()}
        texts = {name: "" if is_nothing(text) else text for name, text in written.items()}
        opens = bool(texts["level1"] or texts["level2"])
        if texts["level1"]:
            self._level1, self._level2 = "".join(texts["level1"].split()), ""
        self._level2 = "".join(texts["level2"].split()) or self._level2
        points, score = (self._points(row, name, written) for name in ("points", "score"))
        scored = points is not None or score is not None
        if points is not None and not any(texts[name] for name in _TARGETS):
            texts |= {name: text for name in (*_TARGETS, "actual") if (text := written[name]) == NIL}
        used = any(texts[name] for name in _CONTENT) or any(Decimal(value or 0) for value in (points, score))
        if not used:
            self._unused(row, texts["name"], written)
        elif not texts["name"] and (scored or opens or not self.indicators):
            self.tell("R-行", Severity.MANDATORY, "这一行指标没有三级指标名称，没有读取。请补齐。", row.location)
        else:
            self.indicators.append(
                Indicator(
                    self._level1, self._level2, texts["name"], texts["initial_target"],
                    texts["target"] or texts["initial_target"], texts["actual"], points, score, texts["reason"],
                    row.location, row.places,
                )
            )  # fmt: skip

    def _is_full(self, rows: Sequence[object], row: FormRow) -> bool:
        """Whether the form has more rows than any real one, which is told at the first that is not read."""
        if len(rows) >= MOST_ROWS and not self._overfull:
            self._overfull = True
            words = f"自评表超过 {MOST_ROWS} 行，从这一行起没有读取。请核对文件。"
            self.tell("R-行", Severity.MANDATORY, words, row.location)
        return len(rows) >= MOST_ROWS

    def _points(self, row: FormRow, name: str, written: Mapping[str, str]) -> str | None:
        column = next(key for key, attribute in INDICATOR_FIELDS.items() if attribute == name)
        return self.number(written[name], points_figure, _at(row, column), written["name"], column)

    def _unused(self, row: FormRow, name: str, written: Mapping[str, str]) -> None:
        """A name of which nothing is said counts for nothing; told unless signs say that it is meant so."""
        meant = any(text for key, text in written.items() if key not in ("level1", "level2", "name"))
        if name and not meant:
            words = f"指标“{_clip(name)}”没有填写指标值、完成值、分值和得分，没有计入。确属不用的行请删除。"
            self.tell("R-其他", Severity.HINT, words, row.location, name)


def repeated_projects(catalogue: FormCatalogue, projects: Iterable[Project]) -> list[Problem]:
    """Performance forms of one name: each after the first is told."""
    code = next((form.code for form in catalogue.values() if form.shape == "project"), "")
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for project in projects:
        if project.name and project.name in first:
            words = (
                f"项目“{_clip(project.name)}”有两张自评表：{first[project.name]}和{project.location}。"
                "请删去多余的一张，或改正项目名称。"
            )
            where = project.location
            problems.append(Problem("R-重复", Severity.MANDATORY.value, words, code, row=project.name, location=where))
        first.setdefault(project.name, project.location)
    return problems


def _is_blank(text: str) -> bool:
    """Whether no figure stands there; ``5.`` may be a label elsewhere, but not in a column of figures."""
    return is_nothing(text) and not any(sign.isdecimal() for sign in text)


def _clip(text: str) -> str:
    return clipped(shown(text), 40)


def _quoted(name: str) -> str:
    return f"“{_clip(name)}”" if name else "此行"


def _at(row: FormRow, column: str) -> str:
    return place_in_row(row.location, row.places, column)


def _fraction_as_percent(line: FundingLine) -> str | None:
    """The rate times 100, if only that agrees with executed ÷ budget by what the figures may stand for."""
    if line.rate is None or line.budget is None or line.executed is None or Decimal(line.budget) <= 0:
        return None
    rate, executed = Decimal(line.rate), Decimal(line.executed)
    if not 0 < rate <= Decimal("1.5"):
        return None
    spent = Interval.around(executed, max(2, decimals_shown(executed)))
    right = spent.over(Interval.exactly(Decimal(line.budget))).scaled(100)
    shown = Interval.around(rate, decimals_shown(rate))
    if right.meets(shown) or not right.meets(shown.scaled(100)):
        return None
    return f"{rate.scaleb(2):f}"
