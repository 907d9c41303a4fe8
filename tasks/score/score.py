"""Scoring step over a set of units: recompute each project's score and store it with its parts."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, select

from expectations.scoring import ScoredProject, load_scheme, score_project
from models.database import bulk_insert, read_session_of, session_of
from models.profiles import load_profile
from models.tables import IndicatorScore, ProjectScore, StepState, SubmissionVersion, Unit, UnitStep
from tasks.collect.store.versions import latest_versions, load_submissions
from tasks.step import StepReport, cycle_by_id, hold, is_as_seen, rest_step, set_step, step_key, steps_of, units_of

STEP = "score"


def score_units(url: str, cycle_id: int, codes: Sequence[str]) -> StepReport:
    """Score the projects in the newest version of each unit, one transaction per unit.

    Args:
        url: Database.
        cycle_id: The cycle.
        codes: Units to score.
    """
    report = StepReport(STEP)
    idle: list[tuple[Unit, Seen]] = []
    due: list[tuple[Unit, SubmissionVersion, str, Seen]] = []
    with read_session_of(url) as session:
        cycle = cycle_by_id(session, cycle_id)
        profile = load_profile(cycle.profile)
        scheme = load_scheme(profile.scheme)
        units = units_of(session, cycle_id, codes)
        collected, states = steps_of(session, units, "collect"), steps_of(session, units, STEP)
        versions = latest_versions(session, [unit.id or 0 for unit in units])
        for unit in units:
            unit_id = unit.id or 0
            version, before, state = versions.get(unit_id), collected.get(unit_id), states.get(unit_id)
            if version is None or before is None or before.state != StepState.DONE:
                idle.append((unit, (before, state)))
                continue
            key = step_key(STEP, profile, version.number, version.sha256)
            if state is not None and state.input_key == key:
                report.unchanged.append(unit.code)
            else:
                due.append((unit, version, key, (before, state)))
        loaded = load_submissions(session, [version.id or 0 for _, version, *_ in due])
    for unit, seen in idle:
        rest_step(url, unit, STEP, seen)
    for unit, version, key, seen in due:
        scores = [score_project(project, scheme, profile) for project in loaded[version.id or 0].projects]
        with session_of(url) as session:
            hold(session, unit)
            current = is_as_seen(session, *seen)
            if current:
                store_scores(session, version, scheme.hash, scores)
                set_step(session, unit, STEP, StepState.DONE, _describe(scores), key)
        (report.done if current else report.unchanged).append(unit.code)
    return report


Seen = tuple[UnitStep | None, ...]


def _describe(scores: Sequence[ScoredProject]) -> str:
    if not scores:
        return "没有项目自评表。"
    return f"{len(scores)} 个项目：" + "、".join(
        f"{score.project} {score.total} 分（{score.grade}）" for score in scores
    )


def store_scores(
    session: Session, version: SubmissionVersion, scheme_hash: str, scores: Sequence[ScoredProject]
) -> None:
    """Replace the scores of a version."""
    old = session.exec(select(ProjectScore.id).where(ProjectScore.submission_id == version.id)).all()
    if old:
        session.execute(delete(IndicatorScore).where(col(IndicatorScore.project_score_id).in_(old)))
        session.execute(delete(ProjectScore).where(col(ProjectScore.id).in_(old)))
    for position, scored in enumerate(scores):
        row = ProjectScore(
            submission_id=version.id or 0, project=position, name=scored.project, scheme=scored.scheme,
            scheme_hash=scheme_hash, claimed_total=scored.claimed_total, total=scored.total,
            recomputed_points=scored.recomputed_points, accepted_points=scored.accepted_points,
            unscorable_points=scored.unscorable_points, grade_claimed=scored.grade_claimed, grade=scored.grade,
            why=scored.why,
        )  # fmt: skip
        session.add(row)
        session.flush()
        bulk_insert(
            session,
            IndicatorScore,
            ("project_score_id", "position", "name", "points", "claimed", "score", "basis", "why"),
            [
                (row.id, number, item.name, item.points, item.claimed, item.score, item.basis, item.why)
                for number, item in enumerate(scored.indicators)
            ],
        )
