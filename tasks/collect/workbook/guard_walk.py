"""Walks one XML part of a workbook by local names, and notes what the guard must know of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tasks.collect.workbook.guard_words import (
    CLEAR,
    MACROS,
    OTHER_PROGRAM,
    OUTSIDE,
    RESAVE,
    SLIM,
    PartRefused,
    too_far,
)
from tasks.collect.workbook.number_formats import Styles

MAX_ROWS, MAX_COLUMNS = 5_000, 200
"""Bounding box of the cells that hold something."""

MAX_CELLS = 200_000
MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 100
MAX_TEXT = 40_000
"""Characters in one cell or one shared string; Excel itself stops at 32,767."""

MAX_FAR = 1_000
"""Cells outside the box that are remembered until it is known whether their text is blank."""

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_OTHER_FILE = re.compile(r"\[\d+\][^\[\]!]*!")
_HEADS = ("oddHeader", "oddFooter", "evenHeader", "firstHeader", "evenFooter", "firstFooter")


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell whose value cannot be read: row and column from 0, ``error`` such as ``#DIV/0!``, empty: no value."""

    row: int
    column: int
    error: str = ""


@dataclass(slots=True)
class SheetSeen:
    """What one part holds that the reader of sheets must know.

    Attributes:
        faults: Cells without a readable value. head_texts: Page headers and footers.
        links: Cells whose formula refers to another file.
        far: Cells outside the box whose text is a shared string: row, column, number of the string.
        styled: Cells with a number, by the number of their style. percents: Those shown as percentages.
        rows, columns: Size of the area from A1 that the parser will lay out.
        corner: The cell for which that area is so large.
    """

    faults: list[CellFault] = field(default_factory=list)
    head_texts: list[str] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    far: list[tuple[int, int, int]] = field(default_factory=list)
    styled: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    percents: set[tuple[int, int]] = field(default_factory=set)
    rows: int = 0
    columns: int = 0
    corner: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Part:
    """What one part holds: as a sheet, as relations, as the workbook, as shared strings, as number formats."""

    sheet: SheetSeen = field(default_factory=SheetSeen)
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    sheets: list[tuple[str, str]] = field(default_factory=list)
    strings: int = 0
    blank_strings: set[int] = field(default_factory=set)
    styles: Styles = field(default_factory=Styles)


class Limits:
    """Counts what the whole file holds.

    Args:
        place: Name of the place that a part, row and column are, for messages.
    """

    def __init__(self, place: Callable[[str, int, int], str]) -> None:
        self.place = place
        self._cells = self._elements = 0

    def count_element(self, name: str) -> None:
        """Count one element of the file."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise PartRefused(f"XML 元素超过 {MAX_ELEMENTS} 个", SLIM, self.place(name, -1, -1))

    def count_cell(self, name: str) -> None:
        """Count one cell that holds something."""
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise PartRefused(f"单元格超过 {MAX_CELLS} 个", SLIM, self.place(name, -1, -1))


def cell_position(reference: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a reference such as ``C7``; ``None`` when it is none."""
    if not (match := _REFERENCE.fullmatch(reference)):
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


