"""Disclosure as Prefect tasks."""

from tasks.disclose.disclose import disclose_units
from tasks.disclose.review import write_review
from tasks.retrying import step_task
from tasks.step import StepReport


@step_task("公开文稿")
def disclose_task(url: str, cycle_id: int, codes: list[str], out: str, mark: str, label: str = "") -> StepReport:
    """Write the disclosure documents of a chunk of units."""
    return disclose_units(url, cycle_id, codes, out, mark)


@step_task("审核报告")
def review_task(url: str, cycle_id: int, out: str, mark: str, label: str = "全部") -> list[str]:
    """Write the review reports; returns the paths of those that changed."""
    return write_review(url, cycle_id, out, mark)
