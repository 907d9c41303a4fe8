"""Lays a form out on a sheet: where every printed word and every cell to fill stands.

Pure geometry, derived from the form's definition alone. Rows and columns count from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from models.forms import Column, Form, Kind, Panel, Row
from models.submission import NOT_APPLICABLE
from reports.workbook_terms import DIRECTIONS, MARKER_LABEL, MARKER_NO, MARKER_YES, MONEY_LABEL, NUMBER_ROW, TOTAL_ROW

CODE, NAME, MARKER = "#科目编码", "#科目名称", "#标记"
"""Column keys of the fields that are not value columns: an open row's code and name, the form's marker."""

HEAD_LINES = 4
"""Lines above the table: title, number of the form, unit and year, marker."""

_WIDTHS = {"line": 6.0, "code": 14.0, "name": 36.0, Kind.FEN: 18.0, Kind.COUNT: 14.0, Kind.PERCENT: 12.0}
_TEXT_WIDTH, _SINGLE_TEXT_WIDTH = 18.0, 60.0


@dataclass(frozen=True, slots=True)
class Slot:
    """Printed text: ``height`` × ``width`` cells from (row, column), in a style of the writer."""

    row: int
    column: int
    text: str
    style: str
    height: int = 1
    width: int = 1


@dataclass(frozen=True, slots=True)
class Field:
    """A cell to fill, ``width`` cells wide.

    Attributes:
        row_key, column_key: Address in the form; an open or record row has its number (``1``) as row key.
        kind: Kind of its values. unit: Unit of a count. total: Whether its row is a total.
        choices: The words allowed; empty for any.
    """

    row: int
    column: int
    row_key: str
    column_key: str
    kind: Kind
    unit: str = ""
    total: bool = False
    choices: tuple[str, ...] = ()
    width: int = 1


@dataclass(slots=True)
class SheetLayout:
    """One sheet: printed slots, fields, the columns' widths in characters, size, and the lines above the figures."""

    form: Form
    slots: list[Slot] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    height: int = 0
    width: int = 0
    head: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of one panel: name column at ``name`` (−1: none), values from ``values`` on, ``last`` column inclusive.

    ``name_width`` columns for the name, ``stretch`` for a single text column.
    """

    panel: Panel
    code: int
    name: int
    line: int
    values: int
    last: int
    name_width: int = 1
    stretch: int = 1


def is_record_panel(panel: Panel) -> bool:
    """Whether the panel's lines are numbered records instead of declared rows or subjects."""
    return not panel.open_rows and all(row.footer for row in panel.rows)


def has_marker(form: Form) -> bool:
    """Whether the form can be declared empty on its sheet: a matrix with figures."""
    return form.shape == "matrix" and any(column.kind.numeric for column in form.columns.values())


def layout_form(form: Form, *, open_lines: int = 60, records: int = 60, grades: Sequence[str] = ()) -> SheetLayout:
    """Lay a form out.

    Args:
        form: The form.
        open_lines: Lines for subjects in an open panel.
        records: Lines in a panel of records.
        grades: Words allowed as a performance form's grade.
    """
    sheet = SheetLayout(form)
    groups = [list(form.panels)] if form.arrangement == "across" else [[panel] for panel in form.panels]
    blocks = [_blocks(group, form) for group in groups]
    sheet.width = max(group[-1].last for group in blocks) + 1
    if form.arrangement == "down":
        blocks = [[_stretched(group[0], sheet.width)] for group in blocks]
    row = HEAD_LINES
    for group in blocks:
        row = _header(sheet, group, row)
        sheet.head = sheet.head or row
        row = _body(sheet, group, row, open_lines, records, tuple(grades)) + 1
    sheet.height = row - 1
    _head(sheet)
    _foot(sheet)
    return sheet


def _blocks(panels: list[Panel], form: Form) -> list[Block]:
    """Columns of panels that stand side by side; below each other, names begin where coded names begin."""
    shared_code = form.arrangement == "down" and any(panel.code_title for panel in form.panels)
    blocks: list[Block] = []
    at = 0
    for panel in panels:
        code = at if panel.code_title else -1
        at += bool(panel.code_title)
        name = at if panel.label_title else -1
        name_width = 2 if shared_code and not panel.code_title else 1
        at += name_width if panel.label_title else 0
        line = at if panel.line_title else -1
        at += bool(panel.line_title)
        blocks.append(Block(panel, code, name, line, at, at + len(panel.columns) - 1, name_width))
        at += len(panel.columns)
    return blocks


