"""``juesuan serve`` with both databases on PostgreSQL: started for real, an outage of the databases, one cycle, one stop."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cycles import REPOSITORY
from prefect_home import DATABASE
from serving import Installation, until
from system_postgres import stopped, system_postgres

from flows.prefect_database import check_prefect_database
from models.errors import UsageError

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]
SECRET = "Datenbank-Kennwort"


@pytest.fixture(scope="module")
def socket_folder() -> Iterator[Path]:
    """A server with two roles that need their password, and an empty database for each."""
    with system_postgres() as folder:
        if folder is None:
            pytest.skip("no PostgreSQL with pg_trgm is installed on this machine: Prefect on PostgreSQL is NOT tested")
        with psycopg.connect(_administrator(folder), autocommit=True) as connection:
            for name in ("juesuan", "prefect"):
                connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
                connection.execute(f"CREATE DATABASE {name} OWNER {name}")
            (folder / "data" / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
            connection.execute("SELECT pg_reload_conf()")
        yield folder


def _administrator(socket_folder: Path) -> str:
    return f"postgresql://postgres@/postgres?host={socket_folder}"


def _refusal(url: str) -> str:
    with pytest.raises(UsageError) as told:
        check_prefect_database(url)
    said = str(told.value)
    assert "JUESUAN_PREFECT_DATABASE" in said and SECRET not in said and "Kennwort-2" not in said
    return said


def test_what_the_prefect_database_lacks_is_told(socket_folder: Path) -> None:
    admin = _administrator(socket_folder)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE DATABASE foreign_one")
        connection.execute("CREATE DATABASE bare")
        connection.execute("CREATE DATABASE restored OWNER prefect")
        connection.execute("CREATE DATABASE standby OWNER prefect")
        connection.execute("ALTER DATABASE standby SET default_transaction_read_only = on")
    with psycopg.connect(admin.replace("/postgres?", "/bare?"), autocommit=True) as connection:
        connection.execute("GRANT CREATE ON SCHEMA public TO prefect")
    with psycopg.connect(admin.replace("/postgres?", "/restored?"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        for table in ("flow_run", "task_run", "log"):
            connection.execute(f"CREATE TABLE {table} ()")
    url = f"postgresql+asyncpg://prefect:{SECRET}@/prefect?host={socket_folder}"
    check_prefect_database(url)
    check_prefect_database(f"{url}&ssl=prefer&timeout=5&default_transaction_isolation=serializable")
    assert "地址中有不认识的参数 sslmode" in _refusal(f"{url}&sslmode=require")
    assert "用户名或口令不对" in _refusal(url.replace(SECRET, "Kennwort-2"))
    assert "没有这个库" in _refusal(url.replace("/prefect?", "/absent?"))
    assert "不能在其中建表" in _refusal(url.replace("/prefect?", "/foreign_one?"))
    assert "不能建立扩展 pg_trgm" in _refusal(url.replace("/prefect?", "/bare?"))
    assert "不能读写库中已有的 Prefect 表" in _refusal(url.replace("/prefect?", "/restored?"))
    assert "只能读" in _refusal(url.replace("/prefect?", "/standby?"))
    with stopped(socket_folder):
        assert "连不上（没有它的套接字）" in _refusal(url)


def _start_command(own: Installation) -> "subprocess.Popen[str]":
    """``juesuan run`` on a product database of its own, but the same server."""
    words = ["run", "--year", "2022", "--registry", own.environment["JUESUAN_REGISTRY"]]
    words += ["--inbox", own.environment["JUESUAN_INBOX"], "--out", str(own.folder / "elsewhere")]
    words += ["--database", f"sqlite:///{own.folder / 'elsewhere.db'}"]
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *words], cwd=REPOSITORY, env=own.environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_both_databases_on_postgresql(socket_folder: Path, tmp_path: Path) -> None:
    admin = _administrator(socket_folder)
    own = Installation(
        tmp_path / "own",
        {
            "DATABASE": f"postgresql://juesuan:{SECRET}@/juesuan?host={socket_folder}",
            "PREFECT_DATABASE": f"postgresql+asyncpg://prefect:{SECRET}@/prefect?host={socket_folder}",
        },
    )
    (own.home / DATABASE).unlink()
    try:
        mistaken = own.environment["JUESUAN_PREFECT_DATABASE"].replace("@/prefect?", "@/absent?")
        refused = own.command("serve", JUESUAN_PREFECT_DATABASE=mistaken)
        assert refused.returncode == 2 and "没有这个库" in refused.stderr, refused.stderr
        assert "Traceback" not in refused.stderr and SECRET not in refused.stderr + refused.stdout

        own.start()
        command = _start_command(own)
        run = own.launch(year=2022)
        until(lambda: own.state(run)["type"] == "RUNNING", 60, "the run runs")
        with stopped(socket_folder):
            until(lambda: "Prefect 数据库没有应答" in own.said, 60, "the outage is told")
            told = command.communicate(timeout=60)[1]
        until(lambda: "数据库和 Prefect 服务已恢复" in own.said, 60, "the end of the outage is told")
        assert "其间有 1 个运行没有结束，已标为“中断”" in own.said and "意外退出" not in own.said
        assert own.said.count("没有应答") == 1 and own.said.count("已恢复") == 1
        assert told.count("没有收下一部分运行日志") <= 1, told
        assert not [word for word in ("Error logging", "Server error", "http", "Traceback") if word in told], told

        assert own.state(run)["name"] == "中断"
        own.ask(f"/flow_runs/{run}/set_state", state={"type": "SCHEDULED", "name": "AwaitingRetry"}, force=True)
        state = until(lambda: (s := own.state(run))["type"] in ("COMPLETED", "FAILED") and s, 90, "the retry")
        assert state["name"] == "有待处理单位", state
        with own.api() as client:
            assert SECRET not in client.get("/admin/settings").text
        assert SECRET not in own.said + own.logs + "".join(own.left().values())
        assert not list(own.home.rglob("*.db")), "nothing is kept in SQLite"
        with psycopg.connect(admin.replace("/postgres?", "/prefect?")) as connection:
            found = connection.execute(
                "SELECT count(*) FROM flow_run WHERE id = %s AND state_name = '有待处理单位'", [run]
            ).fetchone()
        assert found == (1,)
        with psycopg.connect(admin.replace("/postgres?", "/juesuan?")) as connection:
            found = connection.execute("SELECT count(*) FROM unit WHERE active").fetchone()
        assert found == (7,)
        product = own.environment["JUESUAN_DATABASE"].replace("postgresql://", "postgresql+asyncpg://")
        assert "产品数据库" in _refusal(product)
        assert own.process is not None
        own.process.send_signal(signal.SIGTERM)
        assert own.ends(20) == 0 and own.left() == {}
    finally:
        own.remove()
