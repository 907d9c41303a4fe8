"""Every rule of the national catalogue holds on consistent accounts and is broken by a change of one named cell.

The catalogue and the cases are compared both ways, so that no rule stands untested and no case without its rule.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import replace

import pytest
from rule_cases import PROFILE
from rule_catalogue_cases import (
    BARE,
    CASES,
    FUND,
    GENERAL,
    LEDGER,
    OTHER,
    PLAIN,
    PRIOR,
    PROJECT,
    WHOLE,
    Case,
    Ledger,
    accounts,
)
from test_predicates_projects import CASES as PROJECT_CASES

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from models.findings import RuleOutcome, Severity, Status
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
    "Y-上年": (lambda: changed(cells=[c for c in WHOLE.cells if not c.row.startswith("上年/")]), "上年数没有填列"),
    "B-接待": (lambda: wiped("补充信息", *RECEPTIONS), "应大于 0 批次"),
    "M-量级": (lambda: LEDGER.submission(PROFILE, 2022), "相差一万倍"),
    "R-表齐": (lambda: changed(presence=WHOLE.presence | {"公开05": Presence.ABSENT}), "没有找到"),
    "R-必填": (
        lambda: changed(cells=[c for c in WHOLE.cells if c.row != "概况/主要职责"]),
        "“主要职责”没有填写",
    ),
    "R-科目": (lambda: changed(row_names=WHOLE.row_names | {("公开03", "2010398"): "新科目"}), "2010398（新科目）不在"),
    "R-个人信息": (
        lambda: changed(row_names=WHOLE.row_names | {("公开03", "2080505"): "养老保险（王某某13900000000）"}),
        "手机号 139****0000",
    ),
    "R-科目名称": (lambda: changed(row_names=WHOLE.row_names | {("公开03", "2080505"): "养老金"}), "写作“养老金”"),
    "N-往来": (
        lambda: changed(counterparties=[replace(WHOLE.counterparties[0], amount_fen=20_000_001)]),
        "多 0.01 元",
    ),
    "N-未列明": (
        lambda: changed(counterparties=WHOLE.counterparties[1:]),
        "上级补助收入 200,000.00 元，往来明细没有列明",
    ),
    "N-往来单位": (lambda: changed(counterparties=[replace(WHOLE.counterparties[0], counterpart="甲")]), "就是本单位"),
}
"""Rules that more than one cell must break, or something that is no figure: what breaks them, words of the message."""

DEPARTMENT = {"A-上年"}
"""Rules on added-up accounts that tell several problems as one; each has its case in test_predicates_department."""

READING = {rule.id for rule in RULES.rules if rule.check == "reading"}
PROJECTS = set(PROJECT_CASES) | {"P00", "P19", "P21"}
"""Rules on 自评表; each has its two cases in test_predicates_projects."""


def test_catalogue_and_cases_agree_both_ways() -> None:
    catalogue = {rule.id for rule in RULES.rules}
    tested = [*CASES, *OTHERS, *READING, *DEPARTMENT, *PROJECTS]
    assert catalogue - set(tested) == set()
    assert set(tested) - catalogue == set()
    assert len(tested) == len(set(tested))


@pytest.mark.parametrize(("base", "prior"), [(WHOLE, PRIOR), (PLAIN, None)], ids=["whole", "plain"])
def test_consistent_accounts_raise_no_alarm(base: Submission, prior: Submission | None) -> None:
    found = outcomes(UnitData("甲", base, prior=prior))
    messages = [finding.message for outcome in found.values() for finding in outcome.findings]
    assert messages == []


LAST_YEAR = {"Y01-上年年末", "Y04-上年一般", "Y04-上年基金", "Y04-上年国资"}


def of_last_year(unit: UnitData) -> dict[str, Status]:
    return {rule_id: outcome_of(rule_id, unit).status for rule_id in LAST_YEAR}


def test_a_last_year_that_is_not_there_is_unknown_and_never_zero() -> None:
    assert set(of_last_year(UnitData("甲", BARE)).values()) == {Status.NOT_APPLICABLE}
    lost = replace(PRIOR, presence=PRIOR.presence | dict.fromkeys(("公开01", "公开04"), Presence.ABSENT))
    assert set(of_last_year(UnitData("甲", BARE, prior=lost)).values()) == {Status.NOT_APPLICABLE}
    assert set(of_last_year(UnitData("甲", BARE, prior=PRIOR)).values()) == {Status.HOLDS}


def test_last_year_is_told_once_where_a_supplement_speaks_of_it() -> None:
    """The supplement's own rules tell a difference; only a budget of which it says nothing is looked at besides."""
    cells = [replace(c, amount=c.amount + 900) if c.row.startswith("年初") and c.amount else c for c in WHOLE.cells]
    assert set(of_last_year(UnitData("甲", replace(WHOLE, cells=cells), prior=PRIOR)).values()) == {
        Status.NOT_APPLICABLE
    }
    assert outcome_of("Y01-年初", UnitData("甲", replace(WHOLE, cells=cells), prior=PRIOR)).status is Status.VIOLATED


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
        WHOLE,
        cells=[*cover, *words],
        presence=dict.fromkeys(PROFILE.forms, Presence.EMPTY),
        counterparties=[],
        projects=[],
    )
    found = outcomes(UnitData(LEDGER.code, empty))
    assert [finding.rule for outcome in found.values() for finding in outcome.findings if finding.blocks] == [
        "T01-有数"
    ]


