"""The two roles of deploy/postgresql-role.sql on a real PostgreSQL: who may do what, and that it is enough."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from cycles import EXAMPLE, REPOSITORY, YEAR, Place, run_flow, state_of, status_of
from postgres import PostgresCluster
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel, func, select

from flows.summary import find_cycle
from models.database import engine_for, session_of
from models.errors import UsageError
from models.schema_upgrade import upgrade_database
from models.tables import CellRecord, Event, SubmissionVersion
from tasks.disclose.release import carry_out, note_statutory

pytestmark = [pytest.mark.postgres]
SCRIPT = (REPOSITORY / "deploy" / "postgresql-role.sql").read_text("utf-8")
NEVER_CHANGED = {
    "submissionversion", "formpresence", "cell", "row_name", "narrative_fact", "reading_problem", "project",
    "funding_line", "indicator", "counterparty", "event",
}  # fmt: skip


def as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


def run_script(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCRIPT)


@pytest.fixture
def bare(postgres_cluster: PostgresCluster) -> Iterator[str]:
    """A database with the roles and no table yet."""
    url = postgres_cluster.create()
    run_script(url)
    yield url
    for role in ("juesuan_owner", "juesuan_app"):
        engine_for(as_role(url, role)).dispose()
    postgres_cluster.drop(url)


@pytest.fixture
def ready(bare: str) -> str:
    """Migrated by the owner, rights given; the administrator's URL."""
    upgrade_database(as_role(bare, "juesuan_owner"))
    run_script(bare)
    return bare


def test_the_app_cannot_migrate_and_says_who_must(bare: str) -> None:
    with pytest.raises(UsageError, match=r"用属主角色升级结构.*postgresql-role\.sql"):
        upgrade_database(as_role(bare, "juesuan_app"))


def test_migrated_but_not_yet_granted_says_the_same(bare: str) -> None:
    upgrade_database(as_role(bare, "juesuan_owner"))
    with pytest.raises(UsageError, match=r"还没有授权.*postgresql-role\.sql"):
        upgrade_database(as_role(bare, "juesuan_app"))


def test_a_current_schema_is_no_work_for_the_app(ready: str) -> None:
    upgrade_database(as_role(ready, "juesuan_app"))


def test_a_grant_forgotten_after_an_upgrade_is_told_before_anything_runs(ready: str) -> None:
    with psycopg.connect(ready, autocommit=True) as connection:
        connection.execute("REVOKE ALL ON document FROM juesuan_app")
    with pytest.raises(UsageError, match=r"还没有授权.*postgresql-role\.sql"):
        upgrade_database(as_role(ready, "juesuan_app"))


def test_a_newer_program_is_told_to_the_operator(ready: str) -> None:
    with psycopg.connect(ready, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UsageError, match="比本程序新"):
        upgrade_database(as_role(ready, "juesuan_app"))


def test_rights_are_exactly_these(ready: str) -> None:
    with psycopg.connect(ready) as connection:
        rows = connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'juesuan_app'"
        ).fetchall()
    rights: dict[str, set[str]] = {}
    for table, right in rows:
        rights.setdefault(table, set()).add(right)
    assert set(rights) == set(SQLModel.metadata.tables) | {"alembic_version"}
    assert rights.pop("alembic_version") == rights.pop("database_identity") == {"SELECT"}
    assert all({"SELECT", "INSERT"} <= given <= {"SELECT", "INSERT", "UPDATE", "DELETE"} for given in rights.values())
    for table in NEVER_CHANGED:
        assert rights[table] == {"SELECT", "INSERT"}, table
    run_script(ready)
    with psycopg.connect(ready) as connection:
        again = connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'juesuan_app'"
        ).fetchall()
    assert sorted(again) == sorted(rows), "running the script again changes nothing"


@pytest.mark.prefect
def test_the_whole_cycle_runs_as_the_app_and_what_it_must_not_do_is_refused(ready: str, tmp_path: Path) -> None:
    app = as_role(ready, "juesuan_app")
    inbox = shutil.copytree(EXAMPLE / "inbox", tmp_path / "inbox")
    late = next(inbox.glob("301004*")).rename(tmp_path / "late")
    place = Place(app, tmp_path / "out", inbox=inbox)
    run_flow(place)
    # What was judged, scored, added up and written before is replaced when a unit hands in late.
    late.rename(inbox / next((EXAMPLE / "inbox").glob("301004*")).name)
    assert run_flow(place) == ("有待处理单位", True)
    first = state_of(place)
    assert run_flow(place) == ("有待处理单位", False)
    assert state_of(place) == first and len(status_of(place).units) == 7
    with session_of(app) as session:
        cycle = find_cycle(session, YEAR)
        assert session.scalar(select(func.count()).select_from(CellRecord)) > 300
        assert len(session.exec(select(Event.id)).all()) > 10
        assert len(session.exec(select(SubmissionVersion.id).where(SubmissionVersion.role == "汇总")).all()) == 2
    assert cycle.id is not None
    for number in ("云财〔2023〕1号", "云财〔2023〕2号"):
        note_statutory(app, cycle.id, number, date(2023, 8, 15), "张三", str(place.out), "示例数据")
    carry_out(app, cycle.id, "退回", "张三", "请补报", str(place.out), "示例数据")
    for statement in (
        "UPDATE cell SET amount = 0",
        "DELETE FROM cell",
        "UPDATE submissionversion SET sha256 = ''",
        "DELETE FROM submissionversion",
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event",
        "TRUNCATE event",
        "TRUNCATE unitstep",
        "DELETE FROM cycle",
        "DELETE FROM unit",
        "UPDATE approval SET decision = '同意'",
        "UPDATE alembic_version SET version_num = '0'",
        "CREATE TABLE mine (id int)",
        "DROP TABLE cell",
        "ALTER TABLE cell ADD COLUMN mine int",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "CREATE SCHEMA mine",
        "SET ROLE juesuan_owner",
    ):
        with pytest.raises(DBAPIError) as refused, engine_for(app).begin() as connection:
            connection.execute(text(statement))
        assert getattr(refused.value.orig, "sqlstate", "") == "42501", statement
