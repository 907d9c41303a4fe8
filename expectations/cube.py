"""All units' figures as arrays: what the evaluator computes on.

One table (form, this or the previous year) becomes int64 ``[unit, row × column]`` with masks. A blank of a usable
form is an exact zero; —— and what could not be read are marked, so that nothing is judged on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from expectations.language.layout import UNPLACED, Layout, unplaced_row
from models.errors import RegistryError
from models.money import LIMIT_FEN
from models.profiles import Profile
from models.submission import NOT_APPLICABLE, Cell, Presence, Submission
from models.unread import doubtful_cells

ATTRIBUTES = ("单位类型", "会计制度", "预算级次", "报表类型")
"""Attributes of a unit that conditions may ask for; they stand on the cover."""

Slot = tuple[bool, str]


@dataclass(frozen=True, eq=False, repr=False)
class UnitData:
    """One unit and what it handed in.

    Attributes:
        code: Unit code, unique within a cube.
        submission: This year's. prior: The previous cycle's, if there is one.
        attributes: 单位类型, 会计制度, 预算级次, 报表类型 as the registry has them; the cover fills what is missing.
        scope: 单位, or 部门 for the added-up department.
    """

    code: str
    submission: Submission
    attributes: Mapping[str, str] = field(default_factory=dict)
    prior: Submission | None = None
    scope: str = "单位"

    def __repr__(self) -> str:
        return f"UnitData({self.code!r}, {self.submission.sha256!r})"  # short: GX hashes frames by their objects' text

    def attribute(self, name: str) -> str:
        """An attribute's value, empty when unknown."""
        return self.attributes.get(name) or self._cover.get(name, "")

    @cached_property
    def _cover(self) -> dict[str, str]:
        return {cell.row: (cell.text or "").strip() for cell in self.submission.form_cells("封面")}

    @cached_property
    def _cells(self) -> dict[tuple[str, str, str], Cell]:
        return {(cell.form, cell.row, cell.column): cell for cell in reversed(self.submission.cells)}

    @cached_property
    def _row_places(self) -> dict[tuple[str, str], str]:
        return {(cell.form, cell.row): cell.location for cell in reversed(self.submission.cells)}

    def cell(self, form: str, row: str, column: str) -> Cell | None:
        """One cell of this year's submission; the first when the file has it twice."""
        return self._cells.get((form, row, column))

    def place(self, form: str, row: str, column: str = "") -> str:
        """Where a cell stands in the file; for a blank one its row, as far as another figure of the row tells it."""
        if (cell := self.cell(form, row, column)) is not None:
            return cell.location
        place = self._row_places.get((form, row), "")
        sheet, mark, address = place.rpartition("!")
        if not column or not mark:
            return place
        line = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return f"{sheet} 第 {line} 行" if line.isdigit() else ""


@dataclass(frozen=True, eq=False)
class Table:
    """One form's figures of all units.

    Attributes:
        layout: Rows and columns of the flattened second axis.
        amounts: int64 ``[unit, cell]``; fen, number or 1/100 % by the cell's kind; zero where nothing is shown.
        shown: Where a figure stands.
        unreadable: Where —— or no readable figure stands although the form allows one, and where a figure may belong
            that could not be placed.
        usable: Per unit, whether blanks count as zeros (form present or declared empty).
        quantum: Per unit, fen in the last displayed place of the table's money.
        huge: Per unit, whether a figure is so large that sums might leave int64.
    """

    layout: Layout
    amounts: NDArray[np.int64]
    shown: NDArray[np.bool_]
    unreadable: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    quantum: NDArray[np.int64]
    huge: NDArray[np.bool_]

    @cached_property
    def any_unreadable(self) -> bool:
        """Whether any cell is marked; saves work where none is, which is the rule."""
        return bool(self.unreadable.any())

    @cached_property
    def row_shown(self) -> NDArray[np.bool_]:
        """``[unit, row]``: whether any figure stands in the row."""
        units = self.shown.shape[0]
        by_row = self.shown.reshape(units, len(self.layout.rows), self.layout.width)
        return np.asarray(by_row.any(axis=2), np.bool_)


ORDINARY_FEN = 10**14
"""Figures up to this (1 万亿元) can be added by the ten thousand in int64; larger ones are computed exactly but slowly."""


MOST_SUBJECTS = 3_000
"""Subject rows that one form of one unit may have; the national list has fewer, and every unit gets every row."""