def _stretched(block: Block, width: int) -> Block:
    if len(block.panel.columns) > 1 or block.panel.columns[0].kind is not Kind.TEXT:
        return block
    stretch = width - block.values
    return Block(block.panel, block.code, block.name, block.line, block.values, width - 1, block.name_width, stretch)


def _head(sheet: SheetLayout) -> None:
    form, last = sheet.form, sheet.width - 1
    sheet.slots.append(Slot(0, 0, form.name, "title", width=sheet.width))
    if form.number_label:
        sheet.slots.append(Slot(1, last, form.number_label, "right"))
    if any(column.kind is Kind.FEN for column in form.columns.values()):
        sheet.slots.append(Slot(2, last, f"{MONEY_LABEL}元", "right"))
    if has_marker(form):
        sheet.slots.append(Slot(3, 0, MARKER_LABEL, "marker"))
        sheet.fields.append(Field(3, 1, "", MARKER, Kind.TEXT, choices=(MARKER_YES, MARKER_NO)))


def _foot(sheet: SheetLayout) -> None:
    notes = [f"注：{sheet.form.note}"] if sheet.form.note else []
    if any(row.key == TOTAL_ROW for row in sheet.form.rows.values()):
        notes.append(f"“{TOTAL_ROW}”行：得分栏填总分，末栏填等级；执行率填百分数，不写百分号。")
    for number, note in enumerate(notes):
        sheet.slots.append(Slot(sheet.height + number, 0, note, "note", width=sheet.width))
    sheet.height += len(notes)


def _header(sheet: SheetLayout, blocks: list[Block], row: int) -> int:
    """Print titles, header lines and column numbers; returns the first line below."""
    if any(block.panel.title for block in blocks):
        for title, group in groupby(blocks, key=lambda block: block.panel.title):
            members = list(group)
            first, last = min(_first(block) for block in members), members[-1].last
            last = sheet.width - 1 if len(blocks) == 1 else last
            sheet.slots.append(Slot(row, first, title, "header", width=last - first + 1))
        row += 1
    depth = max(len(column.titles) for block in blocks for column in block.panel.columns)
    numbered = any(column.number for block in blocks for column in block.panel.columns)
    for block in blocks:
        _header_names(sheet, block, row, depth, numbered)
        _header_columns(sheet, block, row, depth)
        if numbered:
            for at, column in enumerate(block.panel.columns, block.values):
                sheet.slots.append(Slot(row + depth, at, column.number or "", "header"))
    return row + depth + numbered


def _first(block: Block) -> int:
    return min(at for at in (block.code, block.name, block.line, block.values) if at >= 0)


def _header_names(sheet: SheetLayout, block: Block, row: int, depth: int, numbered: bool) -> None:
    panel = block.panel
    for at, title, width, style in (
        (block.code, panel.code_title, 1, "code"),
        (block.name, panel.label_title, block.name_width, "name"),
        (block.line, panel.line_title, 1, "line"),
    ):
        if at < 0:
            continue
        sheet.slots.append(Slot(row, at, title, "header", depth, width))
        if numbered:
            sheet.slots.append(Slot(row + depth, at, NUMBER_ROW if style == "name" else "", "header", 1, width))
        sheet.widths[at] = max(sheet.widths.get(at, 0.0), _WIDTHS[style] if width == 1 else _WIDTHS["code"])
    for at, column in enumerate(panel.columns, block.values):
        width_of = _SINGLE_TEXT_WIDTH if len(panel.columns) == 1 and block.stretch == 1 else _TEXT_WIDTH
        sheet.widths[at] = max(sheet.widths.get(at, 0.0), _WIDTHS.get(column.kind, width_of))


