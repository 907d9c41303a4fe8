"""Finds a form's tables on a sheet by their titles and header lines, wherever they stand."""

import re
from dataclasses import dataclass, field

from models.forms import Form, Panel
from models.forms.matching import bare_name, match_column, normalise
from reports.workbook_terms import NUMBER_ROW
from tasks.collect.form_figures import without_unit
from tasks.collect.workbook.grid import Sheet

_HEADER_WITHIN = 25
"""Lines below a section's start in which its header is looked for."""

_FOOTNOTE = re.compile(r"^(注|备注|附注|说明)\d*[：:、.．]")


@dataclass(slots=True)
class Block:
    """Columns that stand together under one header.

    Attributes:
        panels: The panels that its rows may belong to (more than one when they bear the same title).
        code, name, line: Their columns, −1 when there is none.
        columns: Column on the sheet to column key.
        repeated: Columns whose title stood before in the same block.
    """

    panels: tuple[Panel, ...]
    code: int = -1
    name: int = -1
    line: int = -1
    columns: dict[int, str] = field(default_factory=dict)
    repeated: dict[int, str] = field(default_factory=dict)

    @property
    def known(self) -> set[int]:
        """Every column that has a meaning."""
        return {self.code, self.name, self.line, *self.columns, *self.repeated} - {-1}


@dataclass(slots=True)
class Section:
    """Part of a sheet under one header: body rows from ``body`` to before ``end``.

    Attributes:
        panels: Panels looked for. title: Of a titled section.
        header: Last header line, −1 when none was found.
        blocks: Left to right.
    """

    panels: tuple[Panel, ...]
    start: int
    end: int
    header: int = -1
    blocks: list[Block] = field(default_factory=list)

    @property
    def body(self) -> int:
        """First row below the header."""
        return self.header + 1 if self.header >= 0 else self.start

    def reads(self, row: int, column: int) -> bool:
        """Whether a cell of this section has a meaning."""
        return self.body <= row < self.end and any(column in block.known for block in self.blocks)

    @property
    def title(self) -> str:
        """Name of the section for messages."""
        return "、".join(dict.fromkeys(panel.title for panel in self.panels if panel.title))


def find_sections(form: Form, sheet: Sheet) -> list[Section]:
    """Sections of a form on its sheet, top to bottom. Those whose header is missing have ``header`` −1."""
    sections = _spans(form, sheet)
    for section in sections:
        section.header = _header_row(section, sheet)
        if section.header >= 0:
            _split(section, sheet)
            _assign(section, sheet)
    return sections


def _spans(form: Form, sheet: Sheet) -> list[Section]:
    if form.arrangement == "across" or not all(panel.title for panel in form.panels):
        return [Section(form.panels, 0, sheet.height)]
    plain = without_unit if form.shape == "project" else normalise  # its amounts are read in any unit
    titles = {bare_name(plain(panel.title)): panel for panel in form.panels}
    starts: list[tuple[int, Panel]] = []
    for row in range(sheet.height):
        texts = sheet.row_texts(row)
        panel = titles.get(bare_name(plain(texts[0]))) if len(texts) == 1 else None
        if panel is not None:
            starts.append((row, panel))
    ends = [*[row for row, _ in starts][1:], sheet.height]
    return [Section((panel,), row, end) for (row, panel), end in zip(starts, ends, strict=False)]


def _depth(section: Section) -> int:
    return max(len(column.titles) for panel in section.panels for column in panel.columns)


def _key_at(section: Section, sheet: Sheet, row: int, column: int, depth: int) -> str | None:
    if not sheet.starts(row, column):
        return None
    titles = [sheet.header(line, column) for line in range(max(row - depth + 1, section.start), row + 1)]
    if not any(titles):
        return None
    return next((key for panel in section.panels if (key := _column_key(panel, titles))), None)


def _column_key(panel: Panel, titles: list[str]) -> str | None:
    """The column that header lines name; where figures are kept as text, the unit in brackets says nothing of it."""
    found = match_column(panel, *titles)
    if found is None and not any(column.kind.numeric for column in panel.columns):
        found = match_column(panel, *(without_unit(title) for title in titles))
    return found


def _header_row(section: Section, sheet: Sheet) -> int:
    """The line on which most columns are recognised; the first of equals."""
    depth, best, found = _depth(section), 0, -1
    for row in range(section.start, min(section.end, section.start + _HEADER_WITHIN)):
        count = sum(_key_at(section, sheet, row, column, depth) is not None for column in range(sheet.width))
        if count > best:
            best, found = count, row
    return found


def _split(section: Section, sheet: Sheet) -> None:
    """Sort the header's columns into blocks; a block begins with a code or name column after values."""
    depth = _depth(section)
    codes, names, lines = (
        {normalise(getattr(panel, attribute)) for panel in section.panels} - {""}
        for attribute in ("code_title", "label_title", "line_title")
    )
    block = Block(section.panels)
    section.blocks = [block]
    for column in range(sheet.width):
        if not sheet.starts(section.header, column):
            continue
        title = normalise(sheet.header(section.header, column))
        role = "code" if title in codes else "name" if title in names else "line" if title in lines else ""
        if role:
            if block.columns or getattr(block, role) >= 0:
                block = Block(section.panels)
                section.blocks.append(block)
            setattr(block, role, column)
        elif key := _key_at(section, sheet, section.header, column, depth):
            taken = key in block.columns.values()
            (block.repeated if taken else block.columns)[column] = key
    section.blocks = [block for block in section.blocks if block.columns]


def _assign(section: Section, sheet: Sheet) -> None:
    """Give every block its panels: by the title above it, else by order."""
    above = section.header - _depth(section)
    for number, block in enumerate(section.blocks):
        first = min(block.known)
        title = bare_name(sheet.header(above, first)) if above >= section.start else ""
        titled = tuple(panel for panel in section.panels if panel.title and bare_name(panel.title) == title)
        if titled:
            block.panels = titled
        elif len(section.blocks) == len(section.panels):
            block.panels = (section.panels[number],)


def is_number_row(block: Block, sheet: Sheet, row: int) -> bool:
    """Whether a row only numbers the columns (栏次)."""
    name = normalise(sheet.text(row, block.name)) if block.name >= 0 else ""
    if name:
        return name == NUMBER_ROW
    numbers = [
        (column, declared.number)
        for column, key in block.columns.items()
        if (declared := block.panels[0].column(key)) is not None and declared.number
    ]
    return bool(numbers) and all(sheet.text(row, column) == number for column, number in numbers)


def is_footnote(sheet: Sheet, row: int) -> bool:
    """Whether a row holds nothing but a note in words."""
    texts = sheet.row_texts(row)
    return len(texts) == 1 and bool(_FOOTNOTE.match(texts[0]))


def missing_panels(section: Section) -> list[Panel]:
    """Panels of a section for which no block was found."""
    found = [panel for block in section.blocks for panel in block.panels]
    return [panel for panel in section.panels if panel not in found]


def gaps(section: Section, sheet: Sheet) -> list[int]:
    """Columns of the sheet that mean nothing in this section."""
    known = {column for block in section.blocks for column in block.known}
    return [column for column in range(sheet.width) if column not in known]
