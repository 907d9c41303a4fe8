"""Every rule of the national catalogue holds on consistent accounts and is broken by a change of one named cell.

The catalogue and the cases are compared both ways, so that no rule stands untested and no case without its rule.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import replace

import pytest
from rule_cases import PROFILE
from rule_catalogue_cases import CASES, LEDGER, PLAIN, PRIOR, WHOLE, Case
from test_predicates_projects import CASES as PROJECT_CASES

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from models.findings import RuleOutcome, Status
from models.submission import Cell, Presence, Problem, Submission

RULES = load_rules(PROFILE)


def outcomes(unit: UnitData) -> dict[str, RuleOutcome]:
    return {outcome.rule: outcome for outcome in evaluate(RULES, Cube.build(PROFILE, [unit]))[unit.code]}


def outcome_of(rule_id: str, unit: UnitData) -> RuleOutcome:
    return evaluate([RULES[rule_id]], Cube.build(PROFILE, [unit]))[unit.code][0]


def wiped(form: str, *rows: str) -> Submission:
    """The whole unit without the figures of one form (of some of its rows)."""
    data = copy(WHOLE)
    data.cells = [cell for cell in WHOLE.cells if cell.form != form or (rows and cell.row not in rows)]
    return data


def changed(**fields: object) -> Submission:
    return replace(WHOLE, **fields)  # type: ignore[arg-type]


RECEPTIONS = ("数量/国内公务接待批次", "数量/国（境）外公务接待批次")
OTHERS: dict[str, tuple[Callable[[], Submission], str]] = {
    "T01-有数": (lambda: wiped("公开01"), "没有填任何数字"),
    "D-对账": (lambda: wiped("财政对账单"), "财政对账单没有填列"),
    "B-接待": (lambda: wiped("补充信息", *RECEPTIONS), "应大于 0 批次"),
    "R-表齐": (lambda: changed(presence=WHOLE.presence | {"公开05": Presence.ABSENT}), "没有找到"),
    "R-必填": (
        lambda: changed(cells=[c for c in WHOLE.cells if c.row != "概况/主要职责"]),
        "“主要职责”没有填写",
    ),
    "R-个人信息": (
        lambda: changed(row_names=WHOLE.row_names | {("公开03", "2080505"): "养老保险（王某某13900000000）"}),
        "手机号 139****0000",
    ),
    "R-科目名称": (lambda: changed(row_names=WHOLE.row_names | {("公开03", "2080505"): "养老金"}), "写作“养老金”"),
    "N-往来": (
        lambda: changed(counterparties=[replace(WHOLE.counterparties[0], amount_fen=2001)]),
        "多 0.01 元",
    ),
    "N-往来单位": (lambda: changed(counterparties=[replace(WHOLE.counterparties[0], counterpart="甲")]), "就是本单位"),
}
"""Rules that more than one cell must break, or something that is no figure: what breaks them, words of the message."""

READING = {rule.id for rule in RULES.rules if rule.check == "reading"}
PROJECTS = set(PROJECT_CASES) | {"P00", "P19"}
"""Rules on 自评表; each has its two cases in test_predicates_projects."""


def test_catalogue_and_cases_agree_both_ways() -> None:
    catalogue = {rule.id for rule in RULES.rules}
    tested = [*CASES, *OTHERS, *READING, *PROJECTS]
    assert catalogue - set(tested) == set()
    assert set(tested) - catalogue == set()
    assert len(tested) == len(set(tested))


@pytest.mark.parametrize(("base", "prior"), [(WHOLE, PRIOR), (PLAIN, None)], ids=["whole", "plain"])
def test_consistent_accounts_raise_no_alarm(base: Submission, prior: Submission | None) -> None:
    found = outcomes(UnitData("甲", base, prior=prior))
    messages = [finding.message for outcome in found.values() for finding in outcome.findings]
    assert messages == []


@pytest.mark.parametrize("rule_id", CASES)
def test_a_formula_holds_and_is_broken_by_one_cell(rule_id: str) -> None:
    case: Case = CASES[rule_id]
    before = outcome_of(rule_id, case.unit(changed=False))
    assert (before.status, before.held) == (Status.HOLDS, before.checked)
    assert before.checked >= 1, "at least one displayed figure was judged"
    after = outcome_of(rule_id, case.unit(changed=True))
    assert after.status is Status.VIOLATED
    assert {finding.severity for finding in after.findings} == {RULES[rule_id].rule.weight}
    assert all(finding.message.endswith("。") and finding.form and finding.row for finding in after.findings)
    if case.scaled is not None:
        assert case.scaled in {finding.difference for finding in after.findings}


@pytest.mark.parametrize("rule_id", OTHERS)
def test_other_rules_hold_and_are_broken(rule_id: str) -> None:
    broken, words = OTHERS[rule_id]
    before = outcome_of(rule_id, UnitData("甲", WHOLE, prior=PRIOR))
    assert (before.status, before.held) == (Status.HOLDS, before.checked)
    after = outcome_of(rule_id, UnitData("甲", broken(), prior=PRIOR))
    assert after.status is Status.VIOLATED
    assert words in after.findings[0].message


@pytest.mark.parametrize("rule_id", sorted(READING))
def test_what_the_reader_met_is_told_by_its_rule_and_by_no_other(rule_id: str) -> None:
    scope = RULES[rule_id].rule.scope
    scope = "单位" if scope == "全部" else scope
    problem = Problem(
        rule_id, RULES[rule_id].rule.weight.value, "此处有误。", "公开01", "事业收入", "决算数", "公开01!C12"
    )
    before = outcome_of(rule_id, UnitData("甲", WHOLE, prior=PRIOR, scope=scope))
    after = outcomes(UnitData("甲", changed(problems=[problem]), prior=PRIOR, scope=scope))
    assert (before.status, after[rule_id].status) == (Status.HOLDS, Status.VIOLATED)
    assert [finding.location for finding in after[rule_id].findings] == ["公开01!C12"]
    others = READING - {rule_id}
    assert all(after[other].status is not Status.VIOLATED for other in others)


def test_a_blank_statement_is_told_once_and_not_line_by_line() -> None:
    found = outcomes(UnitData("甲", wiped("财政对账单"), prior=PRIOR))
    wrong = {rule for rule, outcome in found.items() if outcome.status is Status.VIOLATED}
    assert wrong == {"D-对账"}
    assert found["D-02"].status is Status.NOT_APPLICABLE


def test_a_statement_without_its_total_is_still_compared() -> None:
    data = copy(WHOLE)
    data.cells = [cell for cell in WHOLE.cells if (cell.form, cell.row) != ("财政对账单", "合计")]
    found = outcomes(UnitData("甲", data, prior=PRIOR))
    assert found["D-02"].status is Status.HOLDS
    assert found["D-04-一般"].status is Status.VIOLATED


def test_an_unfilled_workbook_does_not_pass() -> None:
    """Blanks are zeros, so every sum holds on a workbook that nobody filled: something must still say so."""
    words = [Cell("补充信息", row, "内容", None, "有") for row in ("概况/主要职责", "概况/机构设置")]
    cover = [cell for cell in WHOLE.cells if cell.form == "封面"]
    empty = replace(
        WHOLE, cells=[*cover, *words], presence=dict.fromkeys(PROFILE.forms, Presence.EMPTY), counterparties=[]
    )
    found = outcomes(UnitData(LEDGER.code, empty))
    assert [finding.rule for outcome in found.values() for finding in outcome.findings if finding.blocks] == [
        "T01-有数"
    ]
