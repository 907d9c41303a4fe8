"""Alembic environment: runs inside a transaction handed over by the program, or opens its own from ``-x url=``."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from models.database import engine_for


def migrate(connection: Connection) -> None:
    # Both databases roll back table definitions, once SQLite's driver no longer commits behind our back
    # (models.database sees to that): a migration happens wholly or not at all.
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url")
    if not url:
        raise SystemExit("请用 -x url=数据库地址 指明数据库")
    with engine_for(url).begin() as own:
        migrate(own)
