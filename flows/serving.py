"""The supervisor behind ``juesuan serve``: starts the parts in order, watches them, stops them in reverse order."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from threading import Event
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from flows.children import Child
from flows.notifications import notify
from flows.preconditions import only_one, refuse_unsafe, require_free
from flows.prefect_database import check_prefect_database
from flows.prefect_environment import client_variables, server_variables, without_prefect
from flows.recovery import catch_up, close_interrupted, read_last_seen, waiting_for, write_last_seen
from flows.server import Server, running_addresses, serve_file
from flows.settings import Settings, make_private, settings
from models.database import engine_for
from models.errors import JuesuanError, UsageError, reason_of
from models.schema_upgrade import upgrade_database

START_SECONDS = 180
"""How long a part may take to start; the first start on a slow disk builds the Prefect database."""

RESTARTS, WITHIN_SECONDS = 5, 600
"""The runner is started again so often in so much time: its flow runs are safe to lose, the server's memory is not."""

LONGEST_PAUSE = 30
"""Seconds between two looks, at most, at a server that does not reach its database."""

LOOK_SECONDS, AFTER_SECONDS = 5, 30
"""How often the server is asked for its database; a runner that gives up so soon after a bad answer did so for it."""

NOTE_SECONDS = 60
"""How often the moment is noted for finding a missed start."""


class Stopped(Exception):
    """An operator told the program to stop while it was starting."""


