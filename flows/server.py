"""The Prefect server as its API shows it, spoken to without importing Prefect; and where a running one is found."""

import base64
import json
import os
import time
import uuid
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

# The server is this machine's or this office's own: no proxy in between.
_open = build_opener(ProxyHandler({})).open

_PAUSES = (0.5, 1.0, 2.0)
"""Seconds before asking again a server that says 503: Prefect does when its database is busy, and nothing was done."""


_TRIES = 5
"""How often a server that should be running is asked whether it is."""


class Reply(Enum):
    """What an address answers: a server that takes the password, one that does not, or none at all."""

    READY, REFUSED, SILENT = range(3)


@dataclass(slots=True)
class Server:
    """A Prefect server's API.

    Attributes:
        api_url: For example ``http://127.0.0.1:4200/api``. auth: ``user:password``, empty for none.
        patience: Seconds to wait for an answer.
    """

    api_url: str
    auth: str = field(default="", repr=False)
    patience: float = 10
    _token: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def get(self, path: str) -> Any:
        """Answer to a GET.

        Raises:
            OSError: It cannot be reached; :class:`urllib.error.HTTPError` when it refuses.
        """
        return self._send(Request(self.api_url + path))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Answer to a POST of JSON. Raises as :meth:`get`."""
        headers = {"Content-Type": "application/json", **self._csrf()}
        return self._send(Request(self.api_url + path, data=json.dumps(body).encode(), headers=headers))

    def healthy(self) -> bool:
        """Whether it answers."""
        try:
            return self.get("/health") is True
        except (OSError, ValueError, HTTPException):
            return False

    def ready(self) -> bool:
        """Whether it answers and reaches its database. Asks once: whoever waits for it makes the pauses."""
        try:
            self._read(Request(self.api_url + "/ready"))
        except (OSError, ValueError, HTTPException):
            return False
        return True

    def _csrf(self) -> dict[str, str]:
        if not self._token:
            client = str(uuid.uuid4())
            try:
                token = self.get(f"/csrf-token?client={client}")["token"]
            except HTTPError as error:
                if error.code != 422:  # the server does without
                    raise
                return {}
            self._token = {"Prefect-Csrf-Client": client, "Prefect-Csrf-Token": token}
        return self._token

    def _send(self, request: Request) -> Any:
        if self.auth:
            request.add_header("Authorization", "Basic " + base64.b64encode(self.auth.encode()).decode())
        for pause in _PAUSES:
            try:
                return self._read(request)
            except HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            time.sleep(pause)
        return self._read(request)

    def _read(self, request: Request) -> Any:
        with _open(request, timeout=self.patience) as response:
            text = response.read()
        return json.loads(text) if text else None


def ask(api_url: str, auth: str = "") -> Reply:
    """Whether a Prefect server answers there and takes the password."""
    server = Server(api_url.rstrip("/"), auth)
    if not server.healthy():
        return Reply.SILENT
    try:
        server.get("/admin/version")
    except HTTPError as error:
        return Reply.REFUSED if error.code == 401 else Reply.SILENT
    except (OSError, ValueError, HTTPException):
        return Reply.SILENT
    return Reply.READY


def serve_file(home: Path) -> Path:
    """Where a running ``juesuan serve`` tells its addresses: JSON object of ``api``, ``ui``, ``open``, ``site``, ``pid``."""
    return home / "serve.json"


def running_addresses(home: Path) -> dict[str, Any]:
    """What ``juesuan serve`` of this home told; empty when it told nothing (yet)."""
    try:
        told = json.loads(serve_file(home).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def running_api(home: Path) -> str:
    """API address of the ``juesuan serve`` of this home; empty when none runs."""
    told = running_addresses(home)
    api = str(told.get("api", ""))
    # A serve that was killed leaves its file behind; one that lives may be too busy to answer at once, and a second
    # engine beside it would keep its runs from the operators' eyes.
    for _ in range(_TRIES if api else 0):
        if Server(api).healthy():
            return api
        if not _lives(told.get("pid")):
            break
        time.sleep(1)
    return ""


def _lives(pid: object) -> bool:
    try:
        os.kill(int(str(pid)), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
