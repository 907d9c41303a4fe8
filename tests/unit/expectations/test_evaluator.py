"""The evaluator: what holds, what does not and where, what cannot be checked, and what does not count."""

from pathlib import Path
from typing import ClassVar

import pytest
from rule_cases import PROFILE, judge_one, rule, ruleset, submission

from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from expectations.predicates import PREDICATES
from models.findings import RuleOutcome, Severity, Status
from models.submission import Display, Unread

TOTAL = "公开01[本年收入合计] = 合计(公开01[一般公共预算财政拨款收入 : 其他收入])"
CLASSES = "公开03[每类, 每列] = 合计(公开03[所属款, 同列])"
WITHIN = "公开05[每行, 小计] <= 公开03[同科目, 本年支出合计]"


def counts(outcome: RuleOutcome) -> tuple[Status, int, int, int]:
    return outcome.status, outcome.checked, outcome.held, outcome.not_checked


def test_a_sum_that_holds() -> None:
    outcome = judge_one(
        TOTAL, {("公开01", "本年收入合计"): 300, ("公开01", "事业收入"): 200, ("公开01", "其他收入"): 100}
    )
    assert counts(outcome) == (Status.HOLDS, 1, 1, 0)
    assert outcome.findings == ()


def test_a_sum_that_does_not_hold_is_told_with_place_figures_and_difference() -> None:
    outcome = judge_one(TOTAL, {("公开01", "本年收入合计"): 2441685618, ("公开01", "事业收入"): 2441680000})
    assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)
    (finding,) = outcome.findings
    assert (finding.form, finding.row, finding.column) == ("公开01", "本年收入合计", "决算数")
    assert (finding.left, finding.right, finding.difference) == (2441685618, 2441680000, 5618)
    assert (finding.unit_of_amount, finding.location) == ("元", "公开01!本年收入合计/决算数")
    assert finding.message == (
        "公开01“本年收入合计”为 24,416,856.18 元，"
        "公开01“一般公共预算财政拨款收入”至“其他收入”各行之和为 24,416,800.00 元，应相等，相差 56.18 元。"
    )


def test_nothing_between_blanks_counts() -> None:
    assert counts(judge_one(TOTAL, {("公开02", "合计", "事业收入"): 1})) == (Status.HOLDS, 0, 0, 0)


def test_a_displayed_zero_counts() -> None:
    assert counts(judge_one(TOTAL, {("公开01", "事业收入"): 0})) == (Status.HOLDS, 1, 1, 0)


def test_every_column_is_a_relation_of_its_own() -> None:
    figures = {
        ("公开04", "本年支出合计", "合计"): 5,
        ("公开04", "208", "合计"): 5,
        ("公开04", "本年支出合计", "一般公共预算财政拨款"): 4,
        ("公开04", "208", "一般公共预算财政拨款"): 3,
        ("公开04", "210", "一般公共预算财政拨款"): 2,
    }
    outcome = judge_one("公开04[本年支出合计, 每列] = 合计(公开04[201 : 234, 同列])", figures)
    assert counts(outcome) == (Status.VIOLATED, 2, 1, 0)
    assert [(f.column, f.difference) for f in outcome.findings] == [("一般公共预算财政拨款", -1)]


def test_every_row_is_a_relation_of_its_own_and_income_rows_have_no_such_column() -> None:
    figures = {
        ("公开04", "收入总计", "金额"): 99,
        ("公开04", "208", "合计"): 5,
        ("公开04", "208", "政府性基金预算财政拨款"): 5,
        ("公开04", "210", "国有资本经营预算财政拨款"): 1,
    }
    outcome = judge_one(
        "公开04[每行, 合计] = 公开04[同行, 一般公共预算财政拨款] + 公开04[同行, 政府性基金预算财政拨款]"
        " + 公开04[同行, 国有资本经营预算财政拨款]",
        figures,
    )
    assert counts(outcome) == (Status.VIOLATED, 2, 1, 0)
    assert [(f.row, f.row_name, f.subject_code) for f in outcome.findings] == [("210", "卫生健康支出", "210")]


