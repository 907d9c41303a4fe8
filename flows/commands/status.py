"""``juesuan status``: unit × step, who is missing, what failed and why."""

import argparse

from flows.settings import settings, use_database
from flows.summary import cycle_status, find_cycle, status_text
from flows.terminal import json_text
from models.database import read_session_of
from models.schema_upgrade import upgrade_database


def run(arguments: argparse.Namespace) -> int:
    """Print the state; 0 when all units and departments are through, 1 when one needs attention, 2 for faults."""
    use_database(arguments.database)
    url = settings().database_url
    upgrade_database(url)
    with read_session_of(url) as session:
        status = cycle_status(session, find_cycle(session, arguments.year, arguments.department))
    print(json_text(status.as_json()) if arguments.json else status_text(status))
    return 2 if status.faults else 1 if status.needs_attention else 0
