"""Receipts: every file met in the inbox and what became of it. Running again changes nothing."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.tables import Cycle, Receipt
from models.tables.columns import now
from models.trail import record

ACCEPTED, UNCHANGED, REFUSED = "已接收", "未更新", "退回"
"""Outcomes of a receipt."""


class ReceiptLine(NamedTuple):
    """What became of one file.

    Attributes:
        file: Name below the inbox. sha256: Of its bytes; empty when it was refused unread.
        unit_code: Empty when it belongs to no unit.
        outcome: ``已接收``, ``未更新`` (identical file) or ``退回``.
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
    for line in lines:
        receipt = known.get((line.file, line.sha256))
        if receipt is not None and (line.outcome == UNCHANGED and receipt.outcome != REFUSED):
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


def refused_alike(session: Session, cycle_id: int, units: Collection[str], code: str) -> list[str]:
    """Why files were refused, if all these units' last files were refused for the same kind of fault.

    Args:
        session: Database.
        cycle_id: The cycle.
        units: Their codes.
        code: Stable kind of fault.

    Returns:
        Chinese sentences in the order in which the files were met; empty when one unit's file was taken, met another
        fault or was never met.
    """
    query = select(Receipt).where(Receipt.cycle_id == cycle_id).order_by(col(Receipt.at), col(Receipt.id))
    last = {receipt.unit_code: receipt for receipt in session.exec(query) if receipt.unit_code in units}
    alike = len(last) == len(units) and all(receipt.code == code for receipt in last.values())
    return [receipt.message for receipt in last.values()] if alike else []


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
