"""Reads one form from its sheet: cells by row and column key, records by number, and every doubt as a Problem.

Nothing that stands on the sheet under or beside the table is lost silently: what has no place becomes a Problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.errors import AmountError
from models.findings import Severity
from models.forms import Form, Kind, Row
from models.forms.matching import bare_name
from models.subjects import Subject, functional_level
from models.submission import NOT_APPLICABLE, Cell, Problem
from models.typed import code_of
from models.words import is_check, is_nil, is_total
from reports.workbook_layout import is_record_panel
from tasks.collect.workbook.grid import Raw, Sheet, amount_of, is_dash, is_nothing, shown, text_of
from tasks.collect.workbook.rows import RowFinder
from tasks.collect.workbook.sections import Block, Section, find_sections, is_footnote, is_number_row
from tasks.collect.workbook.strays import OwnParts, Unplaced, is_blind, lacks, strays, unknown_words


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
        blanks: Where the first blank cell of a declared row stands, by row key.
        head: Lines above the header, where title, unit and marks stand.
        found: Whether any header was recognised.
    """

    cells: list[Cell] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blanks: dict[str, tuple[int, int]] = field(default_factory=dict)
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
        self._table = Table()
        self._rows = RowFinder(form)
        self._faults = dict(sheet.faults)
        self._own = OwnParts(sheet)
        self._unplaced: list[Unplaced] = []
        self._noted = -1

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
            self._settle(section)
            for row, column in [place for place in self._faults if section.reads(*place)]:
                self._fault(row, column)
        if self._own.place:
            words = f"《{self._form.name}》{self._own.words}"
            hint = Problem("R-列", Severity.HINT.value, words, self._form.code, location=self._own.place)
            self._table.problems.append(hint)
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
                where = f"“{section.title}”部分" if section.title else "本表"
                self._problem("R-列", row, 0, f"{where}找不到表头，下面的数字无法识别。请恢复模板的表头。")
                return

    def _check_header(self, section: Section) -> None:
        """Tell what the header lacks, with the columns that may be it; other columns without meaning are one's own."""
        missing, others = lacks(section, self._sheet), strays(section, self._sheet)
        for stray in others:
            if not any(lack.first <= stray.column <= lack.last for lack in missing):
                self._own.column(stray)
        for lack in missing:
            near = [stray for stray in others if lack.first <= stray.column <= lack.last]
            maybe = f"；{'、'.join(stray.words for stray in near)}不是表样中的列，没有读取，可能就是它" if near else ""
            place = near[0].column if near else lack.column
            self._problem(
                "R-列", section.header, place, f"{lack.words}{maybe}。请恢复模板的表头。", column_key=lack.key
            )
        for block in section.blocks:
            for place, key in block.repeated.items():
                if self._used(section, place):
                    words = f"“{key}”列重复出现，此列没有读取。请删除多余的列。"
                    self._problem("R-列", section.header, place, words, column_key=key)

    def _figures_in_header(self, section: Section) -> None:
        """Figures between a section's title and its header; above the first header stand unit, year and marks."""
        for row in range(section.start, section.header + 1) if section.start else ():
            for column in range(self._sheet.width):
                if self._numeric(row, column):
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

    def _label(self, row: int, column: int) -> str:
        """Code or name of a line; empty when blank or when it says that there is none."""
        return "" if column < 0 or is_nothing(self._sheet.value(row, column)) else self._sheet.text(row, column)

    def _line(self, block: Block, row: int) -> None:
        """One row of one block. A line with neither code nor name, of zeros and dashes only, holds nothing."""
        sheet = self._sheet
        code, name = code_of(self._label(row, block.code)), self._label(row, block.name)
        content = [
            column
            for column in block.columns
            if (row, column) in sheet.faults or not is_nothing(sheet.value(row, column))
        ]
        nameless = block.name < 0 and any(sheet.filled(row, column) for column in block.columns)
        if is_footnote(sheet, row):
            self._noted = row
        elif (code or name or content or nameless) and not is_number_row(block, sheet, row):
            self._placed(block, row, code, name, content)

    def _placed(self, block: Block, row: int, code: str, name: str, content: list[int]) -> None:
        records = is_record_panel(block.panels[0])
        if name and not records and self._numeric(row, block.name):
            words = f"名称栏里填了数字“{shown(name)}”，没有读取。请恢复名称，把数字填到金额栏。"
            self._problem("R-行", row, block.name, words)
        declared = self._rows.find(block, code, name)
        broken = [column for column in (block.code, block.name) if (row, column) in self._faults]
        if declared is not None:
            if self._first(block, declared.key, row, content, total=declared.total):
                self._cells(block, row, declared.key, declared)
        elif records:
            self._record(block, row, name, content)
        elif is_blind(block):
            return
        elif broken and not (block.panels[0].open_rows and code):
            self._fault(row, broken[0], lost=bool(content))
        elif block.panels[0].open_rows:
            self._open_row(block, row, code, name, content)
        elif content or (code and self._numeric(row, block.code)):
            self._put_aside(block, row, content or [block.code], code, name)

    def _put_aside(
        self, block: Block, row: int, content: list[int], code: str, name: str, rule: str = "R-行", words: str = ""
    ) -> None:
        """Keep a line that no row takes until its table is read and shows whether a row is missing."""
        label = " ".join(part for part in (code, name) if part)
        if not label:
            words = "这一行填有内容，但没有项目名称和编码，无法识别。请把内容填到对应的行，或恢复行名称。"
        figures = (rule == "R-科目" and code.isascii()) or any(self._numeric(row, column) for column in content)
        subject = bool(name) and any(bare_name(name) == bare_name(one.name) for one in self._subjects.values())
        self._unplaced.append(Unplaced(block, row, tuple(content), label, figures, subject, rule, words))

    def _settle(self, section: Section) -> None:
        """Tell the lines that no row took: the clerk's own in the hint, unknown names together, others one by one."""
        last = max((row for row in self._rows.met.values() if row >= section.body), default=section.end)
        complete = all(line.key in self._rows.met for panel in section.panels for line in panel.rows)
        unknown: list[Unplaced] = []
        for item in self._unplaced:
            known = sorted(item.block.known)
            faults = [(item.row, column) for column in known if (item.row, column) in self._faults]
            if item.is_own(last, self._noted, complete=complete):
                self._own.line(item.row, item.content[0], item.label)
            elif faults:
                self._fault(*faults[0], lost=True)
            elif item.words:
                self._problem(item.rule, item.row, item.content[0], item.words)
            else:
                unknown.append(item)
            for place in faults:
                self._faults.pop(place, None)
        if unknown:
            self._problem("R-行", unknown[0].row, unknown[0].content[0], unknown_words(unknown))
        self._unplaced.clear()
        self._noted = -1

    def _first(self, block: Block, key: str, row: int, content: list[int], *, total: bool = False) -> bool:
        """Whether the row is met for the first time; a second one is a problem unless it repeats a total."""
        before = self._rows.met.get(key)
        if before is None:
            self._rows.meet(key, row)
            return True
        sheet = self._sheet
        if total and content and all(sheet.text(row, column) == sheet.text(before, column) for column in content):
            self._own.line(row, content[0], key)
        elif content:
            place = sheet.address(before, 0)
            words = f"“{shown(key)}”行重复（前一行见 {place}），此行没有读取。请合并为一行。"
            self._problem("R-重复", row, content[0], words, key=key)
        return False

    def _open_row(self, block: Block, row: int, code: str, name: str, content: list[int]) -> None:
        """A subject row: its code must have 3, 5 or 7 digits."""
        if not code:
            if content:
                words = f"“{shown(name)}”行填有数字，但没有科目编码。请补填类、款、项编码。" if name else ""
                self._put_aside(block, row, content, code, name, words=words)
            return
        if not (code.isascii() and functional_level(code)):
            words = f"“{shown(code)}”不是功能分类科目编码（类3位、款5位、项7位数字），此行没有读取。请改正编码。"
            if content or code.isascii():
                self._put_aside(block, row, content or [block.code], code, name, "R-科目", words)
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
                continue
            content = self._sheet.value(row, column)
            if content is None or (is_dash(content) and declared is not None):
                self._table.blanks.setdefault(key, (row, column))
            if content is None:
                continue
            if column_key not in own:
                words = f"“{shown(key)}”行没有“{column_key}”列，此格没有读取。请恢复模板的表头。"
                self._problem("R-列", row, column, words, key=key, column_key=column_key)
                continue
            kind = self._form.kind_of(key, column_key)
            if declared is not None and column_key in declared.not_applicable:
                self._not_applicable(row, column, key, column_key, content)
            elif kind is Kind.TEXT:
                if self._form.shape == "project" or not is_dash(content):
                    self._keep(row, column, key, column_key, None, text_of(content))
            elif not (isinstance(content, str) and is_nil(content)):
                self._amount(row, column, key, column_key, kind)

    def _keep(self, row: int, column: int, key: str, column_key: str, amount: int | None, text: str | None) -> None:
        address = self._sheet.address(row, column)
        self._table.cells.append(Cell(self._form.code, key, column_key, amount, text, address))

    def _not_applicable(self, row: int, column: int, key: str, column_key: str, content: Raw) -> None:
        if is_dash(content):
            self._keep(row, column, key, column_key, None, NOT_APPLICABLE)
        elif not is_nothing(content):
            words = f"此格不适用，不应填“{shown(content)}”。请恢复为“{NOT_APPLICABLE}”。"
            self._problem("R-金额", row, column, words, key=key, column_key=column_key)

    def _amount(self, row: int, column: int, key: str, column_key: str, kind: Kind) -> None:
        """Keep the amount of a cell in the scale of ``kind``, or tell why it has none."""
        content = self._sheet.value(row, column)
        try:
            amount = amount_of(content, kind, "元" if kind is Kind.FEN else self._form.unit_of(key, column_key))
        except AmountError as error:
            asked = "请填写整数" if kind is Kind.COUNT else "请填写以元为单位、最多两位小数的数字"
            reason = str(error) if str(error).startswith("“") else f"“{shown(content)}”{error}"
            words = f"{reason}。{asked}，没有数的留空。"
            self._problem("R-金额", row, column, words, key=key, column_key=column_key)
            return
        self._keep(row, column, key, column_key, amount, None)

    def _record(self, block: Block, row: int, name: str, content: list[int]) -> None:
        """A numbered line; in a list, a sum or check of the clerk's own is none."""
        if not content:
            return
        if self._form.shape == "records":
            texts = [self._sheet.text(row, column) for column in content if not self._numeric(row, column)]
            labels = [text for text in (name, *texts) if text and not text.isdigit()]
            if labels and all(is_total(text) or is_check(text) for text in labels):
                self._own.line(row, content[0], labels[0])
                return
        for column, column_key in block.columns.items():
            if (row, column) in self._faults:
                self._fault(row, column, str(row), column_key)
        values = {key: self._sheet.value(row, column) for column, key in block.columns.items()}
        places = {key: column for column, key in block.columns.items()}
        self._table.records.append(Record(row, values, places))

    def _fault(self, row: int, column: int, key: str = "", column_key: str = "", *, lost: bool = False) -> None:
        error = self._faults.pop((row, column))
        what = f"公式的结果是错误值 {shown(error)}" if error else "公式没有计算结果"
        then = "这一行没有读取" if lost else "读不到这一格的内容"
        words = f"{what}，{then}。请改正公式后重新计算并保存，或直接填写应填的数字或文字。"
        self._problem("R-公式", row, column, words, key=key, column_key=column_key)