class Cube:
    """All units' figures; tables are built when first asked for.

    Attributes:
        profile: Whose forms these are. units: In the given order; the arrays' first axis.
    """

    def __init__(self, profile: Profile, units: Sequence[UnitData]) -> None:
        self.profile = profile
        self.units = tuple(units)
        self._tables: dict[Slot, Table] = {}
        self._by_form: dict[bool, dict[str, list[tuple[int, list[Cell]]]]] = {}

    @classmethod
    def build(cls, profile: Profile, units: Sequence[UnitData]) -> "Cube":
        """Take units in.

        Raises:
            RegistryError: A unit code comes twice.
        """
        seen: set[str] = set()
        for unit in units:
            if unit.code in seen:
                raise RegistryError(f"单位代码“{unit.code}”重复，无法区分审核结果")
            seen.add(unit.code)
        return cls(profile, units)

    def submission(self, unit: int, prior: bool) -> Submission | None:
        """A unit's submission of this or the previous year."""
        return self.units[unit].prior if prior else self.units[unit].submission

    def table(self, slot: Slot) -> Table:
        """One form of this year (``(False, form)``) or of the previous submissions (``(True, form)``)."""
        if slot not in self._tables:
            self._tables[slot] = self._build(slot)
        return self._tables[slot]

    def _grouped(self, prior: bool) -> dict[str, list[tuple[int, list[Cell]]]]:
        """Cells by form, then by unit; one pass over every submission."""
        if prior not in self._by_form:
            groups: dict[str, list[tuple[int, list[Cell]]]] = {code: [] for code in self.profile.forms}
            for index in range(len(self.units)):
                submission = self.submission(index, prior)
                mine: dict[str, list[Cell]] = {}
                for cell in submission.cells if submission is not None else ():
                    mine.setdefault(cell.form, []).append(cell)
                for form, cells in mine.items():
                    if form in groups:
                        groups[form].append((index, cells))
            self._by_form[prior] = groups
        return self._by_form[prior]

    def _build(self, slot: Slot) -> Table:
        prior, code = slot
        form, groups = self.profile.forms[code], self._grouped(prior)[code]
        flooded = {index for index, cells in groups if len({cell.row for cell in cells}) > MOST_SUBJECTS}
        groups = [(index, cells) for index, cells in groups if index not in flooded]
        layout = Layout(
            form, (cell.row for _, cells in groups for cell in cells) if form.open_panel else (), self._unplaced(slot)
        )
        shape = (len(self.units), len(layout.rows) * layout.width)
        table = Table(
            layout,
            np.zeros(shape, np.int64),
            np.zeros(shape, np.bool_),
            np.zeros(shape, np.bool_),
            np.zeros(shape[0], np.bool_),
            np.ones(shape[0], np.int64),
            np.zeros(shape[0], np.bool_),
        )
        for index, cells in groups:
            _fill(table, index, cells)
        for index in range(len(self.units)):
            submission = self.submission(index, prior)
            if submission is not None:
                present = submission.presence.get(code, Presence.ABSENT)
                table.usable[index] = present.usable and index not in flooded
                table.quantum[index] = submission.display(code).quantum
                if submission.unread:
                    _mark_unread(table, index, submission)
        table.huge[:] = (np.abs(table.amounts) > ORDINARY_FEN).any(axis=1)
        return table

    def _unplaced(self, slot: Slot) -> set[int]:
        """Panels of a form of which some unit has figures that could not be placed."""
        prior, code = slot
        panels = len(self.profile.forms[code].panels)
        submissions = (self.submission(index, prior) for index in range(len(self.units)))
        return {
            one.panel
            for submission in submissions
            for one in (submission.unread if submission is not None else ())
            if one.form == code and not (one.row and one.column) and 0 <= one.panel < panels
        }


def _fill(table: Table, unit: int, cells: Sequence[Cell]) -> None:
    """Set one unit's figures; where the file has a cell twice, the first counts (the reader reports the second)."""
    layout = table.layout
    rows, columns, width = layout.row_index, layout.column_index, layout.width
    amounts, shown = table.amounts[unit], table.shown[unit]
    for cell in reversed(cells):
        row, column = rows.get(cell.row), columns.get(cell.column)
        if row is None or column is None:
            continue
        flat = row * width + column
        if cell.amount is not None and abs(cell.amount) <= LIMIT_FEN:
            amounts[flat], shown[flat] = cell.amount, True
        elif cell.text is not None or cell.amount is not None:
            _mark(table, unit, cell)


def _mark(table: Table, unit: int, cell: Cell) -> None:
    """Mark a cell without usable figure; —— where the form itself prints it says nothing."""
    layout = table.layout
    if cell.column not in layout.panel_columns(cell.row) or not layout.kind(cell.row, cell.column).numeric:
        return
    dash = (cell.text or "").strip() == NOT_APPLICABLE
    if dash and not layout.form.applicable(cell.row, cell.column):
        return
    flat = layout.flat(cell.row, cell.column)
    table.unreadable[unit, flat] = True
    table.shown[unit, flat] = not dash


def _mark_unread(table: Table, unit: int, submission: Submission) -> None:
    """Mark where a figure may belong that could not be read or placed, so that a blank left by it is no zero."""
    layout = table.layout
    for row, column, stands in doubtful_cells(submission, layout.form, layout.rows[: layout.known_rows]):
        if row in layout.row_index and column in layout.panel_columns(row):
            flat = layout.flat(row, column)
            table.unreadable[unit, flat] = True
            table.shown[unit, flat] |= stands
    for one in submission.unread:
        if one.form != layout.form.code or (one.row and one.column):
            continue
        row = one.row or unplaced_row(one.panel)
        for column in [one.column or UNPLACED] if one.row or one.column else layout.columns:
            if row in layout.row_index and column in layout.column_index:
                table.unreadable[unit, layout.flat(row, column)] = True
