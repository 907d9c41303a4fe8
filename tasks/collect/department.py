"""The workbook of a department itself: it speaks for the sum of its units and files no accounts."""

from collections.abc import Mapping, Sequence

from models.database import read_session_of, session_of
from models.tables import StepState
from tasks.collect.collect import collect_units, mark_not_collected
from tasks.collect.store.receipts import taken
from tasks.collect.store.versions import department_workbook
from tasks.step import StepReport, hold, set_step, steps_of, units_of

NOTHING_FILED = "部门没有报送部门工作簿（需要时才报）"


def collect_departments(
    url: str,
    cycle_id: int,
    nodes: Sequence[str],
    files: Mapping[str, str],
    absent: Mapping[str, tuple[StepState, str]],
) -> StepReport:
    """Take in the workbooks of departments. None is needed: a department that files nothing lacks nothing.

    Args:
        url: Database.
        cycle_id: The cycle.
        nodes: Codes of the departments.
        files: File to take, by code.
        absent: State and reason of those whose file cannot be taken.
    """
    filed = {code: files[code] for code in nodes if code in files}
    report = collect_units(url, cycle_id, filed)
    refused = {code: absent[code] for code in nodes if code in absent and code not in files}
    report.merge(mark_not_collected(url, cycle_id, refused))
    with read_session_of(url) as session:
        rest = units_of(session, cycle_id, [code for code in nodes if code not in files and code not in refused])
    for node in rest:
        with read_session_of(url) as session:
            state = steps_of(session, [node], "collect").get(node.id or 0)
            version = department_workbook(session, node)
        message = taken(version.file, version.number) if version is not None else NOTHING_FILED
        if state is None or (state.state, state.message) != (StepState.DONE.value, message):
            with session_of(url) as session:
                hold(session, node)
                set_step(session, node, "collect", StepState.DONE, message)
    return report
