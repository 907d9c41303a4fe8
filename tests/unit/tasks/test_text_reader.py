"""The published text is read exactly: every non-empty cell of all ten tables, by two independent ways of knowing."""

import re
import time
from decimal import Decimal
from pathlib import Path

import pytest

from models.profiles import Profile
from models.submission import NOT_APPLICABLE, Presence, Submission
from tasks.collect.text.reader import read_text

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
REAL_NAME = "xinzhou-2022-unit-accounts.txt"

# Typed by hand from the document, in 元.
INCOME = "24416856.18"
EXPECTED_01 = {
    "一般公共预算财政拨款收入": INCOME,
    "本年收入合计": INCOME,
    "收入/总计": INCOME,
    "208": "292767.52",
    "210": "23864084.66",
    "213": "36000.00",
    "221": "224004.00",
    "本年支出合计": INCOME,
    "支出/总计": INCOME,
}
BY_SUBJECT = {
    "合计": INCOME,
    "208": "292767.52",
    "20805": "292767.52",
    "2080505": "292767.52",
    "210": "23864084.66",
    "21011": "122809.56",
    "2101101": "122809.56",
    "21015": "23741275.10",
    "2101501": "3238410.54",
    "2101506": "20502864.56",
    "213": "36000.00",
    "21305": "36000.00",
    "2130599": "36000.00",
    "221": "224004.00",
    "22102": "224004.00",
    "2210201": "224004.00",
}
BASIC = {
    "合计": "3877991.62",
    "208": "292767.52",
    "20805": "292767.52",
    "2080505": "292767.52",
    "210": "3361220.10",
    "21011": "122809.56",
    "2101101": "122809.56",
    "21015": "3238410.54",
    "2101501": "3238410.54",
    "221": "224004.00",
    "22102": "224004.00",
    "2210201": "224004.00",
}
PROJECT = {
    "合计": "20538864.56",
    "210": "20502864.56",
    "21015": "20502864.56",
    "2101506": "20502864.56",
    "213": "36000.00",
    "21305": "36000.00",
    "2130599": "36000.00",
}
EXPECTED_04 = {
    ("收入/一般公共预算财政拨款", "金额"): INCOME,
    ("本年收入合计", "金额"): INCOME,
    ("收入总计", "金额"): INCOME,
    **{
        (row, column): value
        for row, value in {
            "208": "292767.52",
            "210": "23864084.66",
            "213": "36000.00",
            "221": "224004.00",
            "本年支出合计": INCOME,
            "支出总计": INCOME,
        }.items()
        for column in ("合计", "一般公共预算财政拨款")
    },
}
EXPECTED_06 = {
    "301": ("3507592.95", "3368348.99"),
    "30101": ("1156184.76", "1078111.91"),
    "30102": ("752089.00", "752089.00"),
    "30103": ("930992.00", "898567.00"),
    "30108": ("317584.11", "292767.52"),
    "30110": ("122809.56", "122809.56"),
    "30112": ("3929.52", None),
    "30113": ("224004.00", "224004.00"),
    "303": ("20053388.68", "62988.68"),
    "30302": ("49040.00", "49040.00"),
    "30305": ("4725.00", "4725.00"),
    "30309": ("1200.00", "1200.00"),
    "30399": ("19998423.68", "8023.68"),
    "人员经费合计": ("23560981.63", "3431337.67"),
    "302": ("853654.55", "446653.95"),
    "30201": ("195738.60", "126186.60"),
    "30202": ("39338.00", "39338.00"),
    "30207": ("13192.80", "10000.00"),
    "30211": ("57392.00", "16360.00"),
    "30216": ("990.00", "990.00"),
    "30226": ("293223.80", None),
    "30228": ("22290.35", "22290.35"),
    "30229": ("37314.00", "37314.00"),
    "30239": ("194175.00", "194175.00"),
    "310": ("2220.00", None),
    "31022": ("2220.00", None),
    "公用经费合计": ("855874.55", "446653.95"),
}
DASHES_06 = {
    *("309", "30901", "30902", "30903", "30905", "30906", "30907", "30908", "30913", "30919", "30921", "30922"),
    *("30999", "311", "31101", "31199", "313", "31302", "31303", "31304"),
}
EXPECTED_10 = {
    ("政府采购/合计", "采购金额"): "57158.00",
    ("政府采购/货物", "采购金额"): "17820.00",
    ("政府采购/服务", "采购金额"): "39338.00",
    ("机关运行经费/参照公务员法管理事业单位", "统计数"): "446653.95",
}

