"""``juesuan serve`` with both databases on PostgreSQL: started for real, one cycle, one restart."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from serving import Installation, until
from system_postgres import system_postgres

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]
SECRET = "Datenbank-Kennwort"


@pytest.fixture
def socket_folder() -> Iterator[Path]:
    with system_postgres() as folder:
        if folder is None:
            pytest.skip("no PostgreSQL with pg_trgm is installed on this machine: Prefect on PostgreSQL is NOT tested")
        yield folder


def test_both_databases_on_postgresql(socket_folder: Path, tmp_path: Path) -> None:
    admin = f"postgresql://postgres@/postgres?host={socket_folder}"
    with psycopg.connect(admin, autocommit=True) as connection:
        for name in ("juesuan", "prefect"):
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
            connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    own = Installation(
        tmp_path / "own",
        {
            "DATABASE": f"postgresql://juesuan:{SECRET}@/juesuan?host={socket_folder}",
            "PREFECT_DATABASE": f"postgresql+asyncpg://prefect:{SECRET}@/prefect?host={socket_folder}",
        },
    )
    try:
        own.start()
        run = own.launch(year=2022)
        state = until(lambda: (s := own.state(run))["type"] in ("COMPLETED", "FAILED", "CRASHED") and s, 90, "the run")
        assert state["name"] == "有待处理单位", state
        with own.api() as client:
            assert SECRET not in client.get("/admin/settings").text
        assert SECRET not in own.said + own.logs + "".join(own.left().values())
        assert not list(own.home.rglob("*.db")), "nothing is kept in SQLite"
        with psycopg.connect(admin.replace("/postgres?", "/prefect?")) as connection:
            found = connection.execute("SELECT count(*) FROM flow_run WHERE state_name = '有待处理单位'").fetchone()
        assert found == (1,)
        with psycopg.connect(admin.replace("/postgres?", "/juesuan?")) as connection:
            found = connection.execute("SELECT count(*) FROM unit WHERE active").fetchone()
        assert found == (7,)
        assert own.process is not None
        own.process.send_signal(signal.SIGTERM)
        assert own.ends(20) == 0 and own.left() == {}
    finally:
        own.remove()
