"""Aggregation step: adds up every node that has units below it and stores sums, contributions and their cells."""

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session, select

from expectations.catalogue import load_rules
from expectations.prior_year import declared_last_year
from models.database import bulk_insert, read_session_of, session_of
from models.profiles import Profile, load_profile
from models.submission import DEPARTMENT_REPORT
from models.tables import ContributedCell, Contribution, Cycle, StepState, SubmissionVersion, Unit
from tasks.aggregate.consolidate import LAST_YEAR, Addend, Background, Consolidation, consolidate
from tasks.aggregate.prior_sums import last_years_sum
from tasks.aggregate.provisional import NotItemised, not_itemised, provisional_problems, same_amount_problems
from tasks.collect.store.versions import department_workbook, latest_versions, load_submissions, store_content_version
from tasks.step import (
    StepReport,
    cycle_by_id,
    hold,
    key_of,
    reset_steps,
    set_step,
    step_key,
    steps_of,
    units_below,
    units_of,
)

STEP = "aggregate"

REASONS = {
    StepState.MISSING.value: "未报送",
    StepState.RETURNED.value: "已被退回",
    StepState.FAULT.value: "处理故障",
    StepState.WAITING.value: "尚未处理",
}


def aggregate_departments(url: str, cycle_id: int, codes: Iterable[str] | None = None) -> StepReport:
    """Add up every node with units below it (or those named), children before parents, one transaction per node.

    What counts is the newest version of each unit that passed validation; the others are named as missing.
    """
    report = StepReport(STEP)
    with read_session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        units = units_of(session, cycle_id)
    nodes = [unit for unit in units if unit.kind == "部门"]
    wanted = None if codes is None else set(codes)
    for node in reversed(nodes):
        if wanted is not None and node.code not in wanted:
            continue
        with session_of(url) as session:
            # What is added must stay as it is read: a unit that another run works on just now is waited for.
            hold(session, node, read=units_below(units, node.code))
            changed = _aggregate(session, cycle, node.code)
        (report.done if changed else report.unchanged).append(node.code)
    return report


def _aggregate(session: Session, cycle: Cycle, code: str) -> bool:
    profile = load_profile(cycle.profile)
    units = units_of(session, cycle.id or 0)
    node = next(unit for unit in units if unit.code == code)
    below = units_below(units, code)
    versions, missing = _standing(session, below)
    unnamed = not_itemised(session, below)
    unsettled = [one for one in unnamed if not one.settled]
    speaking = {
        kind: version
        for kind, version in (
            (DEPARTMENT_REPORT, department_workbook(session, node)),
            (LAST_YEAR, last_years_sum(session, cycle, code)),
        )
        if version is not None
    }
    key = _key(profile, node, below, versions, speaking, [*missing, *unnamed])
    known = steps_of(session, [node], STEP).get(node.id or 0)
    if known is not None and known.input_key == key:
        return False
    loaded = load_submissions(session, [version.id or 0 for version in (*versions.values(), *speaking.values())])
    addends = [
        Addend(unit.code, unit.report_type, loaded[versions[unit.code].id or 0], members=_members(units, unit))
        for unit in below
        if unit.code in versions
    ]
    names = {unit.code: unit.name for unit in units}
    said = {kind: loaded[version.id or 0] for kind, version in speaking.items()}
    background = Background(
        next((unit.code for unit in below if unit.parent_code == code and is_office(unit.name)), ""),
        frozenset(unit.code for unit in units if unit.kind == "单位") - {unit.code for unit in below},
        said.get(DEPARTMENT_REPORT),
        said.get(LAST_YEAR),
        declared_last_year(load_rules(profile)),
    )
    result = consolidate(profile, (node.code, node.name), cycle.year, addends, names, missing, background)
    result.submission.problems += provisional_problems(unsettled, result.flows, names)
    result.submission.problems += same_amount_problems([one for one in unnamed if one.settled], names)
    if _store(session, profile, node, result, versions, speaking):
        reset_steps(session, node, "validate", "disclose")
    set_step(session, node, STEP, StepState.DONE, describe(result, missing, unsettled), key)
    return True


def _key(
    profile: Profile,
    node: Unit,
    below: Sequence[Unit],
    versions: Mapping[str, SubmissionVersion],
    speaking: Mapping[str, SubmissionVersion],
    left_open: Sequence[object],
) -> str:
    """Fingerprint of what a sum is made with: versions, what speaks of it, and what the units left open."""
    return step_key(
        STEP,
        profile,
        node.name,
        *(
            f"{unit.code}:{versions[unit.code].number}:{versions[unit.code].sha256}:{unit.report_type}:{unit.name}:{unit.parent_code}"
            for unit in below
            if unit.code in versions
        ),
        *(f"{kind}:{version.number}:{version.sha256}" for kind, version in speaking.items()),
        *left_open,
    )


