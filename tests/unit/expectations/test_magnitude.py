"""The size of a whole file's amounts: a wrong unit typed throughout is asked about, whatever its sums say."""

import pytest
from rule_cases import PROFILE, Figures, submission

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from expectations.predicates_magnitude import Magnitude
from models.findings import RuleOutcome, Severity, Status
from models.submission import Submission

TOTAL = ("公开01", "收入/总计")
SPENT = ("公开01", "本年支出合计")
LAST = ("补充信息", "上年/收入总计")
WAGES = ("公开06", "301", "金额")
RUNNING = ("公开07", "三公经费", "决算数/公务用车购置及运行维护费/公务用车运行维护费")
CARS = ("补充信息", "数量/公务用车保有量")
YUAN = 100
WAN = 10_000 * YUAN


def judged(data: Submission, prior: Submission | None = None) -> RuleOutcome:
    rule = load_rules(PROFILE)["M-量级"]
    return evaluate([rule], Cube.build(PROFILE, [UnitData("001", data, prior=prior)]))["001"][0]


def said(figures: Figures, **fields: object) -> str:
    """The message about figures in fen; empty when nothing is asked."""
    outcome = judged(submission(figures, **fields))  # type: ignore[arg-type]
    assert all(finding.severity is Severity.VERIFIABLE for finding in outcome.findings)
    return "".join(finding.message for finding in outcome.findings if finding.status is Status.VIOLATED)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        # A bureau of 1,123.10 万元 typed as 元.
        ({SPENT: 107_160}, "全年支出合计为 1,071.60 元"),
        # A deficit carried over leaves little in total; what is spent says more.
        ({TOTAL: 112_310, SPENT: 300 * WAN}, ""),
        # Against last year, which was filed in 元: a ten-thousandth, and the borders of the thousandfold.
        ({TOTAL: 2 * WAN, LAST: 2_000 * WAN}, "上年收入总计为 20,000,000.00 元"),
        ({TOTAL: 2 * WAN, LAST: 1_999 * WAN}, ""),
        ({TOTAL: 2_000 * WAN, LAST: 2 * WAN}, "金额过大"),
        # Wages of a whole year, and what a car costs.
        ({TOTAL: 300 * WAN, WAGES: 9_999 * YUAN}, "全年工资福利支出为 9,999.00 元"),
        ({TOTAL: 300 * WAN, WAGES: 10_000 * YUAN}, ""),
        ({TOTAL: 300 * WAN, RUNNING: 6 * YUAN, CARS: 2}, "平均每一个 3.00 元"),
        ({TOTAL: 300 * WAN, RUNNING: 6 * WAN, CARS: 2}, ""),
        ({TOTAL: 300 * WAN, RUNNING: 6 * YUAN}, ""),  # no cars told: nothing to hold it against
        # An ordinary small unit.
        ({TOTAL: 12 * WAN, LAST: 10 * WAN, WAGES: 9 * WAN}, ""),
    ],
)
def test_signs_of_a_wrong_unit(figures: Figures, words: str) -> None:
    message = said(figures)
    assert words in message if words else message == ""


def test_many_tiny_outlays_are_a_sign_by_themselves() -> None:
    """A hospital of 24.5 亿元: its total alone looks like a small unit's, its 款 of some hundred 元 do not."""
    codes = ("30201", "30202", "30205", "30206", "30207", "30211", "30213", "30216")
    figures: Figures = {TOTAL: 245_000 * YUAN, **{("公开06", code, "金额"): 180 * YUAN for code in codes}}
    assert "共 8 项，中间的一项只有 180.00 元" in said(figures)
    few: Figures = {TOTAL: 245_000 * YUAN, **{("公开06", code, "金额"): 180 * YUAN for code in codes[:7]}}
    assert said(few) == ""


def test_every_sign_stands_in_one_finding_and_it_names_the_factor() -> None:
    outcome = judged(submission({SPENT: 107_160, WAGES: 48_806, RUNNING: 600, CARS: 2}))
    assert len(outcome.findings) == 1
    message = outcome.findings[0].message
    assert "误把万元数填成了以“元”为单位的数（相差一万倍）" in message
    assert all(words in message for words in ("1,071.60 元", "488.06 元", "6.00 元"))
    assert (outcome.findings[0].form, outcome.findings[0].row) == TOTAL


def test_yuan_in_tables_of_wan() -> None:
    """488 万元 of wages printed as 4,880,600.00 under 单位：万元: 488 亿元."""
    message = said({TOTAL: 11_231_000 * WAN, WAGES: 4_880_600 * WAN}, amount_unit="万元")
    assert "误把元数填成了以“万元”为单位的数（相差一万倍）" in message


def test_stored_accounts_of_last_year_count_and_files_without_any_of_the_figures_are_not_judged() -> None:
    prior = submission({TOTAL: 1_000 * WAN})
    assert judged(submission({TOTAL: WAN}), prior).status is Status.VIOLATED
    assert judged(submission({TOTAL: 900 * WAN}), prior).status is Status.HOLDS
    assert judged(submission({("公开10", "政府采购/货物", "采购金额"): 5 * WAN})).status is Status.NOT_CHECKED


def test_every_address_that_the_rule_looks_at_is_in_the_forms() -> None:
    looked = Magnitude.model_validate(load_rules(PROFILE)["M-量级"].rule.params)
    addresses = [one.figure for one in (*looked.compared, *looked.bounds)]
    addresses += [one.reference for one in looked.compared] + [one.per for one in looked.bounds if one.per]
    for form, row, column in addresses:
        assert column in [declared.key for declared in PROFILE.forms[form].columns_of(row)]
    assert all(one.column in [c.key for c in PROFILE.forms[one.form].columns_of("301")] for one in looked.typical)
