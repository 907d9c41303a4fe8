"""Turns a relation into the plain relations it stands for: one for each repetition of 每行, 每类, 每列.

The same code checks a rule against the form catalogue when rules are loaded and prepares the arrays when
submissions are judged, so that what was accepted can be evaluated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from expectations.language.layout import UNPLACED, Layout, similar
from expectations.language.syntax import LEVEL_DIGITS, FormulaError, Pick, Reference, Relation, Selector, Side
from models.forms.schema import Kind
from models.money import LIMIT_FEN

Slot = tuple[bool, str]
"""Which table is read: (previous year?, form code)."""

_SCALE = {Kind.FEN: 100, Kind.PERCENT: 100, Kind.COUNT: 1}


@dataclass(frozen=True, slots=True)
class Binding:
    """One repetition: its row with subject code, and its column; empty when nothing is repeated."""

    row: str = ""
    code: str = ""
    column: str = ""


@dataclass(slots=True)
class Entries:
    """Figures of one side that lie in one table: which relation, which cell, how often it counts."""

    relation: list[int] = field(default_factory=list)
    flat: list[int] = field(default_factory=list)
    coefficient: list[int] = field(default_factory=list)


@dataclass(slots=True)
class PlainSide:
    """One side of all plain relations: figures by table, and a constant per relation."""

    entries: dict[Slot, Entries] = field(default_factory=dict)
    constants: list[int] = field(default_factory=list)

    def add(self, slot: Slot, relation: int, flat: int, coefficient: int) -> None:
        """Let a cell count in a relation."""
        entries = self.entries.setdefault(slot, Entries())
        entries.relation.append(relation)
        entries.flat.append(flat)
        entries.coefficient.append(coefficient)


@dataclass(slots=True)
class Plan:
    """All plain relations of one rule.

    Attributes:
        bindings: What is repeated in each. kinds: Kind of the figures of each.
        left, right: Both sides.
        rows_left: For each relation, the open rows of left references (table, row place) on whose presence
            it depends whether it is compared at all; ``None`` when it always is.
        unplaced: For each relation, whether it is that of a row which could not be placed: never judged, only counted.
    """

    bindings: list[Binding] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    left: PlainSide = field(default_factory=PlainSide)
    right: PlainSide = field(default_factory=PlainSide)
    rows_left: list[list[tuple[Slot, int]] | None] = field(default_factory=list)
    unplaced: list[bool] = field(default_factory=list)


def iterating(relation: Relation) -> tuple[Reference | None, Reference | None]:
    """The references that repeat rows and columns, if any.

    Raises:
        FormulaError: More than one of a kind, one on the right side, or 同行, 同列, 所属款 without one.
    """
    rows = [ref for ref in relation.references if ref.row.pick is Pick.EACH]
    columns = [ref for ref in relation.references if ref.column is not None and ref.column.pick is Pick.EACH]
    left = {id(ref) for term in relation.left.terms for ref in term.references}
    for found, word, same in ((rows, "每行（每类、每款、每项）", "同行、同科目"), (columns, "每列", "同列")):
        if len(found) > 1:
            raise FormulaError(f"一条公式里{word}只能写一次，其余写{same}")
        if found and id(found[0]) not in left:
            raise FormulaError(f"{word}应写在关系号左边")
    row, column = next(iter(rows), None), next(iter(columns), None)
    for ref in relation.references:
        if ref.row.pick in (Pick.SAME, Pick.SUBJECT, Pick.CHILDREN) and row is None:
            raise FormulaError("用了同行、同科目或所属款（项），但没有每行、每类或每款")
        if ref.column is not None and ref.column.pick is Pick.SAME and column is None:
            raise FormulaError("用了同列，但没有每列")
        if ref.row.pick is Pick.CHILDREN and row is not None:
            _check_levels(row.row, ref.row)
    return row, column


def _check_levels(above: Selector, below: Selector) -> None:
    if above.level == "行" or LEVEL_DIGITS[above.level] >= LEVEL_DIGITS[below.level]:
        raise FormulaError(f"所属{below.level}应与更高一级的每类或每款同用")


def expand(relation: Relation, layouts: Mapping[Slot, Layout]) -> Plan:
    """Lay out every plain relation of a rule.

    Args:
        relation: The parsed formula.
        layouts: Rows and columns of each table it reads.

    Raises:
        FormulaError: A name is unknown, or the parts do not fit each other.
    """
    row_ref, column_ref = iterating(relation)
    plan = Plan()
    for binding in _bindings(relation, row_ref, column_ref, layouts):
        _add(plan, relation, row_ref, binding, layouts)
    return plan


def _bindings(
    relation: Relation, row_ref: Reference | None, column_ref: Reference | None, layouts: Mapping[Slot, Layout]
) -> Iterator[Binding]:
    if row_ref is None:
        pairs = [("", "")]
    else:
        layout = layouts[row_ref.slot]
        rows = _rows_repeated(row_ref, layout)
        pairs = [(row, layout.code_of(row)) for row in rows]
        if any(ref.row.pick is Pick.SUBJECT for ref in relation.references):
            pairs = [(row, code) for row, code in pairs if code]
        pairs += [(code, code) for code in sorted(_codes_elsewhere(relation, row_ref, layouts) - {c for _, c in pairs})]
    for row, code in pairs:
        if column_ref is None:
            yield Binding(row, code)
            continue
        for column in _columns_repeated(column_ref, row, layouts[column_ref.slot]):
            yield Binding(row, code, column)


def _columns_repeated(reference: Reference, row: str, layout: Layout) -> list[str]:
    """Figures' columns that 每列 stands for, in the panel of the row it is used with."""
    if not reference.row.single:
        raise FormulaError("每列应与单独一行（或每行、每类）同用")
    if reference.row.pick is Pick.ONE:
        row = reference.row.first
        layout.require_row(row)
    if row not in layout.row_index and not layout.open:
        row = layout.at_level(reference.row.level)[0]
    return [key for key in layout.columns_for(row, reference.column) if layout.kind(row, key).numeric]


