"""The document model: what a document says, built once; writers (HTML, Word, PDF) only lay it out.

Text in blocks is inert and masked: writers escape it; characters that no format can carry are dropped and personal data
are masked here, once.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.personal_data import masked

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def inert(text: str) -> str:
    """Text without control, surrogate and bidirectional override characters; line breaks and tabs stay."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def printable(text: str) -> str:
    """Text as documents carry it: inert, and personal data in masked form."""
    return masked(inert(text))


class TilingError(ValueError):
    """A table whose cells overlap or leave holes: a fault of the builder, never of a submission."""


class CellKind(StrEnum):
    """What a table cell holds; writers choose font and alignment from it."""

    HEADER = "header"
    CODE = "code"
    LABEL = "label"
    LINE = "line"
    AMOUNT = "amount"
    TEXT = "text"

    @property
    def align(self) -> str:
        """Alignment: ``left``, ``center`` or ``right``."""
        return {"header": "center", "line": "center", "amount": "right"}.get(self.value, "left")


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell of a grid; rows and columns count from 0. ``strong``: a total, printed bold."""

    row: int
    column: int
    text: str
    kind: CellKind = CellKind.TEXT
    rowspan: int = 1
    colspan: int = 1
    strong: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))

    @property
    def align(self) -> str:
        """Alignment of its text."""
        return self.kind.align


@dataclass(frozen=True, slots=True)
class TableBlock:
    """One table.

    Attributes:
        caption: Title above it. number_label: Printed number (公开01表), empty for none.
        lead: Line between title and table: left, middle, right (单位名称, 年度, 金额单位); empty for none.
        widths: Relative width of every grid column; their number is the grid's width.
        height: Number of grid rows. header_rows: Of these, repeated on every page.
        cells: By row, then column.
        notes: Lines below, complete (``注：…``). landscape: Wants a landscape page of its own.
        anchor: Target of links; empty for none.
    """

    caption: str
    widths: tuple[int, ...]
    height: int
    header_rows: int
    cells: tuple[TableCell, ...]
    number_label: str = ""
    lead: tuple[str, str, str] | None = None
    notes: tuple[str, ...] = ()
    landscape: bool = False
    anchor: str = ""

    def rows(self) -> list[list[TableCell]]:
        """Cells that start in each grid row, from left to right."""
        lines: list[list[TableCell]] = [[] for _ in range(self.height)]
        for cell in self.cells:
            lines[cell.row].append(cell)
        return lines


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is a part (第一部分), 2 a section (一、), 3 a subsection (（一）)."""

    level: int
    text: str
    anchor: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``notice`` sets it apart as a warning to the reader."""

    text: str
    notice: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


@dataclass(frozen=True, slots=True)
class ListBlock:
    """Items, each a line of its own."""

    items: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(printable(item) for item in self.items))


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


Block = Heading | Paragraph | ListBlock | TableBlock | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        title: For example 云岭市医疗保险服务中心. subtitle: 2022年度单位决算公开.
        draft: 草稿 stands across every page. mark: A further mark on every page (示例数据); empty for none.
        meta: Pairs (name, value) for the title page.
        blocks: In reading order.
    """

    title: str
    subtitle: str
    draft: bool
    mark: str
    meta: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        for name in ("title", "subtitle", "mark"):
            object.__setattr__(self, name, printable(getattr(self, name)))
        object.__setattr__(self, "meta", tuple((printable(name), printable(value)) for name, value in self.meta))

    def headings(self, deepest: int = 2) -> list[Heading]:
        """Headings down to a level, for the table of contents."""
        return [block for block in self.blocks if isinstance(block, Heading) and block.level <= deepest]

    def tables(self) -> list[TableBlock]:
        """All tables, in order."""
        return [block for block in self.blocks if isinstance(block, TableBlock)]


def check_tiling(table: TableBlock) -> list[str]:
    """Faults of a table's grid: every place must be covered by exactly one cell.

    Returns:
        One sentence per fault, in English for developers; empty when the cells tile the grid.
    """
    width = len(table.widths)
    owner: dict[tuple[int, int], TableCell] = {}
    faults: list[str] = []
    for cell in table.cells:
        if cell.rowspan < 1 or cell.colspan < 1:
            faults.append(f"{table.caption}: empty span at {cell.row},{cell.column}")
        for place in _covered(cell):
            if not (0 <= place[0] < table.height and 0 <= place[1] < width):
                faults.append(f"{table.caption}: {place} lies outside {table.height}x{width}")
            elif place in owner:
                faults.append(f"{table.caption}: {place} is covered twice")
            owner[place] = cell
    faults += [
        f"{table.caption}: {(row, column)} is not covered"
        for row in range(table.height)
        for column in range(width)
        if (row, column) not in owner
    ]
    if any(cell.row < table.header_rows < cell.row + cell.rowspan for cell in table.cells):
        faults.append(f"{table.caption}: a cell reaches from the header into the body")
    return faults


def _covered(cell: TableCell) -> Iterable[tuple[int, int]]:
    return (
        (row, column)
        for row in range(cell.row, cell.row + cell.rowspan)
        for column in range(cell.column, cell.column + cell.colspan)
    )


@dataclass(slots=True)
class Grid:
    """Collects cells of a table and refuses to finish one that does not tile."""

    widths: Sequence[int]
    height: int = 0
    header_rows: int = 0
    cells: list[TableCell] = field(default_factory=list)

    def put(
        self,
        row: int,
        column: int,
        text: str,
        kind: CellKind = CellKind.TEXT,
        *,
        rowspan: int = 1,
        colspan: int = 1,
        strong: bool = False,
    ) -> None:
        """Place one cell."""
        self.cells.append(TableCell(row, column, text, kind, rowspan, colspan, strong))
        self.height = max(self.height, row + rowspan)

    def line(self, texts: Sequence[str], kind: CellKind = CellKind.TEXT, *, strong: bool = False) -> None:
        """Append a row of plain cells, one per grid column."""
        row = self.height
        for column, text in enumerate(texts):
            self.put(row, column, text, kind, strong=strong)

    def table(
        self,
        caption: str,
        *,
        number_label: str = "",
        lead: tuple[str, str, str] | None = None,
        notes: tuple[str, ...] = (),
        landscape: bool = False,
        anchor: str = "",
    ) -> TableBlock:
        """Finish the table.

        Raises:
            TilingError: The cells do not tile the grid.
        """
        cells = tuple(sorted(self.cells, key=lambda cell: (cell.row, cell.column)))
        block = TableBlock(
            printable(caption),
            tuple(self.widths),
            self.height,
            self.header_rows,
            cells,
            number_label,
            (printable(lead[0]), printable(lead[1]), printable(lead[2])) if lead else None,
            tuple(printable(note) for note in notes),
            landscape,
            anchor,
        )
        if faults := check_tiling(block):
            raise TilingError("; ".join(faults[:5]))
        return block
