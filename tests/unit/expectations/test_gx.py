"""Great Expectations: the same outcomes as the evaluator, read from GX's result and from nowhere else."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rule_cases import PROFILE, ruleset, submission

from expectations.catalogue import RuleSet, load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from expectations.predicates import PREDICATES
from models.errors import RegistryError
from models.findings import Status
from models.submission import Problem

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from expectations import gx

RULES = """rules:
  - {id: A1, title: 平衡, severity: 强制, formula: "公开01[收入/总计] = 公开01[支出/总计]"}
  - {id: A2, title: 平衡, severity: 强制, formula: "公开01[收入/总计] = 公开01[支出/总计]"}
  - {id: A3, title: 款, severity: 核实, formula: "公开03[每类, 每列] = 合计(公开03[所属款, 同列])"}
  - {id: A4, title: 读取, severity: 提示, check: reading, params: {rule: R-金额}}
"""


def units() -> list[UnitData]:
    balanced = {("公开01", "收入/总计"): 5, ("公开01", "支出/总计"): 5}
    tilted = balanced | {
        ("公开01", "支出/总计"): 6,
        ("公开03", "208", "基本支出"): 3,
        ("公开03", "20801", "基本支出"): 2,
    }
    problem = Problem("R-金额", "mandatory", "不是数字", "公开01", "201", "决算数", "公开01!C5")
    return [
        UnitData("好", submission(balanced), {"单位类型": "行政单位"}),
        UnitData("错", submission(tilted), prior=submission(balanced)),
        UnitData("缺", submission({}, absent=["公开01", "补充信息"], problems=[problem])),
        UnitData("部", submission(tilted), scope="部门"),
    ]


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[RuleSet]:
    yield ruleset(tmp_path, RULES)


def test_every_rule_is_an_expectation_of_its_own(rules: RuleSet) -> None:
    assert len(gx.suite_for(rules).expectations) == len(rules.rules) == 4
    national = load_rules(PROFILE)
    assert len(gx.suite_for(national).expectations) == len(national.rules)


def test_severities_are_mapped(rules: RuleSet) -> None:
    suite = gx.suite_for(rules)
    assert [str(item.severity.value) for item in suite.expectations] == ["critical", "critical", "warning", "info"]


def test_gx_and_the_evaluator_agree_on_the_whole_catalogue() -> None:
    national = load_rules(PROFILE)
    assert gx.judge_with_gx(PROFILE, national, units()) == evaluate(national, Cube.build(PROFILE, units()))


def test_gx_says_success_when_no_unit_violates(rules: RuleSet) -> None:
    results = gx.validate_suite(PROFILE, rules, units()[:1])
    assert [result.success for result in results] == [True] * 4
    results = gx.validate_suite(PROFILE, rules, units())
    assert {result.expectation_config.kwargs["rule_id"]: result.success for result in results} == {
        "A1": False,
        "A2": False,
        "A3": False,
        "A4": False,
    }


def test_a_removed_expectation_leaves_its_rule_not_checked(rules: RuleSet) -> None:
    suite = gx.suite_for(rules)
    suite.expectations = suite.expectations[1:]
    outcomes = gx.read_outcomes(gx.validate_suite(PROFILE, rules, units(), suite), rules, units())
    assert {outcomes[code][0].status for code in outcomes} == {Status.NOT_CHECKED}
    assert outcomes["错"][1].status is Status.VIOLATED


def test_a_broken_expectation_changes_the_outcome(rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(self: Any, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> Any:
        if self.rule_id == "A1":
            raise RuntimeError("坏了")
        return {"success": self.rule_id != "A3", "result": {"details": metrics["juesuan.rule_outcomes"]}}

    monkeypatch.setattr(gx.ExpectUnitsToSatisfyRule, "_validate", empty)
    outcomes = gx.judge_with_gx(PROFILE, rules, units())
    first, second, third, _ = outcomes["错"]
    assert (first.status, "执行出错" in first.why) == (Status.NOT_CHECKED, True)
    assert (second.status, "前后矛盾" in second.why) == (Status.NOT_CHECKED, True)
    assert third.status is Status.VIOLATED


def test_a_fault_of_one_rule_in_its_metric_stops_no_other(rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PREDICATES, "reading")
    outcomes = gx.judge_with_gx(PROFILE, rules, units())
    assert [outcome.status.value for outcome in outcomes["错"]] == ["violated", "violated", "violated", "not_checked"]


def test_no_units(rules: RuleSet) -> None:
    assert gx.judge_with_gx(PROFILE, rules, []) == {}


def test_a_unit_twice_is_refused(rules: RuleSet) -> None:
    with pytest.raises(RegistryError):
        gx.judge_with_gx(PROFILE, rules, units()[:1] * 2)
