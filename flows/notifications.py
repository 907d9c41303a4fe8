"""Tells a webhook of faults and of releases that wait for approval. The address is a secret and never logged."""

import json
import logging
import sys
import urllib.request
from http.client import HTTPException
from urllib.error import HTTPError

from flows.settings import settings
from flows.summary import CycleStatus
from models.errors import reason_of

TIMEOUT_SECONDS = 10

_log = logging.getLogger("juesuan.notifications")


def notify(event: str, text: str, status: CycleStatus | None = None, link: str = "") -> bool:
    """Post one message; the ``msgtype``/``text`` part is what 企业微信 and 钉钉 robots read, the rest is for programs.

    Args:
        event: ``故障`` or ``等待批准``.
        text: Chinese sentence.
        status: Which cycle it is about, if one was begun.
        link: Page to open; the department's review report, or the UI, when left out.

    Returns:
        Whether it was delivered. A webhook that fails is logged and never stops a run.
    """
    address = settings().webhook.get_secret_value()
    if not address:
        return False
    link = link or (f"{settings().site_url}/{status.folder}/审核报告.html" if status else settings().ui_url)
    about = f"{status.year} 年度 {status.name}：" if status else ""
    body = {
        "msgtype": "text",
        "text": {"content": f"【决算·{event}】{about}{text}\n{link}"},
        "event": event,
        "year": status.year if status else None,
        "department": status.department if status else "",
        "message": text,
        "link": link,
    }
    data = json.dumps(body, ensure_ascii=False).encode("utf-8")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        request = urllib.request.Request(address, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
            return True
    except HTTPError as error:
        _warn(f"通知没有送达：接收通知的服务回答 {error.code}。")
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            _warn("通知没有送达：接收通知的服务没有及时回答。")
        else:
            _warn(f"通知没有送达（{reason_of(reason) if isinstance(reason, OSError) else type(reason).__name__}）。")
    return False


def _warn(text: str) -> None:
    """To the log of the run that wanted to tell, where operators look; outside of a run, to the program's."""
    if "prefect" not in sys.modules:  # the process of ``serve`` itself
        print(text, flush=True)
        return
    from prefect import get_run_logger
    from prefect.exceptions import MissingContextError

    try:
        get_run_logger().warning(text)
    except MissingContextError:
        _log.warning(text)
