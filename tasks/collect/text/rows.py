"""Which row of a form a printed code and name mean."""

import re
from collections.abc import Collection, Iterable
from itertools import pairwise

from models.forms import Form, Row
from models.forms.matching import bare_name, match_rows, normalise
from models.profiles import Profile
from models.subjects import folded_name, parent_of
from models.submission import Problem
from tasks.collect.text.cells import place
from tasks.collect.text.layout import Group

_CODE = re.compile(r"([0-9]+)(?:\.0{1,2})?")
_CODE_AND_NAME = re.compile(r"([0-9]{3}(?:[0-9]{2}){0,2})\s*([^0-9\s.].*)")


def code_and_name(codes: list[str], labels: list[str]) -> tuple[str, str]:
    """Subject code and printed name of a row.

    A name may stand in the code column (合计, 人员经费合计), a code before the name in one cell, and a code in three
    cells (类, 款, 项).

    Args:
        codes: Cells of the code columns.
        labels: Cells of the name columns.
    """
    digits = [match[1] for cell in codes if (match := _CODE.fullmatch(cell))]
    words = [cell for cell in codes if cell and not _CODE.fullmatch(cell)]
    name = "".join([*words, *(cell for cell in labels if cell)])
    if not digits and codes and (match := _CODE_AND_NAME.fullmatch(name)):
        return match[1], match[2]
    return "".join(digits), name


def skipped_numbers(form: Form, columns: Iterable[list[tuple[int, int]]]) -> list[Problem]:
    """A hint for each line number that does not follow the one above it.

    Args:
        form: The form.
        columns: For each column of line numbers, the numbers and the lines they stand in.
    """
    problems = []
    for numbers in columns:
        for (before, _), (after, line) in pairwise(numbers):
            if after != before + 1:
                message = f"《{form.name}》第 {line} 行的行次为 {after}，上一行次为 {before}，行次不连续。请核对表样。"
                problems.append(Problem("R-行次", "hint", message, form.code, location=place(line, form)))
    return problems


class RowFinder:
    """Finds rows of one table, top to bottom: of rows with one name the order decides."""

    def __init__(self, form: Form, profile: Profile) -> None:
        self.form, self.profile = form, profile
        self._order = {key: index for index, key in enumerate(form.rows)}
        self._last: dict[int, int] = {}
        self._subject = ""

    def restart(self) -> None:
        """Forget the rows met: a new header begins."""
        self._last.clear()

    def met(self, group: int, key: str) -> None:
        """Remember the last row of a column group."""
        self._last[group] = self._order.get(key, -1)
        self._subject = key if key.isdigit() else ""

    def find(self, number: int, group: Group, code: str, name: str, seen: Collection[str]) -> str | None:
        """Key of a row.

        Args:
            number: Position of the column group.
            group: Columns the row stands in.
            code: Printed subject code, may be empty.
            name: Printed name, may be empty.
            seen: Keys already met in the table.

        Returns:
            Its key, already seen or not; ``None`` when the form has no such row.
        """
        if code:
            known = code in self.form.rows or (self.form.open_panel is not None and len(code) in (3, 5, 7))
            return code if known else None
        if row := self._named(number, group, name, seen):
            return row.key
        return self._subject_named(name, seen) if self.form.open_panel else None

    def _subject_named(self, name: str, seen: Collection[str]) -> str | None:
        """Functional code of a row printed without it; of namesakes the one that the row above leads to.

        That is a class, or a subject below the row above or below one of those above that.
        """
        subjects, year = self.profile.functional, self.profile.year
        same = [code for code in subjects.by_name.get(folded_name(name), ()) if subjects[code].in_use(year)]
        if len(same) > 1:
            above = {"", *(self._subject[:digits] for digits in (3, 5, 7))}
            same = [code for code in same if code not in seen and parent_of(code) in above]
        if len(same) != 1:
            self._subject = ""  # what follows may stand below the row that was not placed
            return None
        return same[0]

    def _named(self, number: int, group: Group, name: str, seen: Collection[str]) -> Row | None:
        """Row of that name; of several, those printed with the same enumeration, then the first below the last met."""
        candidates = [row for panel in group.panels for row in match_rows(panel, name)]
        if normalise(name) != bare_name(name):
            exact = [row for row in candidates if normalise(row.label) == normalise(name)]
            candidates = exact or candidates
        if not candidates:
            return None
        last = self._last.get(number, -1)
        free = [row for row in candidates if row.key not in seen]
        below = [row for row in free if self._order[row.key] > last]
        return (below or free or candidates)[0]
