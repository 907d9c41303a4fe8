"""Amounts between units of which nobody said where they came from or went: with them, a department's sum is provisional."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.findings import PROVISIONAL, Status
from models.money import format_fen
from models.submission import Problem
from models.tables import FindingRecord, SubmissionVersion, Unit
from tasks.aggregate.flows_between_units import FLOW_KINDS, Flow
from tasks.collect.store.versions import latest_versions

NOT_ITEMISED = "N-未列明"
"""Rule of a unit that does not itemise what its tables show."""

MOST_NAMED = 5
"""Possible counterparts that a sentence names."""

_OPPOSITE = {kind.paid_as: kind.received_as for kind in FLOW_KINDS}
_OPPOSITE |= {received: paid for paid, received in _OPPOSITE.items()}


SAME_AMOUNT = "A-往来核对"
"""Rule of a department two units of which say of the very same amount that it is none between them."""


@dataclass(frozen=True, slots=True)
class NotItemised:
    """What a unit does not itemise: of this kind, so many fen; ``settled`` when it explained them."""

    code: str
    kind: str
    amount_fen: int
    settled: bool = False


def not_itemised(session: Session, units: Sequence[Unit]) -> list[NotItemised]:
    """What the units' newest versions do not itemise, whether they are in the sum or returned, in registry order.

    Nothing where the department has only one unit: there is nobody with whom it could be counted twice.
    """
    if len(units) < 2:
        return []
    codes = {version.id: unit.code for unit, version in _newest(session, units)}
    query = select(FindingRecord).where(
        FindingRecord.rule == NOT_ITEMISED, FindingRecord.status == Status.VIOLATED.value,
        col(FindingRecord.submission_id).in_(codes),
    )  # fmt: skip
    order = {unit.code: position for position, unit in enumerate(units)}
    found = [
        NotItemised(
            codes[row.submission_id], row.column if row.column in _OPPOSITE else row.row, row.difference or 0,
            bool(row.explanation),
        )
        for row in session.exec(query)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (order[one.code], one.kind))


def _newest(session: Session, units: Sequence[Unit]) -> list[tuple[Unit, SubmissionVersion]]:
    versions = latest_versions(session, [unit.id or 0 for unit in units])
    return [(unit, versions[unit.id or 0]) for unit in units if unit.id in versions]


def provisional_problems(
    unsettled: Sequence[NotItemised], flows: Iterable[Flow], names: Mapping[str, str]
) -> list[Problem]:
    """What makes a department's sum provisional, with the units that are likely to be on the other side.

    Args:
        unsettled: As the units left it.
        flows: What is itemised: whoever names the unit and the very amount is on the other side.
        names: Unit names by code.
    """
    flows = list(flows)
    problems = []
    for one in unsettled:
        likely = [
            f"{other.code} {names.get(other.code, '')}（{other.kind} {format_fen(other.amount_fen)} 元，同样没有列明）"
            for other in unsettled
            if other.code != one.code and other.kind == _OPPOSITE[one.kind] and other.amount_fen == one.amount_fen
        ] + [f"{code} {names.get(code, '')}（已列明本单位）" for code in _naming(one, flows)]
        guess = f"对方可能是 {'、'.join(likely[:MOST_NAMED])}。" if likely else ""
        problems.append(
            Problem(
                PROVISIONAL, "mandatory",
                f"{one.code} {names.get(one.code, '')}的{one.kind}有 {format_fen(one.amount_fen)} 元没有在往来明细列明对方，"
                f"也没有说明不属于本部门内部，可能重复汇总。{guess}在列明或说明之前，部门汇总数是暂定数。",
                form="往来明细",
            )
        )  # fmt: skip
    return problems


def same_amount_problems(settled: Sequence[NotItemised], names: Mapping[str, str]) -> list[Problem]:
    """Hints on two units that both explained an amount which the one paid and the other received: it may be theirs."""
    return [
        Problem(
            SAME_AMOUNT, "hint",
            f"{payer.code} {names.get(payer.code, '')}的{payer.kind}和 {receiver.code} {names.get(receiver.code, '')}的"
            f"{receiver.kind}都是 {format_fen(payer.amount_fen)} 元，双方都没有列明，只作了说明。"
            "请核对是否属于本部门内部往来、重复汇总。",
            form="往来明细",
        )
        for payer in settled
        for receiver in settled
        if any((payer.kind, receiver.kind) == (kind.paid_as, kind.received_as) for kind in FLOW_KINDS)
        and payer.code != receiver.code
        and payer.amount_fen == receiver.amount_fen
    ]  # fmt: skip


def _naming(one: NotItemised, flows: Iterable[Flow]) -> list[str]:
    """Units that itemise the very amount from or to the unit, which itself itemises nothing of the pair."""
    found = []
    for flow in flows:
        pair = flow.pair
        if (pair.payer, pair.kind.paid_as) == (one.code, one.kind) and not flow.paid:
            other, amount = pair.receiver, flow.received_fen
        elif (pair.receiver, pair.kind.received_as) == (one.code, one.kind) and not flow.received:
            other, amount = pair.payer, flow.paid_fen
        else:
            continue
        if amount == one.amount_fen:
            found.append(other)
    return found
