"""Receipts: every file met in the inbox and what became of it. Running again changes nothing."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.personal_data import masked
from models.tables import Cycle, Receipt
from models.tables.columns import now
from models.trail import record
from tasks.collect.characters import inert
from tasks.step import IDS_PER_QUERY

ACCEPTED, UNCHANGED, REFUSED = "已接收", "未更新", "退回"
"""Outcomes of a receipt."""

SKIPPED = "未读取"
"""Outcome of a folder in the inbox, which is not read."""

GONE, CORRECTED = "已移出", "已更正"
"""Outcomes of what belonged to no unit, was refused or not read, and no longer is: it lies there no more, or is mended."""

REGISTRY, SECRET = "登记表", "涉密"
"""Kinds of fault that are told apart from others: the registry is none of the inbox's files, and secrets come first."""

_TAKEN = re.compile(r"《(.*)》第 \d+ 版(?:，文件已不在收件夹，仍按已收的第 \d+ 版计入)?", re.DOTALL)


class ReceiptLine(NamedTuple):
    """What became of one file.

    Attributes:
        file: Name below the inbox. sha256: Of its bytes; empty when it was refused unread.
        unit_code: Empty when it belongs to no unit.
        outcome: ``已接收``, ``未更新`` (identical file), ``退回`` or ``未读取`` (folder).
        code: Stable kind of fault; empty when taken. message: Chinese sentence.
    """

    file: str
    sha256: str
    unit_code: str
    outcome: str
    code: str = ""
    message: str = ""


def record_receipts(session: Session, cycle: Cycle, lines: Iterable[ReceiptLine]) -> int:
    """Write receipts: one row per file name and content, brought up to date.

    ``未更新`` never takes the place of ``已接收``: that the same file lies there at the next run is no news.

    Args:
        session: Open transaction.
        cycle: The cycle, already stored.
        lines: What became of the files.

    Returns:
        Number of rows written or changed; each leaves an event.
    """
    assert cycle.id is not None
    stored = session.exec(select(Receipt).where(Receipt.cycle_id == cycle.id)).all()
    known = {(receipt.file, receipt.sha256): receipt for receipt in stored}
    changed = 0
    for given in lines:
        line = given._replace(message=masked(inert(given.message)))
        receipt = known.get((line.file, line.sha256))
        if receipt is not None and line.outcome == UNCHANGED and receipt.outcome in (ACCEPTED, UNCHANGED):
            continue
        if receipt is None:
            receipt = Receipt(cycle_id=cycle.id, file=line.file, sha256=line.sha256, outcome="")
            known[line.file, line.sha256] = receipt
        if (receipt.unit_code, receipt.outcome, receipt.code, receipt.message) == line[2:]:
            continue
        receipt.unit_code, receipt.outcome, receipt.code, receipt.message = line[2:]
        receipt.at = now()
        session.add(receipt)
        detail = f"《{line.file}》{line.message}"
        record(session, f"收件：{line.outcome}", cycle_id=cycle.id, unit_code=line.unit_code, detail=detail)
        changed += 1
    session.flush()
    return changed


def settle_receipts(session: Session, cycle: Cycle, met: Iterable[ReceiptLine], names: Collection[str]) -> int:
    """Put aside what belonged to no unit and stood in the way at an earlier run, but no longer does.

    Receipts are history: rows stay, with their fault; only their outcome says that nobody needs to act any more.

    Args:
        session: Open transaction, in which what is met was recorded.
        cycle: The cycle, already stored.
        met: Everything that a run over the whole inbox found wrong.
        names: Names of all that lies in the inbox.

    Returns:
        Number of rows changed; each leaves an event.
    """
    still = {(line.file, line.sha256) for line in met}
    query = select(Receipt).where(
        Receipt.cycle_id == cycle.id, Receipt.unit_code == "", col(Receipt.outcome).in_((REFUSED, SKIPPED))
    )
    settled = [row for row in session.exec(query.order_by(col(Receipt.id))) if (row.file, row.sha256) not in still]
    for receipt in settled:
        receipt.outcome = CORRECTED if receipt.code == REGISTRY or receipt.file in names else GONE
        receipt.at = now()
        session.add(receipt)
        record(session, f"收件：{receipt.outcome}", cycle_id=cycle.id, detail=f"《{receipt.file}》")
    session.flush()
    return len(settled)


def receipts_of(session: Session, cycle_id: int, units: Collection[str]) -> dict[tuple[str, str, str], Receipt]:
    """Receipts of some units, by unit code, file and sha256."""
    query = select(Receipt).where(Receipt.cycle_id == cycle_id)
    if len(units) <= IDS_PER_QUERY:
        query = query.where(col(Receipt.unit_code).in_(sorted(units)))
    return {(row.unit_code, row.file, row.sha256): row for row in session.exec(query)}


def taken(file: str, number: int) -> str:
    """What the collect step says of a unit whose file was taken as version ``number``."""
    return f"《{file}》第 {number} 版"


def gone(told: str, number: int) -> str:
    """What the collect step says once the file of which :func:`taken` told lies in the inbox no more."""
    return f"{told.partition('，文件已不在收件夹')[0]}，文件已不在收件夹，仍按已收的第 {number} 版计入"


def is_gone(told: str) -> bool:
    """Whether a collect step says that the file it took lies in the inbox no more."""
    return "，文件已不在收件夹" in told and bool(taken_file(told))


def taken_file(message: str) -> str:
    """Name of the file of which :func:`taken` told; empty when something else was told."""
    told = _TAKEN.fullmatch(message)
    return told[1] if told else ""


def record_receipt(
    session: Session,
    cycle: Cycle,
    file: str,
    sha256: str,
    unit_code: str,
    outcome: str,
    code: str = "",
    message: str = "",
) -> None:
    """Write one receipt, as :func:`record_receipts` does."""
    record_receipts(session, cycle, [ReceiptLine(file, sha256, unit_code, outcome, code, message)])
