"""Figures, codes and years as people type them: what is plainly seen is taken, a doubt is told with its cause."""

import pytest

from models.errors import AmountError
from models.money import parse_fen
from models.typed import code_of, figure_of, meant, plain_digits, year_of


@pytest.mark.parametrize(
    "text",
    [
        "2022", "2022年", "2022年度", " 2022 ", "２０２２年度", "二〇二二年", "二○二二年度", "二零二二", "二O二二年",
        "贰零贰贰年", "2022.0", "2022-12-31", "2022/1/1", "202212", "20221231", "2022年1月1日至2022年12月31日",
        "\u200b2022\u200b年", "2 0 2 2 年",
    ],
)  # fmt: skip
def test_years_as_they_are_seen(text: str) -> None:
    assert year_of(text) == 2022


@pytest.mark.parametrize("text", ["", "22年", "本年", "1905-07-14", "2021-2022", "20222", "二二年", "3022"])
def test_what_names_no_one_year(text: str) -> None:
    assert year_of(text) is None


def test_digits_in_other_words_stay() -> None:
    assert plain_digits("一、二〇二三年度收入") == "一、2023年度收入"
    assert plain_digits("一二三四项") == "一二三四项"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("２０８０５０５", "2080505"), ("208 05", "20805"), ("'208", "208"), ("\u200b208\ufeff", "208"), ("208－05", "208-05"),
     ("　合 计　", "合计")],
)  # fmt: skip
def test_codes_as_they_are_seen(typed: str, code: str) -> None:
    assert code_of(typed) == code


@pytest.mark.parametrize(
    ("typed", "found"),
    [("030001", ["030001"]), ("30001", ["030001"]), ("40001", ["040001", "0040001"]), ("0030001", []), ("3000", []), ("", [])],
)  # fmt: skip
def test_leading_zeros_that_were_lost(typed: str, found: list[str]) -> None:
    assert meant(typed, ["030001", "040001", "0040001"]) == found


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("600,000.00", 60000000), ("600 000.00", 60000000), ("６００，０００．００", 60000000), ("￥12", 1200),
        ("¥ 1,234.50", 123450), ("人民币12元整", 1200), ("12元", 1200), ("12.50 元", 1250), ("(1,234.00)", -123400),
        ("（1,234.00）", -123400), ("- 5", -500), ("－5", -500), ("'12", 1200), ("\u200b600000", 60000000),
        ("\xa0600000.00\u3000", 60000000),
    ],
)  # fmt: skip
def test_figures_as_they_are_seen(typed: str, fen: int) -> None:
    assert parse_fen(figure_of(typed)) == fen


@pytest.mark.parametrize(
    ("typed", "cause"),
    [
        ("约100", "约数"), ("100左右", "约数"), ("100余", "约数"), ("100万", "“万”"), ("12.5万元", "“万元”"), ("3千元", "“千元”"),
        ("1亿", "“亿”"), ("1 2", "“1 2”不是数字"), ("(-5)", "不是数字"), ("5-", "不是数字"), ("一百元", "“一百元”不是数字"),
        ("1,23", "不是数字"), ("1e5", "不是数字"),
    ],
)  # fmt: skip
def test_what_would_be_a_guess_is_told(typed: str, cause: str) -> None:
    with pytest.raises(AmountError, match=cause):
        parse_fen(figure_of(typed))


def test_the_unit_of_the_cell_may_stand_behind() -> None:
    assert figure_of("3辆", "辆") == "3"
    assert parse_fen(figure_of("12.5万元", "万元"), "万元") == 12500000
    with pytest.raises(AmountError, match="不是数字"):
        parse_fen(figure_of("3元", "辆"))
