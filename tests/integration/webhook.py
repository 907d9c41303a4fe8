"""A real local webhook: takes what is posted, answers as told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "geheim-8f2c"


@dataclass
class Webhook:
    """What arrived, and where to post it."""

    address: str = ""
    answer: int = 200
    received: list[dict[str, Any]] = field(default_factory=list)

    def of(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.received if one["event"] == event]


@contextmanager
def webhook(answer: int = 200) -> Iterator[Webhook]:
    """A webhook on a free port, with a secret in its address as robots of chat programs have it."""
    hook = Webhook(answer=answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == f"/send?key={SECRET}" and self.headers["Content-Type"].startswith("application/json"):
                hook.received.append(json.loads(body))
            self.send_response(hook.answer)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.address = f"http://127.0.0.1:{server.server_port}/send?key={SECRET}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
