"""Personal data in texts: found by what they are, and shown in masked form only.

A number is told by its own shape (check digit, date of birth, prefix) and by the words before it; a number that is
called something else (编号, 文号, 信用代码), counts something (13800000000元) or belongs to a longer code is none.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

MOBILE, IDENTITY, ACCOUNT, PASSPORT = "手机号", "身份证号", "银行账号", "护照号"
"""Kinds."""

_SEPARATOR = (
    r"[ \n\xa0\u1680\u2000-\u200a\u202f\u205f\u3000\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\-‐-―−﹣－]"
)
_ENOUGH = re.compile(rf"(?:\d{_SEPARATOR}{{0,3}}){{7}}")
"""Fewer digits than this are never personal: most texts need no closer look."""
_CHAIN = re.compile(rf"\d+(?:{_SEPARATOR}{{1,3}}\d+)*")
_HYPHEN = re.compile(r"[\-‐-―−﹣－]")
_PASSPORT = re.compile(
    rf"(?:护照|通行证)[^A-Za-z\d。；;\n]{{0,8}}((?:[A-Za-z]{{1,2}}(?:{_SEPARATOR}?\d){{7,8}}|\d{{9}}))(?![A-Za-z\d])"
)

_BETWEEN = r"[^\d。；;\n]"
_SAID_IDENTITY = re.compile(rf"(?:身份证|身份号|证件号?){_BETWEEN}{{0,10}}$")
_SAID_ACCOUNT = re.compile(rf"(?:[账帐][号户]|卡号|银行卡|存折){_BETWEEN}{{0,12}}$")
_SAID_BANK = re.compile(rf"(?:银行|开户行|信用社){_BETWEEN}{{0,12}}$")
_SAID_OTHERWISE = re.compile(
    r"(?:编号|编码|代码|文号|识别号|税号|合同号?|票号|单号|流水号|索引号|批号|登记号|注册号|证书号|许可证号?|凭证号)"
    r"[)）\]】]?\s*[:：为是]{0,2}\s*$"
)
_IN_A_CODE = re.compile(r"[A-Za-z][-_/#]?$")
_CONTACT = re.compile(r"(?i)(?<![a-z])(?:tel|phone|mobile|mob|wechat|weixin|wx|vx|id|sfz|card|t|m)[.:_-]?$")
_FIGURE_BEFORE = re.compile(r"(?:[¥$≥≤<>]\s*|\d\.)$")
_FIGURE_AFTER = re.compile(
    r"\.\d|[A-Za-z]|\s*(?:[百千万亿]{1,2}元|元|[万亿](?![^\W\d_])|吨|千克|公斤|平方|立方|公里|亩|公顷|%)"
)

_PROVINCES = frozenset(map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
                                 *range(61, 66), 71, 81, 82, 83)))  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LAST_BIRTH = 2035
_BEFORE_ANY_FILE = 2000
"""A code of eighteen digits may hold its region and its day as an identity number does; not a day so long ago."""

_MOBILE = re.compile(r"(?:86|0086)?1[3-9]\d{9}")
_MOBILE_GROUPS = {(11,), (3, 4, 4), (3, 8)}
_SPACED_OUT = (1,) * 11
_CARD = re.compile(r"(?:62|60[13]|9558)\d{12,17}|(?:4\d|5[1-5]|35)\d{14}")
_FEWEST_DIGITS, _MOST_DIGITS, _MOST_GROUPS = 11, 30, 7


class _Plain(dict[int, str]):
    """A plain digit or letter for a full-width one; one character for one, so that places stay."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        digit = unicodedata.decimal(char, None)
        plain = unicodedata.normalize("NFKC", char)
        if digit is not None:
            plain = str(digit)
        elif len(plain) != 1 or plain.isdigit():
            plain = char
        self[code] = plain
        return plain


_PLAIN = _Plain()


class PersonalDatum(NamedTuple):
    """One personal datum: where it stands in the text, its kind, and the only form in which it may be shown."""

    start: int
    end: int
    kind: str
    masked: str


class _Number(NamedTuple):
    """Digits written together or in groups, and what stands before and behind them."""

    digits: str
    groups: tuple[int, ...]
    before: str
    after: str
    alone: bool
    """No further digits stand beside it."""


def masked(text: str) -> str:
    """The text with every personal datum in masked form; everything that is shown of a submission goes through this."""
    if not text:  # thousands of outcomes have nothing to say
        return text
    pieces, at = list[str](), 0
    for datum in personal_data(text):
        pieces += (text[at : datum.start], datum.masked)
        at = datum.end
    return "".join((*pieces, text[at:])) if at else text


def personal_data(text: str) -> list[PersonalDatum]:
    """Mobile, identity, account and passport numbers in a text, in order, also in groups or full-width digits."""
    if not _ENOUGH.search(text):
        return []
    folded = text.translate(_PLAIN)
    found: list[PersonalDatum] = []
    for datum in sorted([*_passports(folded), *_numbers(folded)]):
        if not found or datum.start >= found[-1].end:
            found.append(datum)
    return found


def _passports(text: str) -> Iterator[PersonalDatum]:
    for match in _PASSPORT.finditer(text):
        number = "".join(char for char in match[1] if char.isalnum())
        yield PersonalDatum(match.start(1), match.end(1), PASSPORT, _covered(number, 1, 3))


