"""The process that executes flow runs for ``juesuan serve``: ``python -m flows.runner``."""

from prefect import serve

from flows.deployments import deployments

MOST_RUNS = 4
"""Flow runs at the same time; further ones wait their turn."""

if __name__ == "__main__":
    serve(*deployments(), limit=MOST_RUNS, pause_on_shutdown=False, print_starting_message=False)
