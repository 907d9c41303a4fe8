"""Scoring as a Prefect task."""

from tasks.retrying import step_task
from tasks.score.score import score_units
from tasks.step import StepReport


@step_task("评分")
def score_task(url: str, cycle_id: int, codes: list[str], label: str = "") -> StepReport:
    """Score the projects of a chunk of units."""
    return score_units(url, cycle_id, codes)
