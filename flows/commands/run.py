"""``juesuan run``: the annual cycle on a registry and an inbox."""

import argparse

from flows.parameters import CycleParameters
from flows.settings import settings, use_database


def run(arguments: argparse.Namespace) -> int:
    """Run the cycle; 0 when all units and departments are through, 1 when one needs attention, 2 for faults."""
    use_database(arguments.database)
    parameters = CycleParameters.of(
        year=arguments.year, registry=arguments.registry, inbox=arguments.inbox, out=str(arguments.out),
        units=arguments.unit, profile=arguments.profile, mark=arguments.mark,
    )  # fmt: skip
    from flows.running import run_annual_cycle

    department = parameters.check().department.code
    changed = run_annual_cycle(parameters)
    from flows.summary import cycle_status, find_cycle, status_text
    from models.database import session_of

    with session_of(settings().database_url) as session:
        status = cycle_status(session, find_cycle(session, parameters.year, department))
    print(status_text(status))
    print(f"结果在：{arguments.out}" + ("" if changed else "　（与上次运行相比没有变化）"))
    return 2 if status.faults else 1 if status.needs_attention else 0
