"""Scoring the six real self-evaluations, and what changes when one figure changes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from fixtures.projects import (
    CHRONIC,
    HARDSHIP,
    INSURANCE,
    REAL_PROJECTS,
    REAL_TOTALS,
    RETIRED,
    VILLAGE,
    with_funding,
    with_indicator,
)

from expectations.scoring import Basis, Scheme, ScoredProject, assess, load_scheme, score_project
from models.profiles import Profile
from models.submission import Indicator, Project


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme("F-SX22")


def _score(project: Project, scheme: Scheme, profile: Profile) -> ScoredProject:
    return score_project(project, scheme, profile)


@pytest.mark.parametrize(("project", "total"), list(zip(REAL_PROJECTS, REAL_TOTALS, strict=True)))
def test_real_projects_earn_what_they_published(project: Project, total: str, scheme: Scheme, profile: Profile) -> None:
    scored = _score(project, scheme, profile)
    assert (scored.total, scored.claimed_total, scored.grade, scored.grade_claimed) == (total, total, "优", "优")
    assert scored.unscorable_points == "0"
    assert Decimal(scored.recomputed_points) + Decimal(scored.accepted_points) == Decimal(total)
    assert scored.indicators[0].name == "预算执行率" and len(scored.indicators) == 8


def test_parts_of_the_total_are_shown_apart(scheme: Scheme, profile: Profile) -> None:
    # 离休干部: 执行率 10 + 类别 20 + 成本 10 + 满意度 10 复算; 9 + 10 + 14 + 15 采用
    scored = _score(RETIRED, scheme, profile)
    assert (scored.recomputed_points, scored.accepted_points) == ("50", "48")
    assert [i.basis.value for i in scored.indicators] == [
        "recomputed", "recomputed", "accepted", "accepted", "recomputed", "accepted", "accepted", "recomputed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("project", "position", "actual", "score"),
    [
        (INSURANCE, 0, "400000人", "19.06"),  # 20 × 400000 / 419713 = 19.0606…
        (INSURANCE, 3, "≤40万元", "7.5"),  # 10 × 30 / 40
        (INSURANCE, 3, "300000元", "10"),
        (CHRONIC, 0, "3次", "15"),
        (VILLAGE, 0, "=1人", "10"),
        (VILLAGE, 2, "≤45工作日", "6.67"),  # 10 × 30 / 45
        (HARDSHIP, 6, "≥93%", "9.79"),  # 10 × 93 / 95 = 9.789…
        (HARDSHIP, 2, "2022年11月25日", "10"),
    ],
)
def test_a_changed_actual_changes_the_score(
    project: Project, position: int, actual: str, score: str, scheme: Scheme, profile: Profile
) -> None:
    scored = _score(with_indicator(project, position, actual=actual), scheme, profile)
    assert scored.indicators[position + 1].score == score
    assert scored.indicators[position + 1].basis is Basis.RECOMPUTED


def test_execution_score_when_the_total_line_lost_it(scheme: Scheme, profile: Profile) -> None:
    both_lost = with_funding(HARDSHIP, 1, score=None)
    scored = _score(both_lost, scheme, profile)
    assert (scored.indicators[0].claimed, scored.indicators[0].score, scored.total) == (None, "9.74", "98.74")


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({"score": "4.55"}, "4.56"),  # [2.2775, 2.2785] / 5 allows 4.56 only
        ({"executed": "2.5", "rate": "50", "score": "5.36"}, "5"),
        ({"executed": "6", "rate": "120", "score": "12"}, "10"),
        ({"executed": "-1", "rate": None, "score": None}, "0"),
    ],
)
def test_execution_score_by_interval(changes: dict[str, str], score: str, scheme: Scheme, profile: Profile) -> None:
    project = replace(CHRONIC, funding=CHRONIC.funding[:1])
    assert _score(with_funding(project, 0, **changes), scheme, profile).indicators[0].score == score


@pytest.mark.parametrize("changes", [{"budget": "0"}, {"budget": None}, {"executed": "未执行"}, {"budget": "-5"}])
def test_execution_without_a_budget_is_unscorable(changes: dict[str, str], scheme: Scheme, profile: Profile) -> None:
    scored = _score(with_funding(replace(CHRONIC, funding=CHRONIC.funding[:1]), 0, **changes), scheme, profile)
    assert scored.indicators[0].basis is Basis.UNSCORABLE
    assert (scored.total, scored.unscorable_points, scored.grade) == ("89", "10", "待定")


def test_blank_actual_is_unscorable_and_leaves_the_grade_open(scheme: Scheme, profile: Profile) -> None:
    scored = _score(with_indicator(RETIRED, 0, actual=" "), scheme, profile)
    assert (scored.total, scored.unscorable_points, scored.grade) == ("78", "20", "待定")
    assert scored.indicators[1].score is None and "实际完成值" in scored.indicators[1].why


def test_grade_is_given_when_the_unscorable_cannot_change_it(scheme: Scheme, profile: Profile) -> None:
    # 99 - 10 + 0…10 = 89…99 待定; 低分项目 70…80 仍是中到良
    low = with_indicator(with_indicator(VILLAGE, 4, score="5"), 5, score="5")  # 10 + 50 + 10 + 10 = 80
    assert _score(low, scheme, profile).grade == "良"
    open_end = with_indicator(low, 6, actual="")  # 70, possible up to 80
    assert (_score(open_end, scheme, profile).total, _score(open_end, scheme, profile).grade) == ("70", "待定")
    sure = with_indicator(with_indicator(open_end, 4, score="4"), 6, points="10")  # 69 … 79
    assert (_score(sure, scheme, profile).total, _score(sure, scheme, profile).grade) == ("69", "中")


def test_blank_points_count_as_what_is_left_of_the_total(scheme: Scheme, profile: Profile) -> None:
    scored = _score(with_indicator(RETIRED, 0, points=None), scheme, profile)
    assert (scored.total, scored.unscorable_points) == ("78", "20")


def _indicator(target: str, actual: str, points: str = "10", score: str | None = "10", reason: str = "") -> Indicator:
    return Indicator("产出指标", "数量指标", "某指标", target, target, actual, points, score, reason)


@pytest.mark.parametrize(
    ("indicator", "basis", "score", "why"),
    [
        (_indicator("显著提升", "达成预期指标", score="9"), Basis.ACCEPTED, "9", "定性"),
        (_indicator("有效缓解", "100%"), Basis.ACCEPTED, "10", "定性"),
        (_indicator("≥3类", "达成预期指标"), Basis.ACCEPTED, "10", "没有可比较的数量"),
        (_indicator("2022年11月30日前", "达成预期指标"), Basis.ACCEPTED, "10", "没有可比较的数量"),
        (_indicator("每季度1次", "每季度1次"), Basis.ACCEPTED, "10", "按申报得分采用"),
        (_indicator("显著提升", "达成预期指标", score="12"), Basis.ACCEPTED, "10", "超出"),
        (_indicator("显著提升", "达成预期指标", score="-1"), Basis.ACCEPTED, "0", "超出"),
        (_indicator("≥4次", "10次", score="8", reason="年初值偏低"), Basis.ACCEPTED, "8", "自行调减"),
        (_indicator("≥4次", "10次", score="8"), Basis.RECOMPUTED, "10", "请分析原因"),
        (_indicator("≥3类", "2类", score=None), Basis.RECOMPUTED, "6.67", "按比例"),
        (_indicator("显著提升", "达成预期指标", score=None), Basis.UNSCORABLE, None, "得分"),
        (_indicator("", "5次"), Basis.UNSCORABLE, None, "指标值"),
        (_indicator("≥3类", "3类", points="十"), Basis.UNSCORABLE, None, "分值"),
        (_indicator("≥3人", "3人次"), Basis.UNSCORABLE, None, "计量单位不一致"),
        (_indicator("每季度1次", "4次"), Basis.UNSCORABLE, None, "无法识别"),
        (_indicator("≥95%", "未达到95%"), Basis.UNSCORABLE, None, "无法识别"),
        (_indicator("2022年11月30日前", "2022年12月15日"), Basis.UNSCORABLE, None, "晚于"),
        (_indicator("2022年11月30日前", "12次"), Basis.UNSCORABLE, None, "时间"),
    ],
)
def test_basis_score_and_reason(
    indicator: Indicator, basis: Basis, score: str | None, why: str, scheme: Scheme
) -> None:
    judged = assess(indicator, scheme)
    assert judged.basis is basis
    assert judged.score == (None if score is None else Decimal(score))
    assert why in judged.why


def test_a_bare_target_is_read_by_its_kind(scheme: Scheme) -> None:
    cost = replace(_indicator("15万元", "14万元"), level2="成本指标")
    days = replace(_indicator("30个工作日", "15个工作日"), level2="时效指标")
    share = replace(_indicator("100%", "95%"), level2="时效指标")
    rate = replace(_indicator("100%", "95%"), level2="成本指标")
    assert [assess(i, scheme).score for i in (cost, days, share)] == [Decimal(10), Decimal(10), Decimal("9.5")]
    assert assess(rate, scheme).basis is Basis.UNSCORABLE


def test_the_adjusted_target_counts_and_the_initial_one_where_it_is_blank(scheme: Scheme) -> None:
    adjusted = replace(_indicator("≥5个", "4个"), initial_target="≥8个")
    blank = replace(adjusted, target="")
    assert (assess(adjusted, scheme).score, assess(blank, scheme).score) == (Decimal(8), Decimal(5))


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "<script>alert(1)</script>", "≥" * 5000, "9" * 5000 + "人", "\x00", "1" + "," * 999]
)
def test_hostile_text_never_breaks_scoring(text: str, scheme: Scheme, profile: Profile) -> None:
    for field in ("target", "actual", "points", "score", "name", "level1", "reason"):
        _score(with_indicator(RETIRED, 0, **{field: text}), scheme, profile)
    for field in ("budget", "executed", "rate", "score"):
        _score(with_funding(RETIRED, 0, **{field: text}), scheme, profile)


@pytest.mark.parametrize(("points", "total"), [("30", "110"), ("10", "90")])
def test_points_off_the_scale_of_100_earn_no_grade(points: str, total: str, scheme: Scheme, profile: Profile) -> None:
    scored = _score(with_indicator(RETIRED, 0, points=points, score=points), scheme, profile)
    assert scored.grade == "待定"
    assert f"分值合计为 {total} 分，不是 100 分" in scored.why


def test_an_open_grade_says_why(scheme: Scheme, profile: Profile) -> None:
    assert _score(RETIRED, scheme, profile).why == ""
    assert "20 分无法评分" in _score(with_indicator(RETIRED, 0, actual=" "), scheme, profile).why