def _header_columns(sheet: SheetLayout, block: Block, row: int, depth: int) -> None:
    """Print the value columns' titles; equal upper titles are joined, short ones reach down."""
    if block.stretch > 1:
        sheet.slots.append(Slot(row, block.values, block.panel.columns[0].titles[0], "header", depth, block.stretch))
        return
    columns = list(enumerate(block.panel.columns, block.values))

    def prefix(level: int, column: Column) -> tuple[str, ...]:
        return column.titles[: level + 1] if level < len(column.titles) - 1 else (*column.titles, column.key)

    for level in range(depth):
        shown = [(at, column) for at, column in columns if level < len(column.titles)]
        for _, group in groupby(shown, key=lambda item: prefix(level, item[1])):
            members = list(group)
            at, column = members[0]
            height = depth - level if level == len(column.titles) - 1 else 1
            sheet.slots.append(Slot(row + level, at, column.titles[level], "header", height, len(members)))


def _body(
    sheet: SheetLayout, blocks: list[Block], row: int, open_lines: int, records: int, grades: tuple[str, ...]
) -> int:
    """Print the rows of panels side by side; returns the first line below."""
    bodies = [_lines(block.panel, open_lines, records) for block in blocks]
    footers = [[line for line in block.panel.rows if line.footer] for block in blocks]
    length = max(len(lines) for lines in bodies)
    below = max(len(lines) for lines in footers)
    for block, lines, feet in zip(blocks, bodies, footers, strict=True):
        padded = [*lines, *[None] * (length - len(lines)), *feet, *[None] * (below - len(feet))]
        for number, line in enumerate(padded, row):
            if isinstance(line, Row):
                _declared_row(sheet, block, number, line, grades)
            elif isinstance(line, str):
                _open_row(sheet, block, number, line)
            else:
                _blank_row(sheet, block, number, line)
    return row + length + below


def _lines(panel: Panel, open_lines: int, records: int) -> list[Row | int | str | None]:
    """Lines above the footers: declared rows, line numbers without a row, numbers of open lines as text."""
    rows = [row for row in panel.rows if not row.footer]
    if panel.line_title:
        by_line: dict[int, Row | int | str | None] = {number: number for number in panel.blank_lines}
        by_line |= {row.line: row for row in rows if row.line is not None}
        return [by_line[number] for number in sorted(by_line)]
    count = open_lines if panel.open_rows else records if is_record_panel(panel) else 0
    return [*rows, *(str(number) for number in range(1, count + 1))]


def _declared_row(sheet: SheetLayout, block: Block, at: int, row: Row, grades: tuple[str, ...]) -> None:
    style = "name_total" if row.total else "name"
    if block.code >= 0:
        sheet.slots.append(Slot(at, block.code, row.code, "code"))
    if block.name >= 0:
        sheet.slots.append(Slot(at, block.name, row.label, style, width=block.name_width))
    if block.line >= 0:
        sheet.slots.append(Slot(at, block.line, str(row.line), "line"))
    last = block.panel.columns[-1].key
    for number, column in enumerate(block.panel.columns, block.values):
        if column.key in row.not_applicable:
            sheet.slots.append(Slot(at, number, NOT_APPLICABLE, "na"))
            continue
        choices = grades if row.key == TOTAL_ROW and column.key == last else row.options
        kind, unit = row.kind or column.kind, row.unit or column.unit
        sheet.fields.append(Field(at, number, row.key, column.key, kind, unit, row.total, choices, block.stretch))


def _open_row(sheet: SheetLayout, block: Block, at: int, number: str) -> None:
    if block.panel.open_rows:
        sheet.fields.append(Field(at, block.code, number, CODE, Kind.TEXT))
        sheet.fields.append(Field(at, block.name, number, NAME, Kind.TEXT))
    else:
        sheet.slots.append(Slot(at, block.name, number, "line", width=block.name_width))
    for place, column in enumerate(block.panel.columns, block.values):
        choices = DIRECTIONS if column.key == "往来类型" else ()
        sheet.fields.append(Field(at, place, number, column.key, column.kind, column.unit, False, choices))


def _blank_row(sheet: SheetLayout, block: Block, at: int, line: int | None) -> None:
    for place in range(_first(block), block.last + 1):
        text = str(line) if place == block.line and line is not None else ""
        sheet.slots.append(Slot(at, place, text, "line" if place == block.line else "blank"))
