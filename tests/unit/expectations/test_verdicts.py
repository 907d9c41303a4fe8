"""Explanations let verifiable findings pass; the verdict never takes *not checked* for passed."""

import pytest

from expectations.verdicts import Earlier, apply_explanations, explain_outcomes, key_of, line_of, summarise
from models.findings import Finding, RuleOutcome, Severity, Status, Verdict
from models.submission import Explanation


def finding(severity: Severity = Severity.VERIFIABLE, status: Status = Status.VIOLATED, **more: object) -> Finding:
    fields = {
        "form": "公开01",
        "row": "208",
        "row_name": "社会保障和就业支出",
        "subject_code": "208",
        "column": "决算数",
    }
    return Finding("K1", severity, status, "题", "文", **(fields | {"left": 5, "right": 3, "difference": 2} | more))  # type: ignore[arg-type]


def outcome(*findings: Finding, status: Status = Status.VIOLATED) -> RuleOutcome:
    return RuleOutcome("K1", Severity.VERIFIABLE, status, 3, 3 - len(findings), 1, findings=findings)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        (("K1", "", "", ""), True),
        (("K1", "公开01", "", ""), True),
        (("K1", "公开01", "208", "决算数"), True),
        (("K1", "公开01", "八、社会保障和就业支出", ""), True),
        (("K2", "", "", ""), False),
        (("K1", "公开02", "", ""), False),
        (("K1", "公开01", "210", ""), False),
        (("K1", "公开01", "208", "预算数"), False),
    ],
)
def test_an_explanation_speaks_of_what_it_names(address: tuple[str, str, str, str], fits: bool) -> None:
    (explained,) = apply_explanations([finding()], [Explanation(*address, "补记上年")])
    assert explained.explanation == ("补记上年" if fits else "")
    assert explained.blocks is not fits


def test_the_most_exact_explanation_counts_and_blank_ones_do_not() -> None:
    texts = [Explanation("K1", "", "", "", "总的"), Explanation("K1", "公开01", "208", "", "细的")]
    blank = [Explanation("K1", "公开01", "208", "决算数", "  ")]
    assert apply_explanations([finding()], texts + blank)[0].explanation == "细的"


@pytest.mark.parametrize("kind", [{"severity": Severity.MANDATORY}, {"status": Status.NOT_CHECKED}])
def test_only_verifiable_violations_can_be_explained(kind: dict[str, object]) -> None:
    given = finding(**kind)  # type: ignore[arg-type]
    assert apply_explanations([given], [Explanation("K1", "", "", "", "情况属实")]) == [given]


def test_an_earlier_explanation_is_kept_while_the_difference_is_unchanged() -> None:
    earlier = Earlier(accepted=((key_of(finding()), 2, "上次的说明"),))
    assert apply_explanations([finding()], [], earlier)[0].explanation == "上次的说明"
    assert apply_explanations([finding(difference=3)], [], earlier)[0].explanation == ""
    assert apply_explanations([finding(row="210")], [], earlier)[0].explanation == ""
    new = [Explanation("K1", "", "", "", "新的说明")]
    assert apply_explanations([finding()], new, earlier)[0].explanation == "新的说明"


def told(difference: int | None, text: str, earlier: Earlier, **more: object) -> Finding:
    """The finding in a version that has a line of this text."""
    line = Explanation(" K1", "", "", "", f" {text} ")
    return apply_explanations([finding(difference=difference, unit_of_amount="元", **more)], [line], earlier)[0]


def test_an_explanation_that_stayed_covers_only_the_difference_it_was_written_for() -> None:
    line = Explanation("K1", "", "", "", "冲回1000元")
    earlier = Earlier(frozenset({line_of(line)}), ((key_of(finding()), -100_000, "冲回1000元"),))
    assert told(-100_000, "冲回1000元", earlier).explanation == "冲回1000元"
    asked = told(-50_000_000, "冲回1000元", earlier)
    assert asked.blocks and asked.message == (
        "文《说明》中原有的说明是针对差额 -1,000.00 元写的，现差额为 -500,000.00 元，请重新说明。"
    )
    elsewhere = told(-100_000, "冲回1000元", earlier, row="210")
    assert elsewhere.blocks and elsewhere.message == "文《说明》中原有的说明不是针对这处不符写的，请重新说明。"
    assert not told(-50_000_000, "年末冲回50万元", earlier).blocks


def test_what_was_accepted_for_this_difference_once_is_accepted_again() -> None:
    line = Explanation("K1", "", "", "", "冲回1000元")
    accepted = ((key_of(finding()), -100_000, "冲回1000元"), (key_of(finding()), -50_000_000, "年末冲回"))
    earlier = Earlier(frozenset({line_of(line)}), accepted)
    assert told(-50_000_000, "冲回1000元", earlier).explanation == "年末冲回"
    assert told(-100_000, "冲回1000元", earlier).explanation == "冲回1000元"


def test_where_nothing_is_counted_the_place_decides() -> None:
    line = Explanation("K1", "", "", "", "情况属实")
    earlier = Earlier(frozenset({line_of(line)}), ((key_of(finding()), None, "情况属实"),))
    assert not told(None, "情况属实", earlier).blocks
    assert told(None, "情况属实", earlier, row="210").blocks


def test_verdict_and_counts() -> None:
    blocked = outcome(finding())
    assert summarise([blocked, outcome(status=Status.HOLDS)]) == (Verdict.FAIL, 6, 5, 2)
    explained = explain_outcomes([blocked], [Explanation("K1", "", "", "", "情况属实")])
    assert summarise(explained)[0] is Verdict.PASS_WITH_WARNINGS
    assert summarise([outcome(status=Status.HOLDS)])[0] is Verdict.PASS


def test_not_checked_and_nothing_judged_are_no_clean_pass() -> None:
    assert summarise([outcome(status=Status.NOT_CHECKED)])[0] is Verdict.PASS_WITH_WARNINGS
    assert summarise([])[0] is Verdict.PASS_WITH_WARNINGS
