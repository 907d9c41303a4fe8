"""Sends the log of a run in a terminal to the Prefect server, and tells only once, in Chinese, when that fails."""

import sys
from typing import Any

from prefect.logging.handlers import APILogWorker, set_api_log_sink

_LOST = "Prefect 服务没有收下一部分运行日志，运行界面中会缺这几行；处理结果以下面的显示为准。"


class _Sender(APILogWorker):
    """Prefect's own prints the server's English answer for each lot of lines that it could not send."""

    _told = False

    async def _handle_batch(self, items: list[dict[str, Any]]) -> None:
        try:
            await self._client.create_logs(items)
        except Exception:
            if not _Sender._told:
                _Sender._told = True
                print(_LOST, file=sys.stderr, flush=True)


def _send(log: dict[str, Any]) -> None:
    _Sender.instance().send(log)


def send_logs_quietly() -> None:
    """Let the runs of this process send their logs so; calling it again changes nothing."""
    set_api_log_sink(_send)
