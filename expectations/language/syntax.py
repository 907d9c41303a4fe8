"""What a formula or a condition says, as parsed: linear sides over references to cells, and three-valued conditions."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class FormulaError(ValueError):
    """A formula or condition cannot be read or does not fit the forms; the text says why, in Chinese.

    Attributes:
        field: The rule's field that it stands in (formula, when, check, message).
    """

    field: str = "formula"


class Pick(StrEnum):
    """How a selector chooses rows or columns."""

    ONE = "one"
    """One row or column by its key."""
    SPAN = "span"
    """From one key to another in printed order, within a panel."""
    EACH = "each"
    """每行, 每类, 每款, 每项, 每列: the relation is repeated for each."""
    SAME = "same"
    """同行, 同列: the row or column of the present repetition."""
    SUBJECT = "subject"
    """同科目: the row with the same subject code."""
    CHILDREN = "children"
    """所属款, 所属项: the rows of that level below the present row's subject."""
    ALL = "all"
    """各类, 各款, 各项: all rows of that level."""


LEVEL_DIGITS = {"类": 3, "款": 5, "项": 7, "行": 0}
"""Digits of a subject code on each level; 0: a row (行) may have any code or none."""

_WORDS: dict[str, tuple[Pick, str]] = {
    **{f"每{level}": (Pick.EACH, level) for level in (*LEVEL_DIGITS, "列")},
    **{f"各{level}": (Pick.ALL, level) for level in "类款项"},
    **{f"所属{level}": (Pick.CHILDREN, level) for level in "款项"},
    "同行": (Pick.SAME, "行"),
    "同列": (Pick.SAME, "列"),
    "同科目": (Pick.SUBJECT, "行"),
}


@dataclass(frozen=True, slots=True)
class Selector:
    """Rows or columns of a reference.

    Attributes:
        pick: How it chooses.
        level: 行, 列, 类, 款 or 项 for words such as 每行; empty otherwise.
        first, last: Keys; of a span both, of one key the first.
    """

    pick: Pick
    level: str = ""
    first: str = ""
    last: str = ""

    @property
    def single(self) -> bool:
        """Whether it means at most one row or column at a time."""
        return self.pick in (Pick.ONE, Pick.EACH, Pick.SAME, Pick.SUBJECT)


def selector_of(word: str, first: str = "", last: str = "") -> Selector:
    """The selector that a word means: one of the words of the language, or a key of the form."""
    if word in _WORDS:
        pick, level = _WORDS[word]
        return Selector(pick, level, first, last)
    return Selector(Pick.ONE, first=word)


@dataclass(frozen=True, slots=True)
class Reference:
    """Cells of one form, of this year's or the previous submission."""

    form: str
    prior: bool
    row: Selector
    column: Selector | None

    @property
    def slot(self) -> tuple[bool, str]:
        """Which table it reads: (previous year?, form)."""
        return (self.prior, self.form)


@dataclass(frozen=True, slots=True)
class Term:
    """A whole multiple of one cell or, when ``summed``, of the sum (合计) of all cells of its references."""

    coefficient: int
    references: tuple[Reference, ...]
    summed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """A sum of terms and a constant in the unit of the figures (元 for money, % for percent)."""

    terms: tuple[Term, ...] = ()
    constant: Decimal = Decimal(0)

    def plus(self, other: "Side", sign: int = 1) -> "Side":
        """This side plus (or, with sign -1, minus) another."""
        return Side(self.terms + other.times(Decimal(sign)).terms, self.constant + sign * other.constant)

    def times(self, factor: Decimal) -> "Side":
        """This side times a number.

        Raises:
            FormulaError: A figure would get a coefficient that is not whole, zero, or beyond a thousand.
        """
        if self.terms and (factor != int(factor) or not 0 < abs(factor) <= 1000):
            raise FormulaError(f"系数 {factor} 应为绝对值不超过 1000 的非零整数（小数请在等式两边同乘化为整数）")
        terms = tuple(Term(term.coefficient * int(factor), term.references, term.summed) for term in self.terms)
        return Side(terms, self.constant * factor)


@dataclass(frozen=True, slots=True)
class Relation:
    """Two sides and the sign between them."""

    left: Side
    sign: str
    right: Side

    @property
    def references(self) -> tuple[Reference, ...]:
        """All references, left side first."""
        return tuple(ref for side in (self.left, self.right) for term in side.terms for ref in term.references)


@dataclass(frozen=True, slots=True)
class Belongs:
    """``单位类型 属于 (…)``: an attribute of the unit is one of the values; unknown when the attribute is empty."""

    attribute: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasForm:
    """``有表 F``: the form is present or declared empty."""

    slot: tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Not:
    """``非``."""

    fact: "Condition"


@dataclass(frozen=True, slots=True)
class Both:
    """``且``."""

    first: "Condition"
    second: "Condition"


@dataclass(frozen=True, slots=True)
class Either:
    """``或``."""

    first: "Condition"
    second: "Condition"


Condition = Relation | Belongs | HasForm | Not | Both | Either