@dataclass(slots=True)
class Supervisor:
    """The parts of a running installation.

    Attributes:
        chosen: Settings. stop: Set when the program is to end.
        server, site, runner: The three processes, in the order in which they start.
    """

    chosen: Settings
    stop: Event
    server: Child = field(init=False)
    site: Child = field(init=False)
    runner: Child = field(init=False)
    _restarts: list[float] = field(default_factory=list)
    _out_of_reach: float = field(default=float("-inf"))

    def __post_init__(self) -> None:
        chosen, logs = self.chosen, self.chosen.home / "logs"
        auth, database = chosen.auth.get_secret_value(), chosen.prefect_database.get_secret_value()
        base = _environment(chosen)
        server = base | server_variables(chosen.home, chosen.api_url, auth, database)
        for name in ("JUESUAN_DATABASE", "JUESUAN_WEBHOOK"):
            server.pop(name, None)
        self.server = Child("Prefect 服务", "flows.prefect_server", (), server, logs / "server.log", 5)
        self.site = Child("审核报告网站", "flows.review_site", (), base, logs / "site.log", 2)
        client = base | client_variables(chosen.home, chosen.api_url, auth)
        self.runner = Child("任务执行器", "flows.runner", (), client, logs / "runner.log", 6)

    def api(self, patience: float = 10) -> Server:
        """The server's API."""
        return Server(self.chosen.api_url, self.chosen.auth.get_secret_value(), patience)

    def start(self) -> None:
        """Start all parts and wait until they answer.

        Raises:
            JuesuanError: A part ended or did not answer in time. Stopped: The program was told to end.
        """
        last_seen, api = read_last_seen(self.chosen.home), self.api()
        _say("正在启动 Prefect 服务……（首次启动要建立数据库，约需半分钟）")
        self.server.start()
        self._wait(self.server, self.api(patience=2).healthy)
        self.site.start()
        if count := close_interrupted(self.api()):
            self._tell_interrupted(f"上次停止时有 {count} 个运行没有结束")
        _say("正在登记部署、启动审核报告网站……")
        since = datetime.now(UTC)
        self.runner.start()
        self._wait(self.runner, lambda: not waiting_for(api, since))
        self._wait(self.site, lambda: _answers(self.chosen))
        for start in catch_up(api, last_seen, datetime.now(UTC)):
            _say(f"服务停止期间错过了 {start:%Y年%m月%d日 %H:%M} 的年度运行，现在补跑。")

    def watch(self) -> None:
        """Stay until told to stop; start the runner again when it dies, after an outage of the database too.

        Raises:
            JuesuanError: A part ended by itself. Stopped: The program was told to end while it waited.
        """
        noted = looked = -float(NOTE_SECONDS)
        while not self.stop.wait(1):
            now = time.monotonic()
            if now - noted >= NOTE_SECONDS:
                write_last_seen(self.chosen.home, datetime.now(UTC))
                noted = now
            if now - looked >= LOOK_SECONDS:
                self._reaches_database()
                looked = now
            self._require_server_and_site()
            if self.runner.exit_code() is not None:
                self._restart_runner()

    def end(self) -> None:
        """Stop all parts, the last one first; runs that were cut off are told so while the server still listens."""
        self.runner.stop()
        count = 0
        if self.server.exit_code() is None and self.server.pid and self.api(patience=2).ready():
            with suppress(OSError, ValueError, HTTPException):
                count = close_interrupted(self.api(patience=2))
        self.site.stop()
        self.server.stop()
        if count:
            self._tell_interrupted(f"停止服务时有 {count} 个运行没有结束")

    def _restart_runner(self) -> None:
        killed = (self.runner.exit_code() or 0) < 0
        silent = self._silent()
        if silent or (not killed and time.monotonic() - self._out_of_reach < AFTER_SECONDS):
            self._outlast(silent or "Prefect 服务或它的数据库刚才没有应答。")
            return
        now = time.monotonic()
        self._restarts = [moment for moment in self._restarts if now - moment < WITHIN_SECONDS]
        if len(self._restarts) >= RESTARTS:
            _require_running(self.runner)
        self._restarts.append(now)
        _say(f"任务执行器意外退出，重新启动（第 {len(self._restarts)} 次）。日志：{self.runner.log}")
        self.runner.stop()
        count = self._close_interrupted()
        if count is None:
            self._outlast("Prefect 服务没有应答。")
            return
        self.runner.start()
        if count:
            self._tell_interrupted(f"任务执行器意外退出时有 {count} 个运行没有结束")

    def _outlast(self, reason: str) -> None:
        """Wait, however long it takes, until server and databases answer; then start the runner again.

        A runner ends some ten seconds after the server stops answering it: that is no fault of its own.
        """
        self.runner.stop()
        _say(f"{reason}任务执行器已停下；会一直重试，恢复后自动继续。日志：{self.server.log}")
        pause = 1
        while (count := self._close_interrupted()) is None:
            if self.stop.wait(pause):
                raise Stopped
            self._require_server_and_site()
            pause = min(2 * pause, LONGEST_PAUSE)
        self.runner.start()
        _say("数据库和 Prefect 服务已恢复，任务执行器重新启动。")
        if count:
            self._tell_interrupted(f"其间有 {count} 个运行没有结束")

    def _tell_interrupted(self, what: str) -> None:
        """Nobody may be looking at the terminal or the UI when runs are cut off."""
        text = f"{what}，已标为“中断”，可在界面中按 Retry 接着处理。"
        _say(text)
        notify("故障", text, link=self.chosen.open_runs_url)

    def _close_interrupted(self) -> int | None:
        """How many runs were cut off; ``None`` while something that the runner needs does not answer."""
        if self._silent():
            return None
        try:
            return close_interrupted(self.api(patience=5))
        except (OSError, ValueError, HTTPException):
            return None

    def _silent(self) -> str:
        """Sentence on what does not answer of all that the runner needs; empty when all does."""
        if not self._reaches_database():
            answers = self.api(patience=2).healthy()
            return f"Prefect {'数据库' if answers else '服务'}没有应答。"
        try:
            # On an old connection a server that hangs would keep us for ever; a new one has its time.
            engine_for(self.chosen.database_url).dispose()
            upgrade_database(self.chosen.database_url)
        except UsageError as error:
            return f"{error}。"
        return ""

    def _reaches_database(self) -> bool:
        if self.api(patience=3).ready():
            return True
        self._out_of_reach = time.monotonic()
        return False

    def _require_server_and_site(self) -> None:
        for part in (self.server, self.site):
            _require_running(part)

    def _wait(self, part: Child, ready: Callable[[], bool]) -> None:
        began = told = time.monotonic()
        while True:
            _require_running(part)
            try:
                if ready():
                    return
            except (OSError, ValueError, HTTPException) as error:
                if isinstance(error, HTTPError) and error.code in (401, 403):
                    raise JuesuanError(f"端口 {self.chosen.port} 上的服务不接受口令，可能不是本程序启动的。") from None
            now = time.monotonic()
            if now - began > START_SECONDS:
                raise JuesuanError(f"{part.label} {START_SECONDS} 秒内没有就绪。请查看日志：{part.log}")
            if now - told >= 10:
                _say(f"仍在启动{part.label}，已等 {now - began:.0f} 秒……")
                told = now
            if self.stop.wait(0.2):
                raise Stopped