def _members(units: Sequence[Unit], overlay: Unit) -> frozenset[str]:
    """Units inside a 叠加汇总表: what else stands below the same parent."""
    if overlay.report_type != "叠加汇总表" or overlay.parent_code is None:
        return frozenset()
    return frozenset(unit.code for unit in units_below(units, overlay.parent_code)) - {overlay.code}


def is_office(name: str) -> bool:
    """Whether a name is that of a 部门本级, as registries write it: “某某局本级” or “某某局（本级）”."""
    return name.rstrip("）)").endswith("本级")


def _standing(session: Session, units: Sequence[Unit]) -> tuple[dict[str, SubmissionVersion], list[tuple[str, str]]]:
    """Versions that count, by unit code, and the units that do not with their reason.

    A unit whose only task is to adjust (调整表, 经费差额表) is not missed when it files nothing.
    """
    collected, validated = steps_of(session, units, "collect"), steps_of(session, units, "validate")
    newest = latest_versions(session, [unit.id or 0 for unit in units])
    versions: dict[str, SubmissionVersion] = {}
    missing: list[tuple[str, str]] = []
    for unit in units:
        unit_id = unit.id or 0
        states = [state.state for state in (collected.get(unit_id), validated.get(unit_id)) if state is not None]
        version = newest.get(unit_id)
        if version is not None and states == [StepState.DONE, StepState.DONE]:
            versions[unit.code] = version
            continue
        first = next((state for state in states if state != StepState.DONE), StepState.WAITING.value)
        if not (unit.report_type in ("调整表", "经费差额表") and first == StepState.MISSING):
            missing.append((unit.code, REASONS.get(first, first)))
    return versions, missing


def _store(
    session: Session,
    profile: Profile,
    node: Unit,
    result: Consolidation,
    versions: Mapping[str, SubmissionVersion],
    speaking: Mapping[str, SubmissionVersion],
) -> bool:
    """Store the sum, the proposal in it and the sources of its cells; whether the sum is a new one."""
    own = dict(speaking)
    if result.proposal is not None:
        own["调整表"] = store_content_version(session, node, result.proposal, role="调整建议", report_type="调整表")
    sources = [own[a.kind] if a.code == node.code else versions[a.code] for a in result.addends]
    # Natural keys: the same sum must have the same fingerprint in every database and order of arrival.
    parts = [
        f"{addend.code}:{version.number}:{addend.sign}:{addend.kind}:{addend.note}"
        for addend, version in zip(result.addends, sources, strict=True)
    ]
    basis = key_of(*parts, *sorted(result.sources.items()))
    total = store_content_version(
        session, node, result.submission, role="汇总", report_type=DEPARTMENT_REPORT, basis=basis
    )
    if session.exec(select(Contribution.id).where(Contribution.submission_id == total.id)).first() is not None:
        return False
    contributions = []
    for addend, version in zip(result.addends, sources, strict=True):
        row = Contribution(
            submission_id=total.id or 0, source_id=version.id or 0, kind=addend.kind, sign=addend.sign,
            note=addend.note,
        )  # fmt: skip
        session.add(row)
        contributions.append(row)
    session.flush()
    bulk_insert(
        session,
        ContributedCell,
        ("contribution_id", "form", "row", "column", "amount"),
        [
            (contributions[position].id, *address, amount)
            for address, parts_of_cell in result.sources.items()
            for position, amount in parts_of_cell
        ],
    )
    return True


def describe(result: Consolidation, missing: Sequence[tuple[str, str]], unsettled: Sequence[NotItemised] = ()) -> str:
    """One Chinese sentence on what was added up."""
    own = sum(addend.kind == "单户表" for addend in result.addends)
    text = f"汇总 {own} 户" + ("，汇总数暂定" if unsettled else "")
    others = [addend.kind for addend in result.addends if addend.kind not in ("单户表", DEPARTMENT_REPORT, LAST_YEAR)]
    if others:
        text += "，另有" + "、".join(f"{kind} {others.count(kind)} 张" for kind in dict.fromkeys(others))
    if missing:
        text += "；未计入：" + "、".join(f"{code}（{reason}）" for code, reason in missing)
    return text + "。"
