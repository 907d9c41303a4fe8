"""Checks on added-up accounts that no formula can say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from expectations.predicates import Judged, predicate
from models.findings import LAST_YEAR_UNKNOWN
from models.profiles import Profile

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule

MOST_NAMED = 6
"""Figures that one reason names."""


@predicate("last_year_comparable")
def last_year_comparable(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """None of last year's figures is of other units, or gross where this year's are net; told once, by reason."""
    reasons: dict[str, list[str]] = {}
    problems = [problem for problem in unit.submission.problems if problem.rule == LAST_YEAR_UNKNOWN]
    for problem in problems:
        reasons.setdefault(problem.message, []).append(problem.row.rsplit("/", 1)[-1])
    if not problems:
        return
    told = "；".join(f"{_named(rows)}（{why}）" for why, rows in reasons.items())
    yield Judged(
        False, problems[0].form,
        message=f"下列上年数与本年不可比，部门文稿不写增减：{told}。请有关单位补填上年数（没有的填 0），"
        "或由部门在部门工作簿中填列上年部门决算数（已抵销内部往来的净额）。",
    )  # fmt: skip


def _named(rows: list[str]) -> str:
    return "、".join(rows[:MOST_NAMED]) + (f" 等 {len(rows)} 项" if len(rows) > MOST_NAMED else "")
