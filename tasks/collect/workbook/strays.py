"""What stands on a sheet without a place in its form: a misnamed part of the form, or something of the clerk's own.

A column or row of one's own beside or below a table is passed over and told once. It can only be misnamed while
something of the form is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.forms.matching import normalise
from models.unread import Marks, may_be_figure
from models.words import is_check
from tasks.collect.workbook.grid import Sheet, column_letters, shown
from tasks.collect.workbook.sections import Block, Section, gaps, is_footnote, missing_panels

_LISTED = 5
"""Own parts that the hint lists."""


_APART = 2
"""Blank lines that part a line of one's own from the subjects above it."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A part of the form that a header lacks.

    Attributes:
        column: Where to point to. words: What is missing, a Chinese clause. key: Of a missing value column.
        first, last: Columns between which its misnamed title would stand.
    """

    column: int
    words: str
    key: str
    first: int
    last: int


def lacks(section: Section, sheet: Sheet) -> list[Lack]:
    """Everything of the form that the section's header lacks."""
    found: list[Lack] = []
    for panel in missing_panels(section):
        name = f"“{panel.title}”部分" if panel.title else "数据部分"
        found.append(Lack(0, f"{name}的表头无法识别", "", 0, sheet.width))
    for block in section.blocks:
        panel, known = block.panels[0], block.known
        present = set(block.columns.values())
        missing = [column for column in panel.columns if column.key not in present]
        titles = [
            title
            for title, place in ((panel.label_title, block.name), (panel.open_rows and panel.code_title, block.code))
            if title and place < 0
        ]
        first, last = min(known) - len(titles), max(known) + len(missing)
        found += [
            Lack(min(known), f"缺少“{'/'.join(column.titles)}”列，该列的数字无法读取", column.key, first, last)
            for column in missing
        ]
        found += [Lack(min(known), f"缺少“{title}”列，无法识别各行", "", first, last) for title in titles]
    return found


def is_blind(block: Block) -> bool:
    """Whether the column that names the rows is missing, so that no row can be told: said once, for the column."""
    panel = block.panels[0]
    return bool(panel.label_title and block.name < 0) or bool(panel.open_rows and panel.code_title and block.code < 0)


@dataclass(frozen=True, slots=True)
class Stray:
    """A filled column that means nothing: its first filled row, its title, and how many of its cells are filled."""

    column: int
    row: int
    title: str
    count: int

    @property
    def words(self) -> str:
        """The column as a message names it."""
        title = f"“{shown(self.title)}”" if self.title else "（没有表头）"
        return f"{column_letters(self.column)} 列{title}"


def strays(section: Section, sheet: Sheet) -> list[Stray]:
    """Filled columns without a meaning, left to right."""
    rows = [row for row in range(section.body, section.end) if not is_footnote(sheet, row)]
    found = []
    for column in gaps(section, sheet):
        if filled := [row for row in rows if sheet.filled(row, column)]:
            found.append(Stray(column, filled[0], sheet.header(section.header, column), len(filled)))
    return found


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A line that no row of the form takes.

    Attributes:
        block: The columns it stands in. row, column: Its first content. label: Its name or code.
        figures: Whether it holds a figure, not words alone. subject: Whether it bears the name of a subject.
        rule, words: The problem that it is unless it is the clerk's own.
    """

    block: Block
    row: int
    column: int
    label: str
    figures: bool
    subject: bool
    rule: str
    words: str

    def is_own(self, last: int, noted: int, *, complete: bool) -> bool:
        """Whether the line is the clerk's own: a check, words among figures, or something below a complete table.

        Args:
            last: Last line with a row of the form.
            noted: Last line with a footnote, which ends a table; −1 for none.
            complete: Whether every declared row was met, so that none can be misnamed.
        """
        panel, below = self.block.panels[0], self.row > last
        numeric = all(column.kind.numeric for column in panel.columns)
        if is_check(self.label):
            return True
        if numeric and not self.figures:
            return below or not self.label
        if not below or not (self.label or numeric):
            return False
        if panel.open_rows:  # a subject without its code stands right below the others
            return self.row > noted >= last or (bool(self.label) and not self.subject and self.row > last + _APART)
        return complete


@dataclass(slots=True)
class OwnParts:
    """Collects what is the clerk's own on one sheet."""

    sheet: Sheet
    _parts: list[tuple[str, str]] = field(default_factory=list)

    def column(self, stray: Stray) -> None:
        """Remember a column."""
        more = f" 等 {stray.count} 处" if stray.count > 1 else ""
        self._parts.append((stray.words, f"{self.sheet.address(stray.row, stray.column)}{more}"))

    def line(self, row: int, column: int, label: str) -> None:
        """Remember a line."""
        name = f"“{shown(label)}”" if normalise(label) else ""
        self._parts.append((f"第 {row + 1} 行{name}", self.sheet.address(row, column)))

    @property
    def place(self) -> str:
        """Name of the first cell; empty when there is nothing."""
        return self._parts[0][1].partition(" ")[0] if self._parts else ""

    @property
    def words(self) -> str:
        """What is told, Chinese."""
        listed = "、".join(f"{part}（{place}）" for part, place in self._parts[:_LISTED])
        more = f"等 {len(self._parts)} 处" if len(self._parts) > _LISTED else ""
        return f"表样以外的内容没有读取：{listed}{more}。自用的核对列、备注可以不改；如是填错了位置，请移到对应的格。"


def mark_lacking(marks: Marks, section: Section, met: Iterable[str]) -> None:
    """Mark what the header lacks: whole panels, the columns of rows, the rows of a table that names none.

    Args:
        marks: The form's.
        section: One of its sections.
        met: Rows met so far.
    """
    marks.somewhere(missing_panels(section))
    for block in section.blocks:
        if is_blind(block):
            marks.somewhere(block.panels, block.columns.values())
        for panel in block.panels:
            lacking = [column.key for column in panel.columns if column.key not in block.columns.values()]
            for key in met if lacking else ():
                if marks.panel(key) is panel:
                    for column in lacking:
                        marks.cell(key, column, stands=False)


_ROWS_LISTED = 30
"""Rows that one problem lists."""


def together(items: list[Unplaced]) -> str:
    """What is told of lines without a place for one and the same cause: once, with their list."""
    words = items[0].words
    if len(items) == 1:
        return words
    more = f"等 {len(items)} 行" if len(items) > _ROWS_LISTED else ""
    head, quoted, tail = words.partition("“")
    if not quoted:
        return f"{words}这样的还有：{'、'.join(f'第 {item.row + 1} 行' for item in items[1:_ROWS_LISTED])}{more}。"
    labels = [item.words.partition("“")[2].partition("”")[0] for item in items[:_ROWS_LISTED]]
    listed = "、".join(f"第 {item.row + 1} 行“{label}”" for item, label in zip(items, labels, strict=False))
    return f"{head.removesuffix('行')}{listed}{more}{tail.partition('”')[2]}"


def telling(sheet: Sheet, block: Block, row: int) -> list[str]:
    """Columns of a line in which something stands that may be a figure other than zero."""
    return [key for column, key in block.columns.items() if _may_be_figure(sheet, row, column)]


def _may_be_figure(sheet: Sheet, row: int, column: int) -> bool:
    content = sheet.value(row, column)
    if isinstance(content, str):
        return may_be_figure(content)
    return bool(content) or (row, column) in sheet.faults
