"""Tables of forms, laid out from the form catalogue alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from models.forms import Column, Form, Panel, Row
from models.submission import Presence
from reports.blocks import CellKind, Grid, TableBlock
from reports.figures import Figures

WEIGHTS = {CellKind.CODE: 7, CellKind.LABEL: 18, CellKind.LINE: 4, CellKind.AMOUNT: 11, CellKind.TEXT: 16}
"""Relative width of a grid column by what it holds."""
CROWDED = 12
"""From so many grid columns on (公开06), names get the room that codes and amounts can spare."""
CROWDED_WEIGHTS = {**WEIGHTS, CellKind.CODE: 5, CellKind.LABEL: 15, CellKind.AMOUNT: 10}


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of a panel as it lies in the grid: its header lines from the top, and what it holds."""

    kind: CellKind
    titles: tuple[str, ...]
    start: int
    span: int = 1
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One printed line of a panel: a declared row, a subject row (``code``), or neither for a blank line."""

    row: Row | None = None
    code: str = ""
    number: int | None = None


def form_table(
    form: Form,
    figures: Figures,
    *,
    holder: str = "",
    year: int = 0,
    notes: tuple[str, ...] = (),
    anchor: str = "",
) -> TableBlock:
    """Lay out a matrix form with a submission's figures.

    Args:
        form: Any form of shape ``matrix``.
        figures: Blank cells stay blank; a form without figures keeps its lines and says so below.
        holder: Words of the lead's left (``单位名称：…``); no lead when empty.
        year: Of the accounts.
        notes: Further lines below the table.
        anchor: Target of links.

    Raises:
        TilingError: The layout is at fault (never the figures).
    """
    grid = _across(form, figures) if form.arrangement == "across" else _down(form, figures)
    unit = figures.profile.amount_unit
    return grid.table(
        form.name,
        number_label=form.number_label,
        lead=(holder, f"{year}年度", f"金额单位：{unit}") if holder else None,
        notes=(*_notes(form, figures), *notes),
        landscape=form.landscape,
        anchor=anchor,
    )


def _notes(form: Form, figures: Figures) -> Iterator[str]:
    if form.note:
        yield f"注：{form.note}"
    presence = figures.presence(form.code)
    if presence is Presence.ABSENT:
        yield "说明：未报送本表"
    elif presence is Presence.UNREADABLE:
        yield "说明：报送的本表无法读取"
    elif presence is Presence.EMPTY or figures.empty(form.code):
        yield f"说明：{form.nothing}"


def panel_slots(panel: Panel, start: int) -> list[Slot]:
    """Grid columns of a panel, left to right: code, label, line number, values."""
    above = (panel.title,) if panel.title else ()
    named = above or (("项目",) if panel.code_title else ())
    parts: list[tuple[CellKind, tuple[str, ...], Column | None]] = []
    if panel.code_title:
        parts.append((CellKind.CODE, (*named, panel.code_title), None))
    if panel.label_title:
        parts.append((CellKind.LABEL, (*named, panel.label_title), None))
    if panel.line_title:
        parts.append((CellKind.LINE, (*above, panel.line_title), None))
    for column in panel.columns:
        kind = CellKind.AMOUNT if column.kind.numeric else CellKind.TEXT
        parts.append((kind, (*above, *column.titles), column))
    return [Slot(kind, titles, start + at, 1, column) for at, (kind, titles, column) in enumerate(parts)]


def place_header(grid: Grid, slots: Sequence[Slot], top: int, depth: int, level: int = 0) -> None:
    """Place header lines: neighbours under the same title share it, a column's last title reaches down."""
    for _, group in groupby(slots, key=lambda slot: slot.titles[level] if len(slot.titles) > level + 1 else slot):
        members = list(group)
        first, last = members[0], members[-1]
        leaf = len(first.titles) == level + 1
        grid.put(
            top + level,
            first.start,
            first.titles[level],
            CellKind.HEADER,
            rowspan=depth - level if leaf else 1,
            colspan=last.start + last.span - first.start,
        )
        if not leaf:
            place_header(grid, members, top, depth, level + 1)


def _number_line(grid: Grid, panels: Sequence[list[Slot]]) -> None:
    """栏次: the column numbers as printed, if the form has any."""
    top = grid.height
    if not any(slot.column and slot.column.number for slots in panels for slot in slots):
        return
    for slots in panels:
        heads = [slot for slot in slots if slot.kind in (CellKind.CODE, CellKind.LABEL)]
        if heads:
            grid.put(top, heads[0].start, "栏次", CellKind.HEADER, colspan=sum(slot.span for slot in heads))
        for slot in slots[len(heads) :]:
            number = slot.column.number if slot.column else None
            grid.put(top, slot.start, number or "", CellKind.HEADER, colspan=slot.span)


def _lines(panel: Panel, form: Form, figures: Figures) -> list[_Line]:
    """Printed lines of a panel without footers and private rows: declared rows and blank lines by line number, then subjects."""
    lines = [_Line(row=row, code=row.code, number=row.line) for row in panel.rows if not (row.footer or row.private)]
    lines += [_Line(number=number) for number in panel.blank_lines]
    if panel.blank_lines:
        lines.sort(key=lambda line: line.number or 0)
    if panel is form.open_panel:
        lines += [_Line(code=code) for code in figures.subject_codes(form)]
    return lines


