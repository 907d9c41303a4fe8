"""Verdict of a submission from its outcomes, and the explanations that let verifiable findings pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.findings import Finding, RuleOutcome, Severity, Status, Verdict, verdict_of
from models.forms.matching import bare_name
from models.personal_data import masked
from models.submission import Explanation

FindingKey = tuple[str, str, str, str]
"""Rule, form, row and column of a finding: the same place in every version of a submission."""


def key_of(finding: Finding) -> FindingKey:
    """The finding's place, by which versions are compared."""
    return (finding.rule, finding.form, finding.row, finding.column)


def _explainable(finding: Finding) -> bool:
    return finding.severity is Severity.VERIFIABLE and finding.status is Status.VIOLATED


def _speaks_of(explanation: Explanation, finding: Finding) -> bool:
    """Whether rule and, where they are filled in, form, row and column fit; a row by code, key or name."""
    if explanation.rule.strip() != finding.rule or not explanation.text.strip():
        return False
    rows = {bare_name(name) for name in (finding.row, finding.row_name, finding.subject_code) if name}
    return (
        explanation.form.strip() in ("", finding.form)
        and (not explanation.row.strip() or bare_name(masked(explanation.row)) in rows)
        and bare_name(explanation.column) in ("", bare_name(finding.column))
    )


def apply_explanations(
    findings: Iterable[Finding],
    explanations: Sequence[Explanation],
    previous: Mapping[FindingKey, tuple[int | None, str]] | None = None,
) -> list[Finding]:
    """Put the unit's explanations into the verifiable findings that they speak of.

    The most exact explanation counts. One given for an earlier version is kept while the difference is unchanged.

    Args:
        findings: Findings of this version.
        explanations: Form 说明 of this version.
        previous: For findings of the earlier version their difference and explanation.
    """
    exactness = sorted(explanations, key=lambda item: -sum(map(bool, (item.form, item.row, item.column))))
    explained = []
    for finding in findings:
        if _explainable(finding):
            text = next((item.text.strip() for item in exactness if _speaks_of(item, finding)), "")
            difference, earlier = (previous or {}).get(key_of(finding), (None, ""))
            if not text and earlier and difference is not None and difference == finding.difference:
                text = earlier
            finding = replace(finding, explanation=text)
        explained.append(finding)
    return explained


def explain_outcomes(
    outcomes: Iterable[RuleOutcome],
    explanations: Sequence[Explanation],
    previous: Mapping[FindingKey, tuple[int | None, str]] | None = None,
) -> list[RuleOutcome]:
    """Outcomes with :func:`apply_explanations` done to their findings."""
    return [
        replace(outcome, findings=tuple(apply_explanations(outcome.findings, explanations, previous)))
        for outcome in outcomes
    ]


def findings_of(outcomes: Iterable[RuleOutcome]) -> list[Finding]:
    """All findings, in the order of the rules."""
    return [finding for outcome in outcomes for finding in outcome.findings]


def summarise(outcomes: Sequence[RuleOutcome]) -> tuple[Verdict, int, int, int]:
    """Verdict of a readable submission, and how many relations were checked, held, and were not checked.

    Without any outcome nothing was judged, which is no pass; a rule not checked never leaves a clean pass.
    """
    verdict = verdict_of(findings_of(outcomes))
    doubtful = not outcomes or any(outcome.status is Status.NOT_CHECKED for outcome in outcomes)
    if verdict is Verdict.PASS and doubtful:
        verdict = Verdict.PASS_WITH_WARNINGS
    return (
        verdict,
        sum(outcome.checked for outcome in outcomes),
        sum(outcome.held for outcome in outcomes),
        sum(outcome.not_checked for outcome in outcomes),
    )
