"""The commands of deploy/README.md for setting up, backing up and restoring, executed as they stand there."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cycles import REPOSITORY
from system_postgres import system_postgres

from models.database import engine_for, session_of
from models.fingerprint import fingerprint
from models.schema_upgrade import upgrade_database
from models.tables import Cycle
from models.trail import record

GUIDE = (REPOSITORY / "deploy" / "README.md").read_text("utf-8")


def block(title: str, number: int = 0) -> str:
    """A shell block below a heading."""
    return GUIDE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0].split("```sh\n")[number + 1].split("```")[0]


def shell(commands: str, **environment: str) -> None:
    commands = commands.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    done = subprocess.run(
        ["/bin/sh", "-euc", commands], cwd=REPOSITORY, env=os.environ | environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"


def fill(url: str) -> str:
    with session_of(url) as session:
        session.add(Cycle(id=1, year=2022, department_code="301", profile="national-2022"))
        session.flush()
        record(session, "测试", cycle_id=1, detail="备份前")
    with session_of(url) as session:
        return fingerprint(session)


def test_sqlite_is_backed_up_while_in_use_and_restored(tmp_path: Path) -> None:
    home, out, to = tmp_path / "home", tmp_path / "out", tmp_path / "backup"
    (home / "prefect").mkdir(parents=True)
    (out / "单位").mkdir(parents=True)
    (out / "单位" / "页.html").write_text("报告", "utf-8")
    url = f"sqlite:///{home / 'juesuan.db'}"
    upgrade_database(url)
    before = fill(url)
    with sqlite3.connect(home / "prefect" / "prefect.db") as runs:
        runs.execute("CREATE TABLE flow_run (name)")
        runs.execute("INSERT INTO flow_run VALUES ('2022年度决算')")
    setting = {"JUESUAN_HOME": str(home), "JUESUAN_OUT": str(out), "to": str(to)}
    with engine_for(url).connect():  # in use
        shell(block("备份", 0).replace("to=/var/backups/juesuan/$(date +%F);", ""), **setting)
    with session_of(url) as session:
        record(session, "测试", cycle_id=1, detail="备份后")
        session.add(Cycle(id=2, year=2023, department_code="301", profile="national-2022"))
    engine_for(url).dispose()
    shutil.rmtree(out)
    (home / "prefect" / "prefect.db").write_bytes(b"broken")
    shell(block("恢复", 0), **setting)
    with session_of(url) as session:
        assert fingerprint(session) == before
    engine_for(url).dispose()
    assert (out / "单位" / "页.html").read_text("utf-8") == "报告"
    with sqlite3.connect(home / "prefect" / "prefect.db") as runs:
        assert runs.execute("SELECT name FROM flow_run").fetchall() == [("2022年度决算",)]


@pytest.mark.postgres
def test_postgresql_is_set_up_backed_up_and_restored(tmp_path: Path) -> None:
    with system_postgres() as folder:
        if folder is None:
            pytest.skip("no PostgreSQL with pg_trgm is installed on this machine")
        # The two lines that ask for passwords are for people; the private server here trusts its socket.
        lines = block("一台服务器，PostgreSQL").splitlines()
        setup = "\n".join(line for line in lines if r"\password" not in line)
        setup = setup.replace("--pwprompt ", "").replace("@127.0.0.1/juesuan", f"@/juesuan?host={folder}")
        server = {"PGHOST": str(folder), "PGUSER": "postgres"}
        shell(setup, **server)
        app = f"postgresql://juesuan_app@/juesuan?host={folder}"
        upgrade_database(app)
        before = fill(app)
        backup, restore = block("备份", 1), block("恢复", 1)
        backup, restore = (text.replace("deploy/", f"{REPOSITORY}/deploy/") for text in (backup, restore))
        shell(f"cd {tmp_path}\n{backup}", **server)
        with session_of(app) as session:
            session.add(Cycle(id=2, year=2023, department_code="301", profile="national-2022"))
        engine_for(app).dispose()
        shell(f"cd {tmp_path}\n{restore}", **server)
        upgrade_database(app)
        with session_of(app) as session:
            assert fingerprint(session) == before
        with pytest.raises(Exception, match="permission denied"), session_of(app) as session:
            session.connection().exec_driver_sql("DELETE FROM event")
        engine_for(app).dispose()