def test_subjects_add_up_level_by_level() -> None:
    figures = {
        ("公开03", "208", "基本支出"): 30,
        ("公开03", "20801", "基本支出"): 10,
        ("公开03", "20805", "基本支出"): 21,
        ("公开03", "2080505", "基本支出"): 999,
        ("公开03", "210", "项目支出"): 4,
        ("公开03", "21001", "项目支出"): 4,
    }
    outcome = judge_one(CLASSES, figures)
    assert counts(outcome) == (Status.VIOLATED, 2, 1, 0)
    (finding,) = outcome.findings
    assert (finding.row, finding.column, finding.left, finding.right) == ("208", "基本支出", 30, 31)
    assert "所属各款的“基本支出”之和" in finding.message


def test_a_missing_class_row_is_found_at_its_sections() -> None:
    outcome = judge_one(CLASSES, {("公开03", "20805", "基本支出"): 7})
    assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)
    (finding,) = outcome.findings
    assert (finding.row, finding.left, finding.right, finding.difference) == ("20805", 0, 7, -7)
    assert "公开03“208 社会保障和就业支出”的“基本支出”未填列（按零计）" in finding.message


def test_economic_subjects_have_classes_of_three_and_sections_of_five_digits() -> None:
    figures = {
        ("公开06", "309", "金额"): 5,
        ("公开06", "30902", "金额"): 5,
        ("公开06", "309", "其中：基本支出"): "——",
        ("公开06", "30902", "其中：基本支出"): "——",
        ("公开06", "301", "其中：基本支出"): 3,
        ("公开06", "30101", "其中：基本支出"): 2,
    }
    outcome = judge_one("公开06[每类, 每列] = 合计(公开06[所属款, 同列])", figures)
    assert counts(outcome) == (Status.VIOLATED, 2, 1, 0)
    assert [(f.row, f.column) for f in outcome.findings] == [("301", "其中：基本支出")]


def test_a_row_that_another_form_lacks_is_an_exact_zero() -> None:
    outcome = judge_one(WITHIN, {("公开05", "2080505", "小计"): 8, ("公开05", "2080505", "项目支出"): 8})
    assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)
    assert (outcome.findings[0].left, outcome.findings[0].right) == (8, 0)


def test_at_most_is_compared_for_rows_on_the_left_only() -> None:
    figures = {("公开05", "208", "小计"): 3, ("公开03", "208", "本年支出合计"): 3, ("公开03", "210", "本年支出合计"): 9}
    assert counts(judge_one(WITHIN, figures)) == (Status.HOLDS, 1, 1, 0)


def test_equal_is_compared_for_rows_on_either_side() -> None:
    figures = {("公开05", "208", "小计"): 3, ("公开03", "208", "本年支出合计"): 3, ("公开03", "210", "本年支出合计"): 9}
    outcome = judge_one("公开05[每行, 小计] = 公开03[同科目, 本年支出合计]", figures)
    assert counts(outcome) == (Status.VIOLATED, 2, 1, 0)
    (finding,) = outcome.findings
    assert (finding.form, finding.row, finding.left, finding.right) == ("公开03", "210", 0, 9)


def test_at_least_is_compared_for_rows_on_the_right_too() -> None:
    outcome = judge_one("公开03[每行, 本年支出合计] >= 公开05[同科目, 小计]", {("公开05", "210", "小计"): 9})
    assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)


def test_classes_of_a_closed_form_against_an_open_one() -> None:
    figures = {("公开01", "208"): 5, ("公开03", "208", "本年支出合计"): 4, ("公开03", "2080505", "本年支出合计"): 4}
    outcome = judge_one("公开01[每行(201 : 234)] = 公开03[同科目, 本年支出合计]", figures)
    assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)
    assert outcome.findings[0].form == "公开01"


def test_a_class_that_the_closed_form_has_no_row_for() -> None:
    outcome = judge_one("公开01[每类] = 公开03[同科目, 本年支出合计]", {("公开03", "230", "本年支出合计"): 4})
    assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)
    assert (outcome.findings[0].form, outcome.findings[0].row) == ("公开03", "230")


