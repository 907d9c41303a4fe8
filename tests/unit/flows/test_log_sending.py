"""A server that takes no logs: what a terminal shows of it."""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

LOTS = """
from prefect.logging.handlers import APILogWorker, emit_api_log
from flows.log_sending import send_logs_quietly
send_logs_quietly()
for number in range(3):
    emit_api_log({"name": "x", "level": 20, "message": str(number), "timestamp": "2026-01-05T09:00:00Z"})
    APILogWorker.drain_all(timeout=30)
"""


class _Broken(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        _Broken.asked += 1
        self.send_error(500)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.prefect
def test_one_chinese_line_however_many_lots_are_refused() -> None:
    with HTTPServer(("127.0.0.1", 0), _Broken) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        environment["PREFECT_API_URL"] = f"http://127.0.0.1:{server.server_port}/api"
        done = subprocess.run(
            [sys.executable, "-c", LOTS], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        server.shutdown()
    assert _Broken.asked >= 3
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("Prefect 服务没有收下一部分运行日志"), done.stderr
