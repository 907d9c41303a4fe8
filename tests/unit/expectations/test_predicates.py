"""The generic predicates, one case that passes and one that fails each."""

import pytest
from rule_cases import PROFILE, judge_one, rule, submission

from expectations.cube import UnitData
from expectations.predicates import PREDICATES, predicate
from expectations.predicates_counterparties import counterparties_within_tables
from models.findings import RuleOutcome, Severity, Status
from models.submission import Counterparty, Presence, Problem, Unread


def outcome(check: str, unit: UnitData, **params: object) -> RuleOutcome:
    return judge_one("", unit, check=check, params=params)


class TestReading:
    PROBLEM = Problem("R-金额", "hint", "“1O0”不是数字，请改为数字。", "公开01", "事业收入", "决算数", "公开01!B5")

    def test_problems_of_the_rule_become_violations_with_their_own_severity(self) -> None:
        result = outcome("reading", UnitData("1", submission({}, problems=[self.PROBLEM])), rule="R-金额")
        assert (result.status, result.checked, result.held) == (Status.VIOLATED, 1, 0)
        (finding,) = result.findings
        assert (finding.severity, finding.message) == (Severity.HINT, "“1O0”不是数字，请改为数字。")
        assert (finding.form, finding.row, finding.column, finding.location) == (
            "公开01",
            "事业收入",
            "决算数",
            "公开01!B5",
        )

    def test_problems_of_other_rules_are_left_to_them(self) -> None:
        result = outcome("reading", UnitData("1", submission({}, problems=[self.PROBLEM])), rule="R-列")
        assert (result.status, result.checked) == (Status.HOLDS, 0)

    def test_a_rule_that_names_no_kind_of_problem_is_not_checked(self) -> None:
        assert outcome("reading", UnitData("1", submission({}))).status is Status.NOT_CHECKED


class TestRequiredForms:
    def test_all_there(self) -> None:
        assert outcome("required_forms", UnitData("1", submission({}))).status is Status.HOLDS

    def test_absent_and_unreadable_forms_are_told_optional_ones_are_not(self) -> None:
        data = submission({}, absent=["公开05", "财政对账单", "往来明细"])
        data.presence["公开06"] = Presence.UNREADABLE
        result = outcome("required_forms", UnitData("1", data))
        assert [(finding.form, "没有找到" in finding.message) for finding in result.findings] == [
            ("公开05", True),
            ("公开06", False),
        ]

    def test_a_published_text_owes_the_public_set_only(self) -> None:
        data = submission({}, absent=["补充信息", "封面"])
        assert outcome("required_forms", UnitData("1", data)).checked == 2
        assert outcome("required_forms", UnitData("1", data), published_only=True).status is Status.HOLDS
        data.kind = "单位决算公开文本"
        assert outcome("required_forms", UnitData("1", data)).status is Status.HOLDS


class TestYear:
    @pytest.mark.parametrize(("year", "status"), [(2022, "holds"), (2021, "violated"), (0, "not_checked")])
    def test_year(self, year: int, status: str) -> None:
        data = submission({})
        data.year = year
        assert outcome("year_matches", UnitData("1", data), year=2022).status.value == status


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="已登记"):
        predicate("reading")(PREDICATES["reading"])
    assert PROFILE.code == "national-2022"


def test_what_a_table_may_hold_unread_is_not_held_against_往来明细() -> None:
    data = submission({("公开02", "合计", "上级补助收入"): 5})
    data.counterparties = [Counterparty("上级补助收入", "103", "", "2101506", 500)]
    any_rule = rule("公开01[本年收入合计] >= 0").rule
    assert [one.holds for one in counterparties_within_tables(UnitData("1", data), any_rule, PROFILE)] == [False]
    data.unread = [Unread("公开02", 0, "", "上级补助收入")]
    assert [one.holds for one in counterparties_within_tables(UnitData("1", data), any_rule, PROFILE)] == [None]
