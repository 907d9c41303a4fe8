"""Reads one form from its sheet: cells by row and column key, records by number, and every doubt as a Problem.

Nothing that stands on the sheet under or beside the table is lost silently: what has no place becomes a Problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.errors import AmountError
from models.findings import Severity
from models.forms import Form, Kind, Row
from models.subjects import Subject, functional_level
from models.submission import NOT_APPLICABLE, Cell, Problem, Unread
from models.unread import Marks, may_be_figure
from reports.workbook_layout import is_record_panel
from tasks.collect.workbook.grid import Raw, Sheet, amount_of, is_dash, shown, text_of
from tasks.collect.workbook.rows import RowFinder
from tasks.collect.workbook.sections import (
    Block,
    Section,
    find_sections,
    gaps,
    is_footnote,
    is_number_row,
    missing_panels,
)

_LISTED = 30
"""Rows that one message lists."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a record panel: its row on the sheet, contents and places (columns) by column key."""

    row: int
    values: dict[str, Raw]
    places: dict[str, int]


@dataclass(slots=True)
class Table:
    """What one sheet gave.

    Attributes:
        unread: Figures that could not be read or placed.
        head: Lines above the header, where title, unit and marks stand.
        found: Whether any header was recognised.
    """

    cells: list[Cell] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: dict[Unread, None] = field(default_factory=dict)
    head: int = 0
    found: bool = False


