"""What the tables show between units must be itemised; figures by hand, amounts in fen."""

from rule_cases import PROFILE, submission

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from models.findings import RuleOutcome, Severity, Status
from models.submission import Counterparty, Submission

PAID, GOT = "对附属单位补助支出", "上级补助收入"
RULE = load_rules(PROFILE)["N-未列明"]


def judged(data: Submission, **attributes: str) -> RuleOutcome:
    return evaluate([RULE], Cube.build(PROFILE, [UnitData("101", data, attributes)]))["101"][0]


def paying(fen: int, *itemised: int, **fields: object) -> Submission:
    data = submission({("公开03", "合计", PAID): fen}, **fields)  # type: ignore[arg-type]
    data.counterparties = [Counterparty(PAID, "103", "中心", "2101506", amount) for amount in itemised]
    return data


def test_what_is_itemised_in_parts_is_silent_and_so_is_nothing() -> None:
    assert judged(paying(50_000, 30_000, 20_000)).status is Status.HOLDS
    nothing = judged(paying(0))
    assert (nothing.checked, nothing.findings) == (0, ()), "0 = 0 counts nowhere"


def test_what_is_left_is_told_with_its_amount_per_kind() -> None:
    data = paying(50_000, 30_000)
    data.cells += submission({("公开02", "合计", GOT): 7_00}).cells
    found = {finding.column: finding for finding in judged(data).findings}
    assert {kind: one.difference for kind, one in found.items()} == {PAID: 20_000, GOT: 7_00}
    assert "只列明 300.00 元，未列明 200.00 元" in found[PAID].message and found[PAID].location == "公开03!合计/" + PAID
    assert {one.severity for one in found.values()} == {Severity.VERIFIABLE}


def test_a_sheet_that_was_deleted_and_a_text_without_one_are_asked_like_an_empty_one() -> None:
    assert [f.difference for f in judged(paying(50_000, absent=["往来明细"])).findings] == [50_000]
    text = paying(50_000, absent=["往来明细", "补充信息", "封面"])
    text.kind = "单位决算公开文本"
    assert [f.difference for f in judged(text).findings] == [50_000]


def test_a_negative_amount_is_asked_for_too() -> None:
    assert [f.difference for f in judged(paying(-50_000)).findings] == [-50_000]


def test_more_itemised_than_shown_is_told_by_its_own_rule_alone() -> None:
    assert judged(paying(50_000, 60_000)).status is Status.HOLDS


def test_without_the_table_of_income_the_overall_table_tells() -> None:
    data = submission({("公开01", GOT, "决算数"): 50_000}, absent=["公开02"])
    (finding,) = judged(data).findings
    assert (finding.form, finding.row, finding.difference) == ("公开01", GOT, 50_000)


def test_what_cannot_be_read_is_not_checked() -> None:
    assert judged(submission({("公开03", "合计", PAID): "约五万"})).status is Status.NOT_CHECKED
    assert judged(paying(0, absent=["公开03"])).status is Status.NOT_CHECKED


def test_an_adjustment_sheet_holds_the_removal_and_is_not_asked() -> None:
    assert judged(paying(-50_000), 报表类型="调整表").findings == ()
