"""What stands on a sheet without a place in its form: a misnamed part of the form, or something of the clerk's own.

A column or row of one's own beside or below a table is passed over and told once. It can only be misnamed while
something of the form is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.forms.matching import normalise
from models.words import is_check
from tasks.collect.workbook.grid import Sheet, column_letters, shown
from tasks.collect.workbook.sections import Block, Section, gaps, is_footnote, missing_panels

_LISTED, _NAMED = 5, 30
"""Own parts that the hint lists, lines of unknown names that a problem lists."""


_APART = 2
"""Blank lines that part a line of one's own from the subjects above it."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A part of the form that a header lacks.

    Attributes:
        block: The columns it is missing from; ``None`` for a whole panel.
        column: Where to point to. words: What is missing, a Chinese clause. key: Of a missing value column.
        first, last: Columns between which its misnamed title would stand.
    """

    block: Block | None
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
        found.append(Lack(None, 0, f"{name}的表头无法识别", "", 0, sheet.width))
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
            Lack(block, min(known), f"缺少“{'/'.join(column.titles)}”列，该列的数字无法读取", column.key, first, last)
            for column in missing
        ]
        found += [Lack(block, min(known), f"缺少“{title}”列，无法识别各行", "", first, last) for title in titles]
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
        block: The columns it stands in. row: Its line. content: Filled columns. label: Its code and name.
        figures: Whether it holds a figure, not words alone. subject: Whether it bears the name of a subject.
        rule, words: The problem that it is unless it is the clerk's own; no words for an unknown name.
    """

    block: Block
    row: int
    content: tuple[int, ...]
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


def unknown_words(lines: Sequence[Unplaced]) -> str:
    """One sentence for all lines of unknown names: the cause is mostly one."""
    named = [f"第 {line.row + 1} 行“{shown(line.label)}”" for line in lines[:_NAMED]]
    rest = f"等 {len(lines)} 行" if len(lines) > _NAMED else ""
    which = f"无法识别的{'、'.join(named)}{rest}" if len(lines) > 1 else f"无法识别的行“{shown(lines[0].label)}”"
    return f"{which}填有内容，没有读取。请核对编码与名称是否与模板一致，并把内容填到对应的行。"


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
