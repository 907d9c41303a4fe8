"""Settings from ``JUESUAN_…`` environment variables, with defaults for one office and a laptop."""

import os
import socket
from datetime import date, datetime
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.addresses import ESCAPES, misread
from models.errors import UsageError, reason_of

_WILDCARDS = ("0.0.0.0", "::")
_EPOCH = datetime(2000, 1, 1)  # any moment will do to parse a cron expression

KEPT_SECONDS = 3 * 366 * 86400
"""How long the Prefect server keeps runs: three years, since the year before is what operators compare with."""

OPEN_STATES = ("退回", "故障", "中断", "无法运行", "Failed", "Crashed", "TimedOut", "Suspended")
"""Names of the states of runs that wait for somebody: our own, and Prefect's; Suspended is a release to decide on."""


def make_private(folder: Path) -> None:
    """Make a folder that only its owner reads, unless it is there.

    Raises:
        UsageError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(
            f"不能建立文件夹“{folder}”：{reason_of(error)}。请检查权限和磁盘，或用环境变量 JUESUAN_HOME 指定另一个文件夹。"
        ) from None


class Settings(BaseSettings):
    """What an installation may set. Whatever may hold a password is left out of ``repr`` and of error messages.

    Attributes:
        home: Private folder: default database, the Prefect home, logs of ``juesuan serve``.
        database: URL of the product's database; empty for SQLite in ``home``.
        prefect_api_url: A running Prefect server to use; empty for the one of ``juesuan serve``, or an embedded one.
        prefect_database: URL of the Prefect server's database; empty for SQLite in ``home/prefect``.
        chunk_size: Most units that one task takes.
        most_tasks: Most tasks per step; beyond some hundreds the server loses task runs.
        workers: Tasks that run at the same time.
        host: Address on which ``juesuan serve`` listens; others than loopback need ``auth``.
        port: Port of the Prefect UI and API. site_port: Port of the review site.
        auth: ``user:password`` that UI, API and review site ask for; empty for none.
        public_url: Address under which reviewers reach the review site; empty for ``http://host:site_port``.
        schedule: Cron expression of the yearly run; empty for none. timezone: Its time zone.
        registry, inbox, out, mark: What runs use when their parameters leave it blank.
        webhook: Address told of faults and of releases that wait for approval; empty for none.
    """

    model_config = SettingsConfigDict(env_prefix="JUESUAN_", extra="ignore", hide_input_in_errors=True)

    home: Path = user_data_path("juesuan", appauthor=False)
    database: str = Field(default="", repr=False)
    prefect_api_url: str = Field(default="", repr=False)
    prefect_database: SecretStr = SecretStr("")
    chunk_size: int = Field(default=200, ge=1)
    most_tasks: int = Field(default=100, ge=1)
    workers: int = Field(default=2, ge=1)
    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=1, le=65535)
    site_port: int = Field(default=4280, ge=1, le=65535)
    auth: SecretStr = SecretStr("")
    public_url: str = ""
    schedule: str = "0 9 5 1 *"
    timezone: str = "Asia/Shanghai"
    registry: str = ""
    inbox: str = ""
    out: str = ""
    mark: str = ""
    webhook: SecretStr = SecretStr("")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.absolute()

    @field_validator("auth")
    @classmethod
    def _user_and_password(cls, auth: SecretStr) -> SecretStr:
        text = auth.get_secret_value()
        user, _, password = text.partition(":")
        # Prefect compares the text as ASCII.
        if text and not (user and password and text.isascii() and text.isprintable()):
            raise ValueError("要写成“用户:口令”，两者都不能为空，只用英文字母、数字和符号")
        return auth

    @field_validator("database", "prefect_database")
    @classmethod
    def _readable_address(cls, url: str | SecretStr) -> str | SecretStr:
        if misread(url.get_secret_value() if isinstance(url, SecretStr) else url):
            raise ValueError(ESCAPES)
        return url

    @field_validator("prefect_database")
    @classmethod
    def _asynchronous_driver(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value()
        if text.startswith(("postgresql://", "postgres://")):
            return SecretStr("postgresql+asyncpg://" + text.split("://", 1)[1])
        if text and not text.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite://")):
            raise ValueError("要写成 postgresql+asyncpg://用户:口令@主机/库名")
        return url

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("要写成 http://… 或 https://… 的完整地址")
        return url.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("不是已知的时区名称，例如 Asia/Shanghai") from None
        return name

    @field_validator("schedule")
    @classmethod
    def _cron(cls, cron: str) -> str:
        if cron:
            try:
                CronSim(cron, _EPOCH)
            except CronSimError:
                raise ValueError("不是 cron 表达式（分 时 日 月 周），例如 0 9 5 1 *") from None
        return cron

    @model_validator(mode="after")
    def _two_ports(self) -> Self:
        if self.port == self.site_port:
            raise ValueError("JUESUAN_PORT 与 JUESUAN_SITE_PORT 不能相同")
        return self

    @property
    def database_url(self) -> str:
        """URL of the product's database. The folder of the default one is made: a worker may be its first user."""
        if self.database:
            return self.database
        make_private(self.home)
        return f"sqlite:///{self.home / 'juesuan.db'}"

    @property
    def out_folder(self) -> Path:
        """Folder that the review site shows."""
        return Path(self.out).resolve() if self.out else self.home.resolve() / "out"

    @property
    def today(self) -> date:
        """The date in the time zone of the yearly plan, whatever the machine's clock is set to."""
        return datetime.now(ZoneInfo(self.timezone)).date()

    @property
    def missing_for_plan(self) -> tuple[str, ...]:
        """Environment variables without which nothing runs by itself every year; empty when the yearly plan stands.

        Without a registry and an inbox that run could only fail.
        """
        wanted = ("schedule", "registry", "inbox")
        return tuple(f"JUESUAN_{name.upper()}" for name in wanted if not getattr(self, name))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach what ``juesuan serve`` starts."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def api_url(self) -> str:
        """Address of the Prefect API that ``juesuan serve`` starts, as this machine reaches it."""
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://{_bracketed(local)}:{self.port}/api"

    @property
    def ui_url(self) -> str:
        """Address of the Prefect UI, as people reach it: of the server that is named, else of ``juesuan serve``."""
        if not self.prefect_api_url:
            return f"http://{_bracketed(self._shown_host)}:{self.port}"
        other = urlsplit(self.prefect_api_url)
        return f"{other.scheme}://{other.netloc.rpartition('@')[2]}{other.path.rstrip('/').removesuffix('/api')}"

    @property
    def open_runs_url(self) -> str:
        """Page of the Prefect UI with all runs that wait for somebody, however old.

        The UI's own filter “Failed” goes by the name of a state and does not know ours; its list ends after a week.
        """
        query = [("state", name) for name in OPEN_STATES] + [("type", "span"), ("seconds", str(-KEPT_SECONDS))]
        return f"{self.ui_url}/runs?{urlencode(query)}"

    @property
    def own_names(self) -> frozenset[str]:
        """Host names, in the form of :func:`host_name`, by which UI, API and review site may be asked; empty for any.

        A foreign name that leads to this machine is a page from elsewhere that wants to use what is meant for this
        machine (DNS rebinding). A password keeps such a page out by itself.
        """
        if not self.loopback or self.auth.get_secret_value():
            return frozenset()
        public = urlsplit(self.public_url).hostname or self.host
        return frozenset(map(host_name, ("localhost", "127.0.0.1", "::1", self.host, public)))

    @property
    def site_url(self) -> str:
        """Address of the review site, as people reach it; without a slash at its end."""
        return self.public_url or f"http://{_bracketed(self._shown_host)}:{self.site_port}"

    @property
    def _shown_host(self) -> str:
        return socket.gethostname() if self.host in _WILDCARDS else self.host


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def host_name(host: str) -> str:
    """A host name or address in the one form in which a browser sends it: lower case, IPv6 shortened, punycode."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return host.lower()


_COMPLAINTS = {
    "int_parsing": "要写整数",
    "greater_than_equal": "数值太小",
    "less_than_equal": "数值太大",
    "path_type": "要写文件夹路径",
}


@lru_cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        UsageError: An environment variable cannot be used; its value is not repeated, since it may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        told = []
        for one in error.errors(include_input=False, include_url=False):
            name = "".join(f"环境变量 JUESUAN_{str(part).upper()} 的值无法使用：" for part in one["loc"][:1])
            text = _COMPLAINTS.get(one["type"]) or one["msg"].removeprefix("Value error, ")
            told.append(f"{name}{text}。")
        raise UsageError("".join(told)) from None


def use_database(url: str) -> None:
    """Let this process and its children work on another database than the installation's (``--database``)."""
    if url:
        os.environ["JUESUAN_DATABASE"] = url
        settings.cache_clear()
