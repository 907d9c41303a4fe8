"""Reads one tab-separated table into cells, by the names and codes it prints and never by position or line number."""

import re
from dataclasses import dataclass, field

from models.forms import Form, Kind, Panel, Row
from models.forms.matching import bare_name, normalise
from models.nothing import says_nothing
from models.profiles import Profile
from models.submission import Cell, Presence, Problem, Unread
from models.unread import may_be_figure
from tasks.collect.text.cells import clip, decimals_shown, place, read_cell, row_label
from tasks.collect.text.layout import Group, HeaderWords, Layout, build_layout, is_figure
from tasks.collect.text.missed import Missed, Values
from tasks.collect.text.rows import RowFinder, code_and_name, skipped_numbers
from tasks.collect.text.sections import NOTHING, Section
from tasks.collect.text.source import Line

_LINE_NUMBER = re.compile(r"([0-9]{1,3})(?:\.0{1,2})?")
_NOTE = re.compile(r"(?:注|说明|备注)(?:：|\d)")
_HEAD = re.compile(
    r"（?(?:金额)?单位：.*|(?:部门|单位|编报单位|编制单位|预算单位)(?:名称|代码|编码)?：.*|\d{4}年度?|公开\d{2}表|（?\d{4}年度?）?"
)


@dataclass(slots=True)
class TableRead:
    """What one table gave.

    Attributes:
        cells: Non-empty cells. row_names: Displayed names of open rows by subject code.
        problems: Faults met. presence: State of the form.
        unread: Figures that could not be read or placed.
        rows: Line of the first occurrence of each row. unit: Unit of money.
        shown: Decimals with which amounts are shown; of zeros only where the table has no other figure.
        layout: Columns, for a continuation without a header.
    """

    form: Form
    cells: list[Cell] = field(default_factory=list)
    row_names: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    presence: Presence = Presence.PRESENT
    rows: dict[str, int] = field(default_factory=dict)
    unread: dict[Unread, None] = field(default_factory=dict)
    unit: str = "元"
    shown: set[int] = field(default_factory=set)
    layout: Layout | None = None


def read_table(section: Section, form: Form, profile: Profile, unit: str, layout: Layout | None = None) -> TableRead:
    """Read one table.

    Args:
        section: Its lines.
        form: The form its title names.
        profile: For the subject dictionary.
        unit: Unit of money, ``元`` or ``万元``.
        layout: Columns of the table's first part when this is a continuation without a header.
    """
    return _TableReader(form, profile, unit, layout).read(section)