def _rows_repeated(reference: Reference, layout: Layout) -> list[str]:
    """Rows that 每行, 每类, 每款 or 每项 stands for: those that have the column with figures in it."""
    selector, column = reference.row, reference.column
    if selector.first:
        span = layout.row_span(selector)
        return [*span, *layout.unplaced_beside(span)]
    if column is not None and column.first and column.first not in layout.columns:
        raise FormulaError(f"{layout.form.code}没有列“{column.first}”{similar(column.first, layout.columns)}")

    def has_figures(row: str) -> bool:
        columns = layout.panel_columns(row)
        if column is None:
            columns = columns if len(columns) == 1 else []
        elif column.first:
            columns = [key for key in columns if key == column.first]
        return any(layout.kind(row, key).numeric for key in columns)

    level = layout.at_level(selector.level)
    rows = [row for row in (*level, *layout.unplaced_beside(level)) if has_figures(row)]
    if not rows and not layout.open:
        raise FormulaError(f"{layout.form.code}没有符合“每{selector.level}”的行")
    return rows


def _codes_elsewhere(relation: Relation, row_ref: Reference, layouts: Mapping[Slot, Layout]) -> set[str]:
    """Subject codes that only other tables show (or only the children of a missing row), to be compared as well."""
    level, limited = row_ref.row.level, bool(row_ref.row.first)
    here = layouts[row_ref.slot]
    left = {ref.slot for term in relation.left.terms for ref in term.references}
    codes: set[str] = set()
    for ref in relation.references:
        layout = layouts[ref.slot]
        if ref.row.pick is Pick.CHILDREN and level != "行":
            digits = LEVEL_DIGITS[level]
            codes |= {layout.code_of(row)[:digits] for row in layout.at_level(ref.row.level)}
        if ref.slot == row_ref.slot or limited or ref.row.pick not in (Pick.SUBJECT, Pick.SAME):
            continue
        if not here.open and level == "行":
            continue
        if here.open and not layout.open and level == "行":
            raise FormulaError(f"{ref.form}没有款、项，应写“每类”或“每行(… : …)”，不能写“每行”")
        if ref.slot in left or relation.sign not in ("<=", "<"):
            codes |= {layout.code_of(row) for row in layout.at_level(level)} - {""}
    return codes


