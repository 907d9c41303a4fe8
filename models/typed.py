"""Figures, codes and years as people type them, made plain. What a reader plainly sees is taken; a doubt is told."""

import re
from collections.abc import Iterable

from models.errors import AmountError
from models.invisible import visible

_WIDE = str.maketrans(
    {
        chr(point): chr(point - 0xFEE0)
        for point in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    }
)
_SIGNS = str.maketrans("．，－＋−﹣（）￥＇’‘`", ".,-+--()¥''''")
_DIGITS = str.maketrans("〇○◯零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "0000123456789123456789")
_CHINESE_YEAR = re.compile(
    r"(?<![〇○◯零一二三四五六七八九\d])[二贰2][〇○◯零0OoＯ]([〇○◯零一二三四五六七八九壹贰叁肆伍陆柒捌玖\dOoＯ]{2})(?=年|$)"
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)|(?<!\d)(20\d\d)(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])?(?!\d)")

_CURRENCY = re.compile(r"^(?:¥|人民币|RMB|CNY)[:：]?", re.IGNORECASE)
_ABOUT = re.compile(r"约|大概|左右|上下|近|不到|超过|[多余来]$")
_SCALED = re.compile(r"[-+]?[\d.,]+(亿元?|百万元?|十万元?|万元?|千元?|百元?|[kKwWmM])")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?")
_FIGURE = re.compile(r"[-+]?[\d.,]+")
_BRACKETED = re.compile(r"\(([^()+-]+)\)")


def plain_digits(text: str) -> str:
    """Full-width digits and letters as plain ones, and a year in Chinese digits (二〇二二年) in figures."""
    folded = text.translate(_WIDE)
    return _CHINESE_YEAR.sub(lambda match: "20" + re.sub("[OoＯ]", "0", match[1]).translate(_DIGITS), folded)


def year_of(text: str) -> int | None:
    """The year that a text names, ``None`` when it names none or several.

    ``2022``, ``2022.0``, ``２０２２年度``, ``二〇二二年``, ``二零二二``, ``2022-12-31``, ``202212`` are all 2022.
    """
    years = {first or second for first, second in _YEAR.findall(plain_digits("".join(visible(text).split())))}
    return int(years.pop()) if len(years) == 1 else None


def code_of(text: str) -> str:
    """A code without spaces, unseen characters and a leading apostrophe; full-width characters as plain ones."""
    return "".join(visible(text).split()).translate(_WIDE).translate(_SIGNS).lstrip("'")


def meant(code: str, codes: Iterable[str]) -> list[str]:
    """Which of ``codes`` a typed code may mean: itself, else those that it is but for their leading zeros."""
    known = list(codes)
    if code in known:
        return [code]
    return [one for one in known if code and one.lstrip("0") == code]


def figure_of(text: str, unit: str = "元") -> str:
    """A typed figure without currency signs, its own unit, grouping by spaces; brackets are a minus.

    Args:
        text: As typed.
        unit: Unit of the cell, which may stand behind the figure.

    Returns:
        What :func:`models.money.parse_decimal` reads, or refuses.

    Raises:
        AmountError: It says about, or another unit: taking it would be a guess.
    """
    shown = visible(text).strip()
    folded = _CURRENCY.sub("", shown.translate(_WIDE).translate(_SIGNS).lstrip("'")).strip()
    if any(letter.isdigit() for letter in folded) and _ABOUT.search(folded):
        raise AmountError(f"“{shown[:30]}”是约数")
    scaled = _SCALED.fullmatch("".join(folded.split()))
    if scaled and scaled[1] != unit:
        raise AmountError(f"“{shown[:30]}”带有单位“{scaled[1]}”，本栏的单位是{unit or '个数'}")
    for ending in (f"{unit}整", f"{unit}正", unit) if unit else ():
        folded = folded.removesuffix(ending).rstrip()
    if match := _BRACKETED.fullmatch(folded):
        folded = f"-{_CURRENCY.sub('', match[1].strip()).strip()}"
    folded = re.sub(r"^([-+])\s+", r"\1", folded)
    if _GROUPED.fullmatch(folded := folded.replace("\xa0", " ")):
        return folded.replace(" ", ",")
    return folded if _FIGURE.fullmatch(folded) else shown
