"""``juesuan serve`` for real: one command starts everything, one signal stops everything, nothing stays behind."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import pytest
from serving import PASSWORD, USER, WEBHOOK, Installation, until
from webhook import webhook
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

pytestmark = pytest.mark.prefect

BEIJING = ZoneInfo("Asia/Shanghai")
TOMORROW = datetime.now(BEIJING) + timedelta(days=1)
PLAN = f"0 9 {TOMORROW.day} {TOMORROW.month} *"
"""Yearly, and soon enough to see that the server plans it: it looks a hundred days ahead."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One running installation that the tests of this module share; at the end it is told to stop."""
    installation = Installation(tmp_path_factory.mktemp("serve"), {"SCHEDULE": PLAN})
    try:
        installation.start()
        yield installation
        assert installation.process is not None
        began = time.monotonic()
        installation.process.send_signal(signal.SIGTERM)
        assert installation.ends(20) == 0, installation.said
        assert time.monotonic() - began < 15
        assert installation.said.rstrip().endswith("已停止。")
        assert installation.left() == {}, "no process stays behind"
        assert not (installation.home / "serve.json").exists() and not (installation.home / "serve.lock").exists()
    finally:
        installation.remove()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "own")
    yield installation
    installation.remove()


def test_it_says_where_everything_is(running: Installation) -> None:
    ui, site = f"http://127.0.0.1:{running.port}", f"http://127.0.0.1:{running.site_port}"
    assert f"运行界面（Prefect）：{ui}\n" in running.said and f"审核报告网站：{site}/\n" in running.said
    told = json.loads((running.home / "serve.json").read_text("utf-8"))
    assert (told["api"], told["ui"], told["site"]) == (f"{ui}/api", ui, site)
    assert httpx.get(ui, trust_env=False).status_code == 200


