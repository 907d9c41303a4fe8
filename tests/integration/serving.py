"""Helpers of the tests of ``juesuan serve``: start it in a process of its own, speak to it over HTTP, find what is left."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cycles import EXAMPLE, REPOSITORY
from prefect_home import with_tables

USER, PASSWORD = "shenhe", "Kou-Ling.2022"
WEBHOOK = "http://127.0.0.1:9/geheim-webhook"


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


@dataclass
class Installation:
    """One home with its ports and settings."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    auth: bool = True
    process: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.site_port = free_ports(2)
        self.home, self.out = with_tables(self.folder / "home"), self.folder / "out"
        self.log = self.folder / "serve.txt"

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "HOME": str(self.home), "PORT": str(self.port), "SITE_PORT": str(self.site_port),
            "REGISTRY": str(EXAMPLE / "registry.csv"), "INBOX": str(EXAMPLE / "inbox"), "OUT": str(self.out),
            "MARK": "示例数据", "WEBHOOK": WEBHOOK,
        }  # fmt: skip
        if self.auth:
            ours["AUTH"] = f"{USER}:{PASSWORD}"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "JUESUAN_"))}
        # A proxy of the office must not stand between the parts.
        inherited |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
        # A stranger's setting must not reach our private Prefect.
        inherited |= {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
        return inherited | {f"JUESUAN_{k}": v for k, v in (ours | self.extra).items()}

    def start(self, ready: bool = True) -> None:
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.cli", "serve"], cwd=self.folder, env=self.environment,
                stdout=output, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            )  # fmt: skip
        if ready:
            until(lambda: "已启动" in self.said or self.process.poll() is not None, 120, "serve is up")
            assert "已启动" in self.said, self.said + self.logs

    def command(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flows.cli", *words], cwd=REPOSITORY, env=self.environment | settings,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")

    @property
    def logs(self) -> str:
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self.home.glob("logs/*")))

    def ends(self, seconds: float) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def left(self) -> dict[int, str]:
        """Processes of this home that live: number and command line."""
        found: dict[int, str] = {}
        mark = f"JUESUAN_HOME={self.home}\0".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes() and "Z" not in (folder / "stat").read_text().split()[2]:
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def child(self, word: str) -> int:
        return next(pid for pid, line in self.left().items() if word in line and "lifeline" in line)

    def remove(self) -> None:
        """Leave nothing behind, also when a test failed."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def api(self) -> Iterator[httpx.Client]:
        address = f"http://127.0.0.1:{self.port}/api"
        with httpx.Client(base_url=address, auth=self._credentials, trust_env=False, timeout=30) as client:
            token = client.get("/csrf-token", params={"client": "test"}).raise_for_status().json()["token"]
            client.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test"})
            yield client

    @property
    def _credentials(self) -> tuple[str, str] | None:
        return (USER, PASSWORD) if self.auth else None

    def site(self, path: str = "/", login: bool = True) -> httpx.Response:
        credentials = self._credentials if login else None
        return httpx.get(f"http://127.0.0.1:{self.site_port}{path}", auth=credentials, trust_env=False)

    def ask(self, path: str, **body: Any) -> Any:
        with self.api() as client:
            return client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"}).json()

    def launch(self, **parameters: Any) -> str:
        """Start the annual cycle as the UI does."""
        with self.api() as client:
            found = client.get("/deployments/name/annual-cycle/annual-cycle").raise_for_status().json()
            body = {"parameters": parameters}
            return str(client.post(f"/deployments/{found['id']}/create_flow_run", json=body).json()["id"])

    def state(self, run: str) -> dict[str, Any]:
        with self.api() as client:
            return dict(client.get(f"/flow_runs/{run}").json()["state"])

    def runs(self) -> list[dict[str, Any]]:
        return list(self.ask("/flow_runs/filter", limit=200))
