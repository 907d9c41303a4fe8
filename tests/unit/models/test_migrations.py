"""Migrations: the schema they make is the schema the tables declare, on both databases."""

import multiprocessing
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from models.database import engine_for, session_of
from models.errors import UsageError
from models.schema_upgrade import upgrade_database
from models.tables import Cycle


def test_migrated_schema_is_the_declared_schema(database_url: str) -> None:
    with engine_for(database_url).begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        declared = {name: {c.name for c in table.columns} for name, table in SQLModel.metadata.tables.items()}
        found = {name: {c["name"] for c in inspect(connection).get_columns(name)} for name in declared}
        assert found == declared


def test_upgrading_an_empty_database_and_again(empty_database_url: str) -> None:
    upgrade_database(empty_database_url)
    with session_of(empty_database_url) as session:
        session.add(Cycle(year=2022, department_code="101", profile="national-2022"))
    upgrade_database(empty_database_url)
    with engine_for(empty_database_url).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM cycle")) == 1
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0006"


def test_processes_and_threads_may_start_at_once(empty_database_url: str) -> None:
    processes = [multiprocessing.get_context("spawn").Process(target=upgrade_database, args=(empty_database_url,))]
    processes += [multiprocessing.get_context("spawn").Process(target=upgrade_database, args=(empty_database_url,))]
    for process in processes:
        process.start()
    failures: list[BaseException] = []

    def upgrade() -> None:
        try:
            upgrade_database(empty_database_url)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(3)]
    for thread in threads:
        thread.start()
    for worker in (*threads, *processes):
        worker.join(60)
    assert failures == []
    assert [process.exitcode for process in processes] == [0, 0]
    with engine_for(empty_database_url).connect() as connection:
        assert inspect(connection).has_table("cell")


def test_a_newer_database_is_refused(database_url: str) -> None:
    with engine_for(database_url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="9999，比本程序新"):
        upgrade_database(database_url)


def test_a_stranger_database_is_refused(empty_database_url: str) -> None:
    with engine_for(empty_database_url).begin() as connection:
        connection.execute(text("CREATE TABLE cycle (id integer)"))
    with pytest.raises(UsageError, match="不是本程序建立的"):
        upgrade_database(empty_database_url)
    with engine_for(empty_database_url).connect() as connection:
        assert not inspect(connection).has_table("alembic_version")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://clerk:geheim77@127.0.0.1:1/juesuan?connect_timeout=2",
        "postgresql+psycopg://clerk@127.0.0.1:1/juesuan?password=geheim77&connect_timeout=2",
        "postgresql://clerk:geheim77@/juesuan?host=/nowhere",
        "mysql://clerk:geheim77@localhost/juesuan",
        "postgresql+asyncpg://clerk:geheim77@localhost/juesuan",
        "geheim77",
        "sqlite:////nowhere/at/all/juesuan.db",
    ],
)
def test_an_unreachable_database_is_told_without_its_password(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        upgrade_database(url)
    assert "数据库" in str(caught.value)
    assert "geheim77" not in str(caught.value)
    assert caught.value.__suppress_context__ or "geheim77" not in repr(caught.value.__cause__)


def test_a_file_that_is_no_database_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "notes.db"
    file.write_text("这不是数据库" * 500, "utf-8")
    with pytest.raises(UsageError, match="无法打开或升级"):
        upgrade_database(f"sqlite:///{file}")