def test_rows_repeated_within_a_range() -> None:
    outcome = judge_one(
        "公开04[每行(208 : 210), 合计] >= 1", {("公开04", "207", "合计"): 0, ("公开04", "208", "合计"): 100}
    )
    assert counts(outcome) == (Status.HOLDS, 1, 1, 0)


def test_coefficients_and_constants_in_yuan() -> None:
    figures = {("公开01", "201"): 300, ("公开01", "202"): 100}
    assert judge_one("公开01[201] = 2 * 公开01[202] + 1", figures).status is Status.HOLDS
    assert judge_one("公开01[201] - 3 * 公开01[202] = 0.01", figures).findings[0].difference == -1


@pytest.mark.parametrize(
    ("sign", "left", "holds"),
    [
        ("<", 4, True),
        ("<", 5, False),
        (">", 5, False),
        (">", 6, True),
        ("!=", 5, False),
        ("!=", 6, True),
        ("<=", 5, True),
        ("<=", 6, False),
        (">=", 5, True),
        (">=", 4, False),
        ("=", 5, True),
    ],
)
def test_every_sign(sign: str, left: int, holds: bool) -> None:
    outcome = judge_one(f"公开01[201] {sign} 公开01[202]", {("公开01", "201"): left, ("公开01", "202"): 5})
    assert counts(outcome) == (Status.HOLDS if holds else Status.VIOLATED, 1, int(holds), 0)


def test_counts_are_told_in_their_own_unit() -> None:
    outcome = judge_one(
        "公开10[国有资产/车辆数合计] = 公开10[国有资产/其他用车]",
        {("公开10", "国有资产/车辆数合计"): 3, ("公开10", "国有资产/其他用车"): 1},
    )
    (finding,) = outcome.findings
    assert (finding.unit_of_amount, finding.row_name) == ("辆", "国有资产/车辆数合计")
    assert finding.message.endswith("为 3 辆，公开10“国有资产/其他用车”为 1 辆，应相等，相差 2 辆。")


class TestNotChecked:
    def test_an_absent_form_even_when_nothing_is_shown(self) -> None:
        outcome = judge_one(TOTAL, UnitData("1", submission({}, absent=["公开01"])))
        assert counts(outcome) == (Status.NOT_CHECKED, 0, 0, 0)
        assert outcome.why == "公开01缺表"
        assert [(f.status, f.blocks) for f in outcome.findings] == [(Status.NOT_CHECKED, False)]

    def test_an_absent_form_on_one_side_gives_one_finding_for_all_rows(self) -> None:
        figures = {("公开05", "208", "小计"): 3, ("公开05", "210", "小计"): 3}
        outcome = judge_one(WITHIN, UnitData("1", submission(figures, absent=["公开03"])))
        assert counts(outcome) == (Status.NOT_CHECKED, 0, 0, 2)
        assert len(outcome.findings) == 1
        assert "公开03缺表" in outcome.findings[0].message

    def test_a_dash_as_operand(self) -> None:
        figures = {
            ("公开04", "208", "合计"): 5,
            ("公开04", "208", "一般公共预算财政拨款"): "——",
            ("公开04", "210", "合计"): 0,
        }
        outcome = judge_one("公开04[每行, 合计] = 公开04[同行, 一般公共预算财政拨款]", figures)
        assert counts(outcome) == (Status.NOT_CHECKED, 1, 1, 1)

    def test_an_amount_that_could_not_be_read_is_no_zero(self) -> None:
        unread = [Unread("公开01", 0, "事业收入", "决算数")]
        data = submission({("公开01", "本年收入合计"): 5}, unread=unread)
        assert counts(judge_one(TOTAL, UnitData("1", data))) == (Status.NOT_CHECKED, 0, 0, 1)

    def test_no_last_year(self) -> None:
        formula = "公开01[年初结转和结余] = 上年.公开01[年末结转和结余]"
        data = submission({("公开01", "年初结转和结余"): 5})
        outcome = judge_one(formula, UnitData("1", data))
        assert (outcome.status, outcome.why, outcome.not_checked) == (Status.NOT_CHECKED, "没有上年决算", 1)
        prior = submission({("公开01", "年末结转和结余"): 4})
        assert judge_one(formula, UnitData("1", data, prior=prior)).findings[0].difference == 1

    def test_a_flood_of_subjects_does_not_burden_the_other_units(self) -> None:
        flood = {("公开03", f"{201_0000 + number}", "基本支出"): 1 for number in range(3_001)}
        units = [UnitData("1", submission(flood)), UnitData("2", submission({("公开03", "合计", "基本支出"): 1}))]
        cube = Cube.build(PROFILE, units)
        outcomes = evaluate([rule("公开03[合计, 基本支出] = 合计(公开03[各类, 基本支出])")], cube)
        assert (outcomes["1"][0].status, outcomes["1"][0].why) == (Status.NOT_CHECKED, "公开03的科目行超过 3000 行")
        assert outcomes["2"][0].status is Status.VIOLATED
        assert cube.table((False, "公开03")).layout.rows == ["合计"]

    def test_violations_and_doubts_side_by_side(self) -> None:
        figures = {
            ("公开03", "208", "基本支出"): 1,
            ("公开03", "210", "基本支出"): "——",
            ("公开03", "210", "项目支出"): 1,
        }
        outcome = judge_one("公开03[每类, 基本支出] = 公开03[同行, 项目支出]", figures)
        assert counts(outcome) == (Status.VIOLATED, 1, 0, 1)
        assert [f.status for f in outcome.findings] == [Status.VIOLATED, Status.NOT_CHECKED]


