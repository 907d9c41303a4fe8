"""Quantities in targets and actual values: ``≥3类``, ``控制在15万元以内``, ``3-5个``, ``95%以上``."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from expectations.scoring.exact import MAX_LENGTH, Interval
from expectations.scoring.measures import PERCENT, is_money, normalise_unit
from expectations.scoring.scheme import OperatorName
from models.money import parse_decimal

MAX_TEXT = 60
"""Longer texts are narrative, not a quantity."""

_PREFIXES: dict[str, OperatorName | None] = {
    "≥": "≥", ">=": "≥", "≧": "≥", "⩾": "≥", "=>": "≥", "不低于": "≥", "不少于": "≥", "不小于": "≥", "大于等于": "≥",
    "大于或等于": "≥", "高于或等于": "≥", "至少": "≥", "最少": "≥", "不得低于": "≥",
    "不得少于": "≥", "达到": "≥", "达": "≥",
    ">": ">", "大于": ">", "高于": ">", "超过": ">", "多于": ">",
    "≤": "≤", "<=": "≤", "≦": "≤", "⩽": "≤", "=<": "≤", "不超过": "≤", "不高于": "≤", "不大于": "≤", "不多于": "≤",
    "小于等于": "≤", "小于或等于": "≤", "不得超过": "≤", "不得高于": "≤", "控制在": "≤", "最多": "≤", "至多": "≤",
    "<": "<", "小于": "<", "低于": "<", "少于": "<",
    "=": "=", "等于": "=",
    "完成": None, "已完成": None, "实际完成": None, "实际": None, "实现": None, "共计": None, "共": None, "累计": None,
    "为": None, "约": None,
}  # fmt: skip
_SUFFIXES: dict[str, OperatorName | None] = {
    "及以上": "≥", "或以上": "≥", "以上": "≥",
    "及以下": "≤", "或以下": "≤", "以下": "≤", "以内": "≤", "之内": "≤", "内": "≤",
    "(含)": None, "左右": None, "已完成": None, "完成": None,
}  # fmt: skip
_LOWER: set[OperatorName | None] = {"≥", ">"}
_UPPER: set[OperatorName | None] = {"≤", "<"}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_FORM = re.compile(
    rf"(?P<prefix>[^\d+\-,.~]*)(?P<low>[+\-]?{_NUMBER})(?P<unit>[^\d+\-,~至到]*)"
    rf"(?:(?:[\-~至到]|--)(?P<high>{_NUMBER})(?P<high_unit>[^\d+\-,~]*))?"
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD = str.maketrans({"—": "-", "–": "-", "－": "-", "−": "-", "～": "~", "〜": "~", "，": ",", "〈": "<", "〉": ">"})
_PERCENT_WORDS = re.compile(r"百分之(\d+(?:\.\d+)?)")
_SQUARE = re.compile(r"(?<=m)2$|(?<=m)2(?=\D)", re.IGNORECASE)


class NotComparable(Exception):
    """Two values cannot be compared; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or range in its base unit (元, %, 人 ...).

    Attributes:
        low, high: Equal unless a range is written.
        unit: Base unit, empty when none is written.
        operator: Comparison written with it, ``None`` for none.
    """

    low: Fraction
    high: Fraction
    unit: str
    operator: OperatorName | None

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
def fold(text: str) -> str:
    """Fold full-width characters, dashes, spaces and 百分之 of a target or actual value."""
    folded = "".join(text.split()).translate(_FULL_WIDTH).translate(_FOLD)
    return _SQUARE.sub("²", _PERCENT_WORDS.sub(r"\1%", folded))


@lru_cache(maxsize=4096)
def parse_quantity(text: str) -> Quantity | None:
    """Read a quantity with what compares it; ``None`` when the text is no single number or range with a unit."""
    folded = fold(text)
    match = _FORM.fullmatch(folded) if len(folded) <= MAX_TEXT else None
    if match is None or max(len(match["low"]), len(match["high"] or "")) > MAX_LENGTH:
        return None
    before = _strip_words(match["prefix"].rstrip(":"), _PREFIXES, at_end=False)
    after = _strip_words(match["high_unit"] if match["high"] else match["unit"], _SUFFIXES, at_end=True)
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
    return Quantity(low, high, unit, operator)


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
    results = {_achieve_one(target, value, bare_operator) for value in (actual.low, actual.high)}
    if len({(result.met, result.ratio) for result in results}) > 1:
        raise NotComparable("实际完成值是一个区间，无法确定是否完成指标值")
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
