"""Validation step over a set of units: load, judge through GX, store outcomes, findings and verdicts."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlmodel import Session, col, delete, func, select

from expectations.catalogue import RuleSet, load_rules
from expectations.cube import UnitData
from expectations.gx import judge_with_gx
from expectations.verdicts import Earlier, FindingKey, explain_outcomes, findings_of, line_of, summarise
from models.database import bulk_insert, read_session_of, session_of
from models.findings import Finding, RuleOutcome, Severity, Status, Verdict
from models.profiles import Profile, load_profile
from models.submission import DEPARTMENT_REPORT, Explanation
from models.tables import (
    Cycle,
    ExplanationRecord,
    FindingRecord,
    OutcomeRecord,
    StepState,
    SubmissionVersion,
    Unit,
    UnitStep,
)
from tasks.aggregate.prior_sums import last_years_sums
from tasks.collect.store.versions import latest_versions, load_submissions
from tasks.disclose.approval import statutory_approval, versions_of
from tasks.step import (
    StepReport,
    cycle_by_id,
    hold,
    is_as_seen,
    rest_step,
    set_step,
    step_key,
    steps_of,
    units_of,
)
from tasks.validate.carried import Part, carry_up, explained_parts, own_explanations

STEP = "validate"

Scope = Literal["单位", "部门"]

_JUDGED = (Status.HOLDS.value, Status.VIOLATED.value)


def validate_units(url: str, cycle_id: int, codes: Sequence[str], scope: Scope = "单位") -> StepReport:
    """Judge the newest version of each unit (or department) and store what was found, one transaction per unit.

    Units that were not collected wait; units whose version, rules and circumstances are unchanged are left alone.

    Args:
        url: Database.
        cycle_id: The cycle.
        codes: Units to judge.
        scope: ``部门`` judges added-up accounts of departments.
    """
    report = StepReport(STEP)
    with read_session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        profile = load_profile(cycle.profile)
        rules = load_rules(profile)
        work, idle = _work(session, cycle, profile, rules, codes, scope, report)
    for unit, seen in idle:
        rest_step(url, unit, STEP, seen)
    judged = judge_with_gx(profile, rules, [one.data for one in work]) if work else {}
    for one in work:
        with session_of(url) as session:
            hold(session, one.unit)
            if is_as_seen(session, *one.seen):
                _judge(session, one, rules, judged[one.unit.code], report)
            else:
                report.unchanged.append(one.unit.code)
    return report


Seen = tuple[UnitStep | None, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """One unit to judge: which version, under which key, its data, and the steps as they were when it was read.

    ``parts``: of a department what the units in its sum explained.
    """

    unit: Unit
    version: SubmissionVersion
    key: str
    data: UnitData
    seen: Seen
    parts: Mapping[FindingKey, Sequence[Part]]


def _judge(session: Session, work: Work, rules: RuleSet, judged: Sequence[RuleOutcome], report: StepReport) -> None:
    """Store what was found about one unit, and its verdict."""
    earlier = earlier_explanations(session, work.unit, work.version)
    if work.unit.kind == "部门":
        earlier = own_explanations(earlier)
    outcomes = explain_outcomes(judged, work.data.submission.explanations, earlier)
    outcomes = carry_up(outcomes, work.parts, rules)
    store_outcomes(session, work.version, rules, outcomes)
    message = describe(findings_of(outcomes))
    state = StepState.RETURNED if summarise(outcomes)[0] is Verdict.FAIL else StepState.DONE
    set_step(session, work.unit, STEP, state, message, work.key)
    report.done.append(work.unit.code)
    if state is StepState.RETURNED:
        report.returned[work.unit.code] = message


def _work(
    session: Session,
    cycle: Cycle,
    profile: Profile,
    rules: RuleSet,
    codes: Sequence[str],
    scope: Scope,
    report: StepReport,
) -> tuple[list[Work], list[tuple[Unit, Seen]]]:
    """Units to judge, and units that have nothing to judge; the others are reported unchanged."""
    role = "报送" if scope == "单位" else "汇总"
    units = units_of(session, cycle.id or 0, codes)
    collected = steps_of(session, units, "collect" if scope == "单位" else "aggregate")
    judged = steps_of(session, units, STEP)
    versions = latest_versions(session, [unit.id or 0 for unit in units], role)
    if scope == "部门":
        priors = last_years_sums(session, cycle, [unit.code for unit in units])
    else:
        priors = prior_versions(session, cycle, units)
    due: list[tuple[Unit, SubmissionVersion, SubmissionVersion | None, str, Seen, dict[FindingKey, list[Part]]]] = []
    idle: list[tuple[Unit, Seen]] = []
    for unit in units:
        unit_id = unit.id or 0
        version, before, state = versions.get(unit_id), collected.get(unit_id), judged.get(unit_id)
        if version is None or before is None or before.state != StepState.DONE:
            idle.append((unit, (before, state)))
            continue
        prior = priors.get(unit.code)
        parts = explained_parts(session, version) if scope == "部门" else {}
        inputs = [(one.number, one.sha256) for one in (version, prior) if one]
        key = step_key(STEP, profile, *inputs, sorted(attributes_of(unit).items()), parts)
        if state is not None and state.input_key == key:
            report.unchanged.append(unit.code)
            if state.state == StepState.RETURNED:
                report.returned[unit.code] = state.message
        else:
            due.append((unit, version, prior, key, (before, state), parts))
    ids = [version.id or 0 for _, version, *_ in due] + [prior.id or 0 for _, _, prior, *_ in due if prior]
    loaded = load_submissions(session, ids)
    work = []
    for unit, version, prior, key, seen, parts in due:
        before_this = loaded[prior.id or 0] if prior else None
        data = UnitData(unit.code, loaded[version.id or 0], attributes_of(unit), before_this, scope)
        work.append(Work(unit, version, key, data, seen, parts))
    return work, idle


def attributes_of(unit: Unit) -> dict[str, str]:
    """Attributes that conditions of rules ask for, as the registry has them."""
    return {
        "单位类型": unit.unit_type,
        "会计制度": unit.accounting,
        "预算级次": unit.level,
        "报表类型": DEPARTMENT_REPORT if unit.kind == "部门" else unit.report_type,
    }


def prior_versions(session: Session, cycle: Cycle, units: Sequence[Unit]) -> dict[str, SubmissionVersion]:
    """The units' accounts of the year before, by unit code, as far as this database has them and they stand.

    The version that 批复 covers counts, else the newest if it passed; one that was returned says nothing for certain.
    """
    query = select(Cycle).where(Cycle.year == cycle.year - 1, Cycle.department_code == cycle.department_code)
    before = session.exec(query).first()
    if before is None:
        return {}
    wanted = {unit.code for unit in units}
    then = [unit for unit in session.exec(select(Unit).where(Unit.cycle_id == before.id)) if unit.code in wanted]
    newest, judged = latest_versions(session, [unit.id or 0 for unit in then]), steps_of(session, then, STEP)
    statutory = statutory_approval(session, before)
    approved = versions_of(statutory) if statutory else {}
    found: dict[str, SubmissionVersion] = {}
    for unit in then:
        version, number, state = newest.get(unit.id or 0), approved.get(unit.code), judged.get(unit.id or 0)
        if number is not None and version is not None and version.number != number:
            version = _version(session, unit, number)
        passed = state is not None and state.state == StepState.DONE
        if version is not None and (number is not None or passed):
            found[unit.code] = version
    return found


def _version(session: Session, unit: Unit, number: int) -> SubmissionVersion | None:
    query = select(SubmissionVersion).where(SubmissionVersion.unit_id == unit.id, SubmissionVersion.role == "报送")
    return session.exec(query.where(SubmissionVersion.number == number)).first()


def earlier_explanations(session: Session, unit: Unit, version: SubmissionVersion) -> Earlier:
    """What was explained in the unit's versions before this one."""
    if version.number < 2:
        return Earlier()
    before = (
        col(SubmissionVersion.unit_id) == unit.id,
        col(SubmissionVersion.role) == version.role,
        col(SubmissionVersion.number) < version.number,
    )
    found = session.exec(
        select(FindingRecord)
        .join(SubmissionVersion, col(SubmissionVersion.id) == FindingRecord.submission_id)
        .where(*before, FindingRecord.explanation != "")
        .order_by(col(SubmissionVersion.number), col(FindingRecord.position))
    )
    accepted = tuple(((row.rule, row.form, row.row, row.column), row.difference, row.explanation) for row in found)
    lines = session.exec(
        select(ExplanationRecord)
        .join(SubmissionVersion, col(SubmissionVersion.id) == ExplanationRecord.submission_id)
        .join(OutcomeRecord, col(OutcomeRecord.submission_id) == ExplanationRecord.submission_id)
        # The same file, read again by a mended reader, is not another one: its lines were written for what it holds.
        .where(*before, SubmissionVersion.sha256 != version.sha256)
        .where(OutcomeRecord.rule == func.trim(ExplanationRecord.rule), col(OutcomeRecord.status).in_(_JUDGED))
    )
    written = frozenset(line_of(Explanation(row.rule, row.form, row.row, row.column, row.text)) for row in lines)
    return Earlier(written, accepted)


