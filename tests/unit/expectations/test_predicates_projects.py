"""Rules on 自评表: the six real forms hold, and each rule finds exactly the fault planted for it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fixtures.projects import (
    CHRONIC,
    HARDSHIP,
    INSURANCE,
    PROJECT_EXPENDITURE_FEN,
    REAL_PROJECTS,
    RETIRED,
    SYSTEMS,
    VILLAGE,
    with_funding,
    with_indicator,
)

from expectations.catalogue import RULES_ROOT, RuleSet, build_ruleset
from expectations.cube import UnitData
from expectations.predicates import PREDICATES, Judged
from models.profiles import Profile
from models.submission import Cell, Presence, Project, Submission, Unread

FILE = RULES_ROOT / "national_2022" / "40_自评表.yaml"


@pytest.fixture(scope="module")
def rules(profile: Profile) -> RuleSet:
    return build_ruleset(profile, [FILE])


def unit_with(*projects: Project, expenditure_fen: int | None = PROJECT_EXPENDITURE_FEN, money: str = "元") -> UnitData:
    cells = (
        [] if expenditure_fen is None else [Cell("公开03", "合计", "项目支出", expenditure_fen, location="第 160 行")]
    )
    submission = Submission(
        file="决算.txt",
        sha256="0" * 64,
        kind="单位决算公开文本",
        profile="national-2022",
        catalogue_hash="",
        amount_unit=money,
        presence={"公开03": Presence.ABSENT if expenditure_fen is None else Presence.PRESENT},
        cells=cells,
        projects=list(projects),
    )
    return UnitData("303002", submission)


def judge(rules: RuleSet, rule_id: str, unit: UnitData) -> list[Judged]:
    rule = rules[rule_id].rule
    return list(PREDICATES[rule.check](unit, rule, rules.profile))


def findings(rules: RuleSet, unit: UnitData) -> dict[str, list[Judged]]:
    """What does not hold or was not judged, by rule."""
    found = {rule.id: [j for j in judge(rules, rule.id, unit) if j.holds is not True] for rule in rules.rules}
    return {rule_id: judged for rule_id, judged in found.items() if judged}


def test_the_six_real_forms_hold_but_for_one_hint(rules: RuleSet) -> None:
    found = findings(rules, unit_with(*REAL_PROJECTS))
    assert set(found) == {"P17"}
    assert [judged.row for judged in found["P17"]] == ["慢性病鉴定和医药机构评估费/年度内组织鉴定次数"]
    assert "250%" in found["P17"][0].message


# rule: (form in which it holds and is judged, form with the fault, words of the message)
Change = Callable[[], Project]
CASES: dict[str, tuple[Change, Change, str]] = {
    "P01": (lambda: RETIRED, lambda: with_indicator(RETIRED, 5, points="14", score="14"), "相差 -1 分"),
    "P02": (
        lambda: RETIRED,
        lambda: with_indicator(with_indicator(RETIRED, 5, points="10"), 6, points="15"),
        "效益指标的分值合计为 25 分",
    ),
    "P03": (
        lambda: RETIRED,
        lambda: with_indicator(with_indicator(RETIRED, 0, points="15"), 3, points="15"),
        "数量指标的分值合计为 15 分",
    ),
    "P04": (lambda: RETIRED, lambda: with_indicator(RETIRED, 2, score="11"), "应在 0 至 10 分之间"),
    "P05": (lambda: INSURANCE, lambda: replace(INSURANCE, total="94.36"), "相差 1 分"),
    "P06": (lambda: RETIRED, lambda: replace(RETIRED, grade="良"), "应为“优”"),
    "P07": (lambda: INSURANCE, lambda: with_funding(INSURANCE, 0, rate="63.58"), "53.58%"),
    "P08": (lambda: HARDSHIP, lambda: with_funding(SYSTEMS, 0, score="3.79"), "3.97 分"),
    "P09": (lambda: CHRONIC, lambda: with_funding(CHRONIC, 0, remainder="2.772"), "相差 0.05 万元"),
    "P10": (lambda: CHRONIC, lambda: with_funding(CHRONIC, 1, declared_budget="6"), "目标申报数"),
    "P11": (lambda: SYSTEMS, lambda: with_indicator(SYSTEMS, 0, score="18"), "应得满分 20 分"),
    "P12": (
        lambda: with_indicator(SYSTEMS, 0, actual="4个", score="16"),
        lambda: with_indicator(SYSTEMS, 0, actual="4个"),
        "按比例应为 16 分",
    ),
    "P13": (
        lambda: with_indicator(INSURANCE, 0, actual="400000人", score="19.1"),  # 19.06 到一位小数
        lambda: with_indicator(INSURANCE, 0, actual="400000人", score="19.5"),
        "多 0.44 分",
    ),
    "P14": (lambda: VILLAGE, lambda: with_funding(VILLAGE, 0, executed="3.7"), "大于全年预算数 3.6 万元"),
    "P15": (lambda: SYSTEMS, lambda: replace(SYSTEMS, analysis=(("产出情况", "完成"),)), "低于 60%"),
    "P16": (lambda: RETIRED, lambda: with_indicator(RETIRED, 1, reason=" "), "扣了 1 分"),
    "P17": (lambda: with_indicator(CHRONIC, 0, reason="年初值偏低"), lambda: CHRONIC, "250%"),
    "P18": (lambda: RETIRED, lambda: with_indicator(RETIRED, 1, actual="部分达成预期指标"), "60% 至 80%"),
    "P20": (lambda: RETIRED, lambda: with_indicator(RETIRED, 0, actual=""), "无法评分"),
}


@pytest.mark.parametrize("rule_id", CASES)
def test_each_rule_holds_and_finds_its_fault(rule_id: str, rules: RuleSet) -> None:
    good, bad, words = CASES[rule_id]
    held = judge(rules, rule_id, unit_with(good()))
    assert held and all(judged.holds for judged in held)
    violated = [judged for judged in judge(rules, rule_id, unit_with(bad())) if judged.holds is False]
    assert violated
    assert any(words in judged.message for judged in violated)
    assert all(judged.form == "自评表" and judged.row and judged.message.endswith("。") for judged in violated)


def test_every_rule_has_its_case(rules: RuleSet) -> None:
    registered = {name for name in PREDICATES if name.startswith("project_")}
    assert {rule.check for rule in rules.rules} == registered
    assert {rule.id for rule in rules.rules} == set(CASES) | {"P00", "P19", "P21"}
    assert all(rule.basis and rule.explain and rule.scope == "单位" for rule in rules.rules)


def test_a_form_of_another_family_is_not_checked(rules: RuleSet) -> None:
    found = findings(rules, unit_with(replace(RETIRED, family="F-YY23", total="0")))
    assert set(found) == {"P00"} and found["P00"][0].holds is None


@pytest.mark.parametrize(
    ("expenditure_fen", "money", "holds"),
    [
        (PROJECT_EXPENDITURE_FEN, "元", True),
        (2_039_962_000, "元", True),  # 2039.962 万元 exactly
        (2_039_900_000, "元", False),
        (2_039_960_000, "万元", True),  # 2039.96 万元 may stand for 2039.962
        (2_039_940_000, "万元", False),  # at most 2039.945; the projects are at least 2039.9455
        (None, "元", None),
        (0, "元", False),
    ],
)
def test_executed_projects_stay_within_project_expenditure(
    expenditure_fen: int | None, money: str, holds: bool | None, rules: RuleSet
) -> None:
    unit = unit_with(*REAL_PROJECTS, expenditure_fen=expenditure_fen, money=money)
    judged = judge(rules, "P19", unit)
    assert [item.holds for item in judged] == [holds]
    if holds is False:
        assert (judged[0].left, judged[0].right, judged[0].unit_of_amount) == (2_039_962_000, expenditure_fen, "万元")
        assert judged[0].location == "第 160 行"


def test_no_projects_no_judgements(rules: RuleSet) -> None:
    assert not any(judge(rules, rule.id, unit_with()) for rule in rules.rules if rule.id != "P21")


def test_money_and_rates_carry_both_sides(rules: RuleSet) -> None:
    rate = judge(rules, "P07", unit_with(with_funding(INSURANCE, 0, rate="63.58")))[0]
    assert (rate.left, rate.right, rate.unit_of_amount, rate.column) == (6358, 5358, "%", "执行率")
    rest = judge(rules, "P09", unit_with(with_funding(CHRONIC, 0, remainder="2.772")))[0]
    assert (rest.left, rest.right, rest.unit_of_amount) == (2_772_000, 2_722_000, "万元")


@pytest.mark.parametrize(
    ("rule_id", "project"),
    [
        ("P01", with_indicator(RETIRED, 0, points=None)),
        ("P02", with_indicator(RETIRED, 0, level1="其他指标")),
        ("P05", with_indicator(RETIRED, 0, score=None)),
        ("P05", replace(RETIRED, total=None)),
        ("P06", replace(RETIRED, grade="")),
        ("P07", with_funding(RETIRED, 0, executed=None)),
        ("P08", with_funding(with_funding(RETIRED, 0, score=None), 1, score=None)),
        ("P09", with_funding(CHRONIC, 0, budget=None)),
        ("P10", with_funding(CHRONIC, 0, executed="二万")),
    ],
)
def test_what_cannot_be_judged_is_not_passed(rule_id: str, project: Project, rules: RuleSet) -> None:
    undecided = [judged for judged in judge(rules, rule_id, unit_with(project)) if judged.holds is None]
    assert undecided and all(judged.message for judged in undecided)


@pytest.mark.parametrize(
    ("rule_id", "project"),
    [
        # 显示到整数的执行率：15.9/30 = 53.0%，16.075/30 = 53.58% → 54
        ("P07", with_funding(with_funding(INSURANCE, 0, rate="54", score="5.36"), 1, rate="54", score="5.36")),
        ("P08", with_funding(INSURANCE, 0, rate="53.580", score="5.36")),
        ("P07", with_funding(VILLAGE, 1, budget="0", executed="0", rate="0")),
        ("P09", with_funding(VILLAGE, 1, budget=None, executed=None, remainder="0")),
        ("P06", replace(RETIRED, grade="优秀")),
        ("P10", with_funding(RETIRED, 1, declared_budget=None)),
        # 预算 10.005 四舍五入成 10.01，两个来源各 5.0025 显示 5.00
        (
            "P10",
            replace(
                SYSTEMS,
                funding=tuple(
                    replace(SYSTEMS.funding[0], source=name, declared_budget=None, initial_budget=None, budget=shown,
                            executed=None, remainder=None)
                    for name, shown in (("资金总额", "10.01"), ("市县区财政资金", "5.00"), ("其他资金", "5.00"))
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_rounding_and_custom_are_no_errors(rule_id: str, project: Project, rules: RuleSet) -> None:
    assert not [judged for judged in judge(rules, rule_id, unit_with(project)) if judged.holds is not True]


def test_an_adjusted_down_excess_with_a_reason_is_accepted(rules: RuleSet) -> None:
    project = with_indicator(CHRONIC, 0, score="18", reason="年初值偏低，按偏离度调减")
    assert set(findings(rules, unit_with(project))) == {"P05"}  # 总分未随之改动


def test_a_missed_deadline_with_full_points_is_told_once(rules: RuleSet) -> None:
    project = with_indicator(HARDSHIP, 2, actual="2022年12月15日")
    assert set(findings(rules, unit_with(project))) == {"P12"}


@pytest.mark.parametrize("text", ["{{7*7}}", "<b>x</b>", "9" * 5000, "≥" * 3000, "\x00"])
def test_hostile_text_never_breaks_a_rule(text: str, rules: RuleSet) -> None:
    for field in ("level1", "level2", "name", "target", "actual", "points", "score", "reason"):
        findings(rules, unit_with(with_indicator(RETIRED, 0, **{field: text})))
    for field in ("source", "declared_budget", "budget", "executed", "remainder", "rate", "score"):
        findings(rules, unit_with(with_funding(RETIRED, 0, **{field: text})))
    findings(rules, unit_with(replace(RETIRED, total=text, grade=text, name=text)))


@pytest.mark.parametrize(
    ("projects", "expenditure_fen", "holds"),
    [
        ((), 366_000_000, [False]),
        ((RETIRED,), 366_000_000, [True]),
        ((RETIRED,), None, [True]),
        ((), 0, []),
        ((), -100, []),
        ((), None, [None]),
    ],
    ids=["none-handed-in", "one", "one-without-the-table", "no-project-expenditure", "taken-back", "no-table"],
)
def test_project_expenditure_needs_a_performance_form(
    projects: tuple[Project, ...], expenditure_fen: int | None, holds: list[bool | None], rules: RuleSet
) -> None:
    judged = judge(rules, "P21", unit_with(*projects, expenditure_fen=expenditure_fen))
    assert [one.holds for one in judged] == holds
    if holds == [False]:
        assert (judged[0].form, judged[0].row, judged[0].location) == ("公开03", "合计", "第 160 行")
        assert "项目支出 3660000.00 元没有一份自评表" in judged[0].message


def test_forms_that_could_not_be_read_are_not_called_missing(rules: RuleSet) -> None:
    unit = unit_with()
    unit.submission.presence["自评表"] = Presence.UNREADABLE
    assert [judged.holds for judged in judge(rules, "P21", unit)] == [None]


def test_grades_are_not_judged_on_another_scale(rules: RuleSet) -> None:
    found = findings(rules, unit_with(with_indicator(RETIRED, 0, points="30", score="30")))
    assert [judged.holds for judged in found["P01"]] == [False]
    assert [judged.holds for judged in found["P06"]] == [None]


def test_a_finding_stands_at_the_cell_of_its_column(rules: RuleSet) -> None:
    wrong = with_funding(INSURANCE, 0, rate="63.58", location="自评表1!B23", places="全年预算数=D,执行率=G")
    assert judge(rules, "P07", unit_with(wrong))[0].location == "自评表1!G23"
    short = with_indicator(SYSTEMS, 0, score="18", location="自评表!A（1）!B32", places="分值=H,得分=I")
    assert [j.location for j in judge(rules, "P11", unit_with(short)) if not j.holds] == ["自评表!A（1）!I32"]
    total = replace(INSURANCE, total="94.36", location="自评表1", total_location="自评表1!I62")
    assert [j.location for j in judge(rules, "P05", unit_with(total))] == ["自评表1!I62"]


@pytest.mark.parametrize(
    ("executed", "remainder", "holds"),
    [("38.766462", "0", True), ("38.766461", "0.000001", True), ("38.766461", "0", False)],
)
def test_amounts_in_yuan_to_two_decimals_are_exact_to_the_fen(
    executed: str, remainder: str, holds: bool, rules: RuleSet
) -> None:
    money = {"declared_budget": None, "initial_budget": None, "budget": "38.766462"}
    project = with_funding(RETIRED, 0, executed=executed, remainder=remainder, **money)
    project = replace(project, funding=project.funding[:1])
    assert [judged.holds for judged in judge(rules, "P09", unit_with(project))] == [holds]


def test_thirds_from_a_formula_are_no_differences(rules: RuleSet) -> None:
    third = {"declared_budget": None, "initial_budget": None, "budget": "33.333333333333336"}
    third |= {"executed": "33.333333333333336", "remainder": "0"}
    whole = {"declared_budget": None, "initial_budget": None, "budget": "100", "executed": "100", "remainder": "0"}
    lines = tuple(replace(RETIRED.funding[1], source=name, **third) for name in "甲乙丙")
    project = replace(RETIRED, funding=(replace(RETIRED.funding[0], **whole), *lines))
    for rule in ("P07", "P09", "P10"):
        assert all(judged.holds for judged in judge(rules, rule, unit_with(project)))


@pytest.mark.parametrize("number", ["9" * 20, "-" + "9" * 20, "9" * 29])
def test_numbers_that_no_form_holds_are_told_in_words(number: str, rules: RuleSet) -> None:
    found = findings(rules, unit_with(with_indicator(RETIRED, 0, points=number, score=number)))
    assert any(judged.holds is False for judged in found["P01"])
    sides = [side for many in found.values() for one in many for side in (one.left, one.right) if side is not None]
    assert all(abs(side) < 2**63 for side in sides)


def test_a_form_with_a_single_source_is_told_once(rules: RuleSet) -> None:
    """The line of the only source repeats the total's figures, and so would the fault."""
    project = next(one for one in REAL_PROJECTS if len(one.funding) == 2)
    wrong = tuple(replace(line, remainder="99", rate="12.5", score="3") for line in project.funding)
    found = findings(rules, unit_with(replace(project, funding=wrong)))
    for rule in rules.rules:
        if rule.check in ("project_rate", "project_execution_score", "project_remainder"):
            assert [judged.row for judged in found[rule.id]] == [f"{project.name}/{wrong[0].source}"]


def test_a_total_of_项目支出_that_was_not_read_is_no_zero(rules: RuleSet) -> None:
    unit = unit_with(*REAL_PROJECTS, expenditure_fen=None)
    unit.submission.presence["公开03"] = Presence.PRESENT
    unit.submission.unread = [Unread("公开03", 0, "合计", "项目支出")]
    (rule,) = [rule for rule in rules.rules if rule.check == "project_expenditure"]
    assert [judged.holds for judged in judge(rules, rule.id, unit)] == [None]
