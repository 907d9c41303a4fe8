"""Quantities, units and dates as clerks write them."""

from datetime import date
from fractions import Fraction

import pytest

from expectations.scoring.deadlines import on_time, parse_date
from expectations.scoring.measures import measure_of, normalise_unit
from expectations.scoring.quantities import NotComparable, achieve, parse_quantity


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "operator"),
    [
        ("≥3类", 3, 3, "类", "≥"),
        ("≤15万元", 150_000, 150_000, "元", "≤"),
        ("=2人", 2, 2, "人", "="),
        ("≥92%", 92, 92, "%", "≥"),
        ("≤30工作日", 30, 30, "工作日", "≤"),
        ("=18000元/年", 18_000, 18_000, "元/年", "="),
        ("＞８０％", 80, 80, "%", ">"),
        ("不低于95%", 95, 95, "%", "≥"),
        ("不少于 5 个", 5, 5, "个", "≥"),
        ("不超过2,052万元", 20_520_000, 20_520_000, "元", "≤"),
        ("控制在15万元以内", 150_000, 150_000, "元", "≤"),
        ("100%", 100, 100, "%", None),
        ("≤1,999.04万元", 19_990_400, 19_990_400, "元", "≤"),
        ("3-5个", 3, 5, "个", None),
        ("3个～5个", 3, 5, "个", None),
        ("3至5个", 3, 5, "个", None),
        ("1-2万元", 10_000, 20_000, "元", None),
        ("95%以上", 95, 95, "%", "≥"),
        ("5次以下", 5, 5, "次", "≤"),
        ("已完成5项", 5, 5, "项", None),
        ("百分之95", 95, 95, "%", None),
        ("≥-5%", -5, -5, "%", "≥"),
        ("2万人", 20_000, 20_000, "人", None),
        ("≥100m2", 100, 100, "平方米", "≥"),
        ("30个工作日", 30, 30, "工作日", None),
    ],
)
def test_reads_what_clerks_write(text: str, low: int, high: int, unit: str, operator: str | None) -> None:
    found = parse_quantity(text)
    assert found is not None
    assert (found.low, found.high, found.unit, found.operator) == (low, high, unit, operator)


@pytest.mark.parametrize(
    "text",
    ["", "≥", "显著提升", "每季度1次", "未达到95%", "不足95%", "≥95%以下", "1e5", "5.5.5", "--3", "≥1,23人", "1/2", "9" * 40,
     "421043人（较上年增加1330人）", "5-3个", "3" + "很" * 80],
)  # fmt: skip
def test_refuses_what_is_no_single_quantity(text: str) -> None:
    assert parse_quantity(text) is None


def test_units_fold_and_scale() -> None:
    assert normalise_unit("万元/年") == (Fraction(10_000), "元/年")
    assert normalise_unit("个工作日") == (Fraction(1), "工作日")
    assert normalise_unit("名") == (Fraction(1), "人")
    assert normalise_unit("百分点") == (Fraction(1), "百分点")
    assert normalise_unit("小时") == (Fraction(60), "分钟")
    assert [measure_of(unit) for unit in ("元/年", "%", "工作日", "人次")] == ["金额", "比率", "时间", "数量"]


def _achieve(target: str, actual: str, bare: str | None = "≥"):  # type: ignore[no-untyped-def]
    wanted, reached = parse_quantity(target), parse_quantity(actual)
    assert wanted is not None and reached is not None
    return achieve(wanted, reached, bare)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "actual", "met", "ratio"),
    [
        ("≥4次", "≥10次", True, Fraction(1)),
        ("≥4次", "3次", False, Fraction(3, 4)),
        ("≤5万元", "≤2.2万元", True, Fraction(1)),
        ("≤5万元", "80000元", False, Fraction(5, 8)),
        ("=2人", "1人", False, Fraction(1, 2)),
        ("=2人", "4名", False, Fraction(1, 2)),
        (">80%", "80%", False, Fraction(1)),
        ("<5%", "4%", True, Fraction(1)),
        ("3-5个", "4个", True, Fraction(1)),
        ("3-5个", "2个", False, Fraction(2, 3)),
        ("3-5个", "10个", False, Fraction(1, 2)),
        ("≤0次", "2次", False, Fraction(0)),
        ("=0次", "0次", True, Fraction(1)),
        ("≥95%", "98", True, Fraction(1)),
        ("≥3小时", "180分钟", True, Fraction(1)),
        ("≥4次", "5-6次", True, Fraction(1)),
    ],
)
def test_achievement_by_the_operator_of_the_target(target: str, actual: str, met: bool, ratio: Fraction) -> None:
    found = _achieve(target, actual)
    assert (found.met, found.ratio) == (met, ratio)


def test_over_achievement_is_known_for_lower_bounds_only() -> None:
    assert _achieve("≥4次", "10次").over == Fraction(5, 2)
    assert _achieve("≤30工作日", "15工作日").over is None


@pytest.mark.parametrize(
    ("target", "actual", "why"),
    [
        ("≥20100人", "19588人次", "计量单位不一致"),
        ("≤15万元", "15", "没有写计量单位"),
        ("≥95%", "0.98", "没有写计量单位"),
        ("≥95%", "低于95%", "方向相反"),
        ("≥4次", "3-5次", "区间"),
        ("≥-5%", "-8%", "负数"),
    ],
)
def test_says_why_two_values_cannot_be_compared(target: str, actual: str, why: str) -> None:
    with pytest.raises(NotComparable, match=why):
        _achieve(target, actual)