def store_outcomes(
    session: Session,
    version: SubmissionVersion,
    rules: RuleSet,
    outcomes: Sequence[RuleOutcome],
) -> None:
    """Replace the outcomes and findings of a version by new ones under a ruleset."""
    for model in (OutcomeRecord, FindingRecord):
        session.execute(delete(model).where(col(model.submission_id) == version.id))
    bulk_insert(
        session,
        OutcomeRecord,
        ("submission_id", "ruleset_hash", "rule", "severity", "status", "checked", "held", "not_checked", "why"),
        [
            (version.id, rules.hash, o.rule, o.severity.value, o.status.value, o.checked, o.held, o.not_checked, o.why)
            for o in outcomes
        ],
    )
    fields = tuple(field.name for field in dataclasses.fields(Finding))
    bulk_insert(
        session,
        FindingRecord,
        ("submission_id", "ruleset_hash", "position", *fields),
        [
            (version.id, rules.hash, position, *(_plain(getattr(finding, name)) for name in fields))
            for position, finding in enumerate(findings_of(outcomes))
        ],
    )


def _plain(value: object) -> object:
    return value.value if isinstance(value, Severity | Status) else value


def describe(findings: Sequence[Finding]) -> str:
    """One Chinese sentence on what was found, for states, run messages and lists."""
    violated = [finding for finding in findings if finding.status is Status.VIOLATED]
    counts = [
        f"{severity.label}性不符 {count} 处" if severity is not Severity.HINT else f"提示 {count} 处"
        for severity in Severity
        if (count := sum(finding.severity is severity for finding in violated))
    ]
    if unchecked := sum(finding.status is Status.NOT_CHECKED for finding in findings):
        counts.append(f"未审核 {unchecked} 条")
    blocking = next((finding for finding in violated if finding.blocks), None)
    text = "，".join(counts) if counts else "全部相符"
    return f"{text}。首条：{blocking.message}" if blocking else f"{text}。"
