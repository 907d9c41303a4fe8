"""Personal data: what is one is found however it is written, what only looks like one is left alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.personal_data import ACCOUNT, IDENTITY, MOBILE, PASSPORT, masked, personal_data

FOUND = {
    "负责人王某某13900000000": [(MOBILE, "139****0000")],
    "王某某 139 0000 0000": [(MOBILE, "139****0000")],
    "王某某 139-0000-0000": [(MOBILE, "139****0000")],
    "王某某 +86 139 0000 0000": [(MOBILE, "139****0000")],
    "王某某 8613900000000": [(MOBILE, "139****0000")],
    "王某某１３９００００００００": [(MOBILE, "139****0000")],
    "王某某 1 3 9 0 0 0 0 0 0 0 0": [(MOBILE, "139****0000")],
    "王某某139\u200b00000000": [(MOBILE, "139****0000")],
    "王某某_13900000000.xlsx": [(MOBILE, "139****0000")],
    "Tel13900000000": [(MOBILE, "139****0000")],
    "13900000000@example.com": [(MOBILE, "139****0000")],
    "0351-13900000000": [(MOBILE, "139****0000")],
    "13900000000 13800000001": [(MOBILE, "139****0000"), (MOBILE, "138****0001")],
    "13900000000/13800000001": [(MOBILE, "139****0000"), (MOBILE, "138****0001")],
    "13900000000万某某": [(MOBILE, "139****0000")],
    "身份证11010519491231002X": [(IDENTITY, "11*************02X")],
    "11010519491231002ｘ": [(IDENTITY, "11*************02X")],
    "110105 19491231 002X": [(IDENTITY, "11*************02X")],
    "（身份证号：110101199001011234）": [(IDENTITY, "11*************234")],
    "110101199001011000": [(IDENTITY, "11*************000")],
    "6222020200112230000": [(ACCOUNT, "***************0000")],
    "110101900101123": [(IDENTITY, "11**********123")],
    "开户行：某支行，账号 0509 0217 0920 0012 345": [(ACCOUNT, "***************2345")],
    "银行卡6222020200112233445": [(ACCOUNT, "***************3445")],
    "汇入4111 1111 1111 1111": [(ACCOUNT, "************1111")],
    "帐号：14000000000000000123": [(ACCOUNT, "****************0123")],
    "护照号码：E12345678": [(PASSPORT, "E*****678")],
    "护照Ｅ１２３４５６７８": [(PASSPORT, "E*****678")],
}

LEFT = [
    "11000000000.00", "13800000000.00", "13,800,000,000", "13 800 000 000.00", "13800000000元", "13800000000 万元",
    "￥13800000000", "≥13800000000", "2080505", "2022年1月1日", "2022-01-01 2022-12-31", "20220101-20221231",
    "0351-1234567", "03511234567", "0351-1380000-8001", "400-123-4567", "某财预〔2022〕15号", "合同编号：13800000000",
    "HT-2022-13800000000", "HT202213800000000", "91140900MA0HXXXX1K", "12140900405601234X",
    "统一社会信用代码：121409004056012349", "项目编号：140900202201010005", "2022001300010001", "140900202201010000", "140900199901010000000", "1234567890123456",
    "1500 1500 828 10", "1 2 3 4 5 6 7 8 9 10 11 12", "79\t0\t75\t50\t25\t4\t0\t0\t0", "0.6222222222222222",
    "d13800000000e", "138****0000", "11*************02X", "通过银行发放补助11000000000元", "护照办理费160元",
]  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_what_is_personal_is_found_and_masked(text: str) -> None:
    found = personal_data(text)
    assert [(datum.kind, datum.masked) for datum in found] == FOUND[text]
    shown = masked(text)
    assert all(text[datum.start : datum.end] not in shown for datum in found)
    assert masked(shown) == shown and personal_data(shown) == []


@pytest.mark.parametrize("text", LEFT)
def test_what_only_looks_personal_is_left_alone(text: str) -> None:
    assert masked(text) == text


def test_the_words_around_stay() -> None:
    assert masked("联系人王某某（１３９　００００　００００），办公室") == "联系人王某某（139****0000），办公室"


MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
WORDS = st.sampled_from(["", "联系人", "王某某 ", "电话：", "（", "由张某某负责，", "请洽"])


@given(MOBILES, WORDS, st.sampled_from(["", " ", "-", "－", "　", "\u200b"]))
def test_every_mobile_number_is_found(number: str, before: str, separator: str) -> None:
    written = separator.join((number[:3], number[3:7], number[7:]))
    assert masked(f"{before}{written}）。") == f"{before}{number[:3]}****{number[7:]}）。"


@given(
    st.sampled_from(["110101", "140902", "310101", "650102"]),
    st.dates(date(1930, 1, 1), date(2015, 12, 31)),
    st.integers(0, 999),
    WORDS,
)
def test_every_identity_number_is_found(region: str, born: date, serial: int, before: str) -> None:
    head = f"{region}{born:%Y%m%d}{serial:03}"
    # The weight of the digit at place i, counted from the check digit, is 2^i; the whole sum is 1 modulo 11.
    weighed = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(head))
    number = f"{head}{'0123456789X'[(12 - weighed) % 11]}"
    assert masked(f"{before}{number}。") == f"{before}{number[:2]}{'*' * 13}{number[-3:]}。"


@given(st.from_regex(r"62[0-9]{14}", fullmatch=True), WORDS)
def test_every_card_number_that_is_not_a_dated_code_is_found(head: str, before: str) -> None:
    if head[6:8] == "20":
        head = f"{head[:6]}99{head[8:]}"
    total = sum(sum(divmod(int(d) * (2 - place % 2), 10)) for place, d in enumerate(reversed(head)))
    number = f"{head}{-total % 10}"
    assert masked(f"{before}{number}。") == f"{before}{'*' * 13}{number[-4:]}。"


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=2), st.sampled_from(["{:,}", "{}", "{:,}元", "{} 元"]))
def test_no_amount_is_taken_for_a_personal_number(amount: object, shape: str) -> None:
    assert masked(shape.format(amount)) == shape.format(amount)


@given(st.text(alphabet="0123456789-Xx 　１２账号身份证护照E.元\n\t", max_size=80))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)