class TestConditions:
    FORMULA = "公开10[机关运行经费/行政单位] = 0"
    FIGURES: ClassVar = {("公开10", "机关运行经费/行政单位"): 5}

    @pytest.mark.parametrize(
        ("kind", "when", "status"),
        [
            ("行政单位", "单位类型 属于 (行政单位)", Status.VIOLATED),
            ("其他单位", "单位类型 属于 (行政单位)", Status.NOT_APPLICABLE),
            ("", "单位类型 属于 (行政单位)", Status.NOT_CHECKED),
            ("", "单位类型 属于 (行政单位) 或 公开10[机关运行经费/行政单位] > 0", Status.VIOLATED),
            ("", "单位类型 属于 (行政单位) 且 公开10[机关运行经费/行政单位] < 0", Status.NOT_APPLICABLE),
            ("", "非 单位类型 属于 (行政单位)", Status.NOT_CHECKED),
            ("", "有表 财政对账单", Status.NOT_APPLICABLE),
            ("", "非 有表 财政对账单", Status.VIOLATED),
            ("", "财政对账单[合计, 合计] > 0", Status.NOT_CHECKED),
            ("", "上年.公开01[201] = 0", Status.NOT_CHECKED),
            ("", "有表 上年.公开01", Status.NOT_APPLICABLE),
            ("", "公开05[2080505, 小计] > 0", Status.NOT_APPLICABLE),
        ],
    )
    def test_three_valued(self, kind: str, when: str, status: Status) -> None:
        unit = UnitData("1", submission(self.FIGURES, absent=["财政对账单"]), {"单位类型": kind})
        outcome = judge_one(self.FORMULA, unit, when=when)
        assert outcome.status is status
        if status is Status.NOT_CHECKED:
            assert "不能确定本条是否适用" in outcome.why
            assert (outcome.not_checked, len(outcome.findings)) == (1, 1)

    def test_a_figure_that_the_condition_demands_and_nobody_filled_in(self) -> None:
        outcome = judge_one(
            "补充信息[数量/国内公务接待批次] > 0",
            {("公开07", "三公经费", "决算数/公务接待费"): 100},
            when="公开07[三公经费, 决算数/公务接待费] > 0",
        )
        assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)
        assert "未填列（按零计），应大于 0 批次" in outcome.findings[0].message

    def test_scope(self) -> None:
        unit, department = (
            UnitData("1", submission(self.FIGURES)),
            UnitData("2", submission(self.FIGURES), scope="部门"),
        )
        outcomes = evaluate([rule(self.FORMULA, scope="部门")], Cube.build(PROFILE, [unit, department]))
        assert outcomes["1"][0].status is Status.NOT_APPLICABLE
        assert outcomes["2"][0].status is Status.VIOLATED


