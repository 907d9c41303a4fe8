"""Checks on 往来明细: amounts between units are part of the tables of income and expenditure."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from expectations.predicates import Judged, predicate
from models.money import format_fen
from models.profiles import Profile
from models.submission import Presence
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
