"""Finds the declared row that a line of a sheet means, by its code or its label."""

from models.forms import Form, Row
from models.forms.matching import match_rows, normalise
from tasks.collect.workbook.sections import Block


class RowFinder:
    """Remembers which rows of a form were met, so that equal names are told apart by their order.

    Args:
        form: The form.

    Attributes:
        met: Row key to line of the sheet, of every row met so far.
    """

    def __init__(self, form: Form) -> None:
        self.met: dict[str, int] = {}
        self._order = {key: number for number, key in enumerate(form.rows)}
        self._last = -1

    def restart(self) -> None:
        """Begin at the top of another block."""
        self._last = -1

    def meet(self, key: str, row: int) -> None:
        """Remember a row."""
        self.met[key] = row
        self._last = self._order.get(key, self._last)

    def find(self, block: Block, code: str, name: str) -> Row | None:
        """The declared row that code and name mean; ``None`` when they mean none, several, or different ones."""
        if block.name < 0 and len(block.panels[0].rows) == 1:
            only = block.panels[0].rows[0]
            return None if only.key in self.met else only
        wordy = bool(code) and not code.isascii() and not name  # 合计 printed over both columns
        named = _named(block, code if wordy else name)
        if code and not wordy:
            coded = [line for panel in block.panels for line in panel.rows if line.code == code]
            return coded[0] if coded and (not named or coded[0] in named) else None
        if len(named) > 1 and any(panel.code_title for panel in block.panels):
            return None  # two subjects of one name: only the code tells them apart
        fresh = [line for line in named if line.key not in self.met]
        after = [line for line in fresh if self._order[line.key] > self._last]
        return next(iter([*after, *fresh, *named]), None)


def _named(block: Block, label: str) -> list[Row]:
    """Declared rows that a label may mean; an exact label beats one that only lacks its enumeration."""
    rows = [line for panel in block.panels for line in match_rows(panel, label)] if label else []
    folded = normalise(label)
    return [line for line in rows if normalise(line.label) == folded] or rows