def cells_of(reference: Reference, binding: Binding, layout: Layout) -> list[tuple[str, str]]:
    """Cells (row, column) that a reference means in one repetition; empty when an open row is not in use.

    Raises:
        FormulaError: A name is unknown to the form.
    """
    selector, column = reference.row, reference.column
    if column is not None and column.pick in (Pick.SAME, Pick.EACH):
        column = Selector(Pick.ONE, first=binding.column)
    beside = [UNPLACED] if layout.unplaced and column is not None and column.pick is Pick.SPAN else []
    rows = _rows_of(selector, binding, layout)
    return [(row, key) for row in rows for key in (*layout.columns_for(row, column), *beside)]


def _rows_of(selector: Selector, binding: Binding, layout: Layout) -> list[str]:
    """Rows of a selector in one repetition; a row that could not be placed may be any that is not in use."""
    match selector.pick:
        case Pick.ONE:
            layout.require_row(selector.first)
            return _in_use(selector.first, layout)
        case Pick.EACH:
            return _in_use(binding.row, layout)
        case Pick.SAME:
            if not layout.open and not binding.row.startswith(UNPLACED):
                layout.require_row(binding.row)
            return _in_use(binding.row, layout)
        case Pick.SUBJECT:
            return _in_use(layout.by_code.get(binding.code, ""), layout)
        case Pick.SPAN:
            rows = layout.row_span(selector)
        case Pick.CHILDREN:
            rows = layout.below(binding.code, selector.level)
            parent = layout.by_code.get(binding.code)
            return [*rows, *layout.unplaced_beside(rows or ([parent] if parent else []))]
        case Pick.ALL:
            rows = layout.at_level(selector.level)
    return [*rows, *layout.unplaced_beside(rows)]


def _in_use(row: str, layout: Layout) -> list[str]:
    return [row] if row in layout.row_index else layout.unplaced_beside([])


def _add(
    plan: Plan, relation: Relation, row_ref: Reference | None, binding: Binding, layouts: Mapping[Slot, Layout]
) -> None:
    found: list[tuple[PlainSide, Slot, int, int]] = []
    kinds: set[Kind] = set()
    for side, plain in ((relation.left, plan.left), (relation.right, plan.right)):
        for term in side.terms:
            for ref in term.references:
                layout = layouts[ref.slot]
                for row, column in cells_of(ref, binding, layout):
                    if not term.summed and not layout.form.applicable(row, column):
                        return
                    if column != UNPLACED:
                        kinds.add(layout.kind(row, column))
                    found.append((plain, ref.slot, layout.flat(row, column), term.coefficient))
    kind = _only(kinds)
    number = len(plan.bindings)
    for plain, slot, flat, coefficient in found:
        plain.add(slot, number, flat, coefficient)
    plan.bindings.append(binding)
    plan.kinds.append(kind)
    plan.left.constants.append(_constant(relation.left, kind))
    plan.right.constants.append(_constant(relation.right, kind))
    plan.rows_left.append(_presence(relation, row_ref, binding, layouts))
    plan.unplaced.append(binding.row.startswith(UNPLACED))


def _only(kinds: set[Kind]) -> Kind:
    if Kind.TEXT in kinds:
        raise FormulaError("公式引用了文字栏，文字不能计算")
    if len(kinds) > 1:
        raise FormulaError("公式把金额、数量或百分比混在一起比较")
    return next(iter(kinds), Kind.FEN)


def _constant(side: Side, kind: Kind) -> int:
    scaled: Decimal = side.constant * _SCALE[kind]
    if scaled != int(scaled):
        raise FormulaError(f"常数 {side.constant} 的小数位数过多")
    if abs(scaled) > LIMIT_FEN:
        raise FormulaError(f"常数 {side.constant} 超出可处理的范围")
    return int(scaled)


def _presence(
    relation: Relation, row_ref: Reference | None, binding: Binding, layouts: Mapping[Slot, Layout]
) -> list[tuple[Slot, int]] | None:
    """Open rows on the left; where none of them is shown, ≤ and < say nothing."""
    if row_ref is None or relation.sign not in ("<=", "<"):
        return None
    rows: list[tuple[Slot, int]] = []
    for term in relation.left.terms:
        for ref in term.references:
            layout = layouts[ref.slot]
            for row in _rows_of(ref.row, binding, layout) if ref.row.single else []:
                if layout.declared(row):
                    return None
                rows.append((ref.slot, layout.row_index[row]))
    return rows
