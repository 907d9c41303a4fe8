"""Tells a webhook of faults and of releases that wait for approval. The address is a secret and never logged."""

import json
import logging
import urllib.request
from http.client import HTTPException

from flows.settings import settings
from flows.summary import CycleStatus

TIMEOUT_SECONDS = 10

_log = logging.getLogger("juesuan.notifications")


def notify(event: str, text: str, status: CycleStatus, link: str = "") -> bool:
    """Post one message; the ``msgtype``/``text`` part is what 企业微信 and 钉钉 robots read, the rest is for programs.

    Args:
        event: ``故障`` or ``等待批准``.
        text: Chinese sentence.
        status: Which cycle it is about.
        link: Page to open; the department's review report when left out.

    Returns:
        Whether it was delivered. A webhook that fails is logged and never stops a run.
    """
    address = settings().webhook.get_secret_value()
    if not address:
        return False
    link = link or f"{settings().site_url}/{status.folder}/审核报告.html"
    title = f"【决算·{event}】{status.year} 年度 {status.name}：{text}"
    body = {
        "msgtype": "text",
        "text": {"content": f"{title}\n{link}"},
        "event": event,
        "year": status.year,
        "department": status.department,
        "message": text,
        "link": link,
    }
    data = json.dumps(body, ensure_ascii=False).encode("utf-8")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        request = urllib.request.Request(address, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return bool(200 <= response.status < 300)
    except (OSError, ValueError, HTTPException) as error:
        _log.warning("通知没有送达（%s）", type(error).__name__)
        return False
