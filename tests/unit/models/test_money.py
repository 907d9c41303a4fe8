"""Money: exact in both directions, half-up where the field rounds, intervals of what is displayed."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import AmountError
from models.money import (
    LIMIT_FEN,
    displayed_interval,
    divide_half_up,
    exact_text,
    format_fen,
    parse_fen,
    percent,
    quantum,
    round_fen,
    snap_fen,
    to_fen,
)

fen = st.integers(-LIMIT_FEN, LIMIT_FEN)
units = st.sampled_from(["元", "万元", "千元", "亿元"])


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("24416856.18", "元", 2441685618),
        ("24,416,856.18", "元", 2441685618),
        ("-3,080,382.58", "元", -308038258),
        ("2,052", "万元", 2052000000),
        ("1999.04", "万元", 1999040000),
        ("16.075", "万元", 16075000),
        ("０．０１", "元", 1),
        (" 15 ", "元", 1500),
        (".5", "元", 50),
    ],
)
def test_reads_amounts_exactly(text: str, unit: str, expected: int) -> None:
    assert parse_fen(text, unit) == expected


@pytest.mark.parametrize("text", ["", "-", "NaN", "inf", "1e3", "1,23", "12.3.4", "一百", "12 元", "0x10", "1_000"])
def test_refuses_what_is_not_a_number(text: str) -> None:
    with pytest.raises(AmountError):
        parse_fen(text)


@pytest.mark.parametrize(("text", "unit"), [("0.001", "元"), ("1.0000001", "万元")])
def test_refuses_more_decimals_than_the_unit_has(text: str, unit: str) -> None:
    with pytest.raises(AmountError):
        parse_fen(text, unit)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_refuses_what_is_not_finite(value: Decimal) -> None:
    with pytest.raises(AmountError):
        to_fen(value)


def test_refuses_amounts_beyond_the_limit() -> None:
    assert to_fen(LIMIT_FEN // 100) == LIMIT_FEN
    with pytest.raises(AmountError):
        to_fen(LIMIT_FEN // 100 + 1)


@given(fen, units)
def test_exact_text_and_back(amount: int, unit: str) -> None:
    assert parse_fen(exact_text(amount, unit), unit) == amount


@given(fen)
def test_grouped_text_and_back(amount: int) -> None:
    assert parse_fen(format_fen(amount)) == amount


@given(fen, st.integers(0, 6))
def test_display_rounds_half_away_from_zero(amount: int, decimals: int) -> None:
    expected = (Decimal(amount) / 1_000_000).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert Decimal(format_fen(amount, "万元", decimals, grouping=False)) == expected


@given(fen, units, st.integers(0, 2))
def test_a_displayed_figure_covers_what_it_stands_for(amount: int, unit: str, decimals: int) -> None:
    shown = round_fen(amount, unit, decimals)
    low, high = displayed_interval(shown, unit, decimals)
    assert low <= amount <= high
    assert high - low <= quantum(unit, decimals)


def test_figures_shown_to_the_fen_stand_for_themselves() -> None:
    assert displayed_interval(2441685618, "元") == (2441685618, 2441685618)
    assert displayed_interval(2441690000, "万元") == (2441685000, 2441695000)


def test_excel_noise_snaps_and_real_decimals_do_not() -> None:
    assert snap_fen(61539042.15000001) == 6153904215
    assert snap_fen(0.1 + 0.2) == 30
    with pytest.raises(AmountError):
        snap_fen(12.345)
    with pytest.raises(AmountError):
        snap_fen(1.00001)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e17])
def test_excel_numbers_that_lost_their_fen_are_refused(value: float) -> None:
    with pytest.raises(AmountError):
        snap_fen(value)


@given(st.integers(-(10**13), 10**13))
def test_every_amount_that_a_sheet_can_hold_comes_back(amount: int) -> None:
    assert snap_fen(amount / 100) == amount


@given(st.integers(-(10**20), 10**20), st.integers(-(10**10), 10**10).filter(bool))
def test_division_rounds_like_the_field(numerator: int, denominator: int) -> None:
    expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    assert abs(divide_half_up(numerator, denominator) - expected) <= (0 if abs(numerator) < 10**17 else 1)


@pytest.mark.parametrize(
    ("part", "whole", "decimals", "expected"),
    [
        (387799162, 2441685618, 2, "15.88"),
        (2053886456, 2441685618, 2, "84.12"),
        (1, 3, 2, "33.33"),
        (2, 3, 0, "67"),
        (-1, 8, 1, "-12.5"),
        (5, 0, 2, None),
    ],
)
def test_percent(part: int, whole: int, decimals: int, expected: str | None) -> None:
    assert percent(part, whole, decimals) == expected


def test_a_long_word_is_quoted_in_part_and_the_sentence_stays_whole() -> None:
    with pytest.raises(AmountError, match=f"^“{'合' * 30}…”不是数字$"):
        parse_fen("合" * 200)
    hostile = "<script>alert(1)</script>{{ 7*191 }}"
    with pytest.raises(AmountError, match=f"^“{re.escape(hostile[:30])}…”不是数字$"):
        parse_fen(hostile)
    with pytest.raises(AmountError, match=f"^“0.{'1' * 28}…”的小数位数超过元所允许的 2 位$"):
        parse_fen("0." + "1" * 60)
