"""Database engine, sessions and bulk writes. SQLite is the embedded default, PostgreSQL comes by URL."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, Table, event
from sqlmodel import Session, SQLModel, create_engine

import models.tables  # noqa: F401  (declares every table on SQLModel.metadata)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and transactions that take the write lock at once (one writer, no surprise at commit)."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=60000", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@lru_cache
def engine_for(url: str) -> Engine:
    """Engine of a database URL (``sqlite:///file.db`` or ``postgresql://…``); one per process and URL."""
    engine = create_engine(url, connect_args={"timeout": 60} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return engine


@contextmanager
def session_of(url: str) -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back when it raises."""
    with Session(engine_for(url), expire_on_commit=False) as session, session.begin():
        yield session


def bulk_insert(session: Session, model: type[SQLModel], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert many rows below the ORM: COPY on PostgreSQL, one prepared statement on SQLite.

    Args:
        session: Open transaction.
        model: Table class.
        columns: Names of the columns given; none may be one that only the ORM can fill.
        rows: Tuples in the order of ``columns``; plain values as the driver takes them.

    Returns:
        Number of rows written.
    """
    table: Table = model.__table__  # type: ignore[attr-defined]
    quoted = ", ".join(f'"{name}"' for name in columns)
    data = [tuple(row) for row in rows]
    if not data:
        return 0
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
            for row in data:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', data)
    return len(data)
