"""Units of measure: folds names that mean the same, and scales those that convert (万元 to 元, 小时 to 分钟)."""

from fractions import Fraction

_MULTIPLIERS = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 1000, "百": 100}
_SAME = {
    "天": "日", "个日历日": "日", "名": "人", "位": "人", "月": "月", "人民币": "元", "元人民币": "元",
    "分之百": "%", "个百分点": "百分点", "㎡": "平方米", "m²": "平方米", "平米": "平方米", "平方": "平方米",
    "km": "公里", "kg": "公斤", "m": "米",
}  # fmt: skip
_SCALED = {
    "‰": (Fraction(1, 10), "%"),
    "公里": (Fraction(1000), "米"),
    "公斤": (Fraction(1000), "克"),
    "吨": (Fraction(10**6), "克"),
    "公顷": (Fraction(10**4), "平方米"),
    "小时": (Fraction(60), "分钟"),
    "周": (Fraction(7), "日"),
}
_WHOLE = {"百分点"}
"""Names that only look as if they began with a multiplier."""
_TIMES = {"日", "工作日", "分钟", "秒", "月", "年"}

MONEY = "元"
PERCENT = "%"


def normalise_unit(text: str) -> tuple[Fraction, str]:
    """Factor and base unit of a printed unit: ``万元/年`` is (10000, ``元/年``), empty is (1, empty)."""
    parts = text.replace("每", "/").replace("·", "/").replace("•", "/").split("/")
    factor, head = _normalise_head(parts[0])
    return factor, "/".join([head, *(_normalise_head(part)[1] if part else "" for part in parts[1:])]).rstrip("/")


def _normalise_head(text: str) -> tuple[Fraction, str]:
    unit = _SAME.get(text, text)
    if len(unit) > 1 and unit.startswith("个"):
        unit = unit[1:]
        unit = _SAME.get(unit, unit)
    if unit in _WHOLE:
        return Fraction(1), unit
    for prefix, factor in _MULTIPLIERS.items():
        if unit.startswith(prefix):
            rest, base = _normalise_head(unit[len(prefix) :])
            return factor * rest, base
    scale, base = _SCALED.get(unit, (Fraction(1), unit))
    return scale, base


def measure_of(unit: str) -> str:
    """What a base unit measures: 金额, 比率, 时间 or 数量."""
    head = unit.split("/")[0]
    if head == MONEY:
        return "金额"
    if head == PERCENT:
        return "比率"
    return "时间" if head in _TIMES else "数量"


def is_money(unit: str) -> bool:
    """Whether a base unit is money or money per something."""
    return measure_of(unit) == "金额"
