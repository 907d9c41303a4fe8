"""Predicates on functional subjects: codes and names are the year's; each fault is told once, with all its places."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from expectations.predicates import Judged, predicate, reading
from models.clipping import clipped
from models.profiles import Profile
from models.subjects import Subject, folded_name, parent_of

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule

PLACES_LISTED = 6
"""More places of one fault are counted, not listed."""
NAME_SHOWN = 40
"""Letters of a printed name that a message repeats; official names have up to 38."""


@predicate("subject_codes")
def subject_codes(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Codes are subjects of the year, and whatever the reader met under ``params.rule``.

    A department's codes are those of its units, where they are told.
    """
    yield from reading(unit, rule, profile)
    if unit.scope != "单位":
        return
    year = _year(unit, profile)
    for code, printed in _printed(unit).items():
        subject = _first_known(profile, code)
        if subject is not None and subject.code == code and subject.in_use(year):
            continue
        name = next(filter(None, printed.values()), "")
        named = f"科目编码 {code}" + (f"（{clipped(name, NAME_SHOWN)}）" if name else "")
        other = _other_code(profile, name, code, year)
        if subject is not None and not subject.in_use(year):
            words = _not_of_the_year(subject, code, year)
        else:
            words = f"不在 {year} 年功能分类科目字典中，请核对编码。" + (
                "" if other else "编码无误、只是字典未收的可不改。"
            )
        yield _judged(unit, code, printed, named + words + other)


@predicate("subject_names")
def subject_names(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """A subject's printed name is the dictionary's (同编码异名); codes that are not the year's are told elsewhere."""
    year = _year(unit, profile)
    for code, printed in _printed(unit).items():
        subject = profile.functional.get(code)
        if subject is None or not subject.in_use(year):
            continue
        wrong: dict[str, dict[str, str]] = {}
        for form, name in printed.items():
            if name and not subject.known_as(name, year):
                wrong.setdefault(folded_name(name), {})[form] = name
        for places in wrong.values():
            name = next(iter(places.values()))
            words = f"科目编码 {code} 的名称写作“{clipped(name, NAME_SHOWN)}”，科目字典为“{subject.name}”，"
            if last := subject.gave_up(name):
                words += f"前者只用到 {last} 年，请改用现名。"
            else:
                words += "请核对编码或名称。" + _other_code(profile, name, code, year)
            yield _judged(unit, code, places, words)


def _year(unit: "UnitData", profile: Profile) -> int:
    return unit.submission.year or profile.year


def _printed(unit: "UnitData") -> dict[str, dict[str, str]]:
    """Printed names by code and form."""
    printed: dict[str, dict[str, str]] = {}
    for (form, code), name in unit.submission.row_names.items():
        printed.setdefault(code, {})[form] = name.strip()
    return printed


def _first_known(profile: Profile, code: str) -> Subject | None:
    """The subject of a code, else the nearest above it that the dictionary has."""
    while code and code not in profile.functional:
        code = parent_of(code)
    return profile.functional.get(code)


def _not_of_the_year(subject: Subject, code: str, year: int) -> str:
    whose = "" if subject.code == code else f"所属的 {subject.code} {subject.name}"
    if subject.until is not None and subject.until < year:
        return f"{whose}已自 {subject.until + 1} 年起停用，请改用 {year} 年的科目。"
    return f"{whose}自 {subject.since} 年起才启用，{year} 年度请改用当年的科目。"


def _other_code(profile: Profile, name: str, code: str, year: int) -> str:
    other = profile.functional.code_of(name, code, year) if name else None
    return f"名称“{clipped(name, NAME_SHOWN)}”的科目编码是 {other}。" if other and other != code else ""


def _judged(unit: "UnitData", code: str, forms: Iterable[str], message: str) -> Judged:
    places = {form: unit.place(form, code) for form in forms}
    told = [place if form in place else f"{form}{place}" for form, place in places.items()]
    more = f"等 {len(told)} 处" if len(told) > PLACES_LISTED else ""
    form, place = next(iter(places.items()))
    where = f"见：{'、'.join(told[:PLACES_LISTED])}{more}。"
    return Judged(False, form, code, location=place, message=message + where)