class TestUnplaced:
    """A row or column that was met and not placed is no zero."""

    ROW_01: ClassVar = [Unread("公开01", 0, "", "决算数")]
    SUBJECT_05: ClassVar = [Unread("公开05", 0, "", "小计")]

    def test_a_sum_over_the_side_is_not_checked_whether_it_would_hold_or_not(self) -> None:
        for total in (300, 900):
            figures = {("公开01", "本年收入合计"): total, ("公开01", "事业收入"): 300}
            outcome = judge_one(TOTAL, UnitData("1", submission(figures, unread=self.ROW_01)))
            assert counts(outcome) == (Status.NOT_CHECKED, 0, 0, 1)

    def test_a_sum_whose_addends_are_all_shown_may_lack_the_row_too(self) -> None:
        rows = [
            "一般公共预算财政拨款收入",
            "政府性基金预算财政拨款收入",
            "国有资本经营预算财政拨款收入",
            "上级补助收入",
        ]
        rows += ["事业收入", "经营收入", "附属单位上缴收入", "其他收入"]
        figures = {("公开01", row): 0 for row in rows} | {("公开01", "本年收入合计"): 5}
        outcome = judge_one(TOTAL, UnitData("1", submission(figures, unread=self.ROW_01)))
        assert counts(outcome) == (Status.NOT_CHECKED, 0, 0, 1)

    def test_a_blank_that_it_may_be_is_not_checked_and_figures_that_are_shown_are(self) -> None:
        formula = "公开01[收入/总计] = 公开01[本年收入合计] + 公开01[年初结转和结余]"
        figures = {("公开01", "收入/总计"): 5, ("公开01", "本年收入合计"): 3}
        unread = self.ROW_01
        assert counts(judge_one(formula, UnitData("1", submission(figures, unread=unread))))[0] is Status.NOT_CHECKED
        figures["公开01", "年初结转和结余"] = 1
        assert counts(judge_one(formula, UnitData("1", submission(figures, unread=unread))))[0] is Status.VIOLATED
        balance = "公开01[收入/总计] = 公开01[支出/总计]"
        figures["公开01", "支出/总计"] = 5
        assert counts(judge_one(balance, UnitData("1", submission(figures, unread=unread))))[0] is Status.HOLDS

    def test_the_other_side_of_the_table_is_judged(self) -> None:
        figures = {("公开01", "本年支出合计"): 5, ("公开01", "208"): 4}
        formula = "公开01[本年支出合计] = 合计(公开01[201 : 234])"
        outcome = judge_one(formula, UnitData("1", submission(figures, unread=self.ROW_01)))
        assert counts(outcome) == (Status.VIOLATED, 1, 0, 0)

    def test_an_excess_that_may_stand_in_the_unplaced_row_does_not_hold(self) -> None:
        figures = {
            ("公开03", "2080505", "本年支出合计"): 80,
            ("公开03", "210", "本年支出合计"): 9,
            ("公开05", "210", "小计"): 8,
        }
        outcome = judge_one(WITHIN, UnitData("1", submission(figures, unread=self.SUBJECT_05)))
        assert counts(outcome) == (Status.NOT_CHECKED, 1, 1, 1)

    def test_a_subject_whose_counterpart_was_not_placed(self) -> None:
        figures = {
            ("公开05", "2080505", "小计"): 90,
            ("公开05", "210", "小计"): 8,
            ("公开03", "210", "本年支出合计"): 9,
        }
        unread = [Unread("公开03", 0, "", "本年支出合计")]
        outcome = judge_one(WITHIN, UnitData("1", submission(figures, unread=unread)))
        assert counts(outcome) == (Status.NOT_CHECKED, 1, 1, 1)

    def test_sums_over_subjects_are_not_checked_in_the_columns_where_the_row_has_figures(self) -> None:
        figures = {
            ("公开03", "208", "基本支出"): 5,
            ("公开03", "20805", "基本支出"): 3,
            ("公开03", "208", "项目支出"): 7,
            ("公开03", "20805", "项目支出"): 6,
        }
        unread = [Unread("公开03", 0, "", "基本支出")]
        outcome = judge_one(CLASSES, UnitData("1", submission(figures, unread=unread)))
        assert outcome.status is Status.VIOLATED and outcome.not_checked == 2  # 208, and the row itself
        assert [finding.column for finding in outcome.findings if finding.status is Status.VIOLATED] == ["项目支出"]

    def test_the_same_whoever_else_is_judged(self) -> None:
        figures = {("公开03", "208", "基本支出"): 5, ("公开03", "20805", "基本支出"): 3}
        unread = [Unread("公开03", 0, "", "基本支出")]
        one = UnitData("1", submission(figures, unread=unread))
        other = UnitData("2", submission({("公开03", f"2{n:02}", "基本支出"): 1 for n in range(1, 30)}))
        alone = evaluate([rule(CLASSES)], Cube.build(PROFILE, [one]))["1"]
        beside = evaluate([rule(CLASSES)], Cube.build(PROFILE, [one, other]))
        assert beside["1"] == alone
        assert beside["2"] == evaluate([rule(CLASSES)], Cube.build(PROFILE, [other]))["2"]

    def test_a_column_that_could_not_be_placed(self) -> None:
        formula = "公开03[每行, 本年支出合计] = 合计(公开03[同行, 基本支出 : 对附属单位补助支出])"
        figures = {("公开03", row, "本年支出合计"): 9 for row in ("208", "210")}
        figures |= {("公开03", row, "基本支出"): 9 for row in ("208", "210")}
        outcome = judge_one(formula, UnitData("1", submission(figures, unread=[Unread("公开03", 0, "208", "")])))
        assert counts(outcome) == (Status.NOT_CHECKED, 1, 1, 1)

    def test_last_year_alike(self) -> None:
        formula = "公开01[年初结转和结余] = 上年.公开01[年末结转和结余]"
        prior = submission({("公开01", "本年支出合计"): 4}, unread=[Unread("公开01", 1, "", "决算数")])
        outcome = judge_one(formula, UnitData("1", submission({("公开01", "年初结转和结余"): 5}), prior=prior))
        assert counts(outcome) == (Status.NOT_CHECKED, 0, 0, 1)