def test_it_links_to_what_waits_for_somebody(running: Installation) -> None:
    link = next(line.split("：", 1)[1] for line in running.said.splitlines() if "待处理的单位和审批：" in line)
    assert link.startswith(f"http://127.0.0.1:{running.port}/runs?state=")
    assert f"年度计划：{PLAN}（Asia/Shanghai）\n" in running.said


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Without a password; and its registry and inbox were taken away after it had run with a yearly plan."""
    installation = Installation(tmp_path_factory.mktemp("bare"), auth=False)
    try:
        installation.start()
        (annual,) = installation.ask("/deployments/filter", flows={"name": {"any_": ["annual-cycle"]}})
        assert len(annual["schedules"]) == 1
        assert installation.process is not None
        installation.process.terminate()
        assert installation.ends(20) == 0
        installation.extra |= {"REGISTRY": "", "INBOX": ""}
        installation.start()
        yield installation
    finally:
        installation.remove()


def test_no_plan_is_promised_where_none_stands(bare: Installation) -> None:
    plan = next(line for line in bare.said.splitlines() if "年度计划：" in line)
    assert "没有" in plan and "JUESUAN_REGISTRY、JUESUAN_INBOX" in plan
    (annual,) = bare.ask("/deployments/filter", flows={"name": {"any_": ["annual-cycle"]}})
    assert annual["schedules"] == []
    waiting = [one for one in bare.runs() if one["state_type"] == "SCHEDULED"]
    assert not waiting, "what the former plan had scheduled is gone with it"


FOREIGN = ("anderswo.example", "anderswo.example:{port}", "127.0.0.1.anderswo.example:{port}", "x@127.0.0.1:{port}", "")
OWN = ("127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:{port}")


def test_without_a_password_the_api_answers_by_its_own_names_only(bare: Installation) -> None:
    """A page from elsewhere whose name was made to lead here (DNS rebinding) is of one origin with what it asks."""
    api = f"http://127.0.0.1:{bare.port}/api"
    (annual,) = bare.ask("/deployments/filter", flows={"name": {"any_": ["annual-cycle"]}})
    with bare.api() as client:
        for name in (host.format(port=bare.port) for host in FOREIGN):
            page = {"Host": name, "Origin": f"http://{name}"}
            token = client.get("/csrf-token", params={"client": "test"}, headers=page)
            made = client.post(f"/deployments/{annual['id']}/create_flow_run", json={"parameters": {}}, headers=page)
            assert (token.status_code, made.status_code) == (421, 421), name
            assert "juesuan serve" in token.text and "token" not in token.text
            for path in ("/health", "/admin/settings", "/../", "/../runs", "/docs"):
                assert httpx.get(api + path, headers={"Host": name}, trust_env=False).status_code == 421, (name, path)
        for name in (host.format(port=bare.port) for host in OWN):
            assert client.get("/csrf-token", params={"client": "test"}, headers={"Host": name}).status_code == 200, name
        foreign = {"Origin": "http://anderswo.example"}
        assert client.post("/flow_runs/filter", json={}, headers=foreign).status_code == 421
    assert not bare.runs()


def websocket(bare: Installation, path: str, name: str, origin: str | None) -> bool:
    """Whether a WebSocket opens that is asked for under a name, as by a page of an origin."""
    with socket.create_connection(("127.0.0.1", bare.port), 10) as plug:
        try:
            with connect(f"ws://{name}:{bare.port}{path}", sock=plug, origin=Origin(origin) if origin else None):
                return True
        except InvalidStatus as error:
            assert error.response.status_code == 403
            return False


@pytest.mark.parametrize("path", ["/api/events/in", "/api/events/out", "/api/logs/out"])
def test_without_a_password_websockets_open_for_our_own_pages_only(bare: Installation, path: str) -> None:
    """No browser keeps a page from elsewhere from opening a WebSocket under the right name: the origin must tell."""
    ours = f"http://127.0.0.1:{bare.port}"
    assert websocket(bare, path, "127.0.0.1", None), "programs send no origin"
    assert websocket(bare, path, "127.0.0.1", ours)
    assert not websocket(bare, path, "anderswo.example", f"http://anderswo.example:{bare.port}")
    assert not websocket(bare, path, "127.0.0.1", "https://anderswo.example")
    assert not websocket(bare, path, "127.0.0.1", "null"), "a sandboxed frame"


def test_with_a_password_other_names_are_let_in_as_on_the_site(running: Installation) -> None:
    for port in (running.port, running.site_port):
        page = httpx.get(
            f"http://127.0.0.1:{port}/", headers={"Host": "a.example"}, auth=(USER, PASSWORD), trust_env=False
        )
        assert page.status_code == 200


def test_the_second_ui_and_its_banner_are_left_out(running: Installation) -> None:
    told = httpx.get(f"http://127.0.0.1:{running.port}/ui-settings", trust_env=False).json()
    assert (told["default_ui"], told["available_uis"]) == ("v1", ["v1"])


def test_a_file_name_that_is_not_utf_8_stops_no_listing(bare: Installation) -> None:
    name = "报告".encode("gb18030") + b".html"
    bare.out.mkdir(exist_ok=True)
    (bare.out / os.fsdecode(name)).write_text("旧报告", "utf-8")
    listing = bare.site("/")
    assert listing.status_code == 200 and f'href="./{quote(name)}"' in listing.text
    assert bare.site(f"/{quote(name)}").text == "旧报告"
    assert "Traceback" not in (bare.home / "logs" / "site.log").read_text("utf-8")


def test_a_second_start_says_that_it_runs_already(running: Installation) -> None:
    second = running.command("serve")
    assert second.returncode == 0
    assert "已经在运行" in second.stdout and f"http://127.0.0.1:{running.port}" in second.stdout
    assert next(line for line in running.said.splitlines() if "待处理的单位和审批：" in line) in second.stdout


def test_the_three_flows_are_deployed_with_the_yearly_schedule(running: Installation) -> None:
    found = {one["name"]: one for one in running.ask("/deployments/filter")}
    assert set(found) == {"annual-cycle", "unit-cycle", "release"}
    assert {one["status"] for one in found.values()} == {"READY"}
    (schedule,) = found["annual-cycle"]["schedules"]
    assert schedule["active"] and schedule["schedule"]["cron"] == PLAN
    assert schedule["schedule"]["timezone"] == "Asia/Shanghai"
    wanted = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}, "tags": {"all_": ["auto-scheduled"]}}}
    planned = until(lambda: running.ask("/flow_runs/filter", **wanted), 60, "the server plans what the schedule says")
    assert {one["deployment_id"] for one in planned} == {found["annual-cycle"]["id"]}
    assert datetime.fromisoformat(planned[0]["expected_start_time"]).astimezone(BEIJING).day == TOMORROW.day
    assert not found["unit-cycle"]["schedules"] and not found["release"]["schedules"]


def test_the_api_asks_for_the_password_and_a_token(running: Installation) -> None:
    api = f"http://127.0.0.1:{running.port}/api"
    for auth in (None, (USER, "falsch")):
        assert httpx.get(f"{api}/admin/settings", auth=auth, trust_env=False).status_code == 401
    known = httpx.post(f"{api}/flow_runs/filter", json={}, auth=(USER, PASSWORD), trust_env=False)
    assert known.status_code == 403, "a page from elsewhere has no CSRF token"
    settings = httpx.get(f"{api}/admin/settings", auth=(USER, PASSWORD), trust_env=False).text
    assert PASSWORD not in settings and json.loads(settings)["server"]["analytics_enabled"] is False
    answer = httpx.options(
        f"{api}/flow_runs/filter",
        headers={"Origin": "http://anderswo.example", "Access-Control-Request-Method": "POST"},
        trust_env=False,
    )
    assert "access-control-allow-origin" not in answer.headers


def test_a_run_started_in_the_ui_ends_and_reviewers_see_its_reports(running: Installation) -> None:
    run = running.launch(year=2022)
    state = until(lambda: (s := running.state(run))["type"] in ("COMPLETED", "FAILED", "CRASHED") and s, 90, "the run")
    assert (state["type"], state["name"]) == ("COMPLETED", "有待处理单位"), state
    report = next(running.out.rglob("审核报告.html"))
    assert running.site(login=False).status_code == 401
    first = running.site()
    folder = report.relative_to(running.out).parts[0]
    assert first.status_code == 200 and folder in first.text
    shown = running.site("/" + report.relative_to(running.out).as_posix())
    assert shown.content == report.read_bytes() and "示例数据" in shown.text


def test_the_command_line_uses_the_running_server(running: Installation) -> None:
    before = {run["id"] for run in running.runs()}
    place = running.folder / "elsewhere"
    words = ("run", "--year", "2022", "--registry", running.environment["JUESUAN_REGISTRY"])
    words += ("--inbox", running.environment["JUESUAN_INBOX"], "--out", str(place))
    words += ("--database", f"sqlite:///{running.folder / 'elsewhere.db'}")
    done = running.command(*words)
    assert done.returncode == 1, done.stdout + done.stderr
    new = [run for run in running.runs() if run["id"] not in before and not run["deployment_id"]]
    assert [run["state"]["name"] for run in new] == ["有待处理单位"]
    refused = running.command(*words, JUESUAN_AUTH="")
    assert refused.returncode == 2 and "JUESUAN_AUTH" in refused.stderr and "Traceback" not in refused.stderr


def test_no_secret_is_in_process_list_logs_or_notes(running: Installation) -> None:
    lines = running.left()
    assert len(lines) >= 4
    told = (running.home / "serve.json").read_text("utf-8")
    for secret in (PASSWORD, WEBHOOK):
        assert not [line for line in lines.values() if secret in line]
        assert secret not in running.said + running.logs + told


def test_a_runner_that_dies_is_started_again_and_its_run_can_be_retried(running: Installation) -> None:
    run = running.launch(year=2022)
    until(lambda: running.state(run)["type"] == "RUNNING", 60, "the run runs")
    pid = running.child("flows.runner")
    os.kill(pid, signal.SIGKILL)
    until(lambda: "任务执行器意外退出，重新启动" in running.said, 15, "restart")
    state = until(lambda: (s := running.state(run))["type"] == "CRASHED" and s, 60, "the run is marked")
    assert state["name"] == "中断" and "Retry" in state["message"]
    running.ask(f"/flow_runs/{run}/set_state", state={"type": "SCHEDULED", "name": "AwaitingRetry"}, force=True)
    state = until(lambda: (s := running.state(run))["type"] in ("COMPLETED", "FAILED") and s, 90, "the retry")
    assert state["name"] == "有待处理单位", state


def test_killed_then_started_again_then_without_its_server(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL leaves no process; the next start tells of the run cut off, catches up the start missed; and ends with 2."""
    own.extra["SCHEDULE"] = "0 9 5 1 *"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    own.start()
    run = own.launch(year=2022)
    until(lambda: own.state(run)["type"] == "RUNNING", 60, "the run runs")
    assert own.process is not None
    own.process.kill()
    own.ends(5)
    until(lambda: own.left() == {}, 5, "everything died with it")
    assert (own.home / "serve.json").exists(), "nobody could remove it"

    due = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=2)
    own.extra |= {"SCHEDULE": f"{due.minute} {due.hour} {due.day} {due.month} *", "TIMEZONE": "UTC"}
    seen = {"at": (due - timedelta(hours=1)).isoformat()}
    (own.home / "last_seen.json").write_text(json.dumps(seen), "utf-8")
    with webhook() as hook:
        own.extra["WEBHOOK"] = hook.address
        own.start()
        (told,) = hook.of("故障")
    assert "有 1 个运行没有结束，已标为“中断”" in own.said and "有 1 个运行没有结束" in told["message"]
    assert told["link"].startswith(f"http://127.0.0.1:{own.port}/runs?state=")
    assert f"错过了 {due:%Y年%m月%d日 %H:%M} 的年度运行，现在补跑" in own.said
    assert own.state(run)["name"] == "中断"
    made = [one for one in own.runs() if (one["idempotency_key"] or "").startswith("catch-up-")]
    assert len(made) == 1 and made[0]["tags"].count("补跑") == 1
    note: dict[str, Any] = until(
        lambda: (n := json.loads((own.home / "last_seen.json").read_text("utf-8"))) != seen and n, 10, "noted"
    )
    assert datetime.fromisoformat(note["at"]) > due + timedelta(days=1)

    os.kill(own.child("flows.prefect_server"), signal.SIGKILL)
    assert own.ends(20) == 2
    assert "Prefect 服务意外退出" in own.said and "server.log" in own.said and "Traceback" not in own.said
    assert own.left() == {} and not (own.home / "serve.json").exists()


