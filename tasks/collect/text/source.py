"""Bytes of a published text file to numbered lines; refuses what cannot or must not be read."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.errors import SubmissionError
from models.forms.matching import normalise
from models.invisible import visible

LIMIT_LINES = 50_000
LIMIT_CELLS = 500
LIMIT_ALL_CELLS = 150_000
"""Most lines, most cells in a line and in the file; real documents have some hundreds, some dozens, some thousands."""

LIMIT_LINE = 100_000
LIMIT_CHARACTERS = 5_000_000
"""Most characters of a line and of the file; a real paragraph has some thousand, a real document some ten thousand."""

HEAD_LINES = 60
"""Lines from the top in which a bare 涉密 counts as a marking rather than as a word of the text."""

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")

_MARKING = re.compile(
    r"[★☆]?[（\[]?(?:绝密|机密|秘密)[）\]]?[★☆*].{0,20}"
    r"|(?:密级|保密级别|保密等级|涉密等级)[：]?[（\[]?(?:绝密|机密|秘密|涉密).{0,20}"
)
_HEAD_MARKING = re.compile(
    r"[★☆]?[（\[]?(?:绝密|机密|秘密|涉密)[）\]]?(?:级|级文件|文件|资料|材料|件|单位)?(?:[（\d].{0,12})?"
    r"|(?:是否)?涉密(?:单位|文件)?：是"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file.

    Attributes:
        number: Line number, from 1.
        cells: Its tab-separated cells, trimmed; one for a line without tabs.
    """

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> list[str]:
        """Non-empty cells."""
        return [cell for cell in self.cells if cell]

    @property
    def single(self) -> str:
        """The text of a line with one non-empty cell, else empty."""
        filled = self.filled
        return filled[0] if len(filled) == 1 else ""

    @property
    def is_grid(self) -> bool:
        """Whether it is a line of a table (has tabs)."""
        return len(self.cells) > 1


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name, sha256 of its bytes, and its lines."""

    file: str
    sha256: str
    lines: tuple[Line, ...]


def load_source(data: bytes, name: str) -> Source:
    """Lines of a text file.

    Raises:
        SubmissionError: It is empty, too large in some way, contains NUL, is neither UTF-8 nor GBK, or is marked as a
            state secret (code ``涉密``).
    """
    text = visible(_decode(name, data)).translate(_DIGITS).replace("\r\n", "\n").replace("\r", "\n")
    _refuse_shapeless(name, text)
    lines = tuple(
        Line(number, tuple(cell.strip() for cell in row.split("\t")))
        for number, row in enumerate(text.split("\n"), start=1)
    )
    if not any(line.filled for line in lines):
        raise SubmissionError(name, "文件是空的。", advice="请重新导出决算公开文本后再报。")
    _refuse_secrets(name, lines)
    return Source(name, hashlib.sha256(data).hexdigest(), lines)


def _decode(file: str, data: bytes) -> str:
    if b"\0" in data:
        raise SubmissionError(
            file, "文件含有空字符（NUL），不是 UTF-8 或 GBK 文本。", advice="请另存为 UTF-8 编码的纯文本后再报。"
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SubmissionError(
        file, "文件的编码既不是 UTF-8 也不是 GBK。", advice="请另存为 UTF-8 编码的纯文本后再报。", code="编码不符"
    )


def _refuse_shapeless(file: str, text: str) -> None:
    if len(text) > LIMIT_CHARACTERS:
        raise _shapeless(file, f"文件超过 {LIMIT_CHARACTERS // 10_000} 万个字符，不是决算公开文本")
    if text.count("\n") >= LIMIT_LINES:
        raise _shapeless(file, f"文件超过 {LIMIT_LINES} 行，不是决算公开文本")
    cells = 0
    for number, row in enumerate(text.split("\n"), start=1):
        own = row.count("\t") + 1
        cells += own
        if own > LIMIT_CELLS:
            raise _shapeless(file, f"一行超过 {LIMIT_CELLS} 个单元格", f"第 {number} 行")
        if len(row) > LIMIT_LINE:
            raise _shapeless(file, f"一行超过 {LIMIT_LINE // 10_000} 万个字符", f"第 {number} 行")
    if cells - text.count("\n") > LIMIT_ALL_CELLS:
        raise _shapeless(file, f"文件超过 {LIMIT_ALL_CELLS // 10_000} 万个单元格，不是决算公开文本")


def _shapeless(file: str, reason: str, place: str = "") -> SubmissionError:
    advice = "请只报送决算公开文本本身，删去无关的内容和空白。"
    return SubmissionError(file, f"{reason}。", advice=advice, place=place, code="文件过大")


def _refuse_secrets(file: str, lines: tuple[Line, ...]) -> None:
    for line, text in _short_texts(lines):
        if _MARKING.fullmatch(text) or (line.number <= HEAD_LINES and _HEAD_MARKING.fullmatch(text)):
            raise SubmissionError(
                file,
                "文件带有国家秘密标志，本系统不接收涉密材料，未保存任何内容。",
                advice="请按保密规定处理；确属误标的，去掉标志后重新报送。",
                place=f"第 {line.number} 行",
                code="涉密",
            )


def _short_texts(lines: tuple[Line, ...]) -> Iterator[tuple[Line, str]]:
    for line in lines:
        for text in line.filled:
            if "密" in text and len(text) <= 40:
                yield line, normalise(text)
