"""A private Prefect: own home, no telemetry, deaf to ambient ``PREFECT_*`` settings. Call before importing prefect."""

import os
import sys
import urllib.request
from pathlib import Path

from models.errors import UsageError


def _answers(api_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{api_url.rstrip('/')}/health", timeout=3) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def prepare_prefect(home: Path, api_url: str = "") -> None:
    """Set Prefect's environment for this process and its children.

    Args:
        home: Private folder; Prefect keeps its database in ``home/prefect``.
        api_url: Server to use; empty for an embedded one.

    Raises:
        UsageError: prefect was imported before, or the server named does not answer.
    """
    if "prefect" in sys.modules and not os.environ.get("JUESUAN_PREFECT_READY"):
        raise UsageError("内部顺序有误：Prefect 已被提前加载，请用 juesuan 命令启动。")
    if os.environ.get("JUESUAN_PREFECT_READY"):
        return
    if api_url and not _answers(api_url):
        raise UsageError(
            f"连不上 Prefect 服务 {api_url}。请确认服务已启动，或清除 JUESUAN_PREFECT_API_URL 改用内置服务。"
        )
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    prefect_home = home / "prefect"
    prefect_home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        PREFECT_HOME=str(prefect_home),
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        DO_NOT_TRACK="1",
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="true",
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120",
        PREFECT_LOGGING_LEVEL="INFO",
        # Runs log to the server, where operators read them; the terminal gets our own lines and never a traceback.
        PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
        PREFECT_SERVER_LOGGING_LEVEL="ERROR",
        PREFECT_RESULTS_PERSIST_BY_DEFAULT="false",
        GX_ANALYTICS_ENABLED="false",
        JUESUAN_PREFECT_READY="1",
    )
    if api_url:
        os.environ["PREFECT_API_URL"] = api_url
