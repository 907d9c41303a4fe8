"""Verdict of a submission from its outcomes, and the explanations that let verifiable findings pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from models.findings import Finding, RuleOutcome, Severity, Status, Verdict, figure_text, verdict_of
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


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was explained in a unit's earlier versions.

    Attributes:
        lines: Lines of form 说明 that stood in one of them when their rule was judged, as :func:`line_of` has them.
        accepted: Place, difference and text of every finding that was explained, oldest first.
    """

    lines: frozenset[tuple[str, ...]] = frozenset()
    accepted: tuple[tuple[FindingKey, int | None, str], ...] = ()

    def covers(self, explanation: Explanation, finding: Finding) -> bool:
        """Whether a line speaks of this difference: it is new or reworded, or was accepted for the same one."""
        said = (key_of(finding), finding.difference, explanation.text.strip())
        return line_of(explanation) not in self.lines or said in self.accepted

    def kept(self, finding: Finding) -> str:
        """What explained this difference before; it need not be written again."""
        place, difference = key_of(finding), finding.difference
        texts = [text for key, other, text in self.accepted if key == place and other == difference is not None]
        return texts[-1] if texts else ""

    def asked_again(self, explanation: Explanation, finding: Finding) -> str:
        """Sentence on a line that was written for another difference."""
        text, unit = explanation.text.strip(), finding.unit_of_amount
        spoken = [other for key, other, said in self.accepted if (key, said) == (key_of(finding), text)]
        if not spoken or spoken[-1] is None or finding.difference is None:
            return "《说明》中原有的说明不是针对这处不符写的，请重新说明。"
        before, now = (figure_text(value, unit, grouping=True) for value in (spoken[-1], finding.difference))
        return f"《说明》中原有的说明是针对差额 {before} {unit}写的，现差额为 {now} {unit}，请重新说明。"


def line_of(explanation: Explanation) -> tuple[str, ...]:
    """What makes a line of form 说明 the same in another version."""
    line = (explanation.rule, explanation.form, explanation.row, explanation.column, explanation.text)
    return tuple(part.strip() for part in line)


def apply_explanations(
    findings: Iterable[Finding], explanations: Sequence[Explanation], earlier: Earlier | None = None
) -> list[Finding]:
    """Put the unit's explanations into the verifiable findings that they speak of.

    The most exact explanation counts. One that stands there since an earlier version explains the differences that it
    was accepted for, and no other; one that was accepted is kept while the difference is unchanged.

    Args:
        findings: Findings of this version.
        explanations: Form 说明 of this version.
        earlier: What the versions before had; nothing for the first one, and for a file without a database.
    """
    exactness = sorted(explanations, key=lambda item: -sum(map(bool, (item.form, item.row, item.column))))
    return [_explained(finding, exactness, earlier or Earlier()) for finding in findings]


def _explained(finding: Finding, explanations: Sequence[Explanation], earlier: Earlier) -> Finding:
    if not _explainable(finding):
        return finding
    meant = [item for item in explanations if _speaks_of(item, finding)]
    text = next((item.text.strip() for item in meant if earlier.covers(item, finding)), "") or earlier.kept(finding)
    if text or not meant:
        return replace(finding, explanation=text)
    return replace(finding, message=finding.message + earlier.asked_again(meant[0], finding))


def explain_outcomes(
    outcomes: Iterable[RuleOutcome], explanations: Sequence[Explanation], earlier: Earlier | None = None
) -> list[RuleOutcome]:
    """Outcomes with :func:`apply_explanations` done to their findings."""
    return [
        replace(outcome, findings=tuple(apply_explanations(outcome.findings, explanations, earlier)))
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
