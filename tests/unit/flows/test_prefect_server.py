"""What stands before Prefect's app: a busy database is asked again, so that a click in the UI does not fail."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from flows import prefect_server
from flows.prefect_server import PAUSES, AskedAgain


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_server, "PAUSES", (0,) * len(PAUSES))


class Busy:
    """An app as Prefect's: answers 503 to an error of its database, and raises it once more."""

    def __init__(self, times: int) -> None:
        self.left, self.met = times, list[tuple[str, bytes]]()

    async def answer(self, request: Request) -> Response:
        self.met.append((request.url.path, await request.body()))
        if self.left:
            self.left -= 1
            raise RuntimeError("database is locked")
        return PlainTextResponse(b"done: " + self.met[-1][1])

    def ask(self, method: str, path: str, content: bytes = b"") -> httpx.Response:
        async def busy(_: Request, __: Exception) -> Response:
            return JSONResponse({"exception_message": "Service Unavailable"}, 503)

        routes = [Route("/{path:path}", self.answer, methods=["GET", "POST"])]
        app = AskedAgain(Starlette(routes=routes, exception_handlers={Exception: busy}))

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.request(method, path, content=content)

        return asyncio.run(sent())


def test_a_busy_database_is_asked_again_with_the_same_words() -> None:
    app = Busy(times=3)
    answer = app.ask("POST", "/api/deployments/1/create_flow_run", b'{"parameters": {}}')
    assert (answer.status_code, answer.content) == (200, b'done: {"parameters": {}}')
    assert app.met == [("/api/deployments/1/create_flow_run", b'{"parameters": {}}')] * 4


def test_a_database_that_stays_busy_is_told() -> None:
    app = Busy(times=99)
    assert app.ask("GET", "/api/flow_runs/1").status_code == 503
    assert len(app.met) == len(PAUSES) + 1


@pytest.mark.parametrize(
    ("path", "content"),
    [("/api/health", b""), ("/api/ready", b""), ("/runs", b""), ("/api/logs/", b"x" * (prefect_server.LARGEST + 1))],
)
def test_what_is_passed_on_once(path: str, content: bytes) -> None:
    app = Busy(times=1)
    assert app.ask("POST", path, content).status_code == 503
    assert len(app.met) == 1