class TestPrecision:
    """Each table, and in it each figure, by its own last place."""

    COPY = "公开01[本年收入合计] = 公开02[合计, 本年收入合计]"

    def judged(self, left: int, right: int) -> Status:
        figures = {("公开01", "本年收入合计"): left, ("公开02", "合计", "本年收入合计"): right}
        displays = {"公开01": Display("万元", 2)}
        return judge_one(self.COPY, UnitData("1", submission(figures, displays=displays))).status

    def test_a_figure_in_万元_against_its_copy_in_元(self) -> None:
        assert self.judged(4_627_570_000, 4_627_565_000) is Status.HOLDS  # 46,275,650.00 元 is shown as 4,627.57
        assert self.judged(4_627_570_000, 4_627_564_999) is Status.VIOLATED

    def test_a_table_in_元_is_judged_to_the_fen_in_a_document_in_万元(self) -> None:
        figures = {("公开01", "本年收入合计"): 57_535_100, ("公开01", "事业收入"): 57_540_000}
        displays = {"公开01": Display("元", 2)}
        data = submission(figures, amount_unit="万元", displays=displays)
        outcome = judge_one(TOTAL, UnitData("1", data))
        assert outcome.findings[0].difference == -4_900
        assert outcome.findings[0].unit_of_amount == "元"
        assert "为 575,351.00 元" in outcome.findings[0].message

    def test_figures_with_more_decimals_than_their_table_are_known_more_exactly(self) -> None:
        """4,895.574316 + 57.36 万元, the second known to half a hundredth: 50 元."""
        for total, holds in ((4_952_934_316, True), (4_952_929_316, True), (4_952_929_315, False)):
            figures = {("公开01", "事业收入"): 4_895_574_316, ("公开01", "其他收入"): 57_360_000}
            figures["公开01", "本年收入合计"] = total
            data = submission(figures, amount_unit="万元")
            assert (judge_one(TOTAL, UnitData("1", data)).status is Status.HOLDS) is holds

    def test_a_rounded_total_of_exact_figures(self) -> None:
        figures = {("公开01", "事业收入"): 4_895_574_316, ("公开01", "其他收入"): 822_473_362}
        for total, holds in ((5_718_050_000, True), (5_718_060_000, False)):  # 5,718.047678 is 5,718.05
            data = submission(figures | {("公开01", "本年收入合计"): total}, amount_unit="万元")
            assert (judge_one(TOTAL, UnitData("1", data)).status is Status.HOLDS) is holds