class _TableReader:
    def __init__(self, form: Form, profile: Profile, unit: str, layout: Layout | None) -> None:
        self.form, self.profile, self.unit = form, profile, unit
        self.words = HeaderWords(form)
        self.missed = Missed(form)
        self.result = TableRead(form, unread=self.missed.unread, unit=unit, layout=layout)
        self.zeros: set[int] = set()
        self.header: list[Line] = []
        self.panels: tuple[Panel, ...] = form.panels
        self.finder = RowFinder(form, profile)
        self.met_panels: dict[int, Panel] = {}
        self.found: dict[int, set[str]] = {}
        self.taken: set[tuple[str, str]] = set()
        self.numbers: dict[int, list[tuple[int, int]]] = {}
        self.declared_empty = False
        self.in_notes = False
        if layout is not None:
            self._register(layout)

    def read(self, section: Section) -> TableRead:
        for line in section.lines[1:]:
            if line.filled:
                self._line(line)
        self._close_header()
        self._conclude(section)
        return self.result

    # -- lines --------------------------------------------------------------------------------------------------------

    def _line(self, line: Line) -> None:
        first = normalise(line.filled[0])
        if any(NOTHING.search(normalise(cell)) for cell in line.filled):
            self.declared_empty = self.in_notes = True
        elif _NOTE.match(first):
            self.in_notes = True
        elif (self.in_notes and not line.is_grid) or all(_HEAD.fullmatch(normalise(cell)) for cell in line.filled):
            return
        elif panel := self.words.panel_titled(line):
            self._close_header()
            if self.form.arrangement == "down":
                self._begin_panel(panel)
            else:
                self.header = [line]
        else:
            self.in_notes = False
            self._table_line(line)

    def _begin_panel(self, panel: Panel) -> None:
        """Rows below belong to ``panel``; without a header of its own it keeps the columns above (公开10)."""
        self.panels = (panel,)
        if self.result.layout is not None:
            for group in self.result.layout.groups:
                group.panels = self.panels

    def _table_line(self, line: Line) -> None:
        layout = self.result.layout
        if self.header or layout is None:
            if self.words.is_numbering(line):
                self._close_header()
                return
            if self.words.is_header(line, self.header):
                self.header.append(line)
                return
            self._close_header()
        elif line.cells in layout.header or self.words.is_numbering(line):
            return
        elif self.words.starts_header(line):
            self.header = [line]
            return
        self._row(line)

    def _close_header(self) -> None:
        if not self.header:
            return
        layout = self.result.layout = build_layout(self.form, self.header, self.panels, self.result.layout)
        self.header = []
        self.finder.restart()
        self._register(layout)

    def _register(self, layout: Layout) -> None:
        for group in layout.groups:
            for slot in group.values:
                for panel in group.panels:
                    if key := group.column(panel, slot):
                        self.found.setdefault(id(panel), set()).add(key)

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _row(self, line: Line) -> None:
        layout = self.result.layout
        if layout is None:
            if any(is_figure(cell) for cell in line.filled):
                self.missed.somewhere(self.form.panels)
                self._problem(
                    "R-列", "mandatory", line, f"第 {line.number} 行有数字，但其上没有可识别的表头，未能读取。"
                )
            return
        beyond = [cell for cell in line.cells[layout.width :] if not says_nothing(cell)]
        if beyond:
            message = f"第 {line.number} 行比表头多出“{clip('、'.join(beyond))}”，不知属于哪一列。请对齐后重新报送。"
            self._problem("R-列", "mandatory", line, message)
        carried: str | None = None
        for place_, group in enumerate(layout.groups):
            carried = self._group_row(line, place_, group, carried)
            if any(may_be_figure(cell) for cell in beyond):
                self.missed.somewhere(group.panels)

    def _group_row(self, line: Line, place_: int, group: Group, carried: str | None) -> str | None:
        def at(index: int) -> str:
            return line.cells[index] if index < len(line.cells) else ""

        code, name = code_and_name([at(i) for i in group.codes], [at(i) for i in group.labels])
        shifted = self._line_number(line, place_, [at(index) for index in group.lines])
        values = [(slot, at(slot.index)) for slot in group.values if at(slot.index)]
        if not code and not name:
            if not values:
                return carried
            key = carried or self._only_row(group, line)
            if key is None:
                self.missed.row_of(group, values)
                shown = clip("、".join(text for _, text in values))
                message = f"第 {line.number} 行有数“{shown}”，但没有科目编码或行名。请补齐后重新报送。"
                self._problem("R-行", "mandatory", line, message)
                return None
        else:
            key = self._row_key(line, place_, group, code, name, values)
            if key is None:
                return None
        if shifted:
            self.missed.cell(key)
        for slot, text in values:
            self._value(line, group, key, slot.titles, slot.index, text)
        row = self.form.rows.get(key)
        return key if row is not None and row.footer else None

    def _only_row(self, group: Group, line: Line) -> str | None:
        """The row of a table without a name column (公开07), once."""
        if group.labels or group.codes or len(self.form.rows) != 1:
            return None
        key = next(iter(self.form.rows))
        if key in self.result.rows:
            return None
        self._meet(key, line)
        return key

    def _row_key(self, line: Line, place_: int, group: Group, code: str, name: str, values: Values) -> str | None:
        key = self.finder.find(place_, group, code, name, self.result.rows)
        shown = clip(f"{code} {name}".strip())
        if key is None:
            self.missed.row(line, shown, self.missed.row_of(group, values))
            return None
        if key in self.result.rows:
            message = f"“{shown}”在《{self.form.name}》中出现两次：第 {self.result.rows[key]} 行和第 {line.number} 行"
            message += "，后一次的数字未采用。请合并后重新报送。"
            self._problem("R-重复", "mandatory", line, message, row=key)
            panel = self.missed.panel(key)
            for column in (group.column(panel, slot) or "" for slot, text in values if may_be_figure(text)):
                self.missed.cell(key, column)
            return None
        self._meet(key, line)
        self.finder.met(place_, key)
        if key not in self.form.rows:
            self._open_row(line, key, name)
        elif code:
            self._check_name(line, self.form.rows[key], name)
        return key

    def _meet(self, key: str, line: Line) -> None:
        self.result.rows[key] = line.number
        panel = self.missed.panel(key)
        self.met_panels[id(panel)] = panel

    def _check_name(self, line: Line, row: Row, name: str) -> None:
        names = {bare_name(text) for text in (row.name, row.label, *row.synonyms)}
        subject = self.profile.economic.get(row.code)
        if name and bare_name(name) not in names and not (subject and subject.known_as(name, self.profile.year)):
            message = f"第 {line.number} 行科目编码 {row.code} 的名称为“{clip(name)}”，表样为“{row.name}”，按编码读取。请核对。"
            self._problem("R-科目", "hint", line, message, row=row.key)

    def _open_row(self, line: Line, code: str, name: str) -> None:
        self.result.row_names[(self.form.code, code)] = "".join(name.split())

    # -- cells --------------------------------------------------------------------------------------------------------

    def _value(self, line: Line, group: Group, key: str, titles: tuple[str, ...], index: int, text: str) -> None:
        panel = self.missed.panel(key)
        column = group.column(panel, next(slot for slot in group.values if slot.index == index))
        if column is None:
            if not says_nothing(text):
                self.missed.column(line, key, titles, self._label(key), text)
            return
        if (key, column) in self.taken:
            message = f"第 {line.number} 行“{self._label(key)}”的“{column}”有两个数字，后一个“{clip(text)}”未采用。"
            self._problem("R-重复", "mandatory", line, message, row=key, column=column)
            if may_be_figure(text):
                self.missed.cell(key, column)
            return
        self.taken.add((key, column))
        read = read_cell(self.form, key, column, text, line.number, self.unit, self._label(key))
        if isinstance(read, Problem):
            self.result.problems.append(read)
            self.missed.cell(key, column)
            return
        if read is None:
            return
        self.result.cells.append(read)
        if read.amount is not None and self.form.kind_of(key, column) is Kind.FEN:
            (self.result.shown if read.amount else self.zeros).add(decimals_shown(text))

    def _label(self, key: str) -> str:
        return clip(row_label(self.form, key, self.result.row_names.get((self.form.code, key), "")))

    def _line_number(self, line: Line, place_: int, cells: list[str]) -> bool:
        """Take note of a row's line number; whether another figure stands in its place."""
        shifted = False
        for cell in cells:
            if match := _LINE_NUMBER.fullmatch(cell):
                self.numbers.setdefault(place_, []).append((int(match[1]), line.number))
            elif not says_nothing(cell):
                message = f"第 {line.number} 行的行次栏写有“{clip(cell)}”，可能是数字错位，未能读取。请核对后重新报送。"
                self._problem("R-列", "mandatory", line, message, column="行次")
                shifted |= may_be_figure(cell)
        return shifted

    def _problem(self, rule: str, severity: str, line: Line, message: str, row: str = "", column: str = "") -> None:
        where = place(line.number, self.form)
        self.result.problems.append(Problem(rule, severity, message, self.form.code, row, column, where))

    # -- the whole table ----------------------------------------------------------------------------------------------

    def _conclude(self, section: Section) -> None:
        result, head = self.result, section.lines[0]
        result.shown |= set() if result.shown else self.zeros
        result.problems += self.missed.problems()
        has_figure = any(cell.amount for cell in result.cells)
        if not self.found and not self.declared_empty:
            result.presence = Presence.UNREADABLE
            self._problem(
                "R-列", "mandatory", head, f"《{self.form.name}》没有可识别的表头，整表未能读取。请按表样填列。"
            )
            return
        if self.declared_empty and not has_figure:
            result.presence = Presence.EMPTY
            return
        if self.declared_empty:
            message = f"《{self.form.name}》注明“本表无数据”，表中却有数。请核对后删去其一。"
            self._problem("R-空表", "mandatory", head, message)
        self._missing_columns(head)
        result.problems += skipped_numbers(self.form, self.numbers.values())

    def _missing_columns(self, head: Line) -> None:
        for panel in self.met_panels.values():
            found = self.found.get(id(panel), set()) | {
                cell.column for cell in self.result.cells if self.form.panel_of.get(cell.row) is panel
            }
            for column in panel.columns:
                if column.key not in found and not self._inherits(panel, column.key):
                    message = f"《{self.form.name}》缺少列“{column.key}”，该列未能审核。请按表样补齐。"
                    self._problem("R-列", "mandatory", head, message, column=column.key)
                    for key in self.result.rows:
                        if self.missed.panel(key) is panel:
                            self.missed.cell(key, column.key, stands=False)

    def _inherits(self, panel: Panel, column: str) -> bool:
        """Whether a section without a header of its own finds the column under the header above (公开10)."""
        layout = self.result.layout
        return layout is not None and any(
            group.column(panel, slot) == column for group in layout.groups for slot in group.values
        )