def violated(ledger: Ledger, last: Submission | None = None) -> dict[str, Severity]:
    """Rules that the ledger's accounts violate, with their severity."""
    found = outcomes(UnitData("甲", replace(accounts(ledger), projects=WHOLE.projects), prior=last))
    return {rule: one.severity for rule, one in found.items() if one.status is Status.VIOLATED}


def test_a_deficit_of_other_money_is_asked_about_once_and_never_blocked_as_impossible() -> None:
    """Opening: 16 of the appropriations and a deficit of 120 elsewhere; a public hospital's ordinary state."""
    deep = replace(LEDGER, opening={GENERAL: 10, FUND: 6, OTHER: -120}, supplement=without_last_year())
    asked = {"Y-上年": Severity.VERIFIABLE}
    assert violated(deep) == asked | {"T01-非负": Severity.VERIFIABLE}, (
        "年初 16-120 = -104, 年末 96-124 = -28: both negative"
    )
    shallow = replace(LEDGER, opening={GENERAL: 10, FUND: 6, OTHER: -8}, supplement=without_last_year())
    assert violated(shallow) == asked | {"X14-年初": Severity.VERIFIABLE}, "年初 8 below 16; 年末 84 above 36"


def test_red_entries_of_other_money_are_asked_about_and_never_blocked_as_impossible() -> None:
    """A reversed outlay of 8 outside the appropriations: the whole of the subject is below its appropriated part."""
    outlay = [*LEDGER.outlay, ("2010302", PROJECT, OTHER, -8)]
    assert violated(replace(LEDGER, outlay=outlay)) == {
        "X35-小计": Severity.VERIFIABLE,
        "X35-项目支出": Severity.VERIFIABLE,
        "X34-科目": Severity.VERIFIABLE,
    }


def test_last_years_deficit_of_other_money_is_no_contradiction() -> None:
    """上年年末 -50 in all, 16 of it appropriations: declared as it was published."""
    supplement = LEDGER.supplement | {("上年/年末结转和结余", "金额"): -50, ("年初调整/其他", "金额"): 70}
    found = violated(replace(LEDGER, supplement=supplement))
    assert found == {"Y-非负": Severity.VERIFIABLE, "Y01-年初直接": Severity.VERIFIABLE}


def without_last_year() -> dict[tuple[str, str], int | str]:
    return {address: value for address, value in LEDGER.supplement.items() if not address[0].startswith("上年/")}
