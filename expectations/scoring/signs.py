"""Signs and words of comparison as clerks type them, each with what it means: the one table for targets and results."""

import re
from functools import lru_cache

from expectations.scoring.numerals import arabic
from expectations.scoring.scheme import OperatorName

APPROXIMATELY = "约"
"""What ``≈`` and its like are read as."""

LOOK_ALIKES: dict[str, str] = {
    "=": "═＝﹦≡゠⩵⹀〓",
    "≥": "≧⩾≽⪰⋝≮",
    "≤": "≦⩽≼⪯⋜≯",
    ">": "﹥＞〉›≻",
    "<": "﹤＜〈‹≺",
    "%": "％﹪",
    "+": "＋﹢",
    "-": "—–―‐‑‒－−﹣─━",
    "~": "～〜∼﹏",
    ",": "，",
    APPROXIMATELY: "≈≒≅≃",
}
"""Sign to the characters that are typed for it. ≮ (not less) and ≯ (not greater) mean what they say."""

_SEQUENCES = {"≥": (">=", "=>", "≥=", "=≥", "≥≥"), "≤": ("<=", "=<", "≤=", "=≤", "≤≤"), "=": ("==",)}
"""Sign to the pairs of plain signs that are typed for it."""

PREFIXES: dict[str, OperatorName | None] = {
    "≥": "≥", "不低于": "≥", "不少于": "≥", "不小于": "≥", "大于等于": "≥", "大于或等于": "≥", "高于或等于": "≥",
    "高于等于": "≥", "多于或等于": "≥", "至少": "≥", "最少": "≥", "最低": "≥", "不得低于": "≥", "不得少于": "≥",
    "不能低于": "≥", "不能少于": "≥", "达到": "≥", "达": "≥",
    ">": ">", "大于": ">", "高于": ">", "超过": ">", "多于": ">",
    "≤": "≤", "不超过": "≤", "不高于": "≤", "不大于": "≤", "不多于": "≤", "小于等于": "≤", "小于或等于": "≤",
    "低于或等于": "≤", "低于等于": "≤", "少于或等于": "≤", "不得超过": "≤", "不得高于": "≤", "不得多于": "≤",
    "不能超过": "≤", "不能高于": "≤", "控制在": "≤", "最多": "≤", "至多": "≤", "最高": "≤",
    "<": "<", "小于": "<", "低于": "<", "少于": "<",
    "=": "=", "等于": "=",
    "完成": None, "已完成": None, "实际完成": None, "实际": None, "实现": None, "共计": None, "共": None, "累计": None,
    "为": None,
}  # fmt: skip
"""Words and signs before a number."""

SUFFIXES: dict[str, OperatorName | None] = {
    "及以上": "≥", "或以上": "≥", "以上": "≥",
    "及以下": "≤", "或以下": "≤", "以下": "≤", "以内": "≤", "之内": "≤", "内": "≤",
    "(含)": None, "已完成": None, "完成": None,
}  # fmt: skip
"""Words behind a number and its unit."""

APPROXIMATE_BEFORE = (APPROXIMATELY, "大约", "约为", "大概", "将近", "接近", "近")
APPROXIMATE_BEHIND = ("左右", "上下")
APPROXIMATE_ABOVE = ("余", "多")
"""Words by which a number is only near the truth, before it or behind its unit; or somewhat above (``100余人``)."""

_TO_SIGN = {ord(typed): sign for sign, look_alikes in LOOK_ALIKES.items() for typed in look_alikes}
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PERCENT_WORDS = re.compile(r"百分之(\d+(?:\.\d+)?)")
_SQUARE = re.compile(r"(?<=m)2$|(?<=m)2(?=\D)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Fold look-alike signs, full-width characters, spaces, Chinese counts and 百分之 of a target or actual value."""
    folded = "".join(text.split()).translate(_TO_SIGN).translate(_FULL_WIDTH)
    for sign, pairs in _SEQUENCES.items():
        for pair in pairs:
            folded = folded.replace(pair, sign)
    return _SQUARE.sub("²", _PERCENT_WORDS.sub(r"\1%", arabic(folded)))
