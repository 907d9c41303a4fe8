"""Gathers what the review report shows from the database. Reads only; what is shown is decided in reports."""

import dataclasses
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from models.findings import Finding, RuleOutcome, Severity, Status, Verdict, verdict_of
from models.profiles import Profile
from models.submission import Explanation
from models.tables import (
    Contribution,
    CounterpartyRecord,
    Cycle,
    ExplanationRecord,
    FindingRecord,
    OutcomeRecord,
    ProjectScore,
    Receipt,
    StepState,
    SubmissionVersion,
    Unit,
    UnitStep,
)
from reports.review import (
    ContributionLine,
    EliminationLine,
    ReceiptLine,
    ReviewData,
    ScoreLine,
    UnitReview,
    UnitState,
)
from tasks.aggregate.flows_between_units import FLOW_KINDS
from tasks.collect.store import latest_version
from tasks.step import STEP_NAMES, STEPS

UNIT_PAGE = "{kind}/{code}/审核报告.html"


def review_data(
    session: Session, cycle: Cycle, profile: Profile, units: Sequence[Unit], phases: Mapping[str, str], mark: str
) -> ReviewData:
    """Everything the report on a department (the registry's root) shows."""
    root = next(unit for unit in units if unit.parent_code is None)
    department = unit_review(session, root)
    total = latest_version(session, root.id or 0, "汇总")
    reviews = tuple(unit_review(session, unit) for unit in units if unit.kind == "单位")
    return ReviewData(
        department_code=root.code,
        department_name=root.name,
        year=cycle.year,
        units=reviews,
        receipts=_receipts(session, cycle),
        eliminations=_eliminations(session, root, units),
        contributions=_contributions(session, total, units, reviews) if total else (),
        department=department if total else None,
        versions=(("地区年度配置", f"{profile.name}（{profile.code}）"), ("表单目录", profile.forms.hash[:12])),
        phases=tuple(phases.items()),
        mark=mark,
    )


def unit_review(session: Session, unit: Unit) -> UnitReview:
    """What a reviewer should see of one unit (or of a department's sums)."""
    steps = {row.step: row for row in session.exec(select(UnitStep).where(UnitStep.unit_id == unit.id))}
    version = latest_version(session, unit.id or 0, "汇总" if unit.kind == "部门" else "报送")
    judged = steps.get("validate")
    stands = version is not None and judged is not None and judged.state in (StepState.DONE, StepState.RETURNED)
    outcomes, findings = _outcomes(session, version) if version and stands else ((), ())
    state, message = _state(steps, findings)
    return UnitReview(
        code=unit.code,
        name=unit.name,
        state=state,
        verdict=verdict_of(findings) if stands else None,
        message=message,
        version=version.number if version else None,
        outcomes=outcomes,
        findings=findings,
        scores=_scores(session, version) if version and stands else (),
        explanations=_explanations(session, version) if version and stands else (),
        versions=_versions(version, outcomes) if version else (),
        page=UNIT_PAGE.format(kind=unit.kind, code=unit.code),
    )


def _state(steps: dict[str, UnitStep], findings: Sequence[Finding]) -> tuple[UnitState, str]:
    for wanted, state in (
        (StepState.FAULT, UnitState.FAULT),
        (StepState.RETURNED, UnitState.RETURNED),
        (StepState.MISSING, UnitState.MISSING),
    ):
        for step in STEPS:
            row = steps.get(step)
            if row is not None and row.state == wanted:
                return state, row.message if step == "collect" else f"{STEP_NAMES[step]}：{row.message}"
    if verdict_of(findings) is Verdict.PASS_WITH_WARNINGS:
        return UnitState.WARNINGS, ""
    return UnitState.PASSED, ""


def _outcomes(session: Session, version: SubmissionVersion) -> tuple[tuple[RuleOutcome, ...], tuple[Finding, ...]]:
    outcomes = session.exec(
        select(OutcomeRecord).where(OutcomeRecord.submission_id == version.id).order_by(col(OutcomeRecord.id))
    ).all()
    findings = session.exec(
        select(FindingRecord).where(FindingRecord.submission_id == version.id).order_by(col(FindingRecord.position))
    ).all()
    return (
        tuple(
            RuleOutcome(o.rule, Severity(o.severity), Status(o.status), o.checked, o.held, o.not_checked, o.why)
            for o in outcomes
        ),
        tuple(_finding(row) for row in findings),
    )


