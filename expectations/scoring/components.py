"""Which rows of a performance form count: indicators do, their component rows (其中…) only show targets and results."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from expectations.scoring.scheme import Scheme
from models.exact import read_number
from models.submission import Indicator, Project

_OF_WHICH = re.compile(r"[\W_]*其中")
_NUMBERED = re.compile(r"[\W_]*(?:[（(]?[\d一二三四五六七八九十]{1,2}[）).、．]|[①-⑳])(?!\d)")


@lru_cache(maxsize=1024)  # several rules ask for the same project, one rule after the other over a chunk of units
def counted(project: Project, scheme: Scheme) -> tuple[Indicator, ...]:
    """The indicators of a project, without the component rows below them.

    A row without points and score of its own is a component of the indicator above when its name says so (其中, a
    number, or no name at all), and also when the points of the others already make up the scheme's total. A 其中 row
    with points counts only where the sums demand it: points that add up to those of the indicator above count once.
    """
    rows = project.indicators
    bare = [row.points is None and row.score is None for row in rows]
    closes = _sum(rows, scheme, [not blank for blank in bare]) == scheme.total_points
    own = _without_components(rows, bare, closes=closes)
    first = next((at for at, mine in enumerate(own) if mine), len(rows))
    part = [at > first and not bare[at] and bool(_OF_WHICH.match(row.name)) for at, row in enumerate(rows)]
    if any(part):
        without = [mine and not of_which for mine, of_which in zip(own, part, strict=True)]
        if _sum(rows, scheme, without) == scheme.total_points:
            own = without
        elif _sum(rows, scheme, own) != scheme.total_points:
            own = _once(rows, own, part)
    return tuple(row for row, counts in zip(rows, own, strict=True) if counts)


def _without_components(rows: Sequence[Indicator], bare: Sequence[bool], *, closes: bool) -> list[bool]:
    """Which rows count: not those without points that belong to the one above, or that head 其中 rows with points."""
    own: list[bool] = []
    above: Indicator | None = None
    marked = False
    for at, row in enumerate(rows):
        if not bare[at]:
            own.append(True)
            above, marked = row, False
            continue
        below = rows[at + 1] if at + 1 < len(rows) and not bare[at + 1] else None
        heads = below is not None and bool(_OF_WHICH.match(below.name)) and not _OF_WHICH.match(row.name)
        marked = marked or not row.name or _says_part(row.name)
        belongs = above is not None and _same_level(above, row) and (closes or marked)
        own.append(not (belongs or (below is not None and heads and _same_level(row, below))))
    return own


def _says_part(name: str) -> bool:
    return bool(_OF_WHICH.match(name) or _NUMBERED.match(name))


def _same_level(one: Indicator, other: Indicator) -> bool:
    return (one.level1, one.level2) == (other.level1, other.level2)


def _once(rows: Sequence[Indicator], own: Sequence[bool], part: Sequence[bool]) -> list[bool]:
    """Count each indicator whose 其中 rows add up to its points without them; other 其中 rows count for themselves."""
    counts = list(own)
    for at, row in enumerate(rows):
        end = at + 1
        while end < len(rows) and part[end]:
            end += 1
        below = sum((_points(rows[number]) for number in range(at + 1, end)), Decimal(0))
        if not part[at] and end > at + 1 and below == _points(row):
            counts[at + 1 : end] = [False] * (end - at - 1)
    return counts


def _sum(rows: Sequence[Indicator], scheme: Scheme, counts: Sequence[bool]) -> Decimal:
    points = (_points(row) for row, one in zip(rows, counts, strict=True) if one)
    return sum(points, Decimal(scheme.execution.points))


def _points(row: Indicator) -> Decimal:
    return read_number(row.points, "分") or Decimal(0)
