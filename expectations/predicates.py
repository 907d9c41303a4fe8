"""Named checks that no formula can say, and the generic ones among them.

A rule with ``check: name`` calls the function registered under that name for one unit at a time. What it yields
are judgements; what it raises makes the rule *not checked* for that unit, never passed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from models.findings import Severity
from models.forms.schema import Form, Row
from models.profiles import Profile
from models.submission import DEPARTMENT_REPORT, Presence

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement of a predicate.

    Attributes:
        holds: Whether it holds; ``None`` when it could not be judged (the message then says why).
        form, row, column: Address in the form catalogue; row is the catalogue's key.
        location: Place in the file.
        left, right: Both sides as int (fen, number or 1/100 %), ``None`` when not numeric.
        unit_of_amount: ``元``, ``万元``, ``辆``, ``%``; empty when not numeric.
        message: The whole sentence for the clerk, Chinese; may stay empty for what holds.
        severity: Overrides the rule's severity for this judgement.
    """

    holds: bool | None
    form: str = ""
    row: str = ""
    column: str = ""
    location: str = ""
    left: int | None = None
    right: int | None = None
    unit_of_amount: str = ""
    message: str = ""
    severity: Severity | None = None


Predicate = Callable[["UnitData", "Rule", Profile], Iterable[Judged]]

PREDICATES: dict[str, Predicate] = {}
"""Every registered predicate by name."""


def predicate(name: str) -> Callable[[Predicate], Predicate]:
    """Register a function under the name that rules use in ``check``.

    Raises:
        ValueError: The name is taken by another function.
    """

    def register(function: Predicate) -> Predicate:
        if name in PREDICATES:
            raise ValueError(f"检查“{name}”已登记")
        PREDICATES[name] = function
        return function

    return register


@predicate("reading")
def reading(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Turn what the reader met under ``params.rule`` into violations, each with the severity the reader gave it."""
    wanted = rule.params["rule"]
    for problem in unit.submission.problems:
        if problem.rule == wanted:
            yield Judged(
                False,
                problem.form,
                problem.row,
                problem.column,
                problem.location,
                message=problem.message,
                severity=Severity(problem.severity),
            )


@predicate("required_forms")
def required_forms(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Every required form is there and can be read; with ``params.published_only`` only those of the public set.

    A published text (单位决算公开文本) holds the public set only, so nothing else is required of it.
    """
    published_only = rule.params.get("published_only", False) or unit.submission.kind == "单位决算公开文本"
    for form in profile.forms.values():
        if not form.required or (published_only and not form.published):
            continue
        presence = unit.submission.presence.get(form.code, Presence.ABSENT)
        if not presence.usable:
            fault = "没有找到" if presence is Presence.ABSENT else "无法读取"
            name = f"{form.code}《{form.name}》" if form.code != form.name else f"《{form.name}》"
            yield Judged(False, form.code, message=f"{name}{fault}；没有数据的表也应保留表样并注明“{form.nothing}”。")


@predicate("year_matches")
def year_matches(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """The file's year is the year of ``params.year`` (defaults to the profile's); a file that says none is not judged."""
    wanted = int(rule.params.get("year", profile.year))
    if not unit.submission.year:
        yield Judged(None, message="文件中没有写明年度")
    elif unit.submission.year != wanted:
        yield Judged(False, message=f"文件的年度是 {unit.submission.year} 年，应为 {wanted} 年。")


@lru_cache
def _worded_rows(profile: Profile) -> list[tuple[Form, list[tuple[Row, str]]]]:
    """Matrix forms with the text rows that must be filled or hold one of a list of words, and the column of the text."""
    found = []
    for form in profile.forms.values():
        if form.shape == "matrix":
            texts = [(row, panel.columns[0].key) for panel, row in form.iter_rows() if row.required or row.options]
            found.append((form, [(row, column) for row, column in texts if not form.kind_of(row.key, column).numeric]))
    return found


@predicate("required_words")
def required_words(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Text rows that a form requires are filled, and rows with a closed list hold one of its words.

    A form that is not there is the business of ``required_forms``; a cell that could not be read is told by the reader.
    No unit is a department (报表类型 部门汇总).
    """
    unread = {(problem.form, problem.row) for problem in unit.submission.problems if problem.rule == "R-公式"}
    for form, rows in _worded_rows(profile):
        if not unit.submission.presence.get(form.code, Presence.ABSENT).usable:
            continue
        for row, column in rows:
            cell = unit.cell(form.code, row.key, column)
            if cell is None and (form.code, row.key) in unread:
                yield Judged(None, form.code, row.key, column, message=f"读不出《{form.name}》的“{row.name}”")
                continue
            word = (cell.text or "").strip() if cell is not None else ""
            if not word and row.required:
                yield Judged(
                    False, form.code, row.key, column, message=f"《{form.name}》的“{row.name}”没有填写，请补填。"
                )
            elif (
                word
                and row.options
                and word not in (options := [one for one in row.options if one != DEPARTMENT_REPORT])
            ):
                allowed = "、".join(options)
                said = f"《{form.name}》的“{row.name}”填的是“{word[:30]}”，不在可选范围内。可选：{allowed}。"
                yield Judged(False, form.code, row.key, column, unit.place(form.code, row.key, column), message=said)
            else:
                yield Judged(True, form.code, row.key, column)
