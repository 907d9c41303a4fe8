"""Characters that nobody sees are taken out; everything else stays."""

import unicodedata

import pytest

from models.invisible import visible


@pytest.mark.parametrize(
    "mark",
    [
        "\u200b",
        "\u200c",
        "\u200d",
        "\ufeff",
        "\u200e",
        "\u200f",
        "\u202e",
        "\u2066",
        "\u00ad",
        "\u2060",
        "\ufe0f",
        "\x08",
    ],
)
def test_marks_that_nobody_sees(mark: str) -> None:
    assert visible(f"{mark}600{mark}000.00{mark}") == "600000.00"


def test_what_is_seen_or_parts_text_stays() -> None:
    text = "一、事业收入（万元）\t1,234.00\n\r\x0b\x0c\xa0\u3000\u2003“三公”经费——％①⾦"
    assert visible(text) == text


def test_every_mark_of_format_below_the_arabic_and_above_is_known() -> None:
    ranges = [(0x00AD, 0x00AD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F)]
    marks = [chr(point) for first, last in ranges for point in range(first, last + 1)]
    assert {unicodedata.category(mark) for mark in marks} == {"Cf"}
    assert visible("".join(marks)) == ""
