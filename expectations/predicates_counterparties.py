"""Checks on 往来明细: amounts between units are part of the tables of income and expenditure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from expectations.conditions import UNUSABLE
from expectations.predicates import Judged, predicate
from models.money import format_fen
from models.profiles import Profile
from models.submission import NOT_APPLICABLE, Presence
from models.unread import doubtful_cells

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule

TABLE_OF = {
    "上级补助收入": "公开02",
    "附属单位上缴收入": "公开02",
    "对附属单位补助支出": "公开03",
    "上缴上级支出": "公开03",
}
"""Table in which each direction is a column."""


@predicate("counterparties_within_tables")
def counterparties_within_tables(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Per direction and subject, what is declared between units does not exceed the table's figure; amounts in fen."""
    declared: dict[tuple[str, str], int] = defaultdict(int)
    places: dict[tuple[str, str], str] = {}
    for line in unit.submission.counterparties:
        declared[line.direction, line.subject] += line.amount_fen
        places.setdefault((line.direction, line.subject), line.location)
    if not declared:
        return
    figures = {(c.form, c.row, c.column): c.amount or 0 for c in unit.submission.cells}
    subjects = {subject for _, subject in declared}
    unread = {
        (table, row, column)
        for table in dict.fromkeys(TABLE_OF.values())
        for row, column, _ in doubtful_cells(unit.submission, profile.forms[table], sorted(subjects))
    }
    for (direction, subject), fen in declared.items():
        table = TABLE_OF[direction]
        if not unit.submission.presence.get(table, Presence.ABSENT).usable:
            yield Judged(None, "往来明细", message=f"{table}缺表或无法读取，往来明细不能核对。")
            continue
        if (table, subject, direction) in unread:
            yield Judged(None, "往来明细", message=f"{table}有未能读取的数字，往来明细不能核对。")
            continue
        limit = figures.get((table, subject, direction), 0)
        yield Judged(
            fen <= limit, "往来明细", subject, direction, places[direction, subject], fen, limit, "元",
            f"往来明细中科目 {subject} 的{direction}合计 {format_fen(fen)} 元，"
            f"大于{table}同科目的 {format_fen(limit)} 元，多 {format_fen(fen - limit)} 元。",
        )  # fmt: skip


@predicate("counterpart_is_another_unit")
def counterpart_is_another_unit(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """No unit pays itself; 调整表 name both sides and are not meant."""
    for line in unit.submission.counterparties:
        yield Judged(
            line.counterpart != unit.code, "往来明细", line.subject, "对方单位代码", line.location, line.amount_fen, None, "元",
            f"往来明细的对方单位代码 {line.counterpart} 就是本单位，请填写对方单位的代码。",
        )  # fmt: skip


@predicate("transfers_itemised")
def transfers_itemised(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Per kind, what the tables show between units is itemised in 往来明细; else the department may count it twice.

    ``params.kinds``: name of each kind to the cells that show it, the most detailed first. ``params.exempt``: report
    types whose tables hold the removal of such amounts, not the amounts.
    """
    if unit.attribute("报表类型") in rule.params["exempt"]:
        return
    declared: dict[str, int] = defaultdict(int)
    for line in unit.submission.counterparties:
        declared[line.direction] += line.amount_fen
    lacking: dict[str, None] = {}
    for kind, cells in rule.params["kinds"].items():
        usable = [cell for cell in cells if unit.submission.presence.get(cell[0], Presence.ABSENT).usable]
        if not usable:
            presence = unit.submission.presence.get(cells[0][0], Presence.ABSENT)
            lacking[f"{cells[0][0]}{UNUSABLE[presence]}"] = None
            continue
        (form, row, column), shown = _shown(unit, usable)
        itemised = declared[kind]
        if shown is None:
            yield Judged(None, form, message=f"{form}的{kind}没有可用的数字。")
        elif shown or itemised:
            # More itemised than shown is told by the rule that compares subject by subject.
            holds = shown == itemised or 0 <= shown < itemised
            yield Judged(
                holds, form, row, column, unit.place(form, row, column), shown, itemised, "元",
                "" if holds else _not_itemised(form, kind, shown, itemised),
            )  # fmt: skip
    if lacking:
        # In the words of the formulas' reasons, so that one missing table is told once for all rules.
        yield Judged(None, message="、".join(lacking))


def _shown(unit: "UnitData", cells: Sequence[Sequence[str]]) -> tuple[tuple[str, str, str], int | None]:
    """The first cell with an amount other than zero, else the first; ``None`` where no figure can be read."""
    found: list[tuple[tuple[str, str, str], int | None]] = []
    for form, row, column in cells:
        cell = unit.cell(form, row, column)
        unread = cell is not None and cell.amount is None and (cell.text or "").strip() != NOT_APPLICABLE
        found.append(((form, row, column), None if unread else cell.amount or 0 if cell is not None else 0))
    return next((one for one in found if one[1]), next((one for one in found if one[1] is None), found[0]))


def _not_itemised(form: str, kind: str, shown: int, itemised: int) -> str:
    listed = f"往来明细只列明 {format_fen(itemised)} 元" if itemised else "往来明细没有列明"
    return (
        f"{form}的{kind} {format_fen(shown)} 元，{listed}，未列明 {format_fen(shown - itemised)} 元。"
        "属于本部门各单位之间的，请在《往来明细》逐笔列明对方单位，否则部门汇总会重复计算；"
        "不属于本部门内部的，请在《说明》中写明对方。"
    )
