"""Scores one third-level indicator by 《项目支出绩效评价管理办法》（财预〔2020〕10号）."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from expectations.scoring.deadlines import Span, on_time, parse_date
from expectations.scoring.quantities import Achievement, NotComparable, achieve, parse_quantity
from expectations.scoring.scheme import Level, Scheme
from expectations.scoring.signs import fold
from models.exact import plain, read_number, round_half_up
from models.submission import Indicator


class Basis(StrEnum):
    """Where a score comes from. ``UNSCORABLE`` contributes nothing to the total."""

    RECOMPUTED = "recomputed"
    ACCEPTED = "accepted"
    UNSCORABLE = "unscorable"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One indicator judged.

    Attributes:
        points: 分值; ``None`` when blank or no number. claimed: 得分 as filed; likewise.
        score: Recomputed or accepted score, ``None`` when unscorable.
        basis: Where the score comes from. why: Chinese sentence.
        achievement: Of a quantitative target with a comparable actual value, else ``None``.
        late: A date target was missed (there is no proportion for that).
        level: Band that a stated actual value claims, if its words are known.
        unexplained_excess: Far above its lower bound without a reason given.
    """

    points: Decimal | None
    claimed: Decimal | None
    score: Decimal | None
    basis: Basis
    why: str
    achievement: Achievement | None = None
    late: bool = False
    level: Level | None = None
    unexplained_excess: bool = False


def target_of(indicator: Indicator) -> str:
    """The target that counts: 调整后指标值, or 年初指标值 where that is blank."""
    return indicator.target.strip() or indicator.initial_target.strip()


@lru_cache(maxsize=8192)  # several rules ask for the same indicators, one rule after the other over a chunk of units
def assess(indicator: Indicator, scheme: Scheme) -> Assessment:
    """Score one indicator; pure and exact.

    A quantity is recomputed: met earns the full points, else points × actual/target (or target/actual for upper
    bounds), rounded half up to the scheme's decimals. A statement is accepted as claimed. What cannot be judged is
    unscorable and says why.
    """
    points, claimed = read_number(indicator.points, "分"), read_number(indicator.score, "分")
    target, actual = target_of(indicator), indicator.actual.strip()
    missing = [
        name
        for name, blank in (("指标值", not target), ("实际完成值", not actual), ("分值", points is None or points < 0))
        if blank
    ]
    if missing or points is None:
        return Assessment(points, claimed, None, Basis.UNSCORABLE, f"{'、'.join(missing)}未填或无法识别，无法评分")
    try:
        achievement, late = _compare(indicator, target, actual, scheme)
    except NotComparable as reason:
        return Assessment(points, claimed, None, Basis.UNSCORABLE, f"{reason}，无法评分")
    if late:
        why = (
            f"晚于指标值规定的时间（{_short(actual)}，应为{_short(target)}），办法没有逾期记分的比例，须由审核人员评定"
        )
        return Assessment(points, claimed, None, Basis.UNSCORABLE, why, late=True)
    if achievement is None:
        return _accept(points, claimed, target, actual, scheme)
    return _recompute(points, claimed, achievement, indicator, scheme)


def _compare(indicator: Indicator, target: str, actual: str, scheme: Scheme) -> tuple[Achievement | None, bool]:
    """Achievement and lateness; (``None``, ``False``) where only a statement stands.

    Raises:
        NotComparable: Both sides carry figures, but they cannot be compared.
    """
    deadline = parse_date(target)
    wanted = None if deadline else parse_quantity(target)
    if not _has_digits(actual) or not (deadline or _has_digits(target)):
        return None, False
    if deadline is not None:
        return _compare_dates(deadline, actual)
    reached = parse_quantity(actual)
    if wanted is None or reached is None:
        if fold(target) == fold(actual):
            return None, False
        raise NotComparable(f"{'指标值' if wanted is None else '实际完成值'}无法识别为可比较的数量")
    return achieve(
        wanted, reached, scheme.operator_for(indicator.level1, indicator.level2, wanted.unit or reached.unit)
    ), False


def _compare_dates(deadline: Span, actual: str) -> tuple[Achievement | None, bool]:
    done = parse_date(actual)
    if done is None:
        raise NotComparable("指标值是时间，实际完成值无法识别为时间")
    if on_time(deadline, done):
        return Achievement(True, Fraction(1)), False
    return None, True


def _has_digits(text: str) -> bool:
    return any(character.isdecimal() for character in fold(text))


def _accept(points: Decimal, claimed: Decimal | None, target: str, actual: str, scheme: Scheme) -> Assessment:
    level = scheme.level_of(actual)
    if claimed is None:
        return Assessment(points, None, None, Basis.UNSCORABLE, "定性指标未填得分，无法评分", level=level)
    score = min(max(claimed, Decimal(0)), points)
    if _has_digits(target):
        why = f"指标值是定量的（{_short(target)}），实际完成值没有可比较的数量（{_short(actual)}），按申报得分采用"
    else:
        why = "定性指标，按申报得分采用"
    if score != claimed:
        why += f"；申报得分超出 0 至 {plain(points)} 分，按界限计"
    return Assessment(points, claimed, score, Basis.ACCEPTED, why, level=level)


def _recompute(
    points: Decimal, claimed: Decimal | None, achievement: Achievement, indicator: Indicator, scheme: Scheme
) -> Assessment:
    score = min(round_half_up(Fraction(points) * achievement.ratio, scheme.decimals), points)
    excess = achievement.over is not None and achievement.over * 100 > scheme.over_achievement_pct
    reason = bool(indicator.reason.strip())
    over_pct = f"{round_half_up((achievement.over or Fraction(0)) * 100, 2)}%"
    if excess and reason and claimed is not None and 0 <= claimed < points:
        why = f"完成值为指标值的 {over_pct}，单位已说明原因并自行调减，按申报得分采用"
        return Assessment(points, claimed, claimed, Basis.ACCEPTED, why, achievement)
    if achievement.met:
        why = f"完成指标值，记满分 {plain(points)} 分"
        if excess and not reason:
            why += f"；完成值为指标值的 {over_pct}，请分析原因"
    else:
        why = f"未完成指标值，按比例 {round_half_up(achievement.ratio * 100, 2)}% 记 {plain(score)} 分"
    return Assessment(
        points, claimed, score, Basis.RECOMPUTED, why, achievement, unexplained_excess=excess and not reason
    )


def _short(text: str, limit: int = 24) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[:limit] + "…"
