"""Judges one file without a database: what ``juesuan check`` prints and the JSON it gives."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from expectations.scoring import ScoredProject, load_scheme, score_project
from expectations.verdicts import explain_outcomes, findings_of, summarise
from models.errors import SubmissionError
from models.findings import Finding, Status, Verdict, figure_text
from models.personal_data import masked
from models.profiles import Profile
from models.submission import Presence, Submission
from tasks.collect.reading import Reading

UNREADABLE = "R-文件"
"""Rule under which a file that cannot be taken is told."""

DEPARTMENT_NOTE = "这是部门工作簿，没有账表，只审核了填写是否规范；部门汇总数由年度周期审核。"
"""Note on a workbook in which a department speaks for the sum of its units."""


@dataclass(slots=True)
class Judgement:
    """Verdict on one file. ``error`` says in Chinese why an unreadable file cannot be taken, and so does a finding.

    ``note``: what a clerk should know of the judgement itself, Chinese.
    """

    file: str
    profile: str
    sha256: str = ""
    kind: str = ""
    verdict: Verdict = Verdict.UNREADABLE
    findings: list[Finding] = field(default_factory=list)
    scores: list[ScoredProject] = field(default_factory=list)
    checked: int = 0
    held: int = 0
    not_checked: int = 0
    error: str = ""
    note: str = ""


def judge(path: Path, reading: Reading, profile: Profile) -> Judgement:
    """Judge what was read from one file by every rule and scheme of the profile."""
    rules = load_rules(profile)
    if isinstance(reading, SubmissionError):
        rule = rules[UNREADABLE].rule
        why = Finding(rule.id, rule.weight, Status.VIOLATED, rule.title, str(reading), basis=rule.basis)
        return Judgement(path.name, profile.code, sha256=reading.sha256, findings=[why], error=str(reading))
    data = UnitData(reading.unit_code or path.name, reading)
    # A department's workbook holds no accounts: there is nothing to judge in it but how it was filled.
    tables = any(reading.presence.get(form.code, Presence.ABSENT).usable for form in profile.forms.published)
    speaks = reading.speaks_for_department and not tables
    asked = [item for item in rules.compiled if item.rule.check == "reading"] if speaks else rules
    outcomes = evaluate(asked, Cube.build(profile, [data]))[data.code]
    outcomes = explain_outcomes(outcomes, reading.explanations)
    verdict, checked, held, not_checked = summarise(outcomes)
    return Judgement(
        path.name, profile.code, reading.sha256, reading.kind, verdict, findings_of(outcomes),
        _scores(reading, profile), checked, held, not_checked, note=DEPARTMENT_NOTE if speaks else "",
    )  # fmt: skip


def _scores(submission: Submission, profile: Profile) -> list[ScoredProject]:
    scheme = load_scheme(profile.scheme)
    return [score_project(project, scheme, profile) for project in submission.projects]


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """The ``check`` JSON of one file."""
    return {
        "file": masked(judgement.file),
        "sha256": judgement.sha256,
        "profile": judgement.profile,
        "kind": judgement.kind,
        "verdict": judgement.verdict.value,
        "findings": [_finding_json(finding) for finding in judgement.findings],
        "scores": [_score_json(score) for score in judgement.scores],
        "checked": judgement.checked,
        "held": judgement.held,
        "not_checked": judgement.not_checked,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    unit = finding.unit_of_amount
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "status": finding.status.value,
        "title": finding.title,
        "message": finding.message,
        "form": finding.form,
        "row": finding.row_name or finding.row,
        "subject_code": finding.subject_code,
        "column": finding.column,
        "location": finding.location,
        "left": figure_text(finding.left, unit),
        "right": figure_text(finding.right, unit),
        "difference": figure_text(finding.difference, unit),
        "unit_of_amount": unit,
        "basis": finding.basis,
    }


def _score_json(score: ScoredProject) -> dict[str, Any]:
    return {
        "project": masked(score.project),
        "scheme": score.scheme,
        "claimed_total": score.claimed_total,
        "total": score.total,
        "recomputed_points": score.recomputed_points,
        "accepted_points": score.accepted_points,
        "unscorable_points": score.unscorable_points,
        "grade_claimed": score.grade_claimed,
        "grade": score.grade,
        "indicators": [
            {
                "name": masked(item.name),
                "points": item.points,
                "claimed": item.claimed,
                "score": item.score,
                "basis": item.basis,
                "why": masked(item.why),
            }
            for item in score.indicators
        ],
    }
