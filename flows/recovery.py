"""What ``juesuan serve`` puts right when it starts: runs that were cut off, and a yearly start that was missed."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from flows.names import ANNUAL, FLOWS
from flows.server import Server

_PAGE = 200


def missed_start(cron: str, timezone: str, last_seen: datetime | None, now: datetime) -> datetime | None:
    """The latest moment of a schedule at which nobody was there to start the run.

    Args:
        cron: Five fields.
        timezone: In which they are read.
        last_seen: When ``serve`` last ran; ``None`` when it never did, which misses nothing.
        now: The present moment; both are aware.

    Returns:
        The moment, after ``last_seen`` and not after ``now``; ``None`` when nothing was missed.
    """
    if last_seen is None or last_seen >= now:
        return None
    # The iterator looks strictly backwards: from one second on, so that this very second counts.
    local = now.astimezone(ZoneInfo(timezone)).replace(microsecond=0) + timedelta(seconds=1)
    latest = next(CronSim(cron, local, reverse=True), None)
    return latest if latest is not None and latest > last_seen else None


def read_last_seen(home: Path) -> datetime | None:
    """When ``serve`` of this home last ran; ``None`` when it never did or the note is unreadable."""
    try:
        return datetime.fromisoformat(json.loads(_note(home).read_text("utf-8"))["at"]).astimezone(UTC)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_last_seen(home: Path, now: datetime) -> None:
    """Note that ``serve`` runs at this moment; whole or not at all."""
    part = _note(home).with_suffix(".tmp")
    part.write_text(json.dumps({"at": now.astimezone(UTC).isoformat()}), "utf-8")
    os.replace(part, _note(home))  # noqa: PTH105


def _note(home: Path) -> Path:
    return home / "last_seen.json"


def waiting_for(server: Server, since: datetime) -> set[str]:
    """Flows whose deployment the runner has not yet registered and asked for work since that moment."""
    found = server.post("/deployments/filter", {"flows": {"name": {"any_": list(FLOWS)}}})
    polled = {one["name"] for one in found if one["last_polled"] and _moment(one["last_polled"]) >= since}
    return set(FLOWS) - polled


def close_interrupted(server: Server) -> int:
    """Mark runs that no process executes any more, so that operators can press Retry; how many there were.

    Only to be called while no runner is up: whatever a deployment's run is said to be doing then, nobody does it.
    """
    wanted = {
        "flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}},
        "deployments": {"name": {"any_": list(FLOWS)}},
        "limit": _PAGE,
    }
    text = "服务中断时该运行尚未结束。已完成的步骤不会重做，请按 Retry 接着处理。"
    closed: set[str] = set()
    while fresh := {run["id"] for run in server.post("/flow_runs/filter", wanted)} - closed:
        for run in fresh:
            state = {"type": "CRASHED", "name": "中断", "message": text}
            server.post(f"/flow_runs/{run}/set_state", {"state": state, "force": True})
        closed |= fresh
    return len(closed)


def catch_up(server: Server, last_seen: datetime | None, now: datetime) -> list[datetime]:
    """Create the runs of the annual cycle whose start was missed and which Prefect itself did not keep.

    The schedules are those that the server has, so that one paused or changed in the UI counts.

    Returns:
        The moments made up for.
    """
    made = []
    for deployment in server.post("/deployments/filter", {"flows": {"name": {"any_": [ANNUAL]}}}):
        for one in deployment["schedules"]:
            cron = one["schedule"].get("cron")
            if not cron or not one["active"] or deployment["paused"]:
                continue
            try:
                start = missed_start(cron, one["schedule"].get("timezone") or "UTC", last_seen, now)
            except (CronSimError, KeyError, ValueError):  # Prefect's UI takes more than plain cron
                continue
            if start is not None and not _has_run(server, deployment["id"], start):
                _create(server, deployment["id"], start, one.get("parameters") or {})
                made.append(start)
    return made


def _has_run(server: Server, deployment_id: str, start: datetime) -> bool:
    moment = start.astimezone(UTC).isoformat()
    found: list[Any] = server.post(
        "/flow_runs/filter",
        {
            "deployments": {"id": {"any_": [deployment_id]}},
            "flow_runs": {"expected_start_time": {"after_": moment, "before_": moment}},
            "limit": 1,
        },
    )
    return bool(found)


def _create(server: Server, deployment_id: str, start: datetime, parameters: dict[str, Any]) -> None:
    server.post(
        f"/deployments/{deployment_id}/create_flow_run",
        {
            "idempotency_key": f"catch-up-{start.isoformat()}",
            "tags": ["补跑"],
            "parameters": parameters,
            "state": {
                "type": "SCHEDULED",
                "message": f"原定 {start:%Y-%m-%d %H:%M} 的运行因服务未启动而错过，现在补跑。",
            },
        },
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