def test_a_bare_target_of_unclear_direction_accepts_only_the_same_value() -> None:
    assert _achieve("100%", "100%", None).met
    with pytest.raises(NotComparable, match="不低于还是不高于"):
        _achieve("100%", "95%", None)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2022年11月30日前", date(2022, 11, 30), date(2022, 11, 30)),
        ("２０２２-11-30", date(2022, 11, 30), date(2022, 11, 30)),
        ("2022/11/30前完成", date(2022, 11, 30), date(2022, 11, 30)),
        ("2022年2月底前", date(2022, 2, 28), date(2022, 2, 28)),
        ("2022年底", date(2022, 12, 31), date(2022, 12, 31)),
        ("2022年11月", date(2022, 11, 1), date(2022, 11, 30)),
    ],
)
def test_reads_dates(text: str, first: date, last: date) -> None:
    span = parse_date(text)
    assert span is not None and (span.first, span.last) == (first, last)


@pytest.mark.parametrize("text", ["2022年2月30日", "13月1日", "30日", "2022年", "0001年1月前", "每月10日前", ""])
def test_refuses_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("deadline", "done", "met"),
    [
        ("2022年11月30日前", "2022年11月30日", True),
        ("2022年11月30日前", "2022年12月1日", False),
        ("2022年11月30日前", "11月15日", True),
        ("11月30日前", "2022年12月15日", False),
        ("2022年11月30日前", "2022年11月", True),
        ("2022年11月前", "2022年10月31日", True),
        ("2022年11月前", "2022年12月1日", False),
    ],
)
def test_deadlines(deadline: str, done: str, met: bool) -> None:
    wanted, reached = parse_date(deadline), parse_date(done)
    assert wanted is not None and reached is not None
    assert on_time(wanted, reached) is met


@pytest.mark.parametrize(
    ("deadline", "done"),
    [("2022年11月15日前", "2022年11月"), ("2022年11月前", "2022年11月15日"), ("2023年3月1日", "2月29日")],
)
def test_dates_too_coarse_or_impossible_are_not_judged(deadline: str, done: str) -> None:
    wanted, reached = parse_date(deadline), parse_date(done)
    assert wanted is not None and reached is not None
    with pytest.raises(NotComparable):
        on_time(wanted, reached)


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("═100%", "="), ("﹦100%", "="), ("≡100%", "="), ("＝100%", "="), ("==100%", "="), ("等于100%", "="),
        ("≧100%", "≥"), ("⩾100%", "≥"), ("＞＝100%", "≥"), (">=100%", "≥"), ("﹥=100%", "≥"), ("＞═100%", "≥"),
        ("≮100%", "≥"), ("不低于100%", "≥"), ("不少于100%", "≥"), ("大于等于100%", "≥"),
        ("≦100%", "≤"), ("⩽100%", "≤"), ("＜＝100%", "≤"), ("<=100%", "≤"), ("≯100%", "≤"), ("不超过100%", "≤"),
        ("不高于100%", "≤"), ("小于等于100%", "≤"), ("﹥100%", ">"), ("＞100%", ">"), ("﹤100%", "<"), ("＜100﹪", "<"),
    ],
)  # fmt: skip
def test_look_alike_signs_mean_the_sign_that_a_reader_sees(text: str, operator: str) -> None:
    found = parse_quantity(text)
    assert found is not None and (found.low, found.unit, found.operator) == (100, "%", operator)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [("三次", 3, "次"), ("十二个", 12, "个"), ("不少于二十户", 20, "户"), ("一百零五人", 105, "人"), ("两千人", 2000, "人"),
     ("百分之九十五", 95, "%"), ("百分之百", 100, "%"), ("三万元", 30_000, "元"), ("２０ 万元", 200_000, "元")],
)  # fmt: skip
def test_chinese_counts_are_read(text: str, count: int, unit: str) -> None:
    found = parse_quantity(text)
    assert found is not None and (found.low, found.unit) == (count, unit)


@pytest.mark.parametrize(
    "text", ["十分满意", "一般", "一致", "一次性通过", "一百二人", "一流", "二三次", "万无一失", "千人"]
)
def test_words_with_numerals_in_them_are_no_counts(text: str) -> None:
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("target", "actual", "met"),
    [("约100人", "100人", True), ("≥100人", "约500人", True), ("≥500人", "约100人", False), ("≤20万元", "20万", True),
     ("≥100人次", "100余人次", True), ("100人左右", "≈100人", True)],
)  # fmt: skip
def test_approximate_values_are_judged_where_they_leave_no_doubt(target: str, actual: str, met: bool) -> None:
    if met:
        assert _achieve(target, actual).met
    else:
        with pytest.raises(NotComparable):
            _achieve(target, actual)


@pytest.mark.parametrize(
    ("target", "actual", "why"),
    [("约100人", "98人", "指标值是约数"), ("≥100人", "110人左右", "实际完成值是约数"), ("≥100人", "≈110人", "约数")],
)
def test_approximate_values_that_leave_a_doubt_say_so(target: str, actual: str, why: str) -> None:
    with pytest.raises(NotComparable, match=why):
        _achieve(target, actual)
