"""Gathers what the review report shows from the database. Reads only; what is shown is decided in reports."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, col, select

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
from tasks.collect.store.receipts import is_gone
from tasks.collect.store.versions import latest_version, latest_versions
from tasks.disclose.approval_review import release_review
from tasks.step import STEP_NAMES, STEPS, STEPS_OF, steps_of

BATCH_UNITS = 200
"""Units whose rows are fetched together."""

JUDGED = (StepState.DONE, StepState.RETURNED)
"""States of validation in which outcomes and findings stand."""

UNIT_PAGE = "{kind}/{code}/审核报告.html"


def review_data(
    session: Session, cycle: Cycle, profile: Profile, units: Sequence[Unit], phases: Mapping[str, str], mark: str
) -> ReviewData:
    """Everything the report on a department (the registry's root) shows."""
    root = next(unit for unit in units if unit.parent_code is None)
    department = unit_reviews(session, [root])[0]
    total = latest_version(session, root.id or 0, "汇总")
    reviews = tuple(unit_reviews(session, [unit for unit in units if unit.kind == "单位"]))
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
        release=release_review(session, cycle),
        mark=mark,
    )


def unit_reviews(session: Session, units: Sequence[Unit]) -> list[UnitReview]:
    """What a reviewer should see of each unit (or of a department's sums); a fixed number of queries for each batch."""
    reviews: list[UnitReview] = []
    for start in range(0, len(units), BATCH_UNITS):
        batch = units[start : start + BATCH_UNITS]
        steps = {step: steps_of(session, batch, step) for step in STEPS}
        versions: dict[int, SubmissionVersion] = {}
        for kind, role in (("单位", "报送"), ("部门", "汇总")):
            versions |= latest_versions(session, [unit.id or 0 for unit in batch if unit.kind == kind], role)
        judged = {unit_id for unit_id, row in steps["validate"].items() if row.state in JUDGED}
        found = _Found(session, [version.id or 0 for unit_id, version in versions.items() if unit_id in judged])
        for unit in batch:
            rows = {step: by_unit[unit.id or 0] for step, by_unit in steps.items() if unit.id in by_unit}
            reviews.append(_review(unit, rows, versions.get(unit.id or 0), found))
    return reviews


class _Found:
    """What is stored about the versions of a batch that were judged, by version id."""

    def __init__(self, session: Session, ids: Sequence[int]) -> None:
        self.outcomes: dict[int, list[RuleOutcome]] = {key: [] for key in ids}
        self.findings: dict[int, list[Finding]] = {key: [] for key in ids}
        self.scores: dict[int, list[ScoreLine]] = {key: [] for key in ids}
        self.explanations: dict[int, list[Explanation]] = {key: [] for key in ids}
        outcome = ("rule", "severity", "status", "checked", "held", "not_checked", "why")
        for key, rule, severity, status, *rest in _rows(session, OutcomeRecord, ids, "id", outcome):
            self.outcomes[key].append(RuleOutcome(rule, Severity(severity), Status(status), *rest))
        names = tuple(field.name for field in dataclasses.fields(Finding))
        for key, *values in _rows(session, FindingRecord, ids, "position", names):
            given = dict(zip(names, values, strict=True))
            given |= {"severity": Severity(given["severity"]), "status": Status(given["status"])}
            self.findings[key].append(Finding(**given))
        score = (
            *("name", "scheme", "claimed_total", "total", "recomputed_points", "accepted_points"),
            *("unscorable_points", "grade_claimed", "grade", "why"),
        )
        for key, *values in _rows(session, ProjectScore, ids, "project", score):
            *line, why = values
            self.scores[key].append(dataclasses.replace(ScoreLine(*line), notes=(why,) if why else ()))
        explanation = ("rule", "form", "row", "column", "text", "author", "location")
        for key, *values in _rows(session, ExplanationRecord, ids, "position", explanation):
            self.explanations[key].append(Explanation(*values))


def _rows(
    session: Session, record: type[SQLModel], ids: Sequence[int], order: str, columns: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Plain rows (version id, *columns) of some versions, each version's in order; entities cost three times as much."""
    table: Any = record.__table__  # type: ignore[attr-defined]
    query = sa_select(table.c.submission_id, *(table.c[name] for name in columns)).where(table.c.submission_id.in_(ids))
    for row in session.execute(query.order_by(table.c.submission_id, table.c[order])):
        yield tuple(row)


def _review(unit: Unit, steps: dict[str, UnitStep], version: SubmissionVersion | None, found: _Found) -> UnitReview:
    key = version.id or 0 if version else 0
    stands = key in found.findings
    findings = tuple(found.findings.get(key, ()))
    state, message = _state(unit, steps, findings)
    return UnitReview(
        code=unit.code,
        name=unit.name,
        state=state,
        verdict=verdict_of(findings) if stands else None,
        message=message,
        version=version.number if version else None,
        outcomes=tuple(found.outcomes.get(key, ())),
        findings=findings,
        scores=tuple(found.scores.get(key, ())),
        explanations=tuple(found.explanations.get(key, ())),
        versions=_versions(version) if version else (),
        page=UNIT_PAGE.format(kind=unit.kind, code=unit.code),
        is_department=unit.kind == "部门",
    )


def _state(unit: Unit, steps: dict[str, UnitStep], findings: Sequence[Finding]) -> tuple[UnitState, str]:
    for wanted, state in (
        (StepState.FAULT, UnitState.FAULT),
        (StepState.RETURNED, UnitState.RETURNED),
        (StepState.MISSING, UnitState.MISSING),
    ):
        for step in STEPS:
            row = steps.get(step)
            if row is not None and row.state == wanted:
                return state, row.message if step == "collect" else f"{STEP_NAMES[step]}：{row.message}"
    if any(
        steps[step].state == StepState.WAITING for step in STEPS_OF[unit.kind] if step in steps and step != "disclose"
    ):
        return UnitState.WAITING, "尚未处理完，请重新运行。"
    told = steps["collect"].message if "collect" in steps else ""
    notice = f"{told}。" if is_gone(told) else ""
    if verdict_of(findings) is Verdict.PASS_WITH_WARNINGS:
        return UnitState.WARNINGS, notice
    return UnitState.PASSED, notice


def _versions(version: SubmissionVersion) -> tuple[tuple[str, str], ...]:
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
