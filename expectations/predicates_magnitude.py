"""Whether a whole file's amounts can be of the size that they say: 万元 typed for 元, or 元 for 万元, upsets no sum."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from statistics import median_low
from typing import TYPE_CHECKING

from expectations.predicates import Judged, predicate
from models.definitions import Definition
from models.forms import Kind
from models.money import FEN_PER_UNIT, format_fen
from models.profiles import Profile

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule


class Direction(Enum):
    """Which way a figure is out."""

    SMALL = "小"
    LARGE = "大"


SMALL, LARGE = Direction.SMALL, Direction.LARGE

Address = tuple[str, str, str]
"""Form, row and column."""


class Comparison(Definition):
    """A figure against one of the same size: ``name`` says in the message what the reference is."""

    figure: Address
    reference: Address
    name: str
    prior: bool = False
    """The reference stands in the stored accounts of the year before."""


class Bounds(Definition):
    """Plain sense: what a figure (or a figure for each of a number of things) can be, in 元."""

    figure: Address
    per: Address | None = None
    name: str
    at_least: int
    at_most: int


class Typical(Definition):
    """Plain sense about many figures: the middle one of a form's leaf rows, in 元."""

    form: str
    column: str
    name: str
    least_figures: int
    at_least: int


class Magnitude(Definition):
    """Parameters of the rule.

    Attributes:
        times: How many times two figures must be apart to be asked about.
        compared, bounds, typical: What is looked at.
    """

    times: int
    compared: tuple[Comparison, ...]
    bounds: tuple[Bounds, ...]
    typical: tuple[Typical, ...]


@lru_cache
def _leaves(profile: Profile, form: str) -> frozenset[str]:
    """Rows of a form that nothing is added up in: the longest subject codes."""
    codes = [row.code for row in profile.forms[form].rows.values() if row.code]
    return frozenset(code for code in codes if not any(other != code and other.startswith(code) for other in codes))


def _figure(unit: "UnitData", address: Address, prior: bool = False) -> int:
    """An amount or number, zero when there is none to be read."""
    if not prior:
        cell = unit.cell(*address)
        return cell.amount or 0 if cell is not None else 0
    cells = unit.prior.cells if unit.prior is not None else ()
    return next((cell.amount or 0 for cell in cells if (cell.form, cell.row, cell.column) == address), 0)


def _said(fen: int, unit: "UnitData") -> str:
    word = unit.submission.amount_unit
    return f"{format_fen(fen, word, max(2, unit.submission.decimals))} {word}"


Evidence = tuple[Direction | None, str]
"""Which way a figure is out (``None``: it is not), and the sentence about it."""


def _compared(unit: "UnitData", one: Comparison, times: int) -> Evidence | None:
    """A figure against its reference; ``None`` when one of them is missing."""
    figure, reference = abs(_figure(unit, one.figure)), abs(_figure(unit, one.reference, one.prior))
    if not figure or not reference:
        return None
    way: Direction | None = SMALL if figure * times <= reference else LARGE if figure >= reference * times else None
    return way, f"{_name(one.figure)}为 {_said(figure, unit)}，{one.name}为 {_said(reference, unit)}"


def _bounded(unit: "UnitData", one: Bounds) -> Evidence | None:
    figure, count = abs(_figure(unit, one.figure)), _figure(unit, one.per) if one.per else 1
    if not figure or count <= 0:
        return None
    each = Decimal(figure) / count / FEN_PER_UNIT["元"]
    way: Direction | None = SMALL if each < one.at_least else LARGE if each > one.at_most else None
    counted = f"（{count}，平均每一个 {each:.2f} 元）" if one.per else ""
    return way, f"{one.name}为 {_said(figure, unit)}{counted}"


def _typical(unit: "UnitData", one: Typical, profile: Profile) -> Evidence | None:
    leaves = _leaves(profile, one.form)
    cells = unit.submission.form_cells(one.form)
    figures = [abs(c.amount) for c in cells if c.column == one.column and c.row in leaves and c.amount]
    if len(figures) < one.least_figures:
        return None
    middle = median_low(figures)
    way: Direction | None = SMALL if middle < one.at_least * FEN_PER_UNIT["元"] else None
    return way, f"{one.name}共 {len(figures)} 项，中间的一项只有 {_said(middle, unit)}"


def _name(address: Address) -> str:
    return f"{address[0]}“{address[1]}”"


_READ: dict[int, tuple["Rule", Magnitude]] = {}


def _parameters(rule: "Rule") -> Magnitude:
    """The rule's parameters, read once for all units; the rule is kept beside them, so that its id stays its own."""
    if id(rule) not in _READ:
        _READ[id(rule)] = rule, Magnitude.model_validate(rule.params)
    return _READ[id(rule)][1]


@predicate("amount_magnitude")
def amount_magnitude(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """The file's amounts are of a size that last year, the budget, the treasury and plain sense allow.

    One judgement for the whole file, with every sign in its message. A file without any of the figures is not judged.
    """
    looked = _parameters(rule)
    found = [_compared(unit, one, looked.times) for one in looked.compared]
    found += [_bounded(unit, one) for one in looked.bounds]
    found += [_typical(unit, one, profile) for one in looked.typical]
    signs = [evidence for evidence in found if evidence is not None]
    wrong = {way: [said for out, said in signs if out is way] for way in Direction}
    form, row, column = looked.compared[0].figure
    value = _figure(unit, (form, row, column))
    for way in Direction:
        if wrong[way]:
            yield Judged(
                False, form, row, column, unit.place(form, row, column), value, None, unit.submission.amount_unit,
                _sentence(way, wrong[way], unit.submission.amount_unit),
            )  # fmt: skip
    if signs and not any(wrong.values()):
        yield Judged(True, form, row, column)
    elif not signs and any(_is_money(profile, cell.form, cell.row, cell.column) for cell in unit.submission.cells):
        yield Judged(None, message="没有可以判断金额大小是否合理的数")


def _is_money(profile: Profile, form: str, row: str, column: str) -> bool:
    declared = profile.forms[form]
    return declared.shape == "matrix" and declared.kind_of(row, column) is Kind.FEN


MISTAKEN = {(SMALL, "元"): "万元数", (LARGE, "万元"): "元数"}
"""What is mostly typed for what, by which way a file is out and the unit that it says."""


def _sentence(way: Direction, signs: Sequence[str], unit: str) -> str:
    typed = MISTAKEN.get((way, unit))
    wrong = f"疑似误把{typed}填成了以“{unit}”为单位的数（相差一万倍）" if typed else "疑似金额单位有误"
    return (
        f"金额过{way.value}，{wrong}：{'；'.join(signs)}。"
        f"请核对全表的金额单位是否为{unit}；金额无误的，请在“说明”中写明。"
    )
