"""The Prefect server behind ``juesuan serve``: ``python -m flows.prefect_server``.

What ``prefect server start`` runs in the foreground, with two differences that Prefect has no setting for: it answers
by its own names only, and comes without the second UI.
"""

from dataclasses import dataclass
from pathlib import Path

import prefect
import uvicorn
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

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


def prefect_server(chosen: Settings) -> ASGIApp:
    """Prefect's API, UI and services, as this installation is set up."""
    # While the second UI is there, the first one's dashboard advertises it, whatever the settings say.
    prefect.__ui_v2_static_path__ = Path(prefect.__ui_v2_static_path__, "left-out")
    return OwnNames(create_app(final=True), chosen.own_names)


if __name__ == "__main__":
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
