"""Column types and small helpers shared by the tables."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Every constraint has a name, so that a later migration can find it on both databases.
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, always aware and UTC, also on SQLite (which forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def moment() -> Any:
    """Field of a time that is set when the row is written."""
    return Field(default_factory=now, sa_type=UtcDateTime)


def fen(*, nullable: bool = False, **kwargs: Any) -> Any:
    """Field of an int64 amount in fen (or a count, or 1/100 percent, as the form says)."""
    return Field(sa_type=BigInteger, nullable=nullable, default=None if nullable else 0, **kwargs)


def long_text(**kwargs: Any) -> Any:
    """Field of unbounded text."""
    kwargs.setdefault("default", "")
    return Field(sa_type=Text, **kwargs)
