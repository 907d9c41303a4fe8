"""Writes documents whole or not at all, and keeps the table of documents in step with the folder."""

import glob
import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from sqlmodel import Session, col, select

from models.tables import Document
from models.tables.columns import now
from models.trail import record
from tasks.disclose.gaps import store_gaps

DISCLOSURE = "决算公开"
"""Kind of document that is published."""


def write_whole(path: Path, content: bytes) -> bool:
    """Write a file atomically; a file that already has this content is left untouched.

    Returns:
        Whether the file changed.
    """
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
    return True


def _sweep(path: Path) -> None:
    """Remove what a killed process left half-written beside a file."""
    for stale in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        try:
            os.kill(int(stale.name.split(".")[-2]), 0)
        except (ProcessLookupError, ValueError):
            stale.unlink(missing_ok=True)
        except PermissionError:
            continue  # alive, and somebody else's


def stored_document(session: Session, cycle_id: int, path: str) -> Document | None:
    """The document of that path, if one is known."""
    return session.exec(select(Document).where(Document.cycle_id == cycle_id, Document.path == path)).first()


def put_document(session: Session, out: Path, wanted: Document, content: bytes) -> bool:
    """Write a document's file and its row; the same content again changes nothing.

    Args:
        session: Open transaction.
        out: Folder of results.
        wanted: Row to store; its path is below ``out``, its sha256 is filled in here.
        content: The file's bytes.

    Returns:
        Whether the file or what is known of it changed.
    """
    wanted.sha256 = hashlib.sha256(content).hexdigest()
    changed = write_whole(out / wanted.path, content)
    row = stored_document(session, wanted.cycle_id, wanted.path)
    if row is None:
        session.add(wanted)
        return True
    fields = ("unit_code", "kind", "format", "sha256", "submission_id", "template_hash", "draft", "pending")
    if all(getattr(row, name) == getattr(wanted, name) for name in fields):
        return changed
    for name in fields:
        setattr(row, name, getattr(wanted, name))
    row.written_at = now()
    session.add(row)
    return True


def awaits_approval(stored: Document, wanted: Document, content: bytes) -> bool:
    """Whether a document of the same figures would not be what was approved; ``wanted`` then says what waits.

    A template, a name or the program may change after an approval: nobody has agreed to publish that.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    approved = not stored.draft or stored.pending != ""
    if not approved or (stored.sha256 == sha256 and not stored.draft):
        return False
    wanted.pending = sha256
    return True


def withdraw_document(session: Session, out: Path, cycle_id: int, path: str) -> bool:
    """Take a document back whose figures no longer stand.

    Returns:
        Whether there was one.
    """
    row = stored_document(session, cycle_id, path)
    (out / path).unlink(missing_ok=True)
    if row is None:
        return False
    if row.kind == DISCLOSURE:
        store_gaps(session, cycle_id, row.unit_code, ())
    session.delete(row)
    return True


def withdraw_others(session: Session, out: Path, cycle_id: int, kept: Collection[str]) -> list[str]:
    """Take back what was written for units that no longer belong to a cycle; only files known as ours are removed.

    Args:
        session: Open transaction.
        out: Folder of results.
        cycle_id: The cycle.
        kept: Paths, below ``out``, of all documents that it may have.

    Returns:
        Paths, below ``out``, of those taken back.
    """
    rows = session.exec(select(Document).where(Document.cycle_id == cycle_id).order_by(col(Document.path))).all()
    gone = [row for row in rows if row.path not in kept]
    for row in gone:
        withdraw_document(session, out, cycle_id, row.path)
        with suppress(OSError):  # not empty: something of somebody else's lies there
            (out / row.path).parent.rmdir()
        detail = f"不在现行单位登记表中：{row.path}"
        record(session, "撤下文稿", cycle_id=cycle_id, unit_code=row.unit_code, detail=detail)
    return [row.path for row in gone]


def is_intact(session: Session, out: Path, cycle_id: int, path: str) -> bool:
    """Whether a document is known and its file still has the content that was written."""
    row = stored_document(session, cycle_id, path)
    file = out / path
    return row is not None and file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == row.sha256
