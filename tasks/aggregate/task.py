"""Aggregation as a Prefect task."""

from tasks.aggregate.aggregate import aggregate_departments
from tasks.retrying import step_task
from tasks.step import StepReport


@step_task("汇总")
def aggregate_task(url: str, cycle_id: int, codes: list[str], label: str = "") -> StepReport:
    """Add up the nodes named, children before parents."""
    return aggregate_departments(url, cycle_id, codes)
