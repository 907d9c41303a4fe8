"""Funding table of a performance form: 资金总额 and its sources, realigned where the arithmetic shows a shift."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from models.errors import AmountError
from models.forms import Form
from models.forms.matching import bare_name, match_column, match_rows, normalise
from models.money import parse_decimal
from models.submission import FundingLine, Problem
from tasks.collect.text.cells import clip, place
from tasks.collect.text.source import Line

_PANEL = 1
_TOTAL = "资金总额"
_FIELDS = {
    "目标申报数": "declared_budget",
    "预算编制数": "initial_budget",
    "全年预算数": "budget",
    "全年执行数": "executed",
    "资金结（转）余": "remainder",
    "执行率": "rate",
    "得分": "score",
}
"""Columns of the catalogue to fields of :class:`FundingLine`."""

Values = dict[str, str]


def number_text(text: str) -> str | None:
    """A displayed number as exact decimal text without grouping or percent sign, or ``None`` for anything else."""
    plain = text.strip().rstrip("%％")
    try:
        value = parse_decimal(plain)
    except AmountError:
        return None
    return format(value, "f")


class Funding:
    """Collects the funding lines below the header line that names 全年预算数."""

    def __init__(self, form: Form, header: Line) -> None:
        self.form, self.lines = form, list[FundingLine]()
        self.problems: list[Problem] = []
        self.columns = self._columns(header)
        self.label_of_total: int | None = None

    def _columns(self, header: Line) -> dict[int, str]:
        """Position of each value column; 年初预算数 spans those that the next header line names."""
        panel = self.form.panels[_PANEL]
        found = {index: key for index, cell in enumerate(header.cells) if (key := match_column(panel, cell))}
        parts = [column.key for column in panel.columns if len(column.titles) > 1]
        tops = {normalise(column.titles[0]) for column in panel.columns if len(column.titles) > 1}
        for index, cell in enumerate(header.cells):
            if normalise(cell) in tops:
                found |= dict(zip(range(index, index + len(parts)), parts, strict=True))
        return dict(sorted(found.items()))

    def add(self, line: Line) -> None:
        """Take one line: the second header line, the total or a source."""
        if all(match_column(self.form.panels[_PANEL], cell) for cell in line.filled):
            return
        label = next(index for index, cell in enumerate(line.cells) if cell)
        source = bare_name(line.cells[label]).rstrip("：")
        rows = match_rows(self.form.panels[_PANEL], source)
        if rows and rows[0].key == _TOTAL:
            self.label_of_total = label
        elif not rows and number_text(line.cells[label]) is not None:
            self._problem(line, "R-行", "mandatory", f"第 {line.number} 行有资金数但没有名称。请补齐。", "")
            return
        name = rows[0].key if rows else source
        values, shifted = self._aligned(line, label)
        if shifted:
            message = (
                f"第 {line.number} 行“{clip(name)}”的数字与表头错位一列，已按“全年预算数－全年执行数＝资金结（转）余”对齐；"
                "请核对原文" + ("，得分已落在表外。" if "得分" not in values else "。")
            )
            self._problem(line, "R-移位", "hint", message, name)
        self.lines.append(self._funding_line(line, name, values))

    def _aligned(self, line: Line, label: int) -> tuple[Values, bool]:
        """Values by column, and whether they stood out of line.

        A line that adds up as it stands is left alone. A source's label may stand left of the total's, and its
        figures with it. Otherwise a blank cell inside the line is taken out if the arithmetic then closes.
        """
        offset = 0 if self.label_of_total is None else self.label_of_total - label
        natural = [self._placed(line.cells, label, shift) for shift in dict.fromkeys((0, offset))]
        for values in natural:
            if values is not None and _closes(values):
                return values, False
        fits = len(line.filled) <= len(self.columns) + 1
        for cells, shift in _candidates(line.cells, label, offset) if fits else ():
            values = self._placed(cells, label, shift)
            if values is not None and _closes(values, strictly=True):
                return values, True
        fitting = [values for values in natural if values is not None]
        return (fitting[-1] if offset and len(fitting) > 1 else fitting[0]) if fitting else {}, False

    def _placed(self, cells: tuple[str, ...], label: int, shift: int) -> Values | None:
        """Cells right of the label under the columns, moved right by ``shift``; ``None`` if one falls outside."""
        values: Values = {}
        for index in range(label + 1, len(cells)):
            if not cells[index]:
                continue
            column = self.columns.get(index + shift)
            if column is None:
                return None
            values[column] = cells[index]
        return values

    def _funding_line(self, line: Line, name: str, values: Values) -> FundingLine:
        if not values and len(line.filled) > 1:
            shown = clip("、".join(line.filled[1:]))
            self._problem(
                line, "R-列", "mandatory", f"第 {line.number} 行“{clip(name)}”的“{shown}”与表头对不上列。", name
            )
        numbers: dict[str, str | None] = dict.fromkeys(_FIELDS.values())
        for column, text in values.items():
            numbers[_FIELDS[column]] = number_text(text)
            if numbers[_FIELDS[column]] is None:
                message = (
                    f"第 {line.number} 行“{clip(name)}”的“{column}”应填数字，现为“{clip(text)}”。请改正后重新报送。"
                )
                self._problem(line, "R-金额", "mandatory", message, name, column)
        return FundingLine(name, **numbers, location=place(line.number, self.form))

    def _problem(self, line: Line, rule: str, severity: str, message: str, row: str, column: str = "") -> None:
        where = place(line.number, self.form)
        self.problems.append(Problem(rule, severity, message, self.form.code, row, column, where))


def _candidates(cells: tuple[str, ...], label: int, offset: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """The line with one blank cell inside taken out, or moved as a whole by one column."""
    filled = [index for index, cell in enumerate(cells) if cell and index >= label]
    for before, after in pairwise(filled):
        if after > before + 1:  # which of several blanks side by side is taken out makes no difference
            for shift in dict.fromkeys((offset, 0)):
                yield cells[: before + 1] + cells[before + 2 :], shift
    for shift in (offset - 1, offset + 1):
        yield cells, shift


def _closes(values: Values, *, strictly: bool = False) -> bool:
    """Whether budget - executed = remainder, a blank counting as zero.

    Args:
        values: Displayed figures by column.
        strictly: For a line moved by us: all three must be displayed and a displayed rate must fit too.
    """
    budget, executed, remainder, rate = (
        number_text(values.get(key, "")) for key in ("全年预算数", "全年执行数", "资金结（转）余", "执行率")
    )
    if budget is None or (strictly and (executed is None or remainder is None)):
        return False
    whole, spent = Decimal(budget), Decimal(executed or 0)
    if strictly and rate is not None and abs(Decimal(rate) * whole - spent * 100) > whole.copy_abs() / 2:
        return False
    return whole - spent == Decimal(remainder or 0)
