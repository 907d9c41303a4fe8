"""The Prefect side that all steps share: how their tasks are named and when they run again."""

from collections.abc import Callable
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import Task, exponential_backoff

from tasks.step import worth_retrying

F = TypeVar("F", bound=Callable[..., Any])


def step_task(name: str) -> Callable[[F], Task[..., Any]]:
    """Decorator of a step's task: retried with backoff for faults of the machine, never for faults of the data.

    Idempotence lives in our database, so Prefect neither caches nor persists results.

    Args:
        name: Chinese name of the step, shown in the UI with the chunk's label.
    """

    def decorate(function: F) -> Task[..., Any]:
        decorated: Task[..., Any] = task(
            name=name,
            task_run_name=name + "·{label}",
            retries=2,
            retry_delay_seconds=exponential_backoff(backoff_factor=1),
            retry_jitter_factor=0.5,
            retry_condition_fn=worth_retrying,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(function)
        return decorated

    return decorate