class Walk:
    """Handlers of one part. Every part is walked as if it were a sheet, whatever its name."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.found = Part()
        self._name, self._limits = name, limits
        self._depth = 0
        self._row, self._column = -1, -1
        self._in_data = False
        self._cell: dict[str, str] | None = None
        self._columns: set[int] = set()
        self._formula = self._filled = self._inked = self._shared = False
        self._value = self._formula_text = ""
        self._linked_groups: set[str] = set()
        self._buffer: list[str] | None = None
        self._length = 0

    def _refused(self, reason: str, advice: str = RESAVE, *, cell: bool = False) -> PartRefused:
        at = (self._row, self._column) if cell else (-1, -1)
        return PartRefused(reason, advice, self._limits.place(self._name, *at))

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """XML declaration."""
        if (encoding or "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
            raise self._refused("部件不是 UTF-8 编码")

    def refuse_dtd(self, *_: object) -> None:
        """DTD or entity."""
        raise self._refused("XML 含有 DTD 或实体声明，不能受理")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Start of an element."""
        self._limits.count_element(self._name)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._refused("XML 嵌套过深")
        local = tag.rpartition("\x1f")[2]
        if local == "c":
            self._start_cell(attributes)
        elif local == "row":
            self._start_row(attributes)
        elif local in ("f", "v", "is", "t"):
            self._start_value(local, attributes)
        elif local == "sheetData":
            self._in_data = True
        elif local in _HEADS:
            self._buffer, self._length = [], 0
        elif local == "si":
            self._shared, self._inked, self._length = True, False, 0
        elif local == "Relationship":
            self._relation(attributes)
        elif local in ("numFmt", "xf", "cellXfs"):
            self.found.styles.meet(local, attributes)
        elif local == "sheet":
            keys = {key.rpartition("\x1f")[2]: value for key, value in attributes.items()}
            self.found.sheets.append((keys.get("name", ""), keys.get("id", "")))
        elif local in ("ddeLink", "oleLink"):
            raise OTHER_PROGRAM.refused()
        elif local == "Override" and "macroenabled" in attributes.get("ContentType", "").lower():
            raise MACROS.refused()

    def _start_row(self, attributes: dict[str, str]) -> None:
        row = self._number(attributes["r"]) - 1 if "r" in attributes else self._row + 1
        if self._in_data and row <= self._row:
            raise self._disordered(row)
        self._row, self._column = row, -1
        self._columns.clear()

    def _number(self, text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 7:
            raise self._refused("行号无效")
        return int(text)

    def _disordered(self, row: int) -> PartRefused:
        """Numbers of rows or cells that run backwards: nobody can say which content is meant."""
        return self._refused(f"工作表已损坏：行号或单元格倒序、重复（第 {row + 1} 行）")

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if "r" in attributes:
            position = cell_position(attributes["r"])
            if position is None:
                raise self._refused("单元格地址无效")
            if self._in_data and position[0] != self._row:
                raise self._disordered(position[0])
            self._row, self._column = position
        elif self._row < 0:
            self._row = 0
        if self._in_data:
            if self._column in self._columns:
                raise self._disordered(self._row)
            self._columns.add(self._column)
        self._cell, self._buffer, self._length = attributes, None, 0
        self._formula = self._filled = self._inked = False
        self._value = self._formula_text = ""

    def _start_value(self, local: str, attributes: dict[str, str]) -> None:
        if self._cell is None:
            return
        if local == "f":
            self._formula, self._buffer = True, []
            group = attributes.get("si", "")
            self._cell = self._cell | {"group": group} if group else self._cell
        elif local == "v":
            self._filled, self._buffer = True, []
        else:
            self._filled = True

    def _relation(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        outside = attributes.get("TargetMode", "").lower() == "external"
        # The names of other files are not followed: what their cells gave stands in ours.
        of_link = "/externallinks/_rels/" in f"/{self._name.casefold()}"
        if outside and kind != "hyperlink" and not of_link:
            raise OUTSIDE.refused(self._limits.place(self._name, -1, -1))
        self.found.relations[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))

    def text(self, data: str) -> None:
        """Characters between tags."""
        self._length += len(data)
        if self._length > MAX_TEXT and (self._cell is not None or self._shared):
            raise self._refused(f"单元格文字超过 {MAX_TEXT} 个字符", CLEAR, cell=self._cell is not None)
        if (self._filled or self._shared) and not self._inked:
            self._inked = not data.isspace()
        if self._buffer is not None:
            self._buffer.append(data)

    def end(self, tag: str) -> None:
        """End of an element."""
        self._depth -= 1
        local = tag.rpartition("\x1f")[2]
        if local == "c" and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif local in ("f", "v") and self._cell is not None and self._buffer is not None:
            text, self._buffer = "".join(self._buffer).strip(), None
            if local == "v":
                self._value = text
            else:
                self._formula_text = text
        elif local == "si":
            if not self._inked:
                self.found.blank_strings.add(self.found.strings)
            self.found.strings += 1
            self._shared = False
        elif local == "sheetData":
            self._in_data = False
        elif local == "cellXfs":
            self.found.styles.close()
        elif local.endswith(("Header", "Footer")) and self._buffer is not None:
            self.found.sheet.head_texts.append("".join(self._buffer))
            self._buffer = None

    def _end_cell(self, attributes: dict[str, str]) -> None:
        if not (self._formula or self._filled):
            return
        kind = attributes.get("t", "n")
        self._lay_out()
        if not (0 <= self._row < MAX_ROWS and 0 <= self._column < MAX_COLUMNS):
            self._far_cell(kind)
            return
        self._limits.count_cell(self._name)
        sheet, at = self.found.sheet, (self._row, self._column)
        if self._formula and self._links(attributes.get("group", "")):
            sheet.links.append(at)
        if kind == "e":
            sheet.faults.append(CellFault(*at, self._value[:20] or "#VALUE!"))
        elif self._formula and not self._value and kind not in ("str", "inlineStr"):
            sheet.faults.append(CellFault(*at))
        elif kind == "n" and (style := attributes.get("s", "0")) != "0":
            sheet.styled.setdefault(style, []).append(at)

    def _lay_out(self) -> None:
        """The parser lays out all cells from A1 to the last one, be its text blank."""
        sheet = self.found.sheet
        rows, columns = max(sheet.rows, self._row + 1), max(sheet.columns, self._column + 1)
        if (self._row + 1) * (self._column + 1) > (sheet.corner[0] + 1) * (sheet.corner[1] + 1):
            sheet.corner = (self._row, self._column)
        sheet.rows, sheet.columns = rows, columns

    def _far_cell(self, kind: str) -> None:
        """Content outside the box is refused; a text that may turn out to be blank waits for the shared strings."""
        far = self.found.sheet.far
        if not self._inked:
            return
        if (
            kind == "s"
            and self._value.isascii()
            and self._value.isdigit()
            and len(self._value) < 8
            and len(far) < MAX_FAR
        ):
            far.append((self._row, self._column, int(self._value)))
            return
        raise too_far(self._limits.place(self._name, self._row, self._column), MAX_ROWS, MAX_COLUMNS)

    def _links(self, group: str) -> bool:
        """Whether the cell's formula, or the one that it shares, refers to another file."""
        linked = bool(_OTHER_FILE.search(self._formula_text))
        if group and linked:
            self._linked_groups.add(group)
        return linked or (group in self._linked_groups and not self._formula_text)