class TableReader:
    """Reads one sheet as one form.

    Args:
        form: The form.
        sheet: Its sheet.
        subjects: Functional subjects by code, for open rows.
    """

    def __init__(self, form: Form, sheet: Sheet, subjects: Mapping[str, Subject]) -> None:
        self._form, self._sheet, self._subjects = form, sheet, subjects
        self._marks = Marks(form)
        self._unknown: list[tuple[int, int, str]] = []
        self._lacking: list[tuple[Block, str]] = []
        self._table = Table(unread=self._marks.unread)
        self._rows = RowFinder(form)
        self._faults = dict(sheet.faults)

    def read(self) -> Table:
        """Read the sheet."""
        sections = find_sections(self._form, self._sheet)
        self._table.found = any(section.header >= 0 for section in sections)
        self._table.head = next((section.header for section in sections if section.header >= 0), self._sheet.height)
        for section in sections:
            if section.header < 0:
                self._headless(section)
                continue
            self._check_header(section)
            self._figures_in_header(section)
            for block in section.blocks:
                self._rows.restart()
                for row in range(section.body, section.end):
                    self._line(block, row)
            self._stray(section)
        for row, column in list(self._faults):
            self._fault(row, column)
        self._tell_unknown_rows()
        for block, column_key in self._lacking:
            for key in self._rows.met:
                if any(self._marks.panel(key) is panel for panel in block.panels):
                    self._marks.cell(key, column_key, stands=False)
        return self._table

    def _problem(
        self,
        rule: str,
        row: int,
        column: int,
        message: str,
        *,
        key: str = "",
        column_key: str = "",
        severity: Severity = Severity.MANDATORY,
    ) -> None:
        address = self._sheet.address(row, max(column, 0))
        text = f"《{self._form.name}》{address}：{message}"
        self._table.problems.append(Problem(rule, severity.value, text, self._form.code, key, column_key, address))

    def _headless(self, section: Section) -> None:
        """A section without its header line: told when anything stands in it."""
        for row in range(section.start + 1, section.end):
            if any(self._numeric(row, column) for column in range(self._sheet.width)):
                self._marks.somewhere(section.panels)
                where = f"“{section.title}”部分" if section.title else "本表"
                self._problem("R-列", row, 0, f"{where}找不到表头，下面的数字无法识别。请恢复模板的表头。")
                return

    def _check_header(self, section: Section) -> None:
        for panel in missing_panels(section):
            self._marks.somewhere([panel])
            name = f"“{panel.title}”部分" if panel.title else "数据部分"
            self._problem("R-列", section.header, 0, f"{name}的表头无法识别。请恢复模板的表头。")
        for block in section.blocks:
            first = min(block.known)
            present = set(block.columns.values())
            for column in block.panels[0].columns:
                if column.key not in present:
                    self._lacking.append((block, column.key))
                    words = f"缺少“{'/'.join(column.titles)}”列，该列的数字无法读取。请恢复模板的表头。"
                    self._problem("R-列", section.header, first, words, column_key=column.key)
            for place, key in block.repeated.items():
                if self._used(section, place):
                    words = f"“{key}”列重复出现，此列没有读取。请删除多余的列。"
                    self._problem("R-列", section.header, place, words, column_key=key)
            if block.panels[0].label_title and block.name < 0:
                words = f"缺少“{block.panels[0].label_title}”列，无法识别各行。请恢复模板的表头。"
                self._problem("R-列", section.header, first, words)

    def _figures_in_header(self, section: Section) -> None:
        """Figures between a section's title and its header; above the first header stand unit, year and marks."""
        for row in range(section.start, section.header + 1) if section.start else ():
            for column in range(self._sheet.width):
                if self._numeric(row, column):
                    self._marks.somewhere(section.panels)
                    words = f"表头里填有数字“{shown(self._sheet.value(row, column))}”，没有读取。请移到对应的格。"
                    self._problem("R-列", row, column, words)

    def _used(self, section: Section, column: int) -> bool:
        return any(self._sheet.filled(row, column) for row in range(section.body, section.end))

    def _numeric(self, row: int, column: int) -> bool:
        """Whether a cell holds something that looks like a figure."""
        content = self._sheet.value(row, column)
        if isinstance(content, str):
            try:
                amount_of(content, Kind.FEN)
            except AmountError:
                return False
            return True
        return content is not None or (row, column) in self._sheet.faults

    def _line(self, block: Block, row: int) -> None:
        """One row of one block."""
        sheet = self._sheet
        code = sheet.text(row, block.code) if block.code >= 0 else ""
        name = sheet.text(row, block.name) if block.name >= 0 else ""
        content = [
            column for column in block.columns if sheet.filled(row, column) and not is_dash(sheet.value(row, column))
        ]
        if not (code or name or content) or is_number_row(block, sheet, row) or is_footnote(sheet, row):
            return
        if block.name >= 0 and not is_record_panel(block.panels[0]) and self._numeric(row, block.name):
            words = f"名称栏里填了数字“{shown(name)}”，没有读取。请恢复名称，把数字填到金额栏。"
            self._problem("R-行", row, block.name, words)
            self._marks.somewhere(block.panels, block.columns.values())
        declared = self._rows.find(block, code, name)
        if declared is None and is_record_panel(block.panels[0]):
            self._record(block, row, bool(content))
        elif declared is None and block.panels[0].open_rows:
            self._open_row(block, row, code, name, content)
        elif declared is None:
            if content or (code and self._numeric(row, block.code)):
                self._unknown_row(block, row, content or [block.code], code, name)
        elif self._first(block, declared.key, row, content):
            self._cells(block, row, declared.key, declared)

    def _unknown_row(self, block: Block, row: int, content: list[int], code: str, name: str) -> None:
        self._unplaced(block, row, content)
        if not code and not name:
            words = "这一行填有内容，但没有项目名称和编码，无法识别。请把内容填到对应的行，或恢复行名称。"
            self._problem("R-行", row, content[0], words)
        else:
            self._unknown.append((row, content[0], shown(" ".join(part for part in (code, name) if part))))

    def _tell_unknown_rows(self) -> None:
        """One problem for all of them: the cause is mostly one."""
        if not self._unknown:
            return
        row, column, label = self._unknown[0]
        words = f"无法识别的行“{label}”填有内容，没有读取。请核对编码与名称是否与模板一致，并把内容填到对应的行。"
        if len(self._unknown) > 1:
            listed = "、".join(f"第 {row + 1} 行“{label}”" for row, _, label in self._unknown[:_LISTED])
            rest = f"等 {len(self._unknown)} 行" if len(self._unknown) > _LISTED else ""
            words = f"以下各行无法识别，但填有内容，没有读取：{listed}{rest}。请核对编码与名称是否与模板一致，并把内容填到对应的行。"
        self._problem("R-行", row, column, words)

    def _telling(self, block: Block, row: int, content: list[int]) -> list[str]:
        """Columns of a row in which something stands that may be a figure other than zero."""
        return [key for column, key in block.columns.items() if column in content and self._may_be_figure(row, column)]

    def _may_be_figure(self, row: int, column: int) -> bool:
        content = self._sheet.value(row, column)
        if isinstance(content, str):
            return may_be_figure(content)
        return content != 0 if isinstance(content, int | float) else True

    def _unplaced(self, block: Block, row: int, content: list[int]) -> None:
        self._marks.somewhere(block.panels, self._telling(block, row, content))

    def _first(self, block: Block, key: str, row: int, content: list[int]) -> bool:
        """Whether the row is met for the first time; a second one with content is a problem."""
        if key not in self._rows.met:
            self._rows.meet(key, row)
            return True
        if content:
            before = self._sheet.address(self._rows.met[key], 0)
            words = f"“{shown(key)}”行重复（前一行见 {before}），此行没有读取。请合并为一行。"
            self._problem("R-重复", row, content[0], words, key=key)
            for column_key in self._telling(block, row, content):
                self._marks.cell(key, column_key)
        return False

    def _open_row(self, block: Block, row: int, code: str, name: str, content: list[int]) -> None:
        """A subject row: its code must have 3, 5 or 7 digits."""
        if not code:
            if content:
                words = f"“{shown(name)}”行填有数字，但没有科目编码。请补填类、款、项编码。"
                self._problem("R-行", row, content[0], words)
                self._unplaced(block, row, content)
            return
        if not (code.isascii() and functional_level(code)):
            words = f"“{shown(code)}”不是功能分类科目编码（类3位、款5位、项7位数字），此行没有读取。请改正编码。"
            if content or code.isascii():
                self._problem("R-科目", row, block.code, words)
            self._unplaced(block, row, content)
            return
        if not self._first(block, code, row, content):
            return
        if code not in self._subjects and content:
            words = f"科目编码 {code} 不在本年度科目表中。请核对编码；确属新增科目的可不改。"
            self._problem("R-科目", row, block.code, words, key=code, severity=Severity.HINT)
        self._table.names[code] = name
        self._cells(block, row, code, None)

    def _cells(self, block: Block, row: int, key: str, declared: Row | None) -> None:
        own = {column.key for column in self._form.columns_of(key)}
        for column, column_key in block.columns.items():
            if (row, column) in self._faults:
                self._fault(row, column, key, column_key)
                self._marks.cell(key, column_key if column_key in own else "")
                continue
            content = self._sheet.value(row, column)
            if content is None:
                continue
            if column_key not in own:
                words = f"“{shown(key)}”行没有“{column_key}”列，此格没有读取。请恢复模板的表头。"
                self._problem("R-列", row, column, words, key=key, column_key=column_key)
                if self._may_be_figure(row, column):
                    self._marks.cell(key)
                continue
            kind = self._form.kind_of(key, column_key)
            if declared is not None and column_key in declared.not_applicable:
                self._not_applicable(row, column, key, column_key, content)
            elif kind is Kind.TEXT:
                self._keep(row, column, key, column_key, None, text_of(content))
            elif not is_dash(content):
                self._amount(row, column, key, column_key, kind)

    def _keep(self, row: int, column: int, key: str, column_key: str, amount: int | None, text: str | None) -> None:
        address = self._sheet.address(row, column)
        self._table.cells.append(Cell(self._form.code, key, column_key, amount, text, address))

    def _not_applicable(self, row: int, column: int, key: str, column_key: str, content: Raw) -> None:
        if is_dash(content):
            self._keep(row, column, key, column_key, None, NOT_APPLICABLE)
        elif content != 0:
            self._marks.cell(key, column_key)
            words = f"此格不适用，不应填“{shown(content)}”。请恢复为“{NOT_APPLICABLE}”。"
            self._problem("R-金额", row, column, words, key=key, column_key=column_key)

    def _amount(self, row: int, column: int, key: str, column_key: str, kind: Kind) -> None:
        amount = self.amount(row, column, kind, key, column_key)
        if amount is not None:
            self._keep(row, column, key, column_key, amount, None)
        else:
            self._marks.cell(key, column_key)

    def amount(self, row: int, column: int, kind: Kind, key: str = "", column_key: str = "") -> int | None:
        """Amount of a cell in the scale of ``kind``, or ``None`` with a Problem."""
        content = self._sheet.value(row, column)
        try:
            return amount_of(content, kind)
        except AmountError as error:
            asked = "请填写整数" if kind is Kind.COUNT else "请填写以元为单位、最多两位小数的数字"
            reason = str(error) if str(error).startswith("“") else f"“{shown(content)}”{error}"
            words = f"{reason}。{asked}，没有数的留空。"
            self._problem("R-金额", row, column, words, key=key, column_key=column_key)
            return None

    def _record(self, block: Block, row: int, content: bool) -> None:
        if not content:
            return
        for column, column_key in block.columns.items():
            if (row, column) in self._faults:
                self._fault(row, column, str(row), column_key)
        values = {key: self._sheet.value(row, column) for column, key in block.columns.items()}
        places = {key: column for column, key in block.columns.items()}
        self._table.records.append(Record(row, values, places))

    def _fault(self, row: int, column: int, key: str = "", column_key: str = "") -> None:
        error = self._faults.pop((row, column))
        what = f"公式的结果是错误值 {shown(error)}" if error else "公式没有计算结果"
        words = f"{what}，读不到数。请改正公式后重新计算并保存，或直接填写数字。"
        self._problem("R-公式", row, column, words, key=key, column_key=column_key)

    def _stray(self, section: Section) -> None:
        """Contents in columns that mean nothing: figures are a fault, words a hint; once a column."""
        rows = [row for row in range(section.body, section.end) if not is_footnote(self._sheet, row)]
        for column in gaps(section, self._sheet):
            filled = [row for row in rows if self._sheet.filled(row, column)]
            if not filled:
                continue
            figures = [row for row in filled if self._numeric(row, column)]
            row = (figures or filled)[0]
            title = shown(self._sheet.header(section.header, column))
            name = f"“{title}”列" if title else "没有表头的列"
            severity = Severity.MANDATORY if figures else Severity.HINT
            content = shown(self._sheet.value(row, column))
            words = f"无法识别的{name}填有内容（“{content}”等 {len(filled)} 处），没有读取。请移到对应的列或删除。"
            self._problem("R-列", row, column, words, severity=severity)
