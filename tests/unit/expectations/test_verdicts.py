"""Explanations let verifiable findings pass; the verdict never takes *not checked* for passed."""

import pytest

from expectations.verdicts import apply_explanations, explain_outcomes, key_of, summarise
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
    earlier = {key_of(finding()): (2, "上次的说明")}
    assert apply_explanations([finding()], [], earlier)[0].explanation == "上次的说明"
    assert apply_explanations([finding(difference=3)], [], earlier)[0].explanation == ""
    assert apply_explanations([finding(row="210")], [], earlier)[0].explanation == ""
    new = [Explanation("K1", "", "", "", "新的说明")]
    assert apply_explanations([finding()], new, earlier)[0].explanation == "新的说明"


def test_verdict_and_counts() -> None:
    blocked = outcome(finding())
    assert summarise([blocked, outcome(status=Status.HOLDS)]) == (Verdict.FAIL, 6, 5, 2)
    explained = explain_outcomes([blocked], [Explanation("K1", "", "", "", "情况属实")])
    assert summarise(explained)[0] is Verdict.PASS_WITH_WARNINGS
    assert summarise([outcome(status=Status.HOLDS)])[0] is Verdict.PASS


def test_not_checked_and_nothing_judged_are_no_clean_pass() -> None:
    assert summarise([outcome(status=Status.NOT_CHECKED)])[0] is Verdict.PASS_WITH_WARNINGS
    assert summarise([])[0] is Verdict.PASS_WITH_WARNINGS
