"""Fixtures that every room's tests share: both databases, the profile, the real documents."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from postgres import PostgresCluster, running_cluster

from flows.prefect_environment import READY, prepare_prefect
from flows.settings import settings as installation_settings
from models.profiles import Profile, load_profile

REPOSITORY = Path(__file__).resolve().parents[1]

settings.register_profile("juesuan", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("juesuan")

# Prefect reads its environment once, at import: all tests of this process share one private home, gone afterwards.
# A process of pytest-xdist inherits its parent's environment; without a home of its own, its server would share a
# database with the others'.
os.environ.pop(READY, None)
os.environ.pop("JUESUAN_DATABASE", None)
HOME = Path(tempfile.mkdtemp(prefix="juesuan-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["JUESUAN_HOME"] = str(HOME)
prepare_prefect(HOME)


@pytest.fixture(autouse=True)
def _own_database() -> Iterator[None]:
    """No test works on the database that the one before it chose for this process."""
    yield
    if os.environ.pop("JUESUAN_DATABASE", None):
        installation_settings.cache_clear()


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """One PostgreSQL server for the whole run, started when the first test asks for it."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: PostgresCluster) -> str:
    """Name of a migrated database from which fresh ones are copied."""
    from models.database import engine_for
    from models.schema_upgrade import upgrade_database

    url = postgres_cluster.create()
    upgrade_database(url)
    engine_for(url).dispose()
    return url.rsplit("?", 1)[0].rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file from which fresh ones are copied."""
    from models.database import engine_for
    from models.schema_upgrade import upgrade_database

    file = tmp_path_factory.mktemp("template") / "migrated.db"
    url = f"sqlite:///{file}"
    upgrade_database(url)
    engine_for(url).dispose()
    return file


def _postgres_database(cluster: PostgresCluster, template: str) -> Iterator[str]:
    from models.database import engine_for

    url = cluster.create(template)
    try:
        yield url
    finally:
        engine_for(url).dispose()
        cluster.drop(url)


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without any table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    yield from _postgres_database(request.getfixturevalue("postgres_cluster"), "template1")


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database with our tables, on SQLite and on PostgreSQL; gone after the test."""
    if request.param == "sqlite":
        from models.database import engine_for

        file = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "juesuan.db")
        yield f"sqlite:///{file}"
        engine_for(f"sqlite:///{file}").dispose()
        return
    cluster = request.getfixturevalue("postgres_cluster")
    yield from _postgres_database(cluster, request.getfixturevalue("postgres_template"))


@pytest.fixture(scope="session")
def profile() -> Profile:
    """The national profile."""
    return load_profile()


@pytest.fixture(scope="session")
def shared_inputs() -> Path:
    """Folder of the published documents; the test is skipped where they are not at hand."""
    folder = REPOSITORY.parent / "shared" / "inputs"
    if not folder.is_dir():
        pytest.skip("the published documents (../shared/inputs) are not here")
    return folder


@pytest.fixture(scope="session")
def example_dir() -> Path:
    """Folder of the bundled example department."""
    folder = REPOSITORY / "deploy" / "example"
    if not folder.is_dir():
        pytest.skip("deploy/example is not here")
    return folder