class TestRounding:
    @pytest.mark.parametrize(
        ("total", "addends", "holds"),
        [
            (10_000, [10_000], True),
            (20_000, [10_000], False),  # one figure and its copy must agree
            (30_000, [10_000, 10_000], True),  # 1.4 + 1.4 = 2.8: shown as 1 + 1 = 3
            (40_000, [10_000, 10_000], False),
            (50_000, [10_000] * 3, False),  # three roundings of at most half a place reach no second place
            (40_000, [10_000] * 3, True),
            (60_000, [10_000] * 4, True),
            (70_000, [10_000] * 4, False),
        ],
    )
    def test_a_sum_in_万元_is_judged_by_interval(self, total: int, addends: list[int], holds: bool) -> None:
        rows = ["事业收入", "经营收入", "上级补助收入", "其他收入"]
        figures = {("公开01", "本年收入合计"): total} | {
            ("公开01", row): amount for row, amount in zip(rows, addends, strict=False)
        }
        outcome = judge_one(TOTAL, UnitData("1", submission(figures, amount_unit="万元")))
        assert (outcome.status is Status.HOLDS) is holds

    def test_in_元_nothing_is_forgiven(self) -> None:
        figures = {("公开01", "本年收入合计"): 3, ("公开01", "事业收入"): 1, ("公开01", "经营收入"): 1}
        assert judge_one(TOTAL, figures).status is Status.VIOLATED

    def test_counts_are_exact_in_any_document(self) -> None:
        figures = {
            ("公开10", "国有资产/车辆数合计"): 3,
            ("公开10", "国有资产/其他用车"): 1,
            ("公开10", "国有资产/机要通信用车"): 1,
        }
        formula = "公开10[国有资产/车辆数合计] = 公开10[国有资产/其他用车] + 公开10[国有资产/机要通信用车]"
        assert judge_one(formula, UnitData("1", submission(figures, amount_unit="万元"))).status is Status.VIOLATED

    def test_a_figure_of_this_year_against_a_rounded_one_of_last_year(self) -> None:
        data = submission({("公开01", "年初结转和结余"): 1_234_567})
        formula = "公开01[年初结转和结余] = 上年.公开01[年末结转和结余]"
        for shown, holds in ((1_230_000, True), (1_240_000, False)):
            prior = submission({("公开01", "年末结转和结余"): shown}, amount_unit="万元")
            assert (judge_one(formula, UnitData("1", data, prior=prior)).status is Status.HOLDS) is holds

    def test_the_finding_speaks_万元(self) -> None:
        outcome = judge_one(TOTAL, UnitData("1", submission({("公开01", "本年收入合计"): 50_000}, amount_unit="万元")))
        assert outcome.findings[0].unit_of_amount == "万元"
        assert "为 0.05 万元" in outcome.findings[0].message