def test_told_to_stop_while_it_starts(own: Installation) -> None:
    own.start(ready=False)
    until(lambda: "正在启动" in own.said, 20, "it starts")
    assert own.process is not None
    own.process.send_signal(signal.SIGINT)
    assert own.ends(15) == 0 and "已停止" in own.said and "Traceback" not in own.said
    assert own.left() == {} and not (own.home / "serve.lock").exists()


@pytest.mark.parametrize("name", ["PORT", "SITE_PORT"])
def test_a_port_in_use_is_told(own: Installation, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", own.port if name == "PORT" else own.site_port))
        taken.listen()
        done = own.command("serve")
    assert done.returncode == 2 and f"JUESUAN_{name}" in done.stderr
    assert "端口" in done.stderr and "（已被占用）" in done.stderr and "Address" not in done.stderr
    assert not (own.home / "serve.lock").exists()


def test_other_machines_need_a_password(own: Installation) -> None:
    own.auth = False
    done = own.command("serve", JUESUAN_HOST="0.0.0.0")
    assert done.returncode == 2 and "JUESUAN_AUTH" in done.stderr and not (own.home / "logs").exists()


def test_an_unusable_setting_is_told_without_its_value(own: Installation) -> None:
    done = own.command("serve", JUESUAN_AUTH="nur-ein-Kennwort")
    assert done.returncode == 2 and "JUESUAN_AUTH" in done.stderr
    assert "nur-ein-Kennwort" not in done.stderr + done.stdout and "Traceback" not in done.stderr
