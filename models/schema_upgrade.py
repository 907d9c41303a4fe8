"""Brings a database to the schema of this program: Alembic migrations, run from code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from models.database import address_of, database_label, engine_for, without_secrets
from models.errors import UsageError

ALEMBIC_INI = Path(__file__).resolve().parents[1] / "deploy" / "alembic.ini"

_LOCK_KEY = 20_220_731
"""Advisory lock that holds a second process back on PostgreSQL; on SQLite the write lock does."""

_NOT_PERMITTED = "42501"
"""PostgreSQL's code for a right that a role lacks."""

_ALEMBIC = Lock()  # Alembic keeps its context in module globals


def upgrade_database(url: str) -> None:
    """Apply the migrations that the database lacks, in one transaction; a quick look when it lacks none.

    Safe when several processes start at once: one migrates, the others wait and find nothing to do.

    Raises:
        UsageError: The database cannot be reached, is not ours, or was written by a newer program.
    """
    config = Config(str(ALEMBIC_INI))
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head()
    with _told(url):
        engine = engine_for(url)
        with engine.execution_options(postgresql_readonly=True).connect() as connection:
            if _revision(connection) == head:
                _require_rights(connection, url)
                return
        with _ALEMBIC, engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            revision = _revision(connection)
            if revision == head:
                return
            _refuse_foreign(connection, revision, script, url)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    """Revision that the database says it has; ``None`` when no migration ever ran."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _refuse_foreign(connection: Connection, revision: str | None, script: ScriptDirectory, url: str) -> None:
    known = {step.revision for step in script.walk_revisions()}
    if revision is not None and revision not in known:
        raise UsageError(
            f"数据库“{database_label(url)}”的结构版本为 {revision}，比本程序新。请升级程序，或换用与程序相符的数据库"
        )
    if revision is None:
        ours = set(inspect(connection).get_table_names()) & set(SQLModel.metadata.tables)
        if ours:
            names = "、".join(sorted(ours)[:3])
            raise UsageError(
                f"数据库“{database_label(url)}”中已有同名的表（{names}），但不是本程序建立的。请换用空的数据库"
            )


def _require_rights(connection: Connection, url: str) -> None:
    """Grants are given anew after each upgrade; one that was forgotten is told here, not in the middle of a run."""
    if connection.dialect.name == "postgresql":
        unreadable = text(
            "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
            "AND relname = ANY(:names) AND NOT has_table_privilege(oid, 'SELECT')"
        )
        if connection.scalar(unreadable, {"names": list(SQLModel.metadata.tables)}):
            raise _not_permitted(url)


def _not_permitted(url: str) -> UsageError:
    return UsageError(
        f"数据库“{database_label(url)}”的结构需要建立或升级，或者还没有授权，而当前数据库用户没有这个权限。"
        "请由管理员按 deploy/README.md 用属主角色升级结构，再执行 deploy/postgresql-role.sql 授权，然后重新启动"
    )


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Turn a driver's error into a sentence for the operator, without the password."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _NOT_PERMITTED:
            raise _not_permitted(url) from None
        said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise UsageError(
            f"数据库“{database_label(url)}”无法打开或升级：{without_secrets(said, address_of(url))}。"
            "请核对地址、用户和密码，确认数据库服务已启动、文件夹存在且可写"
        ) from None