# Where the layout of this document prints values: for the second, purely positional way of counting.
VALUE_POSITIONS = {
    "公开01": (2, 5),
    "公开02": (2, 3, 4, 5, 6, 7, 8),
    "公开03": (2, 3, 4, 5, 6, 7),
    "公开04": (2, 5, 6, 7, 8),
    "公开05": (2, 3, 4),
    "公开06": (2, 3, 6, 7, 10, 11, 14, 15),
    "公开10": (2,),
}


@pytest.fixture(params=["fixture", pytest.param("real", marks=pytest.mark.real_inputs)])
def document(request: pytest.FixtureRequest) -> Path:
    if request.param == "real":
        return request.getfixturevalue("shared_inputs") / REAL_NAME
    return FIXTURE


@pytest.fixture
def submission(document: Path, profile: Profile) -> Submission:
    return read_text(document, profile)


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


def amounts(submission: Submission, form: str) -> dict[tuple[str, str], int]:
    found = {(c.row, c.column): c.amount for c in submission.form_cells(form) if c.amount is not None}
    assert len(found) == sum(c.amount is not None for c in submission.form_cells(form)), "an address twice"
    return found


def in_fen(texts: dict[tuple[str, str], str]) -> dict[tuple[str, str], int]:
    return {address: fen(text) for address, text in texts.items()}


def test_who_and_when(submission: Submission, document: Path) -> None:
    real = document.name == REAL_NAME
    assert submission.unit_name == ("忻州市" if real else "云岭市") + "医疗保险服务中心"
    assert submission.unit_code == ("" if real else "301002")
    assert (submission.year, submission.kind) == (2022, "单位决算公开文本")
    assert (submission.amount_unit, submission.decimals) == ("元", 2)
    assert not submission.classified and submission.file == document.name and len(submission.sha256) == 64


def test_state_of_every_form(submission: Submission, profile: Profile) -> None:
    assert set(submission.presence) == set(profile.forms)
    present = {code for code, state in submission.presence.items() if state is Presence.PRESENT}
    empty = {code for code, state in submission.presence.items() if state is Presence.EMPTY}
    assert present == {"公开01", "公开02", "公开03", "公开04", "公开05", "公开06", "公开10", "自评表"}
    assert empty == {"公开07", "公开08", "公开09"}
    for code in empty:
        assert not list(submission.form_cells(code))


def test_01(submission: Submission) -> None:
    assert amounts(submission, "公开01") == in_fen({(row, "决算数"): text for row, text in EXPECTED_01.items()})


def test_02(submission: Submission) -> None:
    expected = {(row, column): text for row, text in BY_SUBJECT.items() for column in ("本年收入合计", "财政拨款收入")}
    assert amounts(submission, "公开02") == in_fen(expected)


@pytest.mark.parametrize(("form", "total"), [("公开03", "本年支出合计"), ("公开05", "小计")])
def test_03_and_05(submission: Submission, form: str, total: str) -> None:
    expected = {(row, total): text for row, text in BY_SUBJECT.items()}
    expected |= {(row, "基本支出"): text for row, text in BASIC.items()}
    expected |= {(row, "项目支出"): text for row, text in PROJECT.items()}
    assert amounts(submission, form) == in_fen(expected)


def test_04(submission: Submission) -> None:
    assert amounts(submission, "公开04") == in_fen(EXPECTED_04)


def test_06(submission: Submission) -> None:
    expected = {(row, "金额"): total for row, (total, _) in EXPECTED_06.items()}
    expected |= {(row, "其中：基本支出"): basic for row, (_, basic) in EXPECTED_06.items() if basic}
    assert amounts(submission, "公开06") == in_fen(expected)


