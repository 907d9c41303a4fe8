"""Scores a whole 项目支出绩效自评表: the execution rate, every indicator, the total and its grade."""

from dataclasses import dataclass
from decimal import Decimal

from expectations.scoring.assessment import Basis, assess
from expectations.scoring.exact import plain, read_number
from expectations.scoring.funding import claimed_execution_score, score_execution
from expectations.scoring.scheme import Scheme
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
        grade_claimed: As filed. grade: By the profile's grades; 待定 when the unscorable points could change it.
        indicators: 预算执行率 first, then in the form's order.
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


def grade_of(total: Decimal, profile: Profile) -> str:
    """Name of the grade that a total earns."""
    return next((grade.name for grade in profile.grades if total >= grade.at_least), profile.grades[-1].name)


def score_project(project: Project, scheme: Scheme, profile: Profile) -> ScoredProject:
    """Score one project; pure, exact, same input same result."""
    indicators = [_score_execution(project, scheme)]
    for indicator in project.indicators:
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
    return ScoredProject(
        project=project.name,
        scheme=scheme.code,
        claimed_total=_text(read_number(project.total, "分")),
        total=plain(total),
        recomputed_points=plain(recomputed),
        accepted_points=plain(accepted),
        unscorable_points=plain(unscorable),
        grade_claimed=project.grade,
        grade=low if low == high else PENDING,
        indicators=tuple(indicators),
    )


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
