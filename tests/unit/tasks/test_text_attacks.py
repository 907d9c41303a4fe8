"""Texts made to hang or to fill the memory: each is read or refused within its bound, and costs only itself."""

import time
from decimal import Decimal
from pathlib import Path

import pytest

from models.errors import AmountError, SubmissionError
from models.forms import Kind
from models.forms.matching import bare_name
from models.money import parse_decimal, parse_fen, to_fen
from models.profiles import Profile
from models.submission import Submission
from tasks.collect.reading import read_submissions
from tasks.collect.text.reader import read_text
from tasks.collect.workbook.grid import amount_of

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
TEXT = FIXTURE.read_text("utf-8")
LINES = TEXT.split("\n")
FUNDING = next(at for at, line in enumerate(LINES) if "全年预算数" in line) + 1
BOUND = 30
"""Seconds of wall clock on a busy machine; the child has 10 s of processor time."""


def below(at: int, *lines: str) -> str:
    return "\n".join([*LINES[:at], *lines, *LINES[at:]])


ATTACKS = {
    "a-million-digits": f"{TEXT}\n收入总计\t{'1' * 1_000_000}",
    "digits-in-a-funding-line": below(FUNDING, f"资金总额\t{'9' * 90_000}\t1"),
    "enumerations": f"{TEXT}\n{'其中：' * 33_000}\t1",
    "blank-cells-before-a-figure": below(FUNDING, *["资金" + "\t" * 498 + "5"] * 250),
    "figures-and-blanks-in-turn": below(FUNDING, *["资金" + "\t5\t" * 240] * 250),
    "many-rows": f"{TEXT}\n收入支出决算总表\n项目\t行次\t金额\n"
    + "\n".join(f"科目{at}\t{at}\t5" for at in range(40_000)),
    "one-title-again-and-again": "收入决算表\t\n" * 49_000,
    "facts-without-end": f"{TEXT}\n第三部分 情况说明\n" + ("收入总计5万元，" * 7_000 + "\n") * 50,
    "too-many-cells": f"{TEXT}\n" + "\n".join(["\t".join(["1.00"] * 490)] * 600),
    "one-line": TEXT + "项目支出" * 1_000_000,
    "compatibility-characters": TEXT + "⼀" * 6_000_000,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_file_is_read_or_refused_within_its_bound(tmp_path: Path, profile: Profile, name: str) -> None:
    bad = tmp_path / "坏.txt"
    bad.write_text(ATTACKS[name], "utf-8")
    started = time.perf_counter()
    readings = read_submissions([bad, FIXTURE], profile)
    assert time.perf_counter() - started < 2 * BOUND
    assert isinstance(readings[FIXTURE], Submission), "the others are read"
    told = readings[bad]
    if isinstance(told, SubmissionError):
        assert told.advice and told.sha256 and len(str(told)) < 400


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n" * 60_000, "行"),
        ("\t" * 600, "单元格"),
        ("\n".join(["1\t" * 499] * 400), "万个单元格"),
        ("项" * 100_001, "万个字符"),
        ("\n".join(["项" * 90_000] * 60), "万个字符"),
    ],
)
def test_what_is_no_text_of_this_kind_is_refused_by_its_shape(
    tmp_path: Path, profile: Profile, text: str, words: str
) -> None:
    path = tmp_path / "坏.txt"
    path.write_text(f"{TEXT}\n{text}", "utf-8")
    with pytest.raises(SubmissionError, match=words) as caught:
        read_text(path, profile)
    assert caught.value.code == "文件过大" and "删去" in caught.value.advice


def test_an_amount_of_many_digits_is_a_finding_on_its_cell(tmp_path: Path, profile: Profile) -> None:
    path = tmp_path / "长.txt"
    path.write_text(TEXT.replace("24416856.18", "9" * 50_000, 1).replace("24,416,856.18", "9" * 50_000, 1), "utf-8")
    told = [problem for problem in read_text(path, profile).problems if problem.rule == "R-金额"]
    assert len(told) == 1 and "不是数字" in told[0].message and len(told[0].message) < 200


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1" * 1_000_000, "0." + "0" * 1_000_000 + "1", "1," * 500_000, " " * 10**6 + "x"])
def test_no_number_is_converted_before_its_length_is_known(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(AmountError) as caught:
        parse_decimal(text)
    assert time.perf_counter() - started < 1 and len(str(caught.value)) < 60


def test_numbers_of_ordinary_length_are_still_read() -> None:
    assert parse_fen(" 24,416,856.18 ") == 2_441_685_618
    assert parse_decimal("0" * 40 + "7") == 7


@pytest.mark.parametrize("exponent", [400, 900_000, -900_000])
def test_exponents_are_no_amounts(exponent: int) -> None:
    with pytest.raises(AmountError):
        to_fen(Decimal(f"1E{exponent}"))


@pytest.mark.parametrize("content", ["1" * 23, "9" * 16])
def test_a_count_beyond_all_measure_is_told(content: str) -> None:
    with pytest.raises(AmountError, match="超出"):
        amount_of(content, Kind.COUNT)


def test_enumerations_are_taken_off_however_many_there_are() -> None:
    assert bare_name("一、（二）其中：加：3.基本支出") == "基本支出"
    assert bare_name("其中：" * 300_000 + "支出") == "支出"
    assert bare_name("1.5") == "1.5"
