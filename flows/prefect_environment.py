"""A private Prefect: own home, no telemetry, deaf to ambient ``PREFECT_*`` settings. Call before importing prefect."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from flows.server import Reply, ask
from flows.settings import KEPT_SECONDS, make_private
from models.addresses import masked
from models.errors import UsageError

READY = "JUESUAN_PREFECT_READY"
"""Set once the environment is in order; children inherit it and leave the environment alone."""

_COMMON = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "INFO",
    # Runs log to the server, where operators read them; the terminal gets our own lines and never a traceback.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "GX_ANALYTICS_ENABLED": "false",
    READY: "1",
}

_EMBEDDED = {
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}

_SERVER = {
    # In big cycles the recorder falls behind with one row a time, and task runs get lost.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEPT_SECONDS),
    # A web page from elsewhere, open in the operator's browser, must not drive the API.
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    # Into its log file: what goes wrong in the server stands nowhere else.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    "PREFECT_LOGGING_COLORS": "false",
    # Relative, so that the UI works under whatever name it is reached.
    "PREFECT_SERVER_UI_API_URL": "/api",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Its run page has the Retry button in sight.
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
}


def client_variables(home: Path, api_url: str = "", auth: str = "", database: str = "") -> dict[str, str]:
    """Environment of a process that runs flows.

    Args:
        home: Private folder; Prefect keeps its database in ``home/prefect``.
        api_url: Server to use; empty for an embedded one.
        auth: ``user:password`` of the server; empty for none.
        database: The embedded server's database; empty for SQLite.
    """
    variables = _COMMON | {"PREFECT_HOME": str(home / "prefect")}
    if not api_url:
        return variables | _EMBEDDED | _database(database)
    variables["PREFECT_API_URL"] = api_url
    variables["PREFECT_RUNNER_POLL_FREQUENCY"] = "3"
    if auth:
        variables["PREFECT_API_AUTH_STRING"] = auth
    # An office proxy in the environment must not stand between this machine and its own server.
    host = urlsplit(api_url).hostname or ""
    past = [name for name in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if name]
    variables["NO_PROXY"] = variables["no_proxy"] = ",".join(dict.fromkeys([*past, host]))
    return variables


def server_variables(home: Path, api_url: str, auth: str, database: str) -> dict[str, str]:
    """Environment of the Prefect server itself. Arguments as in :func:`client_variables`."""
    origin = api_url.removesuffix("/api")
    variables = client_variables(home, api_url, auth) | _SERVER | _database(database)
    variables["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = origin
    if auth:
        variables["PREFECT_SERVER_API_AUTH_STRING"] = auth
    return variables


def _database(url: str) -> dict[str, str]:
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url} if url else {}


def without_prefect(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without Prefect's own variables."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}


def prepare_prefect(home: Path, api_url: str = "", auth: str = "", database: str = "") -> None:
    """Set Prefect's environment for this process and its children. Arguments as in :func:`client_variables`.

    Raises:
        UsageError: prefect was imported before, the home cannot be made, or the server named does not answer or refuses the password.
    """
    if os.environ.get(READY):
        return
    if "prefect" in sys.modules:
        raise UsageError("内部顺序有误：Prefect 已被提前加载，请用 juesuan 命令启动。")
    if api_url:
        _require(api_url, auth)
    make_private(home / "prefect")
    wanted = client_variables(home, api_url, auth, database)
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(wanted)


def _require(api_url: str, auth: str) -> None:
    reply = ask(api_url, auth)
    if reply is Reply.SILENT:
        raise UsageError(
            f"连不上 Prefect 服务 {masked(api_url)}。请确认服务已启动，或清除 JUESUAN_PREFECT_API_URL 改用内置服务。"
        )
    if reply is Reply.REFUSED:
        raise UsageError(
            f"正在运行的服务 {masked(api_url)} 不接受这里的口令。请把环境变量 JUESUAN_AUTH 设为启动该服务时的“用户:口令”。"
        )
