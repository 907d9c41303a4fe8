"""Whatever is done to the sheets: no traceback, and no figure disappears without a word."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbook_sample import full_submission

from models.errors import SubmissionError
from models.profiles import load_profile
from models.submission import Submission
from reports.workbook import write_workbook
from tasks.collect.workbook.grid import Sheet
from tasks.collect.workbook.parser import parse_sheets
from tasks.collect.workbook.reader import read_sheets

PROFILE = load_profile()
MARK_FEN = 98765432
HEADER_ENDS = {"公开01": 7, "公开02": 6, "公开03": 6, "公开04": 7, "公开05": 7, "公开06": 6, "公开07": 8, "公开08": 7}
HEADER_ENDS |= {"公开09": 7, "财政对账单": 5, "公开10": 6, "补充信息": 6, "往来明细": 5}
LINE_COLUMNS = {"公开01": (1, 4), "公开04": (1, 4), "公开10": (1,), "往来明细": (0,)}


class Plain(list[dict[str, Any]]):
    """Sheets as plain data, printed shortly when a test fails."""

    def __repr__(self) -> str:
        return "<sheets>"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plain:
    path = tmp_path_factory.mktemp("plain") / "甲.xlsx"
    write_workbook(PROFILE, path, submission=full_submission(PROFILE))
    return Plain(parse_sheets(path.read_bytes(), path.name))


def read(plain: list[dict[str, Any]]) -> Submission:
    return read_sheets([Sheet(item["name"], item["rows"], item["merges"]) for item in plain], PROFILE, "甲.xlsx", "")


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_figure_put_anywhere_below_a_header_is_read_or_told(plain: list[dict[str, Any]], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(HEADER_ENDS)))
    chosen = copy.deepcopy(next(item for item in plain if item["name"] == name))
    row = data.draw(st.integers(HEADER_ENDS[name], len(chosen["rows"]) + 3))
    column = data.draw(st.integers(0, 20).filter(lambda at: at not in LINE_COLUMNS.get(name, ())))
    while len(chosen["rows"]) <= row:
        chosen["rows"].append([])
    line = chosen["rows"][row]
    line += [None] * (column + 1 - len(line))
    line[column] = MARK_FEN / 100
    got = read([chosen])
    read_as = {(cell.amount, cell.text) for cell in got.cells} & {(MARK_FEN, None), (None, "987654.32")}
    lines = repr(got.counterparties)
    assert got.problems or read_as or str(MARK_FEN) in lines or "987654.32" in lines, (name, row, column)


CONTENT = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.text(max_size=8),
    st.just({"d": "2022-01-01"}),
    st.sampled_from(
        ["合计", "项目", "208", "决算数", "栏次", "本表是否有数据", "绩效指标", "序号", "金额", "科目编码"]
    ),
)


@given(data=st.data())
@settings(max_examples=1000, deadline=None)
def test_mangled_sheets_never_raise(plain: list[dict[str, Any]], data: st.DataObject) -> None:
    chosen = copy.deepcopy(data.draw(st.sampled_from(plain)))
    rows = chosen["rows"]
    for _ in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.integers(0, max(len(rows) - 1, 0)))
        deed = data.draw(st.sampled_from(["cell", "row out", "row in", "column out", "merge"]))
        if deed == "cell" and rows and rows[row]:
            rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(CONTENT)
        elif deed == "row out" and rows:
            del rows[row]
        elif deed == "row in":
            rows.insert(row, data.draw(st.lists(CONTENT, max_size=12)))
        elif deed == "column out":
            column = data.draw(st.integers(0, 6))
            chosen["rows"] = rows = [line[:column] + line[column + 1 :] for line in rows]
        else:
            chosen["merges"].append([row, 0, row + data.draw(st.integers(0, 10**6)), data.draw(st.integers(0, 10**4))])
    try:
        read([chosen])
    except SubmissionError as error:
        assert error.code in ("无法读取", "涉密", "模板不符")


def test_thousands_of_faults_are_cut_short(plain: list[dict[str, Any]]) -> None:
    chosen = copy.deepcopy(next(item for item in plain if item["name"] == "公开02"))
    chosen["rows"] += [[f"20{number:05}", "某科目", *["错"] * 7] for number in range(1_000)]
    got = read([chosen])
    assert len(got.problems) == 501
    assert "只列出前 500 处" in got.problems[-1].message
