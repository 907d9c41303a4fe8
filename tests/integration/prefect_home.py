"""Private homes whose Prefect database has its tables already: Prefect takes some eight seconds to make them."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from flows.prefect_environment import client_variables, without_prefect
from flows.settings import make_private

DATABASE = Path("prefect") / "prefect.db"


def with_tables(home: Path) -> Path:
    """The home, made if it is not there, with the tables of an embedded server."""
    if not (home / DATABASE).exists():
        make_private((home / DATABASE).parent)
        shutil.copy(_migrated(), home / DATABASE)
    return home


@cache
def _migrated() -> Path:
    """Prefect's database as its own command makes it, once for all tests of this process."""
    home = Path(tempfile.mkdtemp(dir=os.environ["JUESUAN_HOME"]))
    make_private((home / DATABASE).parent)
    environment = without_prefect(os.environ) | client_variables(home)
    subprocess.run(
        [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
        env=environment, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return home / DATABASE
