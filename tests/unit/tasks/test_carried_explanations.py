"""Units' explanations on their department's sum: as far as their differences come to its own. Figures by hand, in fen."""

from dataclasses import replace

import pytest

from expectations.catalogue import load_rules
from expectations.verdicts import Earlier, key_of
from models.findings import Finding, RuleOutcome, Severity, Status
from models.profiles import load_profile
from tasks.validate.carried import CARRIED, Part, carry_up, own_explanations

RULES = load_rules(load_profile())
OPENING, NEGATIVE, CARS = "Y01-年初直接", "T01-非负", "B-车辆"
"""An equality, one that may not be too small, one that may not be too large."""


def finding(rule: str, difference: int | None, unit: str = "元", **more: object) -> Finding:
    given = Finding(
        rule, Severity.VERIFIABLE, Status.VIOLATED, "题", "不符。", "公开01", "年初结转和结余", column="决算数",
        difference=difference, unit_of_amount=unit,
    )  # fmt: skip
    return replace(given, **more)  # type: ignore[arg-type]


def carried(given: Finding, *parts: tuple[str, int | None]) -> Finding:
    said = {key_of(given): [Part(code, f"单位{code}", difference, f"{code}的原因。") for code, difference in parts]}
    outcome = RuleOutcome(given.rule, given.severity, given.status, findings=(given,))
    return carry_up([outcome], said, RULES)[0].findings[0]


def test_differences_that_come_to_the_departments_explain_it_with_every_units_words() -> None:
    got = carried(finding(OPENING, -30_000_00), ("103", -20_000_00), ("104", -10_000_00))
    assert got.explanation == CARRIED + "103 单位103：103的原因；104 单位104：104的原因"
    assert not got.blocks and got.message == "不符。"


def test_what_is_left_is_told_and_is_the_departments_to_explain() -> None:
    got = carried(finding(OPENING, -30_000_00), ("103", -20_000_00))
    assert got.blocks
    assert got.message.endswith(
        "各单位已说明 -20,000.00 元（103 单位103：103的原因），其余 -10,000.00 元须由部门说明。"
    )
    own = carried(finding(OPENING, -30_000_00, explanation="机构划转"), ("103", -20_000_00))
    assert own.explanation == "机构划转" and "其余 -10,000.00 元" in own.message


def test_units_that_explain_more_than_is_left_hide_something_where_both_sides_must_be_equal() -> None:
    assert carried(finding(OPENING, -10_000_00), ("103", -30_000_00)).blocks, "another unit's +20,000 is unexplained"


@pytest.mark.parametrize(
    ("rule", "difference", "explained", "passes"),
    [
        (NEGATIVE, -6_00, -10_00, True),  # others hold 4.00: less is left than was explained
        (NEGATIVE, -10_00, -6_00, False),
        (CARS, 2, 3, True),
        (CARS, 3, 2, False),
        (CARS, 3, -3, False),
    ],
)
def test_where_one_direction_is_wrong_less_may_be_left(
    rule: str, difference: int, explained: int, passes: bool
) -> None:
    assert carried(finding(rule, difference), ("103", explained)).blocks is not passes


def test_what_no_unit_explained_stays_open_and_other_findings_are_left_alone() -> None:
    assert carried(finding(OPENING, 0)).blocks
    assert carried(finding(OPENING, None), ("103", None)).blocks
    hint = finding(OPENING, 5, severity=Severity.HINT)
    assert carried(hint, ("103", 5)) == hint
    unchecked = finding(OPENING, 5, status=Status.NOT_CHECKED)
    assert carried(unchecked, ("103", 5)) == unchecked


def test_only_the_departments_own_words_live_on() -> None:
    own = (("b", "", "", ""), 1, "机构划转")
    earlier = Earlier(accepted=((("a", "", "", ""), 1, CARRIED + "甲"), own))
    assert own_explanations(earlier).accepted == (own,)