def test_sums_beyond_int64_stay_exact() -> None:
    most = 9 * 10**16
    figures: dict[tuple[str, ...], int | str | None] = {
        ("公开03", f"208{n:02}", "基本支出"): most for n in range(1, 100)
    }
    figures |= {("公开03", f"208{n:02}", "项目支出"): most for n in range(1, 100)}
    figures["公开03", "208", "基本支出"] = most
    outcome = judge_one(
        "公开03[每类, 基本支出] = 1000 * 公开03[同行, 基本支出] + 合计(公开03[所属款, 基本支出 : 项目支出])", figures
    )
    (finding,) = outcome.findings
    assert finding.left == most
    assert finding.right is None, "beyond what the database can hold"
    assert "1,078,200,000,000,000,000.00 元" in finding.message, "1198 times 900,000,000,000,000 元"


def test_units_with_ordinary_and_huge_figures_together() -> None:
    cube = Cube.build(
        PROFILE,
        [
            UnitData(code, submission({("公开01", "本年收入合计"): value, ("公开01", "事业收入"): value - wrong}))
            for code, value, wrong in (("1", 5, 0), ("2", 9 * 10**16, 1), ("3", 7, 2))
        ],
    )
    outcomes = evaluate([rule(TOTAL)], cube)
    assert [outcomes[code][0].status.value for code in "123"] == ["holds", "violated", "violated"]
    assert outcomes["2"][0].findings[0].difference == 1


def test_own_messages_take_what_the_unit_typed_as_plain_text() -> None:
    data = submission({("公开03", "2999998", "基本支出"): 100}, names={("公开03", "2999998"): "{left.__class__}<b>"})
    outcome = judge_one(
        "公开03[每项, 基本支出] = 0",
        UnitData("1", data),
        message="{row}的{column}为{left}，应为{right}，差{difference}",
    )
    expected = "2999998 {left.__class__}<b>的基本支出为1.00 元，应为0.00 元，差1.00 元"
    assert outcome.findings[0].message == expected


def test_a_broken_rule_is_not_checked_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(unit: UnitData, rule: object, profile: object) -> list[object]:
        return [1 // 0] if unit.code == "1" else []

    monkeypatch.setitem(PREDICATES, "坏检查", broken)  # type: ignore[arg-type]
    cube = Cube.build(PROFILE, [UnitData("1", submission({("公开01", "201"): 1})), UnitData("2", submission({}))])
    outcomes = evaluate([rule(check="坏检查"), rule("公开01[201] = 0")], cube)
    assert [outcome.status for outcome in outcomes["1"]] == [Status.NOT_CHECKED, Status.VIOLATED]
    assert "ZeroDivisionError" in outcomes["1"][0].why
    assert outcomes["2"][0].status is Status.HOLDS


def test_severity_and_basis_come_from_the_rule(tmp_path: Path) -> None:
    rules = ruleset(
        tmp_path,
        "rules:\n  - {id: H1, title: 零, severity: 提示, formula: '公开01[201] = 0', basis: 表注}\n",
    )
    outcomes = evaluate(rules, Cube.build(PROFILE, [UnitData("1", submission({("公开01", "201"): 1}))]))
    finding = outcomes["1"][0].findings[0]
    assert (finding.rule, finding.severity, finding.basis, finding.title) == ("H1", Severity.HINT, "表注", "零")


def test_no_units_no_outcomes() -> None:
    assert evaluate([rule(TOTAL)], Cube.build(PROFILE, [])) == {}


def test_columns_that_say_the_same_are_told_once() -> None:
    """All money comes from one source: its column repeats the total's, and so does the fault."""
    figures = {("公开04", "本年支出合计", column): 5 for column in ("合计", "一般公共预算财政拨款")}
    figures |= {("公开04", "208", column): 4 for column in ("合计", "一般公共预算财政拨款")}
    figures |= {("公开04", "本年支出合计", "政府性基金预算财政拨款"): 7, ("公开04", "208", "政府性基金预算财政拨款"): 4}
    outcome = judge_one("公开04[本年支出合计, 每列] = 合计(公开04[201 : 234, 同列])", figures)
    assert counts(outcome) == (Status.VIOLATED, 2, 0, 0)
    assert [finding.column for finding in outcome.findings] == ["合计", "政府性基金预算财政拨款"]
    assert outcome.findings[0].message.endswith("相差 0.01 元。“一般公共预算财政拨款”栏相同。")
