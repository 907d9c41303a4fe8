"""Figures of findings as text, in one place for JSON and for people; and what blocks."""

import pytest

from models.findings import Finding, Severity, Status, Verdict, figure_text, verdict_of


@pytest.mark.parametrize(
    ("value", "unit", "exact", "grouped"),
    [
        (2441685618, "元", "24416856.18", "24,416,856.18"),
        (-123_456_78, "元", "-123456.78", "-123,456.78"),
        (5, "元", "0.05", "0.05"),
        (-5, "元", "-0.05", "-0.05"),
        (2_000_031_415, "万元", "2000.031415", "2,000.031415"),
        (80_000_000, "万元", "80.00", "80.00"),
        (6358, "%", "63.58", "63.58"),
        (10_000, "%", "100.00", "100.00"),  # a normalised Decimal would print 1E+2
        (10_000, "分", "100.00", "100.00"),
        (-100, "分", "-1.00", "-1.00"),
        (1200, "辆", "1200", "1,200"),
        (0, "批次", "0", "0"),
        (7, "", "7", "7"),
    ],
)
def test_a_figure_is_exact_in_its_own_unit(value: int, unit: str, exact: str, grouped: str) -> None:
    assert figure_text(value, unit) == exact
    assert figure_text(value, unit, grouping=True) == grouped


def test_no_figure_is_no_text() -> None:
    assert figure_text(None, "元") is None
    assert figure_text(None, "", grouping=True) is None


def finding(severity: Severity, status: Status = Status.VIOLATED, explanation: str = "") -> Finding:
    return Finding("R", severity, status, "题", "句。", explanation=explanation)


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ([], Verdict.PASS),
        ([finding(Severity.HINT)], Verdict.PASS_WITH_WARNINGS),
        ([finding(Severity.VERIFIABLE, explanation="已说明")], Verdict.PASS_WITH_WARNINGS),
        ([finding(Severity.VERIFIABLE)], Verdict.FAIL),
        ([finding(Severity.MANDATORY, explanation="不能说明")], Verdict.FAIL),
        ([finding(Severity.MANDATORY, Status.NOT_CHECKED)], Verdict.PASS_WITH_WARNINGS),
    ],
)
def test_verdicts(findings: list[Finding], verdict: Verdict) -> None:
    assert verdict_of(findings) is verdict