def test_06_dashes_are_not_applicable(submission: Submission) -> None:
    dashes = [cell for cell in submission.form_cells("公开06") if cell.amount is None]
    assert {(cell.row, cell.column) for cell in dashes} == {(row, "其中：基本支出") for row in DASHES_06}
    assert len(dashes) == len(DASHES_06) and {cell.text for cell in dashes} == {NOT_APPLICABLE}


def test_10(submission: Submission) -> None:
    assert amounts(submission, "公开10") == in_fen(EXPECTED_10)


def test_names_with_breaks_inside_are_whole(submission: Submission) -> None:
    for form in ("公开02", "公开03", "公开05"):
        assert submission.row_names[(form, "2130599")] == "其他巩固脱贫衔接乡村振兴支出"
    assert {form for form, _ in submission.row_names} == {"公开02", "公开03", "公开05"}
    assert len(submission.row_names) == 3 * 15


@pytest.mark.parametrize("form", sorted(VALUE_POSITIONS))
def test_every_printed_figure_is_read_where_it_stands(submission: Submission, document: Path, form: str) -> None:
    """A plain count of figures by line and position, knowing nothing of names, gives the same multiset."""
    lines = document.read_text("utf-8").split("\n")
    start = lines.index(f"{form}表")
    stop = next(i for i in range(start, len(lines)) if lines[i].startswith("注："))
    printed = []
    for number, line in enumerate(lines[start:stop], start=start + 1):
        cells = line.split("\t")
        for position in VALUE_POSITIONS[form]:
            if position < len(cells) and re.fullmatch(r"\d+\.\d{2}|——", cells[position]) and cells[0] != "栏次":
                printed.append((number, cells[position]))
    read = []
    for cell in submission.form_cells(form):
        line_number = int(re.match(r"第 (\d+) 行", cell.location)[1])
        read.append((line_number, cell.text or f"{Decimal(cell.amount) / 100:.2f}"))
        assert form in cell.location
    assert sorted(read) == sorted(printed) and printed


def test_only_the_known_oddities_are_told(submission: Submission, document: Path) -> None:
    lines = document.read_text("utf-8").split("\n")
    skipped = next(i for i, line in enumerate(lines, 1) if line.startswith("(二) 单价100万元"))
    shifted = next(i for i, line in enumerate(lines, 1) if line.startswith("\t资金总额:\t\t2,052"))
    told = [(p.rule, p.severity, int(re.match(r"第 (\d+) 行", p.location)[1])) for p in submission.problems]
    assert told == [("R-行次", "hint", skipped), ("R-移位", "hint", shifted), ("R-移位", "hint", shifted + 1)]
    assert "17" in submission.problems[0].message and "15" in submission.problems[0].message
    assert submission.problems[1].form == "自评表" and submission.problems[1].row == "资金总额"


@pytest.mark.real_inputs
def test_real_line_numbers(shared_inputs: Path, profile: Profile) -> None:
    submission = read_text(shared_inputs / REAL_NAME, profile)
    where = {(c.form, c.row, c.column): c.location for c in submission.cells}
    assert where["公开01", "208", "决算数"].startswith("第 84 行")
    assert where["公开06", "公用经费合计", "金额"].startswith("第 298 行")
    assert [p.location.split("（")[0] for p in submission.problems] == ["第 387 行", "第 760 行", "第 761 行"]


@pytest.mark.benchmark
def test_reading_takes_a_moment(profile: Profile) -> None:
    read_text(FIXTURE, profile)
    start = time.process_time()
    read_text(FIXTURE, profile)
    assert time.process_time() - start < 0.3


def test_example_inbox_holds_the_same_document(example_dir: Path) -> None:
    inbox = example_dir / "inbox" / "301002_云岭市医疗保险服务中心.txt"
    assert inbox.read_bytes() == FIXTURE.read_bytes()
    assert "示例数据" in "".join(FIXTURE.read_text("utf-8").split("\n")[:5])
