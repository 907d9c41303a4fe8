"""Fingerprint of the state that a cycle has reached: the same on every database and by every way that leads there.

Left out are ids, the database's own name, moments, counts of attempts, the order in which cells were read, and the
event trail; an id of another row is replaced by what names that row (unit code, role and number of a version …). Rows
are put in order here, since databases sort text differently.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Select, Table, select
from sqlmodel import Session, SQLModel

import models.tables  # noqa: F401  (declares every table on SQLModel.metadata)
from models.tables.columns import UtcDateTime

LEFT_OUT_TABLES = ("database_identity", "event")
LEFT_OUT_COLUMNS = ("unitstep.attempt", "cell.position", "cycle.sources", "submissionversion.catalogue_hash")
"""How often a step ran, in which order cells were read, from which folders, and with which wording of the forms first."""

NAMED = {
    "cycle": ("year", "department_code"),
    "unit": ("cycle_id", "code"),
    "submissionversion": ("unit_id", "role", "number"),
    "contribution": ("submission_id", "source_id"),
    "project_score": ("submission_id", "project"),
}
"""Tables that others refer to and the columns that name their rows; referred tables come first."""

ROWS_AT_ONCE = 5_000

Names = dict[str, dict[int, str]]


def fingerprint(session: Session, cycle_id: int | None = None) -> str:
    """sha256 of everything stored, or of one cycle.

    Rows are streamed; held at once are the names of units, versions and contributions, and the rows of one owner
    (one version's cells, one cycle's units).

    Args:
        session: Open transaction.
        cycle_id: The cycle; every cycle when left out.

    Returns:
        Hexadecimal digest.
    """
    names: Names = {}
    for table_name, columns in NAMED.items():
        names[table_name] = dict(_named(session, SQLModel.metadata.tables[table_name], columns, names, cycle_id))
    total = hashlib.sha256()
    for table in sorted(SQLModel.metadata.tables.values(), key=lambda one: one.name):
        if table.name in LEFT_OUT_TABLES:
            continue
        for line in sorted(_owner_digests(session, table, names, cycle_id)):
            total.update(f"{table.name}\t{line}\n".encode())
    return total.hexdigest()


def _named(
    session: Session, table: Table, columns: tuple[str, ...], names: Names, cycle_id: int | None
) -> Iterator[tuple[int, str]]:
    readers = [_reader(table.c[name], names) for name in columns]
    query = _of_cycle(select(table.c.id, *(table.c[name] for name in columns)), table, cycle_id)
    for key, *values in _streamed(session, query):
        yield key, _json([read(value) for read, value in zip(readers, values, strict=True)])


def _owner_digests(session: Session, table: Table, names: Names, cycle_id: int | None) -> Iterator[str]:
    """One line per owner (the row that a table's rows belong to): its name and the digest of its sorted rows."""
    owner = next((column for column in table.columns if column.foreign_keys), None)
    columns = [column for column in table.columns if column is not owner and _counts(column)]
    readers = [_reader(column, names) for column in columns]
    if owner is None:
        query = select(table.c.id, *columns)
        name_of: Callable[[Any], str] = names[table.name].__getitem__
    else:
        query = select(owner, *columns)
        name_of = _reader(owner, names)
    query = _of_cycle(query.order_by(owner if owner is not None else table.c.id), table, cycle_id)
    for key, rows in groupby(_streamed(session, query), key=itemgetter(0)):
        lines = (_json([read(value) for read, value in zip(readers, row[1:], strict=True)]) for row in rows)
        yield f"{name_of(key)}\t{_digest(lines)}"


def _counts(column: Column[Any]) -> bool:
    if str(column) in LEFT_OUT_COLUMNS or isinstance(column.type, UtcDateTime):
        return False
    return not (column.primary_key and column.name == "id")


def _reader(column: Column[Any], names: Names) -> Callable[[Any], Any]:
    """How a column's value counts: a reference by the name of its row, a date as text, anything else as it is."""
    reference = next(iter(column.foreign_keys), None)
    if reference is None:
        return _plain
    known = names[reference.column.table.name]
    return lambda key: None if key is None else known[key]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _of_cycle(query: Select[Any], table: Table, cycle_id: int | None) -> Select[Any]:
    """Narrow a query on ``table`` to one cycle, following the first reference of each table upwards."""
    if cycle_id is None:
        return query
    if table.name == "cycle":
        return query.where(table.c.id == cycle_id)
    owner = next(column for column in table.columns if column.foreign_keys)
    above = next(iter(owner.foreign_keys)).column.table
    return query.where(owner.in_(_of_cycle(select(above.c.id), above, cycle_id)))


def _streamed(session: Session, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    for row in session.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
        yield tuple(row)


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in sorted(lines):
        digest.update(line.encode("utf-8") + b"\n")
    return digest.hexdigest()


def _json(value: list[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
