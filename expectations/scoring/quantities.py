"""Quantities in targets and actual values: ``≥3类``, ``控制在15万元以内``, ``3-5个``, ``95%以上``."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from expectations.scoring.measures import PERCENT, is_money, normalise_unit
from expectations.scoring.scheme import OperatorName
from expectations.scoring.signs import (
    APPROXIMATE_ABOVE,
    APPROXIMATE_BEFORE,
    APPROXIMATE_BEHIND,
    PREFIXES,
    SUFFIXES,
    fold,
)
from models.exact import MAX_LENGTH, Interval
from models.money import parse_decimal

MAX_TEXT = 60
"""Longer texts are narrative, not a quantity."""

_EXACT = (Fraction(1), Fraction(1))
_NEAR, _ABOVE = (Fraction(1, 2), Fraction(2)), (Fraction(1), Fraction(2))
"""How far an approximate result may lie from what is written: it is judged only where both ends earn the same."""

_LOWER: set[OperatorName | None] = {"≥", ">"}
_UPPER: set[OperatorName | None] = {"≤", "<"}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_FORM = re.compile(
    rf"(?P<prefix>[^\d+\-,.~]*)(?P<low>[+\-]?{_NUMBER})(?P<unit>[^\d+\-,~至到]*)"
    rf"(?:(?:[\-~至到]|--)(?P<high>{_NUMBER})(?P<high_unit>[^\d+\-,~]*))?"
)


class NotComparable(Exception):
    """Two values cannot be compared; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or range in its base unit (元, %, 人 ...).

    Attributes:
        low, high: Equal unless a range is written.
        unit: Base unit, empty when none is written.
        operator: Comparison written with it, ``None`` for none.
        reach: Factors between which an approximate number may lie (约, 左右: both ways; 余, 多: above), else 1 and 1.
        scaled: It is written in 万 or the like without a unit behind it.
    """

    low: Fraction
    high: Fraction
    unit: str
    operator: OperatorName | None
    reach: tuple[Fraction, Fraction] = _EXACT
    scaled: bool = False

    @property
    def is_vague(self) -> bool:
        """Whether it is called approximate."""
        return self.reach != _EXACT

    @property
    def is_range(self) -> bool:
        """Whether a range such as ``3-5个`` is written."""
        return self.low != self.high

    @property
    def interval(self) -> Interval:
        """Its values."""
        return Interval(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Achievement:
    """How far an actual value fulfils its target.

    Attributes:
        met: Whether the target is met.
        ratio: Share of the points earned, from 0 to 1; 1 when met.
        over: Actual ÷ target where the target is a lower bound above zero and is met, else ``None``.
    """

    met: bool
    ratio: Fraction
    over: Fraction | None = None


@lru_cache(maxsize=4096)
def parse_quantity(text: str) -> Quantity | None:
    """Read a quantity with what compares it; ``None`` when the text is no single number or range with a unit."""
    folded = fold(text)
    match = _FORM.fullmatch(folded) if len(folded) <= MAX_TEXT else None
    if match is None or max(len(match["low"]), len(match["high"] or "")) > MAX_LENGTH:
        return None
    reach, prefix, unit_text = _without_vagueness(
        match["prefix"], match["high_unit"] if match["high"] else match["unit"]
    )
    before = _strip_words(prefix.rstrip(":"), PREFIXES, at_end=False)
    after = _strip_words(unit_text, SUFFIXES, at_end=True)
    if before is None or after is None or before[1]:
        return None
    operators = before[0] | after[0]
    if len(operators) > 1 and operators != _LOWER:
        return None
    factor, unit = normalise_unit(after[1])
    low = Fraction(parse_decimal(match["low"]))
    high = Fraction(parse_decimal(match["high"])) if match["high"] else low
    low_factor = factor
    if match["high"] and match["unit"]:
        low_factor, low_unit = normalise_unit(match["unit"])
        if low_unit != unit:
            return None
    low, high = low * low_factor, high * factor
    if low > high:
        return None
    operator = min(operators, default=None)
    return Quantity(low, high, unit, operator, reach, scaled=not unit and factor != 1)


def _without_vagueness(before: str, behind: str) -> tuple[tuple[Fraction, Fraction], str, str]:
    """How far words let a number be from the truth, and the texts before and behind it without those words."""
    plain_before, plain_behind, above = before, behind.removesuffix("(含)"), False
    for word in sorted(APPROXIMATE_BEFORE, key=len, reverse=True):
        plain_before = plain_before.replace(word, "")
    for word in APPROXIMATE_BEHIND:
        plain_behind = plain_behind.removesuffix(word)
    near = (plain_before, plain_behind) != (before, behind.removesuffix("(含)"))
    for word in APPROXIMATE_ABOVE:
        if plain_behind.startswith(word) and len(plain_behind) > len(word):
            plain_behind, above = plain_behind[len(word) :], True
    return _NEAR if near else _ABOVE if above else _EXACT, plain_before, plain_behind if near or above else behind


def _strip_words(
    text: str, words: dict[str, OperatorName | None], *, at_end: bool
) -> tuple[set[OperatorName], str] | None:
    """Operators named by known words at the edge of ``text``, and what remains; ``None`` for contradictions."""
    found: set[OperatorName] = set()
    longest_first = sorted(words, key=len, reverse=True)
    while text:
        fits = text.endswith if at_end else text.startswith
        word = next((word for word in longest_first if fits(word)), None)
        if word is None:
            break
        text = text[: -len(word)] if at_end else text[len(word) :]
        if (operator := words[word]) is not None:
            found.add(operator)
    return found, text.strip(".;。；、,")


def common_unit(target: Quantity, actual: Quantity) -> str:
    """The unit in which both are counted.

    A unit written on one side only is taken for both, except where that would guess a scale (money; a
    percentage next to a bare fraction).

    Raises:
        NotComparable: The units differ, or one is missing where it decides the scale.
    """
    if target.unit == actual.unit:
        return target.unit
    if target.unit and actual.unit:
        raise NotComparable(f"指标值与实际完成值的计量单位不一致（{target.unit}与{actual.unit}）")
    unit, bare = (target.unit, actual) if target.unit else (actual.unit, target)
    side = "实际完成值" if bare is actual else "指标值"
    if is_money(unit) and bare.scaled:
        return unit  # 20万 beside 万元: the scale is written
    if is_money(unit) or (unit == PERCENT and 0 < abs(bare.high) <= 1):
        raise NotComparable(f"{side}没有写计量单位，无法与另一侧（{unit}）比较")
    return unit


def achieve(target: Quantity, actual: Quantity, bare_operator: OperatorName | None) -> Achievement:
    """Compare an actual value with its target; a sign repeated in the actual value is ignored.

    Args:
        target: Its operator decides; a range is met inside it.
        actual: A range counts only when both its ends earn the same.
        bare_operator: The comparison meant when the target has none; ``None`` when that is unclear.

    Raises:
        NotComparable: Units do not agree, target or actual value is ambiguous, or a negative makes the share
            meaningless.
    """
    common_unit(target, actual)
    if {target.operator, actual.operator} & _LOWER and {target.operator, actual.operator} & _UPPER:
        raise NotComparable("实际完成值的比较符号与指标值方向相反，无法确定是否完成")
    if target.is_vague and (actual.low, actual.high) != (target.low, target.high):
        raise NotComparable("指标值是约数（约、左右等），无法确定是否完成")
    down, up = _EXACT if target.is_vague else actual.reach
    ends = (actual.low * down, actual.high * up)
    results = {_achieve_one(target, value, bare_operator) for value in ends}
    if len({(result.met, result.ratio) for result in results}) > 1:
        kind = "约数（约、左右等）" if actual.is_vague else "一个区间"
        raise NotComparable(f"实际完成值是{kind}，无法确定是否完成指标值")
    return min(results, key=lambda result: result.over or 0)


def _achieve_one(target: Quantity, value: Fraction, bare_operator: OperatorName | None) -> Achievement:
    if target.is_range:
        if target.low <= value <= target.high:
            return Achievement(True, Fraction(1))
        return Achievement(False, _share(value, target.low) if value < target.low else _share(target.high, value))
    bound, operator = target.low, target.operator or bare_operator
    if operator in ("≥", ">"):
        met = value >= bound if operator == "≥" else value > bound
        over = value / bound if met and bound > 0 else None
        return Achievement(met, Fraction(1) if met else _share(value, bound), over)
    if operator in ("≤", "<"):
        met = value <= bound if operator == "≤" else value < bound
        return Achievement(met, Fraction(1) if met else _share(bound, value))
    met = value == bound
    if operator is None and not met:
        raise NotComparable("指标值没有写明不低于还是不高于")
    return Achievement(met, Fraction(1) if met else _share(min(value, bound), max(value, bound)))


def _share(part: Fraction, whole: Fraction) -> Fraction:
    """``part / whole`` of two values of which the first is smaller."""
    if part < 0 or whole < 0:
        raise NotComparable("指标值或实际完成值为负数，按比例记分没有意义")
    return min(part / whole, Fraction(1)) if whole else Fraction(0)
