"""Exact money: integers of fen inside, text of 元 or 万元 at the edges. Never a float in an amount.

Intervals: a figure displayed with fewer decimals than fen is known only to half a displayed unit either way.
"""

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from models.errors import AmountError

FEN_PER_UNIT = {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
FEN_PER_UNIT |= {"十万元": 10_000_000, "百万元": 100_000_000, "千万元": 1_000_000_000, "亿元": 10_000_000_000}
"""Fen in one unit of display."""

LIMIT_FEN = 9 * 10**16
"""Largest amount taken, ±900 万亿元: well inside int64, so that sums of a department cannot overflow."""

NOISE_FEN = Decimal("0.0001")
"""Binary noise of a spreadsheet (10⁻⁶ 元) that snaps to the fen."""

_LONGEST = 100
"""Characters beyond which no text is a number: the time that converting takes grows faster than the digits."""

_HUGE = 40
"""Power of ten beyond which no number is an amount in any unit."""

_QUOTED = 30
"""Characters of a wrong value that a message repeats."""

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|[+-]?\.\d+")
_BRACKETED = re.compile(r"[(（]\s*([\d０-９.．].*)[)）]")
_FOLD = str.maketrans("０１２３４５６７８９．，－＋−", "0123456789.,-+-")


def parse_decimal(text: str) -> Decimal:
    """Read a plain decimal number with optional sign and thousands separators.

    Raises:
        AmountError: The text is anything else (empty, NaN, exponent, misplaced commas).
    """
    folded = text.strip().translate(_FOLD) if len(text) <= _LONGEST else ""
    if not _NUMBER.fullmatch(folded):
        raise AmountError(f"{_quoted(text.strip())}不是数字")
    return Decimal(folded.replace(",", ""))


def _quoted(value: object) -> str:
    """What was typed, as a sentence quotes it: bounded, so that nobody needs to cut the sentence."""
    text = str(value)
    clean = "".join(letter for letter in text[:_LONGEST] if unicodedata.category(letter)[0] != "C")
    return f"“{clean}”" if len(text) <= _LONGEST and len(clean) <= _QUOTED else f"“{clean[:_QUOTED]}…”"


def decimals_of(unit: str) -> int:
    """Decimals that an exact amount may have in ``unit`` (元: 2, 万元: 6)."""
    return len(str(_fen_per(unit))) - 1


def _fen_per(unit: str) -> int:
    try:
        return FEN_PER_UNIT[unit]
    except KeyError:
        raise AmountError(f"不认识的金额单位“{unit}”") from None


def to_fen(value: Decimal | int, unit: str = "元") -> int:
    """Convert an exact number of ``unit`` to fen.

    Raises:
        AmountError: Not finite, finer than a fen, or beyond ±9×10¹⁶ fen.
    """
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _HUGE:
        raise AmountError(f"{_quoted(value)}不是有效金额")
    numerator, denominator = number.as_integer_ratio()
    fen, rest = divmod(numerator * _fen_per(unit), denominator)
    if rest:
        raise AmountError(f"{_quoted(value)}的小数位数超过{unit}所允许的 {decimals_of(unit)} 位")
    return _limited(fen)


def _limited(fen: int) -> int:
    if abs(fen) > LIMIT_FEN:
        raise AmountError(f"金额 {Decimal(fen) / 100} 元超出可处理的范围")
    return fen


def parse_fen(text: str, unit: str = "元") -> int:
    """Read an amount such as ``24,416,856.18`` in ``unit`` exactly; in brackets, as accountants write it, below zero.

    Raises:
        AmountError: Not a number, too fine, or too large.
    """
    bracketed = _BRACKETED.fullmatch(text.strip())
    return to_fen(-parse_decimal(bracketed[1]) if bracketed else parse_decimal(text), unit)


def snap_fen(value: float, unit: str = "元") -> int:
    """Take a spreadsheet's floating number as an amount, forgiving only its binary noise.

    Raises:
        AmountError: Not finite, further than 10⁻⁶ 元 from a whole fen, or so large that fen are lost.
    """
    if not math.isfinite(value):
        raise AmountError("单元格不是有效金额")
    if isinstance(value, float) and math.ulp(value) * _fen_per(unit) > 0.5:
        raise AmountError(f"金额 {value!r} 过大，电子表格已无法精确保存到分，请以文本填列")
    try:
        fen = Decimal(repr(value)) * _fen_per(unit)
        whole = fen.to_integral_value()
    except InvalidOperation as error:
        raise AmountError(f"“{value!r}”不是有效金额") from error
    if abs(fen - whole) > NOISE_FEN:
        raise AmountError(f"“{value!r}”的小数位数超过{unit}所允许的 {decimals_of(unit)} 位")
    return _limited(int(whole))


def divide_half_up(numerator: int, denominator: int) -> int:
    """Integer quotient rounded half away from zero (四舍五入).

    Raises:
        ZeroDivisionError: The denominator is zero.
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    return sign * ((2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator)))


def round_fen(fen: int, unit: str, decimals: int = 2) -> int:
    """Round an amount to what ``unit`` with ``decimals`` can show, half up; the result is in fen."""
    step = quantum(unit, decimals)
    return divide_half_up(fen, step) * step


def quantum(unit: str, decimals: int = 2) -> int:
    """Fen in the last displayed place of ``unit`` with ``decimals`` (元, 2: 1; 万元, 2: 10,000); at least 1."""
    step: int = _fen_per(unit) // 10**decimals
    return max(step, 1)


def displayed_interval(fen: int, unit: str, decimals: int = 2) -> tuple[int, int]:
    """Interval of exact amounts, in fen and inclusive, that a displayed figure may stand for.

    Figures displayed to the fen stand for themselves.
    """
    step = quantum(unit, decimals)
    half = step // 2
    return (fen - half, fen + half)


def format_fen(fen: int, unit: str = "元", decimals: int = 2, *, grouping: bool = True) -> str:
    """Write an amount in ``unit``, rounded half up, for example ``24,416,856.18``."""
    scaled = divide_half_up(fen * 10**decimals, _fen_per(unit))
    sign, digits = ("-" if scaled < 0 else ""), abs(scaled)
    whole, fraction = divmod(digits, 10**decimals)
    text = f"{whole:,}" if grouping else str(whole)
    return f"{sign}{text}.{fraction:0{decimals}d}" if decimals else f"{sign}{text}"


def exact_text(fen: int, unit: str = "元") -> str:
    """Write an amount exactly and without grouping; at least two decimals (``24416856.18``)."""
    places = decimals_of(unit)
    text = format_fen(fen, unit, places, grouping=False)
    while places > 2 and text.endswith("0"):
        text, places = text[:-1], places - 1
    return text


def percent(part: int, whole: int, decimals: int = 2) -> str | None:
    """Share of ``part`` in ``whole`` as percent text, exact and rounded half up; ``None`` when whole is zero."""
    if whole == 0:
        return None
    scaled = divide_half_up(part * 100 * 10**decimals, whole)
    sign, digits = ("-" if scaled < 0 else ""), abs(scaled)
    head, tail = divmod(digits, 10**decimals)
    return f"{sign}{head}.{tail:0{decimals}d}" if decimals else f"{sign}{head}"
