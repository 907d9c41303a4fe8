"""One printed cell to a :class:`Cell` or a :class:`Problem`: exact amounts, counts, percents, dashes and words."""

import re

from models.errors import AmountError
from models.forms import Form, Kind
from models.money import parse_decimal, parse_fen
from models.nothing import says_nothing
from models.submission import NOT_APPLICABLE, Cell, Problem

_DECIMALS = re.compile(r"[.．](\d+)\D*$")
_SHOWN = 40


def clip(text: str) -> str:
    """Text of a submission as a message quotes it: at most 40 characters, no control characters."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"


def place(number: int, form: Form) -> str:
    """Location of a figure: ``第 88 行（公开01 收入支出决算总表）``."""
    return f"第 {number} 行（{form.code} {form.name}）"


def decimals_shown(text: str) -> int:
    """Decimals with which a number is displayed."""
    found = _DECIMALS.search(text)
    return len(found[1]) if found else 0


def read_cell(
    form: Form, row: str, column: str, text: str, number: int, unit: str, label: str
) -> Cell | Problem | None:
    """Read one non-empty cell.

    Args:
        form: The form.
        row: Row key of the catalogue.
        column: Column key.
        text: As printed.
        number: Line in the file.
        unit: Unit of money declared above the table.
        label: The row's name for a message.

    Returns:
        The cell, ``None`` for one that says nothing, or Problem ``R-金额`` when the text is no exact value of the
        cell's kind.
    """
    kind = form.kind_of(row, column)
    where = place(number, form)
    if kind is Kind.TEXT:
        return Cell(form.code, row, column, None, text, where)
    if says_nothing(text):
        return None if form.applicable(row, column) else Cell(form.code, row, column, None, NOT_APPLICABLE, where)
    try:
        return Cell(form.code, row, column, _amount(kind, text, unit), None, where)
    except AmountError as error:
        message = (
            f"《{form.name}》第 {number} 行“{label}”的“{column}”应填{_expected(kind, unit)}："
            f"{error}。请改为数字后重新报送。"
        )
        return Problem("R-金额", "mandatory", message, form.code, row, column, where)


def row_label(form: Form, key: str, name: str = "") -> str:
    """A row's name for a message: with its code when the key is one."""
    row = form.rows.get(key)
    shown = row.name if row is not None else name
    return f"{key} {shown}".strip() if key[:1].isdigit() else shown or key


def _amount(kind: Kind, text: str, unit: str) -> int:
    if kind is Kind.FEN:
        return parse_fen(text, unit)
    value = parse_decimal(text.rstrip("%％"))
    scaled = value * 100 if kind is Kind.PERCENT else value
    if scaled != scaled.to_integral_value():
        raise AmountError(f"“{clip(text)}”的小数位数过多" if kind is Kind.PERCENT else f"“{clip(text)}”不是整数")
    if abs(scaled) >= 10**15:
        raise AmountError(f"“{clip(text)}”超出可处理的范围")
    return int(scaled)


def _expected(kind: Kind, unit: str) -> str:
    return {Kind.FEN: f"以{unit}为单位的金额", Kind.COUNT: "整数", Kind.PERCENT: "百分数"}[kind]
