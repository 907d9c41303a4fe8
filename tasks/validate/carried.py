"""Explanations of units carry up to the department's sum, as far as they account for its difference.

What a unit explained recurs in the sum, where nobody else could explain it. What the units' differences do not come
to is told, and the department itself explains it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from expectations.catalogue import RuleSet
from expectations.verdicts import Earlier, FindingKey, key_of
from models.findings import Finding, RuleOutcome, Severity, Status, figure_text
from models.tables import Contribution, FindingRecord, SubmissionVersion, Unit

CARRIED = "各单位的说明："
"""Lead of an explanation that was carried up; the department's own has none."""

MOST_NAMED = 20
"""Units whose words one explanation repeats; the others are counted."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit explained: its difference (in the finding's unit) and its words."""

    code: str
    name: str
    difference: int | None
    text: str


def explained_parts(session: Session, total: SubmissionVersion) -> dict[FindingKey, list[Part]]:
    """What the units in a sum explained, by rule and place, in registry order."""
    query = (
        select(FindingRecord, Unit.code, Unit.name)
        .join(Contribution, col(Contribution.source_id) == FindingRecord.submission_id)
        .join(SubmissionVersion, col(SubmissionVersion.id) == FindingRecord.submission_id)
        .join(Unit, col(Unit.id) == SubmissionVersion.unit_id)
        .where(Contribution.submission_id == total.id, SubmissionVersion.role == "报送")
        .where(FindingRecord.status == Status.VIOLATED.value, FindingRecord.explanation != "")
        .order_by(col(Unit.position), col(FindingRecord.position))
    )
    parts: dict[FindingKey, list[Part]] = {}
    for row, code, name in session.exec(query):
        key = (row.rule, row.form, row.row, row.column)
        parts.setdefault(key, []).append(Part(code, name, row.difference, row.explanation))
    return parts


def own_explanations(earlier: Earlier) -> Earlier:
    """Earlier explanations without those that were carried up: units may have changed their minds since."""
    own = tuple(said for said in earlier.accepted if not said[2].startswith(CARRIED))
    return replace(earlier, accepted=own)


def carry_up(
    outcomes: Iterable[RuleOutcome], parts: Mapping[FindingKey, Sequence[Part]], rules: RuleSet
) -> list[RuleOutcome]:
    """Put the units' explanations into the findings of their department that nobody explained yet.

    Args:
        outcomes: Of the added-up accounts, with the department's own explanations.
        parts: What the units in the sum explained.
        rules: Tell which differences may be smaller than those explained.
    """
    return [
        replace(outcome, findings=tuple(_carried(finding, parts.get(key_of(finding), ()), rules) for finding in outcome.findings))
        for outcome in outcomes
    ]  # fmt: skip


def _carried(finding: Finding, parts: Sequence[Part], rules: RuleSet) -> Finding:
    if not parts or finding.severity is not Severity.VERIFIABLE or finding.status is not Status.VIOLATED:
        return finding
    if finding.difference is None or any(part.difference is None for part in parts):
        return finding
    explained = sum(part.difference or 0 for part in parts)
    if _accounts_for(explained, finding.difference, rules, finding.rule):
        return finding if finding.explanation else replace(finding, explanation=CARRIED + _words(parts))
    unit = finding.unit_of_amount
    rest = figure_text(finding.difference - explained, unit, grouping=True)
    told = f"各单位已说明 {figure_text(explained, unit, grouping=True)} {unit}（{_words(parts)}），"
    return replace(finding, message=f"{finding.message}{told}其余 {rest} {unit}须由部门说明。")


def _accounts_for(explained: int, difference: int, rules: RuleSet, rule: str) -> bool:
    """Whether the units' differences come to the department's.

    Where only one direction is wrong, units that are well within it lessen what the others exceed: then what was
    explained may be more than what is left of it.
    """
    if explained == difference:
        return True
    relation = rules[rule].relation
    if relation is None:
        return False
    within = {"<=": 0 <= difference <= explained, "<": 0 <= difference <= explained}
    within |= {">=": explained <= difference <= 0, ">": explained <= difference <= 0}
    return within.get(relation.sign, False)


def _words(parts: Sequence[Part]) -> str:
    said = "；".join(f"{part.code} {part.name}：{part.text.rstrip('。；')}" for part in parts[:MOST_NAMED])
    return said + (f"；等 {len(parts)} 处" if len(parts) > MOST_NAMED else "")
