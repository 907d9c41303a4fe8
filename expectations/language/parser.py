"""Reads the text of formulas and conditions."""

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from expectations.language.syntax import (
    Belongs,
    Both,
    Condition,
    Either,
    FormulaError,
    HasForm,
    Not,
    Pick,
    Reference,
    Relation,
    Selector,
    Side,
    Term,
    selector_of,
)

_SAID = {
    "NAME": "名称",
    "NUMBER": "数字",
    "SUM": "“合计(”",
    "PRIOR": "“上年.”",
    "RELATION": "关系号（= <= >= != < >）",
    "PLUS": "“+”",
    "MINUS": "“-”",
    "TIMES": "“*”",
    "WHEN": "“当”",
    "OR": "“或”",
    "AND": "“且”",
    "NOT": "“非”",
    "IN": "“属于”",
    "HAS": "“有表”",
    "LSQB": "“[”",
    "RSQB": "“]”",
    "LPAR": "“(”",
    "RPAR": "“)”",
    "COMMA": "“,”",
    "COLON": "“:”",
    "$END": "结尾",
}


class _Builder(Transformer[Token, Any]):
    """Builds the syntax from what the grammar recognised."""

    def formula(self, items: list[Any]) -> Relation:
        return items[0]  # type: ignore[no-any-return]

    def condition(self, items: list[Any]) -> Condition:
        return items[-1]  # type: ignore[no-any-return]

    def relation(self, items: list[Any]) -> Relation:
        return Relation(items[0], str(items[1]), items[2])

    def plus(self, items: list[Any]) -> Side:
        return items[0].plus(items[2])  # type: ignore[no-any-return]

    def minus(self, items: list[Any]) -> Side:
        return items[0].plus(items[2], -1)  # type: ignore[no-any-return]

    def negated(self, items: list[Any]) -> Side:
        return items[1].times(Decimal(-1))  # type: ignore[no-any-return]

    def times(self, items: list[Any]) -> Side:
        return items[2].times(Decimal(items[0]))  # type: ignore[no-any-return]

    def number(self, items: list[Any]) -> Side:
        return Side(constant=Decimal(items[0]))

    def single(self, items: list[Any]) -> Side:
        reference: Reference = items[0]
        if not reference.row.single or not (reference.column is None or reference.column.single):
            raise FormulaError(f"“{reference.form}[…]”指多个单元格，应写在“合计(…)”里")
        return Side((Term(1, (reference,), False),))

    def total(self, items: list[Any]) -> Side:
        return Side((Term(1, tuple(items[1:]), True),))

    def reference(self, items: list[Any]) -> Reference:
        prior, form, row, column = items
        if row.level == "列":
            raise FormulaError(f"“{form}[…]”里应先写行，再写列")
        if column is not None and column.level not in ("", "列"):
            raise FormulaError(f"“{form}[…]”的第二项应是列")
        return Reference(str(form), prior is not None, row, column)

    def one(self, items: list[Any]) -> Selector:
        return selector_of(str(items[0]))

    def span(self, items: list[Any]) -> Selector:
        for word in items:
            if selector_of(word).pick is not Pick.ONE:
                raise FormulaError(f"区间的两端应是行名或列名，不能是“{word}”")
        return Selector(Pick.SPAN, first=str(items[0]), last=str(items[1]))

    def each_of(self, items: list[Any]) -> Selector:
        word, first, last = (str(item) for item in items)
        if word not in ("每行", "每列"):
            raise FormulaError(f"“{word}”不能带区间；只有“每行(… : …)”“每列(… : …)”可以")
        return selector_of(word, first, last)

    def either(self, items: list[Any]) -> Either:
        return Either(items[0], items[2])

    def both(self, items: list[Any]) -> Both:
        return Both(items[0], items[2])

    def denied(self, items: list[Any]) -> Not:
        return Not(items[1])

    def belongs(self, items: list[Any]) -> Belongs:
        return Belongs(str(items[0]), tuple(str(value) for value in items[2:]))

    def has_form(self, items: list[Any]) -> HasForm:
        return HasForm((items[1] is not None, str(items[2])))


@lru_cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text("utf-8")
    return Lark(
        grammar,
        parser="lalr",
        start=["formula", "condition"],
        transformer=_Builder(),
        maybe_placeholders=True,
        propagate_positions=False,
    )


def _explain(text: str, error: UnexpectedInput) -> str:
    column = error.column if isinstance(error, UnexpectedCharacters | UnexpectedToken) and error.column > 0 else 0
    if isinstance(error, UnexpectedToken):
        names = set(error.accepts or error.expected)
        found = "结尾" if error.token.type == "$END" else f"“{error.token}”"
    else:
        names = set(getattr(error, "allowed", None) or getattr(error, "expected", None) or ())
        found = "结尾" if isinstance(error, UnexpectedEOF) else f"“{text[error.pos_in_stream or 0 :][:8]}”"
    expected = "、".join(sorted(_SAID.get(name, name) for name in names))
    place = f"第 {column} 个字" if column and found != "结尾" else "末尾"
    return f"“{text}”{place}读不懂：遇到{found}，此处应为{expected or '其他内容'}"


def _parse(text: str, start: str) -> Any:
    try:
        return _parser().parse(text, start=start)
    except UnexpectedInput as error:
        raise FormulaError(_explain(text, error)) from None
    except VisitError as error:
        if isinstance(error.orig_exc, FormulaError):
            raise FormulaError(f"“{text}”：{error.orig_exc}") from None
        raise
    except FormulaError as error:
        raise FormulaError(f"“{text}”：{error}") from None


def parse_formula(text: str) -> Relation:
    """Read a formula such as ``公开01[收入/总计] = 公开01[支出/总计]``.

    Raises:
        FormulaError: Where reading stopped and what was expected there.
    """
    relation: Relation = _parse(text, "formula")
    return relation


def parse_condition(text: str) -> Condition:
    """Read a condition such as ``当 单位类型 属于 (行政单位) 且 有表 财政对账单``.

    Raises:
        FormulaError: Where reading stopped and what was expected there.
    """
    condition: Condition = _parse(text, "condition")
    return condition
