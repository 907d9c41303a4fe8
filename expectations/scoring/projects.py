"""Scores a whole 项目支出绩效自评表: the execution rate, every indicator, the total and its grade."""

from dataclasses import dataclass
from decimal import Decimal

from expectations.scoring.assessment import Basis, assess
from expectations.scoring.components import counted
from expectations.scoring.funding import claimed_execution_score, score_execution
from expectations.scoring.scheme import Scheme
from models.exact import plain, read_number
from models.profiles import Profile
from models.submission import Project

PENDING = "待定"
"""Grade of a project whose unscorable points could still change it."""


@dataclass(frozen=True, slots=True)
class ScoredIndicator:
    """One indicator's score; numbers are exact decimals as text, ``None`` when blank."""

    name: str
    points: str | None
    claimed: str | None
    score: str | None
    basis: Basis
    why: str


@dataclass(frozen=True, slots=True)
class ScoredProject:
    """A project's score. Numbers are exact decimals as text without trailing zeros.

    Attributes:
        project: Project name. scheme: Code of the scheme.
        claimed_total: 总分 as filed, ``None`` when blank or no number.
        total: ``recomputed_points + accepted_points``.
        recomputed_points: Scores that were recomputed. accepted_points: Scores taken as claimed.
        unscorable_points: 分值 of what could not be judged; they add nothing to the total.
        grade_claimed: As filed. grade: By the profile's grades; 待定 when the unscorable points could change it, or
            when the points do not add up to the scheme's total, whose scale the grades are made for.
        indicators: 预算执行率 first, then in the form's order; component rows are none.
        why: Why the grade is 待定, in Chinese; else empty.
    """

    project: str
    scheme: str
    claimed_total: str | None
    total: str
    recomputed_points: str
    accepted_points: str
    unscorable_points: str
    grade_claimed: str
    grade: str
    indicators: tuple[ScoredIndicator, ...]
    why: str = ""


def grade_of(total: Decimal, profile: Profile) -> str:
    """Name of the grade that a total earns."""
    return next((grade.name for grade in profile.grades if total >= grade.at_least), profile.grades[-1].name)


def score_project(project: Project, scheme: Scheme, profile: Profile) -> ScoredProject:
    """Score one project; pure, exact, same input same result."""
    indicators = [_score_execution(project, scheme)]
    for indicator in counted(project, scheme):
        judged = assess(indicator, scheme)
        indicators.append(
            ScoredIndicator(
                indicator.name,
                _text(judged.points),
                _text(judged.claimed),
                _text(judged.score),
                judged.basis,
                judged.why,
            )
        )
    recomputed, accepted = (_sum_scores(indicators, basis) for basis in (Basis.RECOMPUTED, Basis.ACCEPTED))
    total, unscorable = recomputed + accepted, _unscorable_points(indicators, scheme)
    low, high = grade_of(total, profile), grade_of(total + unscorable, profile)
    why = _off_scale(project, scheme)
    if not why and low != high:
        why = f"有 {plain(unscorable)} 分无法评分，可能改变等级"
    return ScoredProject(
        project=project.name,
        scheme=scheme.code,
        claimed_total=_text(read_number(project.total, "分")),
        total=plain(total),
        recomputed_points=plain(recomputed),
        accepted_points=plain(accepted),
        unscorable_points=plain(unscorable),
        grade_claimed=project.grade,
        grade=PENDING if why else low,
        indicators=tuple(indicators),
        why=why,
    )


def points_total(project: Project, scheme: Scheme) -> Decimal | None:
    """Points of all indicators and of 预算执行率; ``None`` when an indicator has none, so that sums cannot be judged."""
    points = [read_number(indicator.points, "分") for indicator in counted(project, scheme)]
    known = [value for value in points if value is not None]
    return sum(known, Decimal(scheme.execution.points)) if len(known) == len(points) else None


def _off_scale(project: Project, scheme: Scheme) -> str:
    total = points_total(project, scheme)
    if total is None or total == scheme.total_points:
        return ""
    return f"分值合计为 {plain(total)} 分，不是 {scheme.total_points} 分，不能按等级的分数线评定"


def _score_execution(project: Project, scheme: Scheme) -> ScoredIndicator:
    result = score_execution(project, scheme)
    return ScoredIndicator(
        scheme.execution.name,
        str(scheme.execution.points),
        _text(claimed_execution_score(project)),
        _text(result.score),
        Basis.UNSCORABLE if result.score is None else Basis.RECOMPUTED,
        result.why,
    )


def _sum_scores(indicators: list[ScoredIndicator], basis: Basis) -> Decimal:
    return sum((Decimal(i.score) for i in indicators if i.basis is basis and i.score is not None), Decimal(0))


def _unscorable_points(indicators: list[ScoredIndicator], scheme: Scheme) -> Decimal:
    """分值 of what could not be judged; points that are themselves missing are what the others leave of the total."""
    known = sum((Decimal(i.points) for i in indicators if i.points is not None), Decimal(0))
    unscorable = sum(
        (Decimal(i.points) for i in indicators if i.points is not None and i.basis is Basis.UNSCORABLE), Decimal(0)
    )
    if any(i.points is None for i in indicators):
        unscorable += max(Decimal(scheme.total_points) - known, Decimal(0))
    return max(unscorable, Decimal(0))


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
