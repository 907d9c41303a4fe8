"""Rows and columns of one form as they stand in the arrays: what a reference's names mean in place numbers."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property

from expectations.language.syntax import LEVEL_DIGITS, FormulaError, Pick, Selector
from models.forms import FormCatalogue
from models.forms.schema import Form, Kind, Panel

UNPLACED = "?"
"""Begins the key of a row, and is that of the column, of figures that could not be placed."""


def unplaced_row(panel: int) -> str:
    """Key of the row of figures that could not be placed in a panel."""
    return f"{UNPLACED}{panel}"


def subject_like(code: str) -> bool:
    """Whether a row key of an open form can be a subject code (3, 5 or 7 digits)."""
    return len(code) in (3, 5, 7) and code.isascii() and code.isdigit()


class Layout:
    """One form's rows in order, declared ones first, then the subjects that the units use; and its columns.

    Args:
        form: The form.
        open_codes: Subject codes in use, for forms with open rows; others are ignored.
        unplaced: Places of the panels of which some unit has figures that could not be placed. Each panel has a row
            and the table a column in which they stand, so that a sum over rows or columns rests on them too.
    """

    def __init__(self, form: Form, open_codes: Iterable[str] = (), unplaced: Iterable[int] = ()) -> None:
        self.form = form
        self.unplaced = frozenset(unplaced)
        # Thousands of units use the same few hundred codes.
        extra = sorted(filter(subject_like, set(open_codes) - form.rows.keys())) if self.open else []
        self.rows: list[str] = [*form.rows, *extra]
        self.columns: list[str] = list(form.columns)
        self.known_rows = len(self.rows)
        self.rows += map(unplaced_row, sorted(self.unplaced))
        self.columns += [UNPLACED] if self.unplaced else []
        self.row_index = {key: index for index, key in enumerate(self.rows)}
        self.column_index = {key: index for index, key in enumerate(self.columns)}
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._columns: dict[str, list[str]] = {}
        self._below: dict[tuple[str, str], list[str]] = {}

    @property
    def open(self) -> bool:
        """Whether further rows may be subjects that a unit uses."""
        return self.form.open_panel is not None

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)

    def flat(self, row: str, column: str) -> int:
        """Place of a cell in the flattened array."""
        return self.row_index[row] * self.width + self.column_index[column]

    def kind(self, row: str, column: str) -> Kind:
        """Kind of a cell."""
        key = (row if row in self.form.rows or row.startswith(UNPLACED) else "", column)
        if key not in self._kinds:
            if row.startswith(UNPLACED):
                self._kinds[key] = next(one.kind for one in self._panel(row).columns if one.key == column)
            else:
                self._kinds[key] = self.form.kind_of(row, column)
        return self._kinds[key]

    def _panel(self, row: str) -> Panel:
        if row.startswith(UNPLACED):
            return self.form.panels[int(row.removeprefix(UNPLACED))]
        panel = self.form.panel_of.get(row) or self.form.open_panel
        if panel is None:
            raise KeyError(row)
        return panel

    def unplaced_beside(self, rows: Iterable[str]) -> list[str]:
        """Rows of what could not be placed in the panels of ``rows``, and among the subjects of an open form."""
        if not self.unplaced:
            return []
        panels = [self._panel(row) for row in rows] + ([self.form.open_panel] if self.form.open_panel else [])
        return [unplaced_row(n) for n in sorted(self.unplaced) if any(self.form.panels[n] is one for one in panels)]

    def declared(self, row: str) -> bool:
        """Whether the form prints the row in any case (it is not an open one)."""
        return row in self.form.rows

    def code_of(self, row: str) -> str:
        """Subject code of a row, empty for rows without one."""
        declared = self.form.rows.get(row)
        return declared.code if declared is not None else row

    @cached_property
    def by_code(self) -> dict[str, str]:
        """Row of each subject code."""
        return {code: row for row in self.rows[: self.known_rows] if (code := self.code_of(row))}

    def at_level(self, level: str) -> list[str]:
        """Rows whose subject is of a level (类, 款, 项), in order; all rows for 行."""
        return self.below("", level)

    def below(self, code: str, level: str) -> list[str]:
        """Rows of a level whose subject lies below ``code``, in order."""
        if not self._below:
            for row in self.rows[: self.known_rows]:
                own = self.code_of(row)
                self._below.setdefault(("", "行"), []).append(row)
                for name in (name for name, digits in LEVEL_DIGITS.items() if own and digits == len(own)):
                    for length in {0, *(d for d in LEVEL_DIGITS.values() if d and d < len(own))}:
                        self._below.setdefault((own[:length], name), []).append(row)
        return self._below.get((code, level), [])

    def require_row(self, key: str) -> None:
        """Refuse a row that the form cannot have.

        Raises:
            FormulaError: Naming rows with a similar name.
        """
        if key not in self.row_index and not (self.open and subject_like(key)):
            raise FormulaError(f"{self.form.code}没有行“{key}”{similar(key, self.form.rows)}")

    def row_span(self, selector: Selector) -> list[str]:
        """Rows from one declared row to another, in printed order.

        Raises:
            FormulaError: An end is unknown, or the ends are in different panels or in reverse order.
        """
        for key in (selector.first, selector.last):
            if not self.declared(key):
                raise FormulaError(f"{self.form.code}没有行“{key}”{similar(key, self.form.rows)}")
        panel = self.form.panel_of[selector.first]
        keys = [row.key for row in panel.rows]
        if selector.last not in keys:
            raise FormulaError(f"{self.form.code}的“{selector.first}”与“{selector.last}”不在同一栏目，不能成区间")
        return _between(keys, selector, self.form.code)

    def panel_columns(self, row: str) -> list[str]:
        """Columns of the row's panel."""
        key = row if self.declared(row) or row.startswith(UNPLACED) else ""
        if key not in self._columns:
            self._columns[key] = [column.key for column in self._panel(row).columns]
        return self._columns[key]

    def columns_for(self, row: str, selector: Selector | None) -> list[str]:
        """Columns of a row that a selector names; without one the panel's only column.

        Raises:
            FormulaError: A column is unknown, or none is named although there are several.
        """
        columns = self.panel_columns(row)
        if selector is None:
            if len(columns) != 1:
                raise FormulaError(f"{self.form.code}的“{row}”有 {len(columns)} 列，应写明哪一列：{'、'.join(columns)}")
            return columns
        if selector.pick is Pick.EACH and not selector.first:
            return columns
        for key in filter(None, (selector.first, selector.last)):
            if key not in columns:
                raise FormulaError(f"{self.form.code}的“{row}”没有列“{key}”{similar(key, columns)}")
        return [selector.first] if selector.pick is Pick.ONE else _between(columns, selector, self.form.code)


def _between(keys: list[str], selector: Selector, form: str) -> list[str]:
    start, end = keys.index(selector.first), keys.index(selector.last)
    if start > end:
        raise FormulaError(f"{form}的区间“{selector.first} : {selector.last}”前后颠倒")
    return keys[start : end + 1]


def similar(key: str, names: Iterable[str]) -> str:
    """Words for an error that point to names like ``key``; empty when there are none."""
    close = get_close_matches(key, list(names), n=3, cutoff=0.5)
    return f"；相近的有：{'、'.join(close)}" if close else ""


def require_form(forms: FormCatalogue, code: str) -> Form:
    """The form of a reference.

    Raises:
        FormulaError: There is no such form; the known ones are named.
    """
    form = forms.get(code)
    if form is None:
        raise FormulaError(f"没有表“{code}”；可用的表：{'、'.join(forms)}")
    if form.shape != "matrix":
        raise FormulaError(f"“{code}”不是行列固定的表，不能写在公式里")
    return form
