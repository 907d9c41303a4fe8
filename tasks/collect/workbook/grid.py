"""One sheet as the parser gave it: values by position, header texts through merged cells, names of cells."""

import math
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from models.errors import AmountError
from models.forms import Kind
from models.invisible import visible
from models.money import NOISE_FEN, parse_decimal, parse_fen, snap_fen, to_fen
from models.typed import figure_of
from models.words import is_nil, is_sign

Raw = str | int | float | bool | dict[str, str] | None
"""A cell's content: text, number, truth value, ``{"d": date}``, or nothing."""

_MERGED_CELLS = 500_000
_EXACT_BELOW = 10**15  # beyond, a float has no fraction that could be noise
_ERROR = re.compile(r"#(?:N/A|REF!|DIV/0!|NAME\?|VALUE!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE)
"""An error value that was pasted as words."""


def shown(content: Raw, limit: int = 30) -> str:
    """Content as a message may show it: no control characters, at most ``limit`` characters."""
    text = content.get("d", "") if isinstance(content, dict) else text_of(content)
    clean = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    return clean if len(clean) <= limit else f"{clean[:limit]}…"


def is_dash(content: Raw) -> bool:
    """Whether the content is only dashes, the accountants' sign for nothing (or, as ——, for not applicable)."""
    return isinstance(content, str) and is_sign(content)


def is_nothing(content: Raw) -> bool:
    """Whether the content says that nothing stands there: blank, a dash, a word for nothing, or a zero."""
    if isinstance(content, str):
        return is_nil(content) or _is_zero(content)
    return content is None or (content == 0 and not isinstance(content, bool))


def _is_zero(text: str) -> bool:
    try:
        return parse_decimal(figure_of(text)) == 0
    except AmountError:
        return False


def text_of(content: Raw) -> str:
    """Content as words; a number as its plain decimal without binary noise."""
    if content is None:
        return ""
    if isinstance(content, bool):
        return "是" if content else "否"
    if isinstance(content, dict):
        return content.get("d", "")
    if isinstance(content, str):
        return content.replace("\r\n", "\n").strip()
    if not math.isfinite(content):
        return str(content)
    exact = Decimal(repr(content))
    rounded = round(exact, 6) if abs(exact) < _EXACT_BELOW else exact
    if abs(exact - rounded) <= Decimal("1e-9") * max(Decimal(1), abs(exact)):
        exact = rounded
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_of(content: Raw, kind: Kind, unit: str = "元") -> int:
    """Amount of a numeric cell in the scale of ``kind`` (fen, count, 1/100 percent).

    Args:
        content: The cell's.
        kind: The kind of its values.
        unit: Unit of the cell, which may stand behind a figure typed as words.

    Raises:
        AmountError: It is no exact amount; the text says why in Chinese.
    """
    if isinstance(content, bool):
        raise AmountError("这是逻辑值，不是数字")
    if isinstance(content, dict):
        raise AmountError("这是日期，不是数字")
    if content is None:
        raise AmountError("没有数字")
    if kind is Kind.COUNT:
        return _whole(content, unit)
    if isinstance(content, str):
        if kind is Kind.PERCENT:
            return to_fen(parse_decimal(figure_of(content.strip().rstrip("%％"), "")))
        return parse_fen(figure_of(content, unit))
    return snap_fen(content)


def _whole(content: str | int | float, unit: str) -> int:
    if isinstance(content, str):
        number = parse_decimal(figure_of(content, unit))
    else:
        snap_fen(content)  # refuses what is not finite or too large
        number = Decimal(repr(content))
    whole = number.to_integral_value()
    if abs(number - whole) > NOISE_FEN / 100:
        raise AmountError(f"“{shown(content)}”不是整数")
    if abs(whole) >= _EXACT_BELOW:
        raise AmountError(f"“{shown(content)}”超出可处理的范围")
    return int(whole)


def column_letters(column: int) -> str:
    """Letters of a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(sheet: str, row: int, column: int) -> str:
    """Name of a cell such as ``公开01!C7``; row and column from 0."""
    return f"{shown(sheet)}!{column_letters(column)}{row + 1}"


@dataclass
class Sheet:
    """One worksheet; rows and columns count from 0. Words are held without the characters that nobody sees.

    Attributes:
        name: As in the file.
        rows: Values; short rows end in blanks.
        merges: Merged ranges: first row, first column, last row, last column.
        faults: Cells without a readable value: position to error text (empty: formula never calculated).
        percents: Cells whose number is shown as a percentage.
    """

    name: str
    rows: list[list[Any]]
    merges: list[list[int]] = field(default_factory=list)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    percents: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        self.rows = [[visible(one) if isinstance(one, str) else one for one in line] for line in self.rows]
        pasted = {
            (row, column): content.strip()
            for row, line in enumerate(self.rows)
            for column, content in enumerate(line)
            if isinstance(content, str) and "#" in content and _ERROR.fullmatch(content.strip())
        }
        for row, column in pasted:
            self.rows[row][column] = None
        self.faults = self.faults | pasted

    @cached_property
    def height(self) -> int:
        """Number of rows with content."""
        return max([len(self.rows), *(row + 1 for row, _ in self.faults)])

    @cached_property
    def width(self) -> int:
        """Number of columns with content."""
        return max([0, *(len(row) for row in self.rows), *(column + 1 for _, column in self.faults)])

    @cached_property
    def _origins(self) -> dict[tuple[int, int], tuple[int, int]]:
        origins: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in self.merges:
            for row in range(top, min(bottom, self.height - 1) + 1):
                for column in range(left, min(right, self.width - 1) + 1):
                    origins[row, column] = (top, left)
            if len(origins) > _MERGED_CELLS:
                break
        return origins

    def value(self, row: int, column: int) -> Raw:
        """Content of one cell; blanks and texts of blanks are ``None``."""
        if not (0 <= row < len(self.rows) and 0 <= column < len(self.rows[row])):
            return None
        content: Raw = self.rows[row][column]
        return None if isinstance(content, str) and not content.strip() else content

    @cached_property
    def _texts(self) -> list[list[str]]:
        """Every cell as words, worked out once: headers, names and notes are looked for again and again."""
        return [[text_of(content) for content in row] for row in self.rows]

    def text(self, row: int, column: int) -> str:
        """Content of one cell as words."""
        if not (0 <= row < len(self._texts) and 0 <= column < len(self._texts[row])):
            return ""
        return self._texts[row][column]

    def words(self, row: int, column: int) -> Raw:
        """Content of a cell that holds words: a number shown as a percentage becomes what is shown (0.98125: 98.125%)."""
        content = self.value(row, column)
        if (row, column) not in self.percents or isinstance(content, str | bool | dict) or content is None:
            return content
        return f"{text_of(float(Decimal(repr(content)).scaleb(2)))}%"

    def filled(self, row: int, column: int) -> bool:
        """Whether a cell holds something, be it unreadable."""
        return self.value(row, column) is not None or (row, column) in self.faults

    def header(self, row: int, column: int) -> str:
        """Text that stands over a cell of the header: its own or that of its merged range."""
        return self.text(*self._origins.get((row, column), (row, column)))

    def starts(self, row: int, column: int) -> bool:
        """Whether a header cell begins in this column (is not the continuation of a merged one)."""
        return self._origins.get((row, column), (row, column))[1] == column

    def row_texts(self, row: int) -> list[str]:
        """Non-blank texts of a row, left to right."""
        return [text for text in self._texts[row] if text] if 0 <= row < len(self._texts) else []

    def address(self, row: int, column: int) -> str:
        """Name of a cell such as ``公开01!C7``."""
        return cell_name(self.name, row, column)
