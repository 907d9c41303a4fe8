"""Figures of performance forms as exact decimal text: amounts in 万元 whatever the form's unit, rates in %, points."""

import re
from decimal import Decimal

from models.errors import AmountError
from models.forms.matching import normalise
from models.money import parse_decimal, to_fen

WAN = "万元"
"""Unit of the amounts in a submission's projects."""

_POINT_MOVES = {"万元": 0, "千元": -1, "百元": -2, "元": -4}
"""Units that forms are filled in, and by how many places the decimal point moves on the way to 万元."""

_COARSE = ("百万元", "千万元", "十万元", "亿元")
"""Units that show too little: amounts in them are told, not taken."""

_UNIT = rf"(?:人民币)?(?P<unit>{'|'.join([*_COARSE, *_POINT_MOVES])})"
_IN_HEADING = re.compile(rf"（(?:(?:金额|资金)?单位[：为]?)?{_UNIT}[^（）元]{{0,4}}）")
_DECLARED = re.compile(rf"单位[：为]?{_UNIT}(?:$|[）)，、,；;])")
_BRACKET = re.compile(r"（[^（）]{0,10}(?:元|[A-Za-z]|%|％|分)）$")
_OWN_UNIT = re.compile(rf"(?P<number>.*?\d){_UNIT}")
_PERCENT_SIGNS = "%％﹪ \u3000"

_MAX_LENGTH = 25
"""Characters of the longest figure; far more than any form holds, few enough to be exact in 28 digits."""

_MAX_POINTS = 10**7
"""Beyond, a rate or a score is a slip of the hand."""


def heading_unit(text: str) -> str:
    """The unit of money that a heading (``项目资金（元）``) or a line (``金额单位：元``) names; empty when none."""
    folded = normalise(text)
    found = _IN_HEADING.search(folded) or _DECLARED.search(folded)
    return found["unit"] if found else ""


def unit_is_coarse(unit: str) -> bool:
    """Whether amounts in a unit lose so much that they cannot be exact."""
    return unit in _COARSE


def without_unit(title: str) -> str:
    """A printed title without what stands in brackets behind it: its unit, or the letter of a formula."""
    return _BRACKET.sub("", normalise(title))


def wan_amount(text: str, unit: str) -> str:
    """An amount in 万元, exact, with the decimals that it was displayed with; its own unit counts before the form's.

    Raises:
        AmountError: No number, too large, or in a unit too coarse to be exact.
    """
    own = _OWN_UNIT.fullmatch(normalise(text))
    number, unit = (own["number"], own["unit"]) if own else (text, unit)
    value = _bounded(number)
    if unit_is_coarse(unit):
        raise AmountError(f"以{unit}为单位的金额不能精确到分")
    moved = value.scaleb(_POINT_MOVES[unit])
    to_fen(round(moved, 6), WAN)  # refuses what is too large
    return f"{moved:f}"


def rate_percent(text: str) -> str:
    """A rate in %, with or without its sign.

    Raises:
        AmountError: No number, or too large.
    """
    return _limited(text.rstrip(_PERCENT_SIGNS))


def points_figure(text: str) -> str:
    """Points or a score, with or without 分.

    Raises:
        AmountError: No number, or too large.
    """
    return _limited(text.strip().removesuffix("分"))


def _limited(text: str) -> str:
    value = _bounded(text)
    if abs(value) >= _MAX_POINTS:
        raise AmountError("数字过大")
    return f"{value:f}"


def _bounded(text: str) -> Decimal:
    """The number, looked at only when it is short: nothing is converted that could take long."""
    if len(plain := "".join(text.split())) > _MAX_LENGTH:
        raise AmountError("数字过长")
    return parse_decimal(plain)
