"""The funding table of a performance form (万元, %) and the score of 预算执行率, judged by interval."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from expectations.scoring.scheme import Scheme
from models.exact import Interval, decimals_shown, read_number, round_half_up
from models.money import decimals_of
from models.submission import FundingLine, Project

_FINEST = decimals_of("万元")
"""Decimals of a fen in 万元; results of formulas may show more, and are then known to half a fen."""


@dataclass(frozen=True, slots=True)
class FundingScale:
    """Decimals to which one form's funding table is exact: amounts in 万元 and rates in %."""

    amount_decimals: int
    rate_decimals: int

    @classmethod
    def of(cls, project: Project, scheme: Scheme) -> "FundingScale":
        """Read it from the figures displayed: exports drop trailing zeros, so the finest figure tells."""
        amounts = [
            read_number(text)
            for line in project.funding
            for text in (line.declared_budget, line.initial_budget, line.budget, line.executed, line.remainder)
        ]
        rates = [read_number(line.rate, "%") for line in project.funding]
        return cls(
            max([scheme.amount_decimals, *(decimals_shown(n) for n in amounts if n is not None)]),
            min(max([0, *(decimals_shown(n) for n in rates if n is not None)]), _FINEST),
        )

    def amount(self, text: str | None) -> Interval | None:
        """Values in 万元 that a displayed amount may stand for."""
        number = read_number(text)
        return None if number is None else self.around(number)

    def around(self, number: Decimal) -> Interval:
        """Values in 万元 that a displayed amount may stand for; in 元 to two decimals it is exact to the fen."""
        if self.amount_decimals == _FINEST:
            return Interval.exactly(number)
        return Interval.around(number, min(self.amount_decimals, _FINEST))

    def budget(self, text: str | None) -> Interval | None:
        """Values that a displayed budget may stand for; one coarser than the table is a round figure, exact."""
        number = read_number(text)
        if number is None:
            return None
        if decimals_shown(number.normalize()) < self.amount_decimals:
            return Interval.exactly(number)
        return self.amount(text)

    def rate(self, text: str | None) -> Interval | None:
        """Values in % that a displayed rate may stand for."""
        number = read_number(text, "%")
        return None if number is None else Interval.around(number, self.rate_decimals)


def execution_rate(line: FundingLine, scale: FundingScale) -> Interval | None:
    """全年执行数 ÷ 全年预算数 in %, as far as the displayed amounts tell; ``None`` without them or without a budget."""
    budget, executed = scale.budget(line.budget), scale.amount(line.executed)
    if budget is None or executed is None or budget.low <= 0:
        return None
    return executed.over(budget).scaled(100)


def scored_line(project: Project) -> FundingLine | None:
    """The line whose figures 预算执行率 is scored by: the total, or the only source when the total lacks them."""
    candidates = project.funding if len(project.funding) <= 2 else project.funding[:1]
    return next((line for line in candidates if line.budget and line.executed), None)


def claimed_execution_score(project: Project) -> Decimal | None:
    """The score claimed for 预算执行率: in the total line, or in the only source line when the total lost it."""
    scores = [read_number(line.score, "分") for line in project.funding]
    if not scores:
        return None
    return scores[1] if scores[0] is None and len(scores) == 2 else scores[0]


@dataclass(frozen=True, slots=True)
class ExecutionScore:
    """Score of 预算执行率; ``None``: cannot be scored, and ``why`` says the reason in Chinese."""

    score: Decimal | None
    why: str


def allowed_scores(rate: Interval, scheme: Scheme) -> tuple[Decimal, Decimal]:
    """Lowest and highest score of 预算执行率 that a rate in % allows: rate × points, half up, from 0 to the points."""
    return _rate_points(rate.low, scheme), _rate_points(rate.high, scheme)


def score_execution(project: Project, scheme: Scheme) -> ExecutionScore:
    """Score 预算执行率.

    A claimed score that the displayed figures allow is the recomputed one; else the displayed figures decide.
    """
    line = scored_line(project)
    scale = FundingScale.of(project, scheme)
    if line is None:
        return ExecutionScore(None, "资金总额缺全年预算数或全年执行数，预算执行率无法评分")
    budget, executed = read_number(line.budget), read_number(line.executed)
    rate = execution_rate(line, scale)
    if rate is None or budget is None or executed is None:
        return ExecutionScore(None, "全年预算数为零、为负或不是数字，或全年执行数不是数字，预算执行率无法评分")
    shown = scale.rate(line.rate)
    low, high = allowed_scores((shown and rate.overlap(shown)) or rate, scheme)
    claimed = claimed_execution_score(project)
    central = Fraction(executed) / Fraction(budget) * 100
    score = claimed if claimed is not None and low <= claimed <= high else _rate_points(central, scheme)
    return ExecutionScore(score, f"执行率 {round_half_up(central, 2)}% × {scheme.execution.points} 分")


def _rate_points(rate_pct: Fraction, scheme: Scheme) -> Decimal:
    score = round_half_up(rate_pct * scheme.execution.points / 100, scheme.decimals)
    return min(max(score, Decimal(0)), Decimal(scheme.execution.points))
