"""What a table's reader met and could not read or place: marks for the rules, and one line for each cause."""

from models.forms import Form
from models.submission import Problem
from models.unread import Marks, may_be_figure
from tasks.collect.text.cells import clip, place
from tasks.collect.text.layout import Group, Slot
from tasks.collect.text.source import Line

Values = list[tuple[Slot, str]]
"""Filled value cells of a row."""

_LISTED = 30
"""Rows that one message lists."""


class Missed(Marks):
    """Notes of one table, and the lines that tell of its unknown rows and columns."""

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self._rows: dict[bool, list[tuple[int, str]]] = {True: [], False: []}
        self._columns: dict[str, list[tuple[int, str]]] = {}
        self._telling: set[str] = set()

    def row_of(self, group: Group, values: Values) -> bool:
        """Mark the figures of a row that could not be placed; whether there are any."""
        telling = [slot for slot, text in values if may_be_figure(text)]
        for panel in group.panels:
            self.somewhere([panel], [group.column(panel, slot) or "" for slot in telling])
        return bool(telling)

    def row(self, line: Line, shown: str, figures: bool) -> None:
        """A row that the form has not, with or without figures; told by :meth:`problems`."""
        self._rows[figures].append((line.number, shown))

    def column(self, line: Line, row: str, titles: tuple[str, ...], label: str, text: str) -> None:
        """What stands in a column that the form has not; told by :meth:`problems`."""
        title = clip("/".join(titles))
        self._columns.setdefault(title, []).append((line.number, f"“{label}”的“{clip(text)}”"))
        if may_be_figure(text):
            self._telling.add(title)
            self.cell(row)

    def problems(self) -> list[Problem]:
        """One problem for the unknown rows with figures, one for those without, one for each unknown column."""
        told = []
        for figures, rows in self._rows.items():
            if rows:
                listed = _listed([(number, f"“{shown}”") for number, shown in rows])
                message = f"{listed}不是《{self._form.name}》表样中的行"
                message += "，其数字未能读取。请按表样填列后重新报送。" if figures else "（没有数字）。请核对表样。"
                row = rows[0][1] if len(rows) == 1 else ""
                told.append(self._problem("R-行", "mandatory" if figures else "hint", rows[0][0], message, row))
        for title, cells in self._columns.items():
            message = f"《{self._form.name}》没有列“{title or '（没有列名）'}”，其中的内容未能读取：{_listed(cells)}。"
            message += "请按表样填列后重新报送。" if title in self._telling else "请核对表样。"
            severity = "mandatory" if title in self._telling else "hint"
            told.append(self._problem("R-列", severity, cells[0][0], message, column=title))
        return told

    def _problem(self, rule: str, severity: str, number: int, message: str, row: str = "", column: str = "") -> Problem:
        return Problem(rule, severity, message, self._form.code, row, column, place(number, self._form))


def _listed(cells: list[tuple[int, str]]) -> str:
    words = "、".join(f"第 {number} 行{shown}" for number, shown in cells[:_LISTED])
    return words if len(cells) <= _LISTED else f"{words}等 {len(cells)} 处"
