"""The Prefect server behind ``juesuan serve``: ``python -m flows.prefect_server``.

What ``prefect server start`` runs in the foreground, with three differences that Prefect has no setting for: it
answers by its own names only, asks a busy database again before a click in the UI fails, and comes without the second
UI.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import prefect
import uvicorn
from prefect.logging.configuration import setup_logging
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.review_site import asked_by_own_name, foreign_name, is_own
from flows.settings import Settings, settings


@dataclass(slots=True)
class OwnNames:
    """Lets in what is asked under our own names and, where a browser says so, by our own pages.

    Attributes:
        app: What lies behind. names: :attr:`flows.settings.Settings.own_names`.
    """

    app: ASGIApp
    names: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or WebSocket on, or refuse it."""
        if scope["type"] not in ("http", "websocket") or self._lets_in(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await foreign_name()(scope, receive, send)
        else:
            # Before it is accepted, this is an answer of 403.
            await send({"type": "websocket.close", "code": 1008})

    def _lets_in(self, headers: Headers) -> bool:
        # A browser lets any page open a WebSocket to this machine under its right name; only the origin tells.
        origins = [origin.partition("://")[2] for origin in headers.getlist("origin")]
        return asked_by_own_name(headers, self.names) and all(is_own(origin, self.names) for origin in origins)


BUSY = 503
"""Prefect's answer when SQLite has another writer: nothing was done, whoever asks may ask again."""

PAUSES = (0.2, 0.5, 1, 2, 3, 4)
"""Seconds before each further try."""

LARGEST = 1_000_000
"""Bytes of a request that may be held for another try; what the UI sends is far below."""


@dataclass(slots=True)
class AskedAgain:
    """Repeats an API request that met a busy database. Prefect's own client does so itself, its UI does not.

    Attributes:
        app: What lies behind.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, again after each pause while the answer is that the database is busy."""
        size = Headers(scope=scope).get("content-length", "0") if scope["type"] == "http" else ""
        repeatable = size.isdecimal() and int(size) <= LARGEST and scope["path"].startswith("/api/")
        if not repeatable or scope["path"] in ("/api/health", "/api/ready"):
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        for pause in PAUSES:
            if not await self._is_busy(scope, body, receive, send):
                return
            await asyncio.sleep(pause)
        await self.app(scope, _replayed(body, receive), send)

    async def _is_busy(self, scope: Scope, body: Message, receive: Receive, send: Send) -> bool:
        """Answer the request, unless the answer is that the database is busy."""
        busy = False

        async def unless_busy(message: Message) -> None:
            nonlocal busy
            busy = busy or (message["type"] == "http.response.start" and message["status"] == BUSY)
            if not busy:
                await send(message)

        try:
            await self.app(dict(scope), _replayed(body, receive), unless_busy)
        except Exception:
            if not busy:  # Starlette answers, then raises what it answered to
                raise
        return busy


async def _body(receive: Receive) -> Message:
    """The whole of a request's body in one message; what a client that has gone sent instead."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return {"type": "http.request", "body": b"".join(parts), "more_body": False}


def _replayed(body: Message, receive: Receive) -> Receive:
    waiting = [body]

    async def one() -> Message:
        return waiting.pop() if waiting else await receive()

    return one


def prefect_server(chosen: Settings) -> ASGIApp:
    """Prefect's API, UI and services, as this installation is set up."""
    # While the second UI is there, the first one's dashboard advertises it, whatever the settings say.
    prefect.__ui_v2_static_path__ = Path(prefect.__ui_v2_static_path__, "left-out")
    return OwnNames(AskedAgain(create_app(final=True)), chosen.own_names)


if __name__ == "__main__":
    setup_logging()
    server = get_current_settings().server
    uvicorn.run(
        prefect_server(settings()),
        host=settings().host,
        port=settings().port,
        timeout_keep_alive=server.api.keepalive_timeout,
        ws_ping_interval=server.api.websocket_ping_interval,
        ws_ping_timeout=server.api.websocket_ping_timeout,
        log_level=server.logging_level.lower(),
        server_header=False,
    )
