"""Chinese numerals in simple counts (``三次``, ``不少于十二个``) and shares (``百分之九十五``)."""

import re

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = "[零〇一二两三四五六七八九十百千万]{1,9}"
_COUNTERS = "次|个|项|人|名|户|场|类|家|所|件|份|套|台|辆|篇|册|亩|只|头|条|座|处|天|人次|公里|万元|元"
"""Units behind which a numeral is a count. Words such as 一般, 一致, 十分, 一批, 一年 are none."""

_WORDS = "[≥≤<>=]|不低于|不少于|不超过|不高于|至少|至多|最多|最少|达到|完成|已完成|共|约"
_COUNT = re.compile(
    rf"(?P<words>(?:{_WORDS})*)(?P<numeral>{_NUMERAL})(?P<unit>(?:{_COUNTERS})(?:以上|以下|以内|左右)?)"
)
_SHARE = re.compile(rf"百分之(?P<numeral>{_NUMERAL})")


def arabic(text: str) -> str:
    """The text with its numeral in digits when it is nothing but one count, or a share; else as it is."""
    if match := _COUNT.fullmatch(text):
        value = _value(match["numeral"])
        return text if value is None else f"{match['words']}{value}{match['unit']}"
    return _SHARE.sub(lambda found: _share(found["numeral"]) or found[0], text)


def _share(numeral: str) -> str:
    value = 100 if numeral == "百" else _value(numeral)
    return "" if value is None else f"{value}%"


def _value(numeral: str) -> int | None:
    """Its value; ``None`` when it is no well-formed number below a hundred million."""
    head, mark, tail = numeral.rpartition("万")
    if mark:
        high, low = _below_myriad(head), _below_myriad(tail) if tail else 0
        return None if high is None or low is None else high * 10_000 + low
    return _below_myriad(numeral)


def _below_myriad(numeral: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for sign in numeral:
        if (place := _PLACES.get(sign)) is None:
            if digit:
                return None
            digit = _DIGITS.get(sign)
            if digit is None:
                return None
        elif place >= last or (not digit and (place != 10 or total)):
            return None
        else:
            total, last, digit = total + (digit or 1) * place, place, None
    if digit and total and last > 10 and "零" not in numeral and "〇" not in numeral:
        return None  # 一百二 is 120 in speech: not guessed at
    return total + (digit or 0) if numeral else None
