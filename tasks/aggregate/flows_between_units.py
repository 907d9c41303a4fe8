"""Amounts between units of one department: matched pairs, what does not match, and the 调整表 they propose.

Pairs: 上级 对附属单位补助支出 ↔ 下级 上级补助收入; 下级 上缴上级支出 ↔ 上级 附属单位上缴收入 (部门决算汇总).
Appropriation tables (公开04–09) are never touched: appropriations are booked by their final unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from models.money import format_fen
from models.subjects import parent_of
from models.submission import Cell, Counterparty, Presence, Problem, Submission


@dataclass(frozen=True, slots=True)
class FlowKind:
    """One elimination pair: the column that the payer books in 公开03 and the one the receiver books in 公开02."""

    paid_as: str
    received_as: str


FLOW_KINDS = (FlowKind("对附属单位补助支出", "上级补助收入"), FlowKind("上缴上级支出", "附属单位上缴收入"))


@dataclass(frozen=True, slots=True)
class Pair:
    """Payer and receiver of one kind of flow."""

    payer: str
    receiver: str
    kind: FlowKind


@dataclass(frozen=True, slots=True)
class Flow:
    """What both sides of a pair declare. ``matched``: both sums are equal and not zero."""

    pair: Pair
    paid: tuple[Counterparty, ...]
    received: tuple[Counterparty, ...]

    @property
    def paid_fen(self) -> int:
        """Sum that the payer declares, in fen."""
        return sum(line.amount_fen for line in self.paid)

    @property
    def received_fen(self) -> int:
        """Sum that the receiver declares, in fen."""
        return sum(line.amount_fen for line in self.received)

    @property
    def matched(self) -> bool:
        """Whether the pair can be eliminated."""
        return self.paid_fen == self.received_fen != 0


def gather_flows(units: Mapping[str, Submission]) -> list[Flow]:
    """Bring the declarations of both sides together, in order of payer, receiver and kind.

    Args:
        units: Submissions of the units that are added up, by unit code.
    """
    paid: dict[Pair, list[Counterparty]] = defaultdict(list)
    received: dict[Pair, list[Counterparty]] = defaultdict(list)
    for code, submission in units.items():
        for line in submission.counterparties:
            for kind in FLOW_KINDS:
                if line.direction == kind.paid_as:
                    paid[Pair(code, line.counterpart, kind)].append(line)
                elif line.direction == kind.received_as:
                    received[Pair(line.counterpart, code, kind)].append(line)
    pairs = sorted(paid.keys() | received.keys(), key=lambda pair: (pair.payer, pair.receiver, pair.kind.paid_as))
    return [Flow(pair, tuple(paid[pair]), tuple(received[pair])) for pair in pairs]


def pairs_adjusted_by(sheet: Submission) -> set[Pair]:
    """Pairs that a filed 调整表 removes: each line of its 往来明细 names both the booking and the other unit."""
    pairs: set[Pair] = set()
    for line in sheet.counterparties:
        for kind in FLOW_KINDS:
            if line.direction == kind.paid_as:
                pairs.add(Pair(line.booked_by, line.counterpart, kind))
            elif line.direction == kind.received_as:
                pairs.add(Pair(line.counterpart, line.booked_by, kind))
    return pairs


def flow_problems(flows: Iterable[Flow], names: Mapping[str, str], covered: set[str]) -> list[Problem]:
    """What keeps flows from being eliminated, as problems of the department's accounts.

    Args:
        flows: As gathered.
        names: Unit names by code, also of units that are not added up.
        covered: Codes of the units added up.
    """
    problems = []
    for flow in flows:
        if flow.matched:
            continue
        payer, receiver = (f"{code} {names.get(code, '（登记表中没有该单位）')}" for code in _codes(flow.pair))
        absent = [code for code in _codes(flow.pair) if code not in covered]
        kind = flow.pair.kind
        if absent:
            rule, why = "A-往来未核", f"其中 {'、'.join(absent)} 未计入汇总，暂不能核对和抵销"
        else:
            difference = flow.paid_fen - flow.received_fen
            rule, why = "A-往来", f"相差 {format_fen(difference)} 元，未抵销；请双方核对往来明细"
        message = (
            f"{payer} 列报{kind.paid_as} {format_fen(flow.paid_fen)} 元，"
            f"{receiver} 列报{kind.received_as} {format_fen(flow.received_fen)} 元，{why}。"
        )
        problems.append(Problem(rule, "mandatory", message, form="往来明细"))
    return problems


def _codes(pair: Pair) -> tuple[str, str]:
    return (pair.payer, pair.receiver)


def propose_adjustment(flows: Iterable[Flow], template: Submission) -> Submission | None:
    """The 调整表 that removes every matched flow from income and expenditure alike, with the lines it came from.

    Args:
        flows: As gathered; unmatched ones are left alone.
        template: Any submission of the department, for profile, catalogue and unit of amounts.

    Returns:
        A submission with negative amounts in 公开01–03, or ``None`` when nothing is to be removed.
    """
    cells: dict[tuple[str, str, str], int] = defaultdict(int)
    lines: list[Counterparty] = []
    for flow in flows:
        if not flow.matched:
            continue
        for line in flow.paid:
            _take(cells, "公开03", line.subject, flow.pair.kind.paid_as, "本年支出合计", line.amount_fen)
            for row in (line.subject[:3], "本年支出合计", "支出/总计"):
                cells["公开01", row, "决算数"] -= line.amount_fen
        for line in flow.received:
            _take(cells, "公开02", line.subject, flow.pair.kind.received_as, "本年收入合计", line.amount_fen)
            for row in (flow.pair.kind.received_as, "本年收入合计", "收入/总计"):
                cells["公开01", row, "决算数"] -= line.amount_fen
        lines += [replace(line, booked_by=flow.pair.payer) for line in flow.paid]
        lines += [replace(line, booked_by=flow.pair.receiver) for line in flow.received]
    if not lines:
        return None
    return Submission(
        file="", sha256="", kind="系统建议", profile=template.profile, catalogue_hash=template.catalogue_hash,
        year=template.year, amount_unit="元", decimals=2,
        presence={form: Presence.PRESENT for form in ("公开01", "公开02", "公开03", "往来明细")},
        cells=[Cell(*address, amount) for address, amount in sorted(cells.items()) if amount],
        counterparties=lines,
    )  # fmt: skip


def _take(cells: dict[tuple[str, str, str], int], form: str, subject: str, column: str, total: str, fen: int) -> None:
    """Take an amount off a subject, the subjects above it and the total row, in its column and the row total."""
    code = subject
    rows = ["合计"]
    while code:
        rows.append(code)
        code = parent_of(code)
    for row in rows:
        cells[form, row, column] -= fen
        cells[form, row, total] -= fen