def serve() -> int:
    """Run until SIGINT or SIGTERM.

    Returns:
        0 when told to stop or when it runs already, 2 when a part failed.

    Raises:
        UsageError: The settings do not fit, a port is taken, or the database cannot be used.
    """
    chosen = settings()
    refuse_unsafe(chosen)
    make_private(chosen.home)
    with only_one(chosen.home) as first:
        if not first:
            _tell_running(chosen)
            return 0
        stop = _stop_on_signals()
        serve_file(chosen.home).unlink(missing_ok=True)
        upgrade_database(chosen.database_url)
        check_prefect_database(chosen.prefect_database.get_secret_value())
        for port, name in ((chosen.port, "JUESUAN_PORT"), (chosen.site_port, "JUESUAN_SITE_PORT")):
            require_free(chosen.host, port, name)
        make_private(chosen.home / "prefect")
        return _supervise(Supervisor(chosen, stop))


def _supervise(supervisor: Supervisor) -> int:
    chosen = supervisor.chosen
    try:
        supervisor.start()
        _tell_started(chosen)
        supervisor.watch()
    except Stopped:
        pass
    except (JuesuanError, OSError, HTTPException) as error:
        _say(f"{error if isinstance(error, JuesuanError) else _told(error)}\n已全部停止。")
        return 2
    finally:
        serve_file(chosen.home).unlink(missing_ok=True)
        supervisor.end()
    _say("已停止。")
    return 0


def _tell_started(chosen: Settings) -> None:
    addresses = {"api": chosen.api_url, "ui": chosen.ui_url, "open": chosen.open_runs_url, "site": chosen.site_url}
    part = serve_file(chosen.home).with_suffix(".tmp")
    part.write_text(json.dumps(addresses | {"pid": os.getpid()}), "utf-8")
    part.replace(serve_file(chosen.home))
    _say(
        f"已启动。\n  运行界面（Prefect）：{chosen.ui_url}\n  待处理的单位和审批：{chosen.open_runs_url}\n"
        f"  审核报告网站：{chosen.site_url}/\n  网站显示的文件夹：{chosen.out_folder}\n"
        f"  年度计划：{_plan(chosen)}\n按 Ctrl+C 停止。"
    )


def _plan(chosen: Settings) -> str:
    missing = chosen.missing_for_plan
    if not missing:
        return f"{chosen.schedule}（{chosen.timezone}）"
    if not chosen.schedule:
        return "没有（JUESUAN_SCHEDULE 设为空），请手工启动。"
    return f"没有，因为没有设置 {'、'.join(missing)}。设置后重新启动，就按 {chosen.schedule}（{chosen.timezone}）运行。"


def _tell_running(chosen: Settings) -> None:
    told = running_addresses(chosen.home)
    if told:
        _say(
            f"已经在运行。\n  运行界面（Prefect）：{told.get('ui')}\n  待处理的单位和审批：{told.get('open')}\n"
            f"  审核报告网站：{told.get('site')}/"
        )
    else:
        _say("已经在启动，请稍候。")


def _say(text: str) -> None:
    print(text, flush=True)


def _answers(chosen: Settings) -> bool:
    local = chosen.api_url.rsplit(":", 1)[0]
    try:
        with build_opener(ProxyHandler({})).open(f"{local}:{chosen.site_port}/", timeout=5):
            return True
    except HTTPError as error:
        return error.code == 401


def _told(error: OSError | HTTPException) -> str:
    """What went wrong between the parts, or with a file of theirs."""
    if isinstance(error, (HTTPException, URLError, ConnectionError, TimeoutError)):
        return "与 Prefect 服务的通信失败。请查看 JUESUAN_HOME 中的 logs/server.log。"
    return f"文件“{error.filename or ''}”不能读写（{reason_of(error)}）。请检查权限和磁盘。"


def _require_running(part: Child) -> None:
    if (code := part.exit_code()) is not None:
        raise JuesuanError(f"{part.label}意外退出（代码 {code}）。请查看日志：{part.log}")


def _environment(chosen: Settings) -> dict[str, str]:
    """What every part inherits: no foreign Prefect settings, places as absolute paths, our modules before others."""
    environment = without_prefect(os.environ)
    environment["JUESUAN_HOME"] = str(chosen.home)
    for name in ("registry", "inbox", "out"):
        value = getattr(chosen, name)
        if value and "://" not in value:
            environment[f"JUESUAN_{name.upper()}"] = str(Path(value).resolve())
    root = str(Path(__file__).resolve().parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    environment["PYTHONSAFEPATH"] = "1"
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def _stop_on_signals() -> Event:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop
