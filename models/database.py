"""Database engine, sessions and bulk writes. SQLite is the embedded default, PostgreSQL comes by URL."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Engine, Table, event, text
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session, SQLModel, create_engine

import models.tables  # noqa: F401  (declares every table on SQLModel.metadata)
from models.addresses import ESCAPES, misread
from models.errors import UsageError

BATCH_ROWS = 20_000
"""Rows handed to SQLite at once."""

DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
"""Forms of address taken; bulk writes lean on psycopg 3."""

WAIT_SECONDS = 60
"""How long a writer waits for the one before it on SQLite."""


def address_of(url: str | URL) -> URL:
    """The parts of a database's address.

    Raises:
        UsageError: It has none that could be told apart; no part of it is shown, for it may be the password.
    """
    try:
        if not misread(str(url)):
            return make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        pass
    raise UsageError(
        f"数据库地址无法辨认。要写成 postgresql://用户:口令@主机:端口/库名 或 sqlite:///文件路径；{ESCAPES}"
    )


def database_label(url: str | URL) -> str:
    """Text by which a user knows the database: no password, no connection options (which may hold one)."""
    try:
        parsed = address_of(url)
    except UsageError:
        return "（无法辨认的数据库地址）"
    return parsed.set(query={}, password="***" if parsed.password else None).render_as_string(hide_password=True)


def without_secrets(said: str, address: URL) -> str:
    """A driver's words without the passwords that the address holds."""
    stated = address.query.get("password", ())
    for secret in (address.password, *((stated,) if isinstance(stated, str) else stated)):
        if secret:
            said = said.replace(str(secret), "***")
    return said


def _to_wal(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL. Two processes that create the file at once collide here, and SQLite does not wait by itself."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and transactions that take the write lock at once (one writer, no surprise at commit)."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
        _to_wal(cursor)
        for pragma in ("foreign_keys=ON", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("postgresql_readonly", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


_COMING_UP = "the database system is"
"""What PostgreSQL answers while it starts, recovers or shuts down: soon it will take connections again."""


def _wait_while_it_comes_up(engine: Engine) -> None:
    """A restarted server recovers for some seconds; whoever connects meanwhile waits instead of failing."""

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Dialect, _record: Any, arguments: Any, words: Any) -> Any:
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                return dialect.connect(*arguments, **words)
            except Exception as error:
                if _COMING_UP not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.2)


@lru_cache
def _engine(url: str, _pid: int) -> Engine:
    parsed = address_of(url)
    if parsed.drivername not in DRIVERS:
        raise UsageError(
            f"数据库地址“{database_label(url)}”无法使用："
            "只支持 sqlite:///文件路径 和 postgresql://用户:口令@主机/库名 两种写法"
        )
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS}, hide_parameters=True)
        _prepare_sqlite(engine)
        return engine
    patience = {} if "connect_timeout" in parsed.query else {"connect_timeout": 10}
    # A statement's parameters are a unit's figures: they have no place in messages and logs.
    # SQLAlchemy 2.0 takes the plain form for psycopg 2.
    address = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(address, pool_pre_ping=True, connect_args=patience, hide_parameters=True)
    _wait_while_it_comes_up(engine)
    return engine


def engine_for(url: str) -> Engine:
    """Engine of a database URL (``sqlite:///file.db``, ``postgresql://…`` or ``postgresql+psycopg://…``).

    One per URL and process: a forked worker gets its own, since connections must not be shared with its parent.

    Raises:
        UsageError: The address is malformed or names another database system.
    """
    return _engine(url, os.getpid())


@contextmanager
def session_of(url: str) -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back when it raises."""
    with Session(engine_for(url), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def read_session_of(url: str) -> Iterator[Session]:
    """One read-only look at the database that waits for no writer: a snapshot on SQLite, read-only on PostgreSQL."""
    engine = engine_for(url).execution_options(postgresql_readonly=True)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def exclusive(session: Session, name: str) -> None:
    """Let nobody else who asks for the same name pass until this transaction ends (SQLite has a single writer anyway).

    For what has no row yet that could be locked.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:8], "big", signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _binders(table: Table, columns: Sequence[str], dialect: Dialect) -> list[tuple[int, Callable[[Any], Any]]]:
    """Conversions that single columns need (times, truth values): position and function."""
    found = ((i, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for i, name in enumerate(columns))
    return [(index, binder) for index, binder in found if binder is not None]


def _bound(rows: Iterable[Sequence[Any]], binders: list[tuple[int, Callable[[Any], Any]]]) -> Iterator[Sequence[Any]]:
    for row in rows:
        if not binders:
            yield tuple(row)
            continue
        values = list(row)
        for index, bind in binders:
            values[index] = bind(values[index])
        yield tuple(values)


def bulk_insert(session: Session, model: type[SQLModel], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert many rows below the ORM: COPY on PostgreSQL, one prepared statement on SQLite.

    Args:
        session: Open transaction.
        model: Table class.
        columns: Names of the columns given; every other must be nullable or numbered by the database.
        rows: Tuples in the order of ``columns``, values as the table class holds them. Streamed.

    Returns:
        Number of rows written.
    """
    table: Table = model.__table__  # type: ignore[attr-defined]
    session.flush()
    connection = session.connection()
    quoted = ", ".join(f'"{table.c[name].name}"' for name in columns)
    bound = _bound(rows, _binders(table, columns, connection.dialect))
    count = 0
    if connection.dialect.name == "postgresql":
        first = next(bound, None)
        if first is None:
            return 0
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
            copy.write_row(first)
            for count, row in enumerate(bound, 1):  # noqa: B007  (the count is the result)
                copy.write_row(row)
        return count + 1
    marks = ", ".join("?" * len(columns))
    while batch := list(islice(bound, BATCH_ROWS)):
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', batch)
        count += len(batch)
    return count
