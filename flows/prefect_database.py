"""Looks at the Prefect server's database before the server starts, which tells only in a traceback what it lacks.

By the driver that the server itself uses: each has connection options and defaults that others do not know.
"""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, NullPool, create_engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from models.addresses import ESCAPES
from models.database import address_of, database_label, without_secrets
from models.errors import UsageError, reason_of
from models.tables import SubmissionVersion

SETTING = "JUESUAN_PREFECT_DATABASE"

PATIENCE = 10
"""Seconds for a connection and for a question."""

_PRODUCT = str(SubmissionVersion.__tablename__)

_REASONS = {
    "28P01": ("用户名或口令不对", f"请核对用户和口令；{ESCAPES}"),
    "28000": ("数据库不让这个用户从这里登录", "请核对用户，并由数据库管理员检查 pg_hba.conf"),
    "3D000": ("没有这个库", "请核对库名，或由数据库管理员按 deploy/README.md 建立"),
    "42501": ("这个用户没有权限", "请由数据库管理员按 deploy/README.md 把库的属主设为这个用户"),
    "53300": ("连接数已满", "请由数据库管理员调大 max_connections，或稍后再启动"),
    "57P03": ("数据库服务正在启动或停止", "请稍候再启动"),
}
"""PostgreSQL's code: what is wrong, and what to do."""

_NO_SERVICE = "请确认数据库服务已启动，并核对主机和端口"

_RIGHTS = text(
    "SELECT current_setting('transaction_read_only') = 'on' AS read_only,"
    " to_regclass('flow_run') IS NOT NULL AS there,"
    " (SELECT coalesce(bool_and(has_table_privilege(to_regclass(name), kind)), false)"
    "  FROM unnest(ARRAY['flow_run', 'task_run', 'log']) AS name,"
    "  unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS kind) AS writable,"
    " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,"
    " EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS extended,"
    " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS extensible,"
    " has_database_privilege(current_database(), 'CREATE') AS may_extend"
)


class _Unusable(Exception):
    """What is wrong with the database, and what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason, self.advice = reason, advice
        super().__init__(reason)


def check_prefect_database(url: str) -> None:
    """Make sure that the Prefect server will be able to use its database.

    Args:
        url: ``postgresql+asyncpg://…`` or ``sqlite+aiosqlite://…``; empty for the default, which needs no look.

    Raises:
        UsageError: It cannot be reached, lacks a right or an extension, or is the product's own database.
    """
    if not url:
        return
    try:
        address = address_of(url)
    except UsageError:
        raise UsageError(
            f"环境变量 {SETTING} 的地址无法辨认。要写成 postgresql+asyncpg://用户:口令@主机:端口/库名；{ESCAPES}"
        ) from None
    try:
        with _told(address):
            if address.get_backend_name() == "sqlite":
                with create_engine(address.set(drivername="sqlite"), poolclass=NullPool).connect() as connection:
                    _refuse_ours(connection)
            else:
                asyncio.run(_look(address))
    except _Unusable as fault:
        label = database_label(address)
        raise UsageError(
            f"Prefect 数据库“{label}”（环境变量 {SETTING}）无法使用：{fault.reason}。{fault.advice}"
        ) from None


async def _look(address: URL) -> None:
    # The server, too, takes this one out of the address.
    address = address.difference_update_query(["default_transaction_isolation"])
    patience = {"timeout": PATIENCE, "command_timeout": PATIENCE}
    engine = create_async_engine(address, poolclass=NullPool, connect_args=patience)
    async with engine.connect() as connection:
        await connection.run_sync(_refuse_ours)
        await connection.run_sync(_require_rights)


def _refuse_ours(connection: Connection) -> None:
    if inspect(connection).has_table(_PRODUCT):
        raise _Unusable("这是存决算数据的产品数据库", "Prefect 要用另一个库，请按 deploy/README.md 建立并改正地址")


def _require_rights(connection: Connection) -> None:
    has = connection.execute(_RIGHTS).one()
    if has.read_only:
        raise _Unusable("这个库只能读，可能是备用服务器", "请改用可写的数据库服务器")
    if has.there and not has.writable:
        raise _Unusable("这个用户不能读写库中已有的 Prefect 表", _REASONS["42501"][1])
    if not has.there and not has.may_create:
        raise _Unusable("这个用户不能在其中建表", _REASONS["42501"][1])
    if not has.there and not has.extended:
        if not has.extensible:
            raise _Unusable("数据库服务器没有扩展 pg_trgm", "请由数据库管理员安装（RHEL 系在 postgresql-contrib 中）")
        if not has.may_extend:
            raise _Unusable(
                "这个用户不能建立扩展 pg_trgm",
                "请由数据库管理员在库中执行 CREATE EXTENSION pg_trgm，或把库的属主设为它",
            )


@contextmanager
def _told(address: URL) -> Iterator[None]:
    """Turn whatever a driver raises on a wrong address or an absent server into a reason, without the password."""
    try:
        yield
    except _Unusable:
        raise
    except Exception as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if known := _REASONS.get(getattr(cause, "sqlstate", None) or ""):
            raise _Unusable(*known) from None
        if unknown := re.search(r"unexpected keyword argument '(\w+)'", str(cause)):
            raise _Unusable(f"地址中有不认识的参数 {unknown[1]}", "请去掉；要求加密连接时写 ssl=require") from None
        if address.get_backend_name() != "postgresql":
            raise _Unusable(f"文件打不开（{cause}）", "请确认文件夹存在且可写，文件是 SQLite 数据库") from None
        if isinstance(cause, OSError):
            raise _Unusable(f"连不上（{_network_reason(cause)}）", _NO_SERVICE) from None
        if isinstance(cause, OverflowError):
            raise _Unusable("端口号不对", "请改正，PostgreSQL 通常是 5432") from None
        said = " ".join(f"{type(cause).__name__} {cause}".split())
        raise _Unusable(without_secrets(said, address), f"请核对地址、用户和口令；{_NO_SERVICE}") from None


def _network_reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "主机名无法解析"
    if isinstance(error, FileNotFoundError):
        return "没有它的套接字"
    if isinstance(error, TimeoutError):
        return "超时"
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return "连接被拒绝"
    if "rejected SSL upgrade" in str(error):
        return "对方不接受加密连接"
    return reason_of(error) if error.errno else str(error)