def _finding(row: FindingRecord) -> Finding:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(Finding)}
    return Finding(**values | {"severity": Severity(row.severity), "status": Status(row.status)})


def _scores(session: Session, version: SubmissionVersion) -> tuple[ScoreLine, ...]:
    rows = session.exec(
        select(ProjectScore).where(ProjectScore.submission_id == version.id).order_by(col(ProjectScore.project))
    ).all()
    return tuple(
        ScoreLine(
            row.name, row.scheme, row.claimed_total, row.total, row.recomputed_points, row.accepted_points,
            row.unscorable_points, row.grade_claimed, row.grade,
        )
        for row in rows
    )  # fmt: skip


def _explanations(session: Session, version: SubmissionVersion) -> tuple[Explanation, ...]:
    rows = session.exec(
        select(ExplanationRecord)
        .where(ExplanationRecord.submission_id == version.id)
        .order_by(col(ExplanationRecord.position))
    ).all()
    return tuple(Explanation(r.rule, r.form, r.row, r.column, r.text, r.author, r.location) for r in rows)


def _versions(version: SubmissionVersion, outcomes: Sequence[RuleOutcome]) -> tuple[tuple[str, str], ...]:
    lines = [("版本", f"第 {version.number} 版"), ("内容指纹", version.sha256[:16])]
    if version.file:
        lines.insert(0, ("报送文件", version.file))
    return tuple(lines)


def _receipts(session: Session, cycle: Cycle) -> tuple[ReceiptLine, ...]:
    rows = session.exec(
        select(Receipt).where(Receipt.cycle_id == cycle.id).order_by(col(Receipt.unit_code), col(Receipt.file))
    ).all()
    return tuple(ReceiptLine(r.file, r.outcome, r.message, r.unit_code, sha256=r.sha256) for r in rows)


def _contributions(
    session: Session, total: SubmissionVersion, units: Sequence[Unit], reviews: Sequence[UnitReview]
) -> tuple[ContributionLine, ...]:
    """What is in the sum, in registry order, and which units are not."""
    names = {unit.id: unit for unit in units}
    rows = session.exec(
        select(Contribution, SubmissionVersion)
        .join(SubmissionVersion, col(SubmissionVersion.id) == Contribution.source_id)
        .where(Contribution.submission_id == total.id)
        .order_by(col(Contribution.id))
    ).all()
    lines = [
        ContributionLine(
            names[version.unit_id].code, names[version.unit_id].name,
            "抵销建议" if version.role == "调整建议" else row.kind, version.number, True, row.note,
        )
        for row, version in rows
        if version.unit_id in names
    ]  # fmt: skip
    added = {line.code for line in lines}
    states = {review.code: review.state.value for review in reviews}
    return (
        *lines,
        *(
            ContributionLine(
                unit.code, unit.name, unit.report_type, None, False, f"{states.get(unit.code, '')}，未计入"
            )
            for unit in units
            if unit.kind == "单位" and unit.code not in added
        ),
    )


def _eliminations(session: Session, root: Unit, units: Sequence[Unit]) -> tuple[EliminationLine, ...]:
    """Lines of the proposed 调整表, from payer to receiver."""
    proposal = latest_version(session, root.id or 0, "调整建议")
    total = latest_version(session, root.id or 0, "汇总")
    if proposal is None or total is None:
        return ()
    used = session.exec(
        select(Contribution.id).where(Contribution.submission_id == total.id, Contribution.source_id == proposal.id)
    ).first()
    if used is None:
        return ()
    names = {unit.code: unit.name for unit in units}
    paid = {kind.paid_as for kind in FLOW_KINDS}
    lines = session.exec(
        select(CounterpartyRecord)
        .where(CounterpartyRecord.submission_id == proposal.id)
        .order_by(col(CounterpartyRecord.position))
    ).all()
    found = []
    for line in lines:
        own, other = line.booked_by, line.counterpart
        payer, receiver = (own, other) if line.direction in paid else (other, own)
        ends = (payer, names.get(payer, ""), receiver, names.get(receiver, ""))
        note = "由往来明细自动提出，审核人可报送调整表替代"
        found.append(EliminationLine(*ends, line.direction, line.subject, line.amount_fen, "建议", note))
    return tuple(found)
