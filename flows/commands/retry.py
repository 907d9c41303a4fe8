"""``juesuan retry``: returned, missing or failed units again, from where the last run took its files."""

import argparse

from flows.parameters import CycleParameters
from flows.settings import settings, use_database


def run(arguments: argparse.Namespace) -> int:
    """Run the units named, or all that need it; 0 when they are through, 1 when units need attention, 2 for faults."""
    use_database(arguments.database)
    from flows.running import run_annual_cycle
    from flows.summary import cycle_status, find_cycle, sources_of, status_text
    from models.database import session_of
    from models.errors import UsageError
    from models.schema_upgrade import upgrade_database
    from models.tables import StepState

    url = settings().database_url
    upgrade_database(url)
    with session_of(url) as session:
        cycle = find_cycle(session, arguments.year, arguments.department)
        status, sources = cycle_status(session, cycle), sources_of(cycle)
    units = list(arguments.unit)
    if arguments.all_failed:
        states = (StepState.RETURNED, StepState.FAULT, StepState.MISSING)
        units += [unit.code for unit in status.of(*states) if unit.code not in units]
        if not units:
            print("没有需要重新处理的单位。")
            return 0
    if not units:
        raise UsageError("请用 --unit 指明单位，或用 --all-failed 处理全部退回、故障和未报送的单位。")
    run_annual_cycle(CycleParameters(year=arguments.year, units=units, **sources))
    with session_of(url) as session:
        status = cycle_status(session, find_cycle(session, arguments.year, arguments.department))
    print(status_text(status))
    return 2 if status.faults else 1 if status.needs_attention else 0
