"""A real Prefect server in a process of its own, and a run of the command against it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cycles import REPOSITORY, Place
from prefect_home import with_tables

from flows.prefect_environment import server_variables, without_prefect
from flows.server import Server


class RealServer:
    """Prefect's server on SQLite, on a free port; ``log`` holds what it printed."""

    def __init__(self, home: Path) -> None:
        self.home, self.log = home, home / "server.log"
        with_tables(home)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.api_url = f"http://127.0.0.1:{self.port}/api"
        self.api = Server(self.api_url)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it (again) and wait until it answers."""
        environment = without_prefect(os.environ) | server_variables(self.home, self.api_url, "", "")
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port)],
                env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + 120
        while not self.api.healthy():
            assert self._process.poll() is None and time.monotonic() < until, self.log.read_text("utf-8")[-3000:]
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill it and all it started."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def __enter__(self) -> "RealServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def command(self, place: Place) -> "subprocess.Popen[str]":
        """Start ``juesuan run`` against this server."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "JUESUAN_"))}
        environment |= {"JUESUAN_HOME": str(self.home / "client"), "JUESUAN_PREFECT_API_URL": self.api_url}
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *place.arguments()], cwd=REPOSITORY, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every ``flow_runs`` or ``task_runs`` that the server has, page by page."""
        found: list[dict[str, Any]] = []
        while page := self.api.post(f"/{kind}/filter", {"limit": 200, "offset": len(found), "sort": "ID_DESC"}):
            found += page
        return found