def _numbers(text: str) -> Iterator[PersonalDatum]:
    for chain in _CHAIN.finditer(text):
        if chain.end() - chain.start() < _FEWEST_DIGITS:
            continue
        groups = [(chain.start() + m.start(), chain.start() + m.end()) for m in re.finditer(r"\d+", chain.group())]
        first = 0
        while first < len(groups):
            found = _longest(text, groups, first)
            if found:
                yield found[0]
            first = found[1] if found else first + 1


def _longest(text: str, groups: list[tuple[int, int]], first: int) -> tuple[PersonalDatum, int] | None:
    """The longest personal number that begins with a group, and the group after it."""
    last, digits, ends = first, 0, list[int]()
    while last < len(groups) and (digits := digits + groups[last][1] - groups[last][0]) <= _MOST_DIGITS:
        last += 1
        whole = (first, last) == (0, len(groups))
        if digits < _FEWEST_DIGITS or (last - first > _MOST_GROUPS and not whole):
            continue
        if last - first == 1 or not (_hyphen(text, groups, first) or _hyphen(text, groups, last)):
            ends.append(last)
    for behind in reversed(ends):
        end = groups[behind - 1][1]
        for stop in (end + 1, end) if text[end : end + 1] in ("x", "X") else (end,):
            if datum := _datum(text, groups, first, behind, stop):
                return datum, behind
    return None


def _hyphen(text: str, groups: list[tuple[int, int]], place: int) -> bool:
    """Whether a hyphen joins a group to the one before: what is joined to further digits is no number in groups."""
    return 0 < place < len(groups) and bool(_HYPHEN.search(text[groups[place - 1][1] : groups[place][0]]))


def _datum(text: str, groups: list[tuple[int, int]], first: int, behind: int, end: int) -> PersonalDatum | None:
    head = first
    while first - head < _MOST_GROUPS and _hyphen(text, groups, head):
        head -= 1
    number = _Number(
        "".join(text[start:stop] for start, stop in groups[first:behind]) + text[groups[behind - 1][1] : end].upper(),
        tuple(stop - start for start, stop in groups[first:behind]),
        text[max(0, groups[head][0] - 24) : groups[head][0]],
        text[end : end + 8],
        (first, behind) == (0, len(groups)),
    )
    if _is_figure_or_code(number):
        return None
    start = groups[first][0]
    if _is_identity(number):
        return PersonalDatum(start, end, IDENTITY, _covered(number.digits, 2, 3))
    if _is_mobile(number):
        return PersonalDatum(start, end, MOBILE, f"{number.digits[-11:-8]}****{number.digits[-4:]}")
    if _is_account(number):
        return PersonalDatum(start, end, ACCOUNT, _covered(number.digits, 0, 4))
    return None


def _covered(number: str, head: int, tail: int) -> str:
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def _is_figure_or_code(number: _Number) -> bool:
    if _FIGURE_BEFORE.search(number.before) or _FIGURE_AFTER.match(number.after):
        return True
    return bool(_IN_A_CODE.search(number.before)) and not _CONTACT.search(number.before)


def _is_identity(number: _Number) -> bool:
    digits, said = number.digits, bool(_SAID_IDENTITY.search(number.before))
    otherwise = bool(_SAID_OTHERWISE.search(number.before)) and not said
    if digits[:2] not in _PROVINCES:
        return False
    if len(digits) == 15 and digits.isdigit():
        whole = said or number.groups in ((15,), (6, 6, 3))
        return whole and not otherwise and _is_day(f"19{digits[6:12]}")
    if not re.fullmatch(r"\d{17}[\dX]", digits) or not _is_day(digits[6:14]):
        return False
    right = "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11] == digits[17]
    old = int(digits[6:10]) < _BEFORE_ANY_FILE
    return said or (right and (old or not otherwise)) or (old and not otherwise and _was_a_number(digits))


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day on which somebody alive can have been born."""
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= _LAST_BIRTH
    except ValueError:
        return False


def _is_mobile(number: _Number) -> bool:
    if not _MOBILE.fullmatch(number.digits) or _SAID_OTHERWISE.search(number.before):
        return False
    code = len(number.digits) - 11
    first, *rest = number.groups
    groups = tuple(rest) if code and first == code else (first - code, *rest)
    return groups in _MOBILE_GROUPS or (groups == _SPACED_OUT and number.alone)


def _is_account(number: _Number) -> bool:
    length = len(number.digits)
    if not number.digits.isdigit() or _SAID_OTHERWISE.search(number.before):
        return False
    if length >= 12 and _SAID_ACCOUNT.search(number.before):
        return True
    if length >= 16 and _SAID_BANK.search(number.before):
        return True
    whole = set(number.groups[:-1]) <= {4} or number.groups[0] == 6 == length - sum(number.groups[1:])
    dated = "2000" <= number.digits[6:10] <= str(_LAST_BIRTH)
    right = _luhn(number.digits) or _was_a_number(number.digits)
    return bool(_CARD.fullmatch(number.digits)) and whole and not dated and right


def _was_a_number(digits: str) -> bool:
    """Whether a cell was typed as a number: spreadsheets keep fifteen digits and put zeros for the rest."""
    return len(digits) > 16 and set(digits[15:]) == {"0"}


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0
