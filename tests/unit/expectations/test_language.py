"""Formulas and conditions: what can be said, and how faults are told."""

from decimal import Decimal

import pytest

from expectations.language.parser import parse_condition, parse_formula
from expectations.language.syntax import Belongs, Both, Either, FormulaError, HasForm, Not, Pick, Relation


def test_a_range_names_rows_in_printed_order() -> None:
    relation = parse_formula("公开01[本年收入合计] = 合计(公开01[一般公共预算财政拨款收入 : 其他收入])")
    (left,), (right,) = relation.left.terms, relation.right.terms
    assert (left.references[0].form, left.references[0].row.first, left.references[0].column) == (
        "公开01",
        "本年收入合计",
        None,
    )
    assert right.summed
    assert (right.references[0].row.pick, right.references[0].row.first, right.references[0].row.last) == (
        Pick.SPAN,
        "一般公共预算财政拨款收入",
        "其他收入",
    )


def test_coefficients_signs_and_parentheses_are_multiplied_out() -> None:
    relation = parse_formula("2 * 公开01[201] - (公开01[202] - 3 * 公开01[203] + 1.5) = -公开01[204]")
    assert [(term.references[0].row.first, term.coefficient) for term in relation.left.terms] == [
        ("201", 2),
        ("202", -1),
        ("203", 3),
    ]
    assert relation.left.constant == Decimal("-1.5")
    assert relation.right.terms[0].coefficient == -1


@pytest.mark.parametrize("sign", ["=", "<=", ">=", "!=", "<", ">"])
def test_every_relation_sign(sign: str) -> None:
    assert parse_formula(f"公开01[201] {sign} 0").sign == sign


def test_names_may_hold_digits_slashes_and_full_width_signs() -> None:
    relation = parse_formula("公开10[国有资产/单价100万元（含）以上设备] >= 0")
    assert relation.left.terms[0].references[0].row.first == "国有资产/单价100万元（含）以上设备"
    relation = parse_formula("公开06[301, 其中：基本支出] <= 公开06[301,金额]")
    assert relation.left.terms[0].references[0].column is not None
    assert relation.left.terms[0].references[0].column.first == "其中：基本支出"


def test_last_year_and_repetition() -> None:
    relation = parse_formula("公开05[每行(201 : 支出总计), 每列] <= 上年.公开03[同科目, 同列]")
    left, right = relation.references
    assert (left.row.pick, left.row.first, left.row.last) == (Pick.EACH, "201", "支出总计")
    assert (left.column is not None and left.column.pick, right.row.pick) == (Pick.EACH, Pick.SUBJECT)
    assert (left.slot, right.slot) == ((False, "公开05"), (True, "公开03"))


def test_conditions_bind_非_before_且_before_或() -> None:
    condition = parse_condition("当 有表 财政对账单 或 非 有表 上年.公开01 且 公开01[201] > 0")
    assert isinstance(condition, Either)
    assert condition.first == HasForm((False, "财政对账单"))
    assert isinstance(condition.second, Both)
    assert condition.second.first == Not(HasForm((True, "公开01")))
    assert isinstance(condition.second.second, Relation)


def test_conditions_with_parentheses_around_facts_and_around_sums() -> None:
    condition = parse_condition(
        "(公开01[201] + 公开01[202]) > 0 且 (单位类型 属于 (行政单位, 其他单位) 或 有表 公开05)"
    )
    assert isinstance(condition, Both)
    assert isinstance(condition.second, Either)
    assert condition.second.first == Belongs("单位类型", ("行政单位", "其他单位"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("公开01[201 = 3", "第 10 个字读不懂：遇到“=”"),
        ("公开01[201", "此处应为“(”、“,”、“:”、“]”"),
        ("公开01[201] 公开02[合计]", "关系号"),
        ("公开01[201] = 公开01[202] = 0", "遇到“=”"),
        ("", "遇到结尾"),
        ("公开01[201 : 202] = 0", "应写在“合计(…)”里"),
        ("公开01[各类] = 0", "应写在“合计(…)”里"),
        ("公开01[每列] = 0", "应先写行，再写列"),
        ("公开01[201, 同行] = 0", "第二项应是列"),
        ("0.5 * 公开01[201] = 0", "非零整数"),
        ("0 * 公开01[201] = 0", "非零整数"),
        ("合计(公开01[每行 : 202]) = 0", "不能是“每行”"),
        ("公开03[每类(201 : 202), 基本支出] = 0", "“每类”不能带区间"),
        ("公开01[201] = __import__('os')", "读不懂"),
    ],
)
def test_faults_say_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert said in str(caught.value)
    assert text in str(caught.value)


@pytest.mark.parametrize("text", ["单位类型 属于", "单位类型 属于 行政单位", "有表", "公开01[201]", "且 有表 公开01"])
def test_broken_conditions(text: str) -> None:
    with pytest.raises(FormulaError, match="读不懂"):
        parse_condition(text)
