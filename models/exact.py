"""Exact numbers of scoring: displayed figures, the intervals they stand for, rounding half up."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from models.errors import AmountError
from models.money import divide_half_up, parse_decimal

MAX_LENGTH = 30
"""Digits beyond this are no figure of a form."""


@lru_cache(maxsize=4096)  # forms repeat the same few figures
def read_number(text: str | None, suffix: str = "") -> Decimal | None:
    """Read a displayed number, forgiving a trailing ``suffix`` (``%``, ``分``); ``None`` when blank or no number."""
    bare = (text or "").strip().replace("％", "%")
    if suffix:
        bare = bare.removesuffix(suffix)
    if not bare or len(bare) > MAX_LENGTH:
        return None
    try:
        return parse_decimal(bare)
    except AmountError:
        return None


def decimals_shown(number: Decimal) -> int:
    """Decimals with which a number is written (``100.00``: 2)."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def round_half_up(value: Fraction, decimals: int) -> Decimal:
    """Round half away from zero (四舍五入)."""
    scaled = divide_half_up(value.numerator * 10**decimals, value.denominator)
    return Decimal(scaled).scaleb(-decimals)


def plain(number: Decimal) -> str:
    """Write a number without trailing zeros or exponent: ``98.74``, ``10``, ``0``."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True, slots=True)
class Interval:
    """Exact values, inclusive, that displayed figures may stand for."""

    low: Fraction
    high: Fraction

    @classmethod
    def around(cls, number: Decimal, decimals: int) -> "Interval":
        """What a figure rounded to ``decimals`` may stand for."""
        half = Fraction(1, 2 * 10**decimals)
        return cls(Fraction(number) - half, Fraction(number) + half)

    @classmethod
    def exactly(cls, number: Decimal | Fraction) -> "Interval":
        """A figure that stands for itself."""
        return cls(Fraction(number), Fraction(number))

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.high - other.low)

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def scaled(self, factor: Fraction | int) -> "Interval":
        """All values times a positive factor."""
        return Interval(self.low * factor, self.high * factor)

    def over(self, positive: "Interval") -> "Interval":
        """Quotient by an interval above zero."""
        quotients = [a / b for a in (self.low, self.high) for b in (positive.low, positive.high)]
        return Interval(min(quotients), max(quotients))

    def meets(self, other: "Interval") -> bool:
        """Whether both may stand for the same value."""
        return self.low <= other.high and other.low <= self.high

    def overlap(self, other: "Interval") -> "Interval | None":
        """Values that both may stand for."""
        if not self.meets(other):
            return None
        return Interval(max(self.low, other.low), min(self.high, other.high))