def _put_line(grid: Grid, top: int, slots: Sequence[Slot], line: _Line | None, form: Form, figures: Figures) -> None:
    """Place one line of a panel; ``None`` fills it with blanks below a shorter panel."""
    row = line.row if line else None
    strong = bool(row and row.total)
    key = row.key if row else line.code if line else ""
    label = row.label if row else figures.subject_name(form.code, key) if key else ""
    heads = [slot for slot in slots if slot.kind in (CellKind.CODE, CellKind.LABEL)]
    if row and not row.code and len(heads) > 1:
        grid.put(top, heads[0].start, label, CellKind.LABEL, colspan=sum(slot.span for slot in heads), strong=strong)
        heads = []
    for slot in heads:
        text = (line.code if line else "") if slot.kind is CellKind.CODE else label
        grid.put(top, slot.start, text, slot.kind, colspan=slot.span, strong=strong)
    for slot in slots:
        if slot.kind is CellKind.LINE:
            text = str(line.number) if line and line.number is not None else ""
            grid.put(top, slot.start, text, CellKind.LINE, colspan=slot.span)
        elif slot.column:
            text = figures.display(form, key, slot.column.key) if key else ""
            grid.put(top, slot.start, text, slot.kind, colspan=slot.span, strong=strong)


def _across(form: Form, figures: Figures) -> Grid:
    panels: list[list[Slot]] = []
    for panel in form.panels:
        panels.append(panel_slots(panel, sum(len(slots) for slots in panels)))
    every = [slot for slots in panels for slot in slots]
    weights = CROWDED_WEIGHTS if len(every) >= CROWDED else WEIGHTS
    grid = Grid([weights[slot.kind] for slot in every])
    place_header(grid, every, 0, max(len(slot.titles) for slot in every))
    _number_line(grid, panels)
    grid.header_rows = top = grid.height
    columns = [_lines(panel, form, figures) for panel in form.panels]
    for at in range(max(len(lines) for lines in columns)):
        for slots, lines in zip(panels, columns, strict=True):
            _put_line(grid, top + at, slots, lines[at] if at < len(lines) else None, form, figures)
    _footers(grid, form, panels, figures)
    return grid


def _footers(grid: Grid, form: Form, panels: Sequence[list[Slot]], figures: Figures) -> None:
    """Last line: panels under one title share the footer, whose label reaches up to the last panel's values."""
    if not any(row.footer for _, row in form.iter_rows()):
        return
    top = grid.height
    for _, members in groupby(zip(form.panels, panels, strict=True), key=lambda pair: pair[0].title):
        group = list(members)
        panel, slots = group[-1]
        row = next((row for row in panel.rows if row.footer), None)
        values = [slot for slot in slots if slot.column]
        start = group[0][1][0].start
        grid.put(top, start, row.label if row else "", CellKind.LABEL, colspan=values[0].start - start, strong=True)
        for slot in values:
            text = figures.display(form, row.key, slot.column.key) if row and slot.column else ""
            grid.put(top, slot.start, text, slot.kind, strong=True)


def _down(form: Form, figures: Figures) -> Grid:
    widest = max((panel_slots(panel, 0) for panel in form.panels), key=len)
    grid = Grid([WEIGHTS[slot.kind] for slot in widest])
    for panel in form.panels:
        slots = _widened(panel_slots(panel.model_copy(update={"title": ""}), 0), len(widest))
        if panel.title:
            grid.put(grid.height, 0, panel.title, CellKind.HEADER, colspan=len(widest), strong=True)
        place_header(grid, slots, grid.height, max(len(slot.titles) for slot in slots))
        _number_line(grid, [slots])
        for line in [*_lines(panel, form, figures), *(_Line(row=row) for row in panel.rows if row.footer)]:
            _put_line(grid, grid.height, slots, line, form, figures)
    return grid


def _widened(slots: list[Slot], width: int) -> list[Slot]:
    """Columns of a narrower panel stretched over the grid: its label, else its first column, takes the rest."""
    spare = width - len(slots)
    at = next((i for i, slot in enumerate(slots) if slot.kind is CellKind.LABEL), 0)
    return [
        replace(slot, start=slot.start + (spare if i > at else 0), span=slot.span + (spare if i == at else 0))
        for i, slot in enumerate(slots)
    ]


def list_table(
    caption: str,
    titles: Sequence[str],
    records: Sequence[Sequence[str]],
    *,
    widths: Sequence[int] = (),
    amounts: Sequence[int] = (),
    notes: tuple[str, ...] = (),
    anchor: str = "",
) -> TableBlock:
    """A plain table: one header line, one line per record.

    Args:
        caption: Title.
        titles: Header of each column.
        records: Texts, one per column.
        widths: Relative widths; equal when left out.
        amounts: Columns, from 0, that hold amounts.
        notes: Lines below.
        anchor: Target of links.
    """
    grid = Grid(list(widths) or [10] * len(titles))
    grid.line(titles, CellKind.HEADER)
    grid.header_rows = 1
    for record in records:
        row = grid.height
        for column, text in enumerate(record):
            grid.put(row, column, text, CellKind.AMOUNT if column in amounts else CellKind.TEXT)
    return grid.table(caption, notes=notes, anchor=anchor)


def records_table(form: Form, records: Sequence[Sequence[str]]) -> TableBlock:
    """A record form: numbered lines of displayed texts, one per declared column."""
    panel = form.panels[0]
    titles = [panel.label_title, *(column.key for column in panel.columns)]
    amounts = [at for at, column in enumerate(panel.columns, start=1) if column.kind.numeric]
    numbered = [[str(number), *record] for number, record in enumerate(records, start=1)]
    return list_table(form.name, titles, numbered, widths=[4, *[12] * len(panel.columns)], amounts=amounts)
