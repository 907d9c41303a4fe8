"""Collection as Prefect tasks."""

from collections.abc import Mapping
from pathlib import Path

from tasks.collect.collect import collect_units, mark_not_collected
from tasks.collect.department import collect_departments
from tasks.collect.prepare import Prepared, prepare_cycle
from tasks.retrying import step_task
from tasks.step import StepReport


@step_task("准备")
def prepare_task(
    url: str,
    year: int,
    registry: str,
    inbox: Path,
    profile: str,
    units: list[str],
    sources: dict[str, str],
    label: str = "登记表和收件夹",
) -> Prepared:
    """Bring the database and the unit tree up to date and see what lies in the inbox."""
    return prepare_cycle(url, year, registry, inbox, profile, units, sources)


@step_task("收集")
def collect_task(url: str, cycle_id: int, codes: list[str], prepared: Prepared, label: str = "") -> StepReport:
    """Read and store the files of a chunk of units; mark those without one."""
    files: Mapping[str, str] = {code: prepared.files[code] for code in codes if code in prepared.files}
    report = collect_units(url, cycle_id, files)
    absent = {code: prepared.absent[code] for code in codes if code in prepared.absent}
    report.merge(mark_not_collected(url, cycle_id, absent))
    return report


@step_task("部门工作簿")
def collect_departments_task(
    url: str, cycle_id: int, codes: list[str], prepared: Prepared, label: str = ""
) -> StepReport:
    """Read and store what departments say of their sums."""
    return collect_departments(url, cycle_id, codes, prepared.files, prepared.absent)
