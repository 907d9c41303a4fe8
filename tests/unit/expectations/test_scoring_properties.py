"""Properties of quantitative scoring over many targets and actual values."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from expectations.scoring import Basis, assess, load_scheme
from models.submission import Indicator

SCHEME = load_scheme("F-SX22")
NUMBERS = st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False, allow_infinity=False)
POINTS = st.integers(min_value=0, max_value=50)
SIGNS = st.sampled_from(["≥", ">", "≤", "<", "="])


def _score(sign: str, target: str, actual: str, points: int) -> Decimal:
    indicator = Indicator("产出指标", "数量指标", "指标", "", sign + target, actual, str(points), "0")
    judged = assess(indicator, SCHEME)
    assert judged.basis is Basis.RECOMPUTED and judged.score is not None
    return judged.score


@given(SIGNS, NUMBERS, NUMBERS, POINTS)
def test_score_stays_within_the_points(sign: str, target: Decimal, actual: Decimal, points: int) -> None:
    assert 0 <= _score(sign, f"{target}个", f"{actual}个", points) <= points


@given(NUMBERS, NUMBERS, NUMBERS, POINTS)
def test_more_is_never_worse_for_a_lower_bound(target: Decimal, a: Decimal, b: Decimal, points: int) -> None:
    low, high = sorted((a, b))
    assert _score("≥", f"{target}个", f"{low}个", points) <= _score("≥", f"{target}个", f"{high}个", points)


@given(NUMBERS, NUMBERS, NUMBERS, POINTS)
def test_less_is_never_worse_for_an_upper_bound(target: Decimal, a: Decimal, b: Decimal, points: int) -> None:
    low, high = sorted((a, b))
    assert _score("≤", f"{target}个", f"{low}个", points) >= _score("≤", f"{target}个", f"{high}个", points)


@given(SIGNS, NUMBERS, NUMBERS, POINTS)
def test_yuan_and_ten_thousand_yuan_score_the_same(sign: str, target: Decimal, actual: Decimal, points: int) -> None:
    same = _score(sign, f"{target}万元", f"{actual}万元", points)
    assert _score(sign, f"{target * 10_000:f}元", f"{actual}万元", points) == same
    assert _score(sign, f"{target}万元", f"{actual * 10_000:,.2f}元", points) == same


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_judged_without_a_fault(target: str, actual: str, points: str, score: str) -> None:
    judged = assess(Indicator("产出指标", "数量指标", "指标", "", target, actual, points, score), SCHEME)
    assert judged.why
    if judged.score is not None:
        assert judged.points is not None and 0 <= judged.score <= judged.points
