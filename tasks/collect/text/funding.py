"""Funding table of a performance form: 资金总额 and its sources, realigned where the arithmetic shows a shift."""

from collections.abc import Iterator
from decimal import Decimal

from models.errors import AmountError
from models.findings import Severity
from models.forms import Form
from models.forms.matching import bare_name, match_column, match_rows, normalise
from tasks.collect.form_figures import WAN, rate_percent, wan_amount, without_unit
from tasks.collect.performance import FormRow, FormRows
from tasks.collect.placeholders import is_nothing
from tasks.collect.text.cells import clip, place
from tasks.collect.text.source import Line

_PANEL = 1
_TOTAL = "资金总额"

Values = dict[str, str]


def number_text(text: str) -> str | None:
    """A displayed number as exact decimal text without grouping or percent sign, or ``None`` for anything else."""
    try:
        return rate_percent(text.strip().removesuffix("分"))
    except AmountError:
        return None


def funding_column(form: Form, title: str) -> str | None:
    """Key of the funding column that a printed title means, its unit in brackets aside."""
    panel = form.panels[_PANEL]
    return match_column(panel, title) or match_column(panel, without_unit(title))


class Funding:
    """Collects the funding lines below the header line that names 全年预算数.

    Args:
        form: Form 自评表 of the catalogue.
        header: That line.
        rows: Takes the lines.
    """

    def __init__(self, form: Form, header: Line, rows: FormRows) -> None:
        self.form, self.rows = form, rows
        self.columns = self._columns(header)
        self.label_of_total: int | None = None
        for cell in header.filled:
            rows.declare_unit(cell, place(header.number, form))

    def _columns(self, header: Line) -> dict[int, str]:
        """Position of each value column; 年初预算数 spans those that the next header line names."""
        panel = self.form.panels[_PANEL]
        found = {index: key for index, cell in enumerate(header.cells) if (key := funding_column(self.form, cell))}
        parts = [column.key for column in panel.columns if len(column.titles) > 1]
        tops = {normalise(column.titles[0]) for column in panel.columns if len(column.titles) > 1}
        for index, cell in enumerate(header.cells):
            if tops & {normalise(cell), without_unit(cell)}:
                found |= dict(zip(range(index, index + len(parts)), parts, strict=True))
        return dict(sorted(found.items()))

    def add(self, line: Line) -> None:
        """Take one line: the second header line, the total or a source."""
        where = place(line.number, self.form)
        if all(funding_column(self.form, cell) for cell in line.filled):
            return
        label = self._label(line)
        source = bare_name(line.cells[label]).rstrip("：")
        rows = match_rows(self.form.panels[_PANEL], source) or match_rows(
            self.form.panels[_PANEL], without_unit(source).rstrip("：")
        )
        if rows and rows[0].key == _TOTAL:
            self.label_of_total = label
        elif not rows and number_text(line.cells[label]) is not None:
            self.rows.tell("R-行", Severity.MANDATORY, "这一行有资金数但没有名称。请补齐。", where)
            return
        name = rows[0].key if rows else source
        values, shifted = self._aligned(line, label)
        if shifted:
            words = (
                f"“{clip(name)}”的数字与表头错位一列，已按“全年预算数－全年执行数＝资金结（转）余”对齐；"
                "请核对原文" + ("，得分已落在表外。" if "得分" not in values else "。")
            )
            self.rows.tell("R-移位", Severity.HINT, words, where, name)
        if not values and any(not is_nothing(cell) for cell in line.cells[label + 1 :]):
            lost = clip("、".join(cell for cell in line.cells[label + 1 :] if cell))
            self.rows.tell("R-列", Severity.MANDATORY, f"“{clip(name)}”的“{lost}”与表头对不上列。", where, name)
        self.rows.add_funding(name, FormRow(values, where), required=bool(rows) and rows[0].key == _TOTAL)

    def _label(self, line: Line) -> int:
        """Position of the line's name: a side title (项目资金（元）) may stand before it, and give the unit."""
        filled = [index for index, cell in enumerate(line.cells) if cell]
        named = (index for index in filled[:3] if self._names_a_row(line.cells[index]))
        label = next(named, filled[0])
        for index in filled[: filled.index(label) + 1]:
            self.rows.declare_unit(line.cells[index], place(line.number, self.form))
        return label

    def _names_a_row(self, cell: str) -> bool:
        name = bare_name(cell).rstrip("：")
        panel = self.form.panels[_PANEL]
        return bool(match_rows(panel, name) or match_rows(panel, without_unit(name).rstrip("：")))

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
        if 3 <= sum(bool(cell) for cell in line.cells[label + 1 :]) <= len(self.columns):
            for cells, shift in _candidates(line.cells, label, offset):
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


def _candidates(cells: tuple[str, ...], label: int, offset: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """The line with one blank cell inside taken out (one of each run), or moved as a whole by one column."""
    filled = [index for index, cell in enumerate(cells) if cell]
    for index in filled:
        if index > label + 1 and not cells[index - 1]:
            for shift in dict.fromkeys((offset, 0)):
                yield cells[: index - 1] + cells[index:], shift
    for shift in (offset - 1, offset + 1):
        yield cells, shift


def _closes(values: Values, *, strictly: bool = False) -> bool:
    """Whether budget - executed = remainder, a blank counting as zero.

    Args:
        values: Displayed figures by column.
        strictly: For a line moved by us: all three must be displayed and a displayed rate must fit too.
    """
    budget, executed, remainder = (_amount(values, key) for key in ("全年预算数", "全年执行数", "资金结（转）余"))
    rate = number_text(values.get("执行率", ""))
    if budget is None or (strictly and (executed is None or remainder is None)):
        return False
    spent = executed or Decimal(0)
    if strictly and rate is not None and abs(Decimal(rate) * budget - spent * 100) > budget.copy_abs() / 2:
        return False
    return budget - spent == (remainder or Decimal(0))


def _amount(values: Values, key: str) -> Decimal | None:
    """One displayed amount; in which unit does not matter to a difference."""
    try:
        return Decimal(wan_amount(values.get(key, ""), WAN))
    except AmountError:
        return None
