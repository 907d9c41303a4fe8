"""Validation as a Prefect task."""

from tasks.retrying import step_task
from tasks.step import StepReport
from tasks.validate.validate import Scope, validate_units


@step_task("审核")
def validate_task(url: str, cycle_id: int, codes: list[str], scope: Scope = "单位", label: str = "") -> StepReport:
    """Judge a chunk of units in one go."""
    return validate_units(url, cycle_id, codes, scope)
