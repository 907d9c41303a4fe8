import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

import accounts

from models.profiles import load_profile
from models.submission import Cell, Presence, Submission
from reports.blocks import TableBlock, check_tiling
from reports.figures import Figures
from reports.projects import project_tables, summarise
from reports.tables import form_table, list_table, records_table

PROFILE = load_profile()
MATRIX = [form.code for form in PROFILE.forms.values() if form.shape == "matrix"]
OPEN = [code for code in MATRIX if PROFILE.forms[code].open_panel]
CODES = sorted(PROFILE.functional)


def blank(presence: Presence | None = None) -> Submission:
    states = {code: presence for code in PROFILE.forms} if presence else {}
    return Submission("a.xlsx", "", "填报工作簿", PROFILE.code, PROFILE.forms.hash, presence=states)


def build(code: str, submission: Submission) -> TableBlock:
    return form_table(PROFILE.forms[code], Figures(submission, PROFILE), holder="单位名称：甲", year=2022)


def texts(table: TableBlock, row: int) -> list[str]:
    return [cell.text for cell in table.rows()[row]]


def line_with(table: TableBlock, text: str) -> list[str]:
    return next(found for found in (texts(table, row) for row in range(table.height)) if text in found)


@pytest.mark.parametrize("code", MATRIX)
@pytest.mark.parametrize(
    "submission", [blank(), blank(Presence.EMPTY), accounts.submission()], ids=["absent", "empty", "real"]
)
def test_every_form_tiles(code: str, submission: Submission) -> None:
    assert check_tiling(build(code, submission)) == []


@given(code=st.sampled_from(OPEN), codes=st.sets(st.sampled_from(CODES), max_size=25), data=st.data())
def test_any_subjects_tile_in_order_below_the_total(code: str, codes: set[str], data: st.DataObject) -> None:
    form = PROFILE.forms[code]
    column = data.draw(st.sampled_from([column.key for column in form.panels[0].columns]))
    submission = blank(Presence.PRESENT)
    submission.cells = [Cell(code, subject, column, 100) for subject in sorted(codes, reverse=True)]
    table = build(code, submission)
    first = [line[0].text for line in table.rows()[table.header_rows :]]
    assert check_tiling(table) == []
    assert first == ["合计", *sorted(codes)]


def test_overall_table_has_the_printed_grid() -> None:
    table = build("公开01", accounts.submission())
    assert (len(table.widths), table.header_rows, table.height) == (6, 3, 34)
    assert texts(table, 0) == ["收入", "支出"]
    assert texts(table, 2) == ["栏次", "", "1", "栏次", "", "2"]
    assert texts(table, 3) == ["一、一般公共预算财政拨款收入", "1", "24,416,856.18", "一、一般公共服务支出", "32", ""]
    assert texts(table, 11) == ["", "9", "", "九、卫生健康支出", "40", "23,864,084.66"]
    assert texts(table, 33) == ["总计", "31", "24,416,856.18", "总计", "62", "24,416,856.18"]


def test_three_public_table_has_a_header_of_three_levels_and_numbers() -> None:
    table = build("公开07", accounts.submission())
    assert [(cell.text, cell.colspan) for cell in table.rows()[0]] == [("预算数", 6), ("决算数", 6)]
    assert [(c.text, c.rowspan, c.colspan) for c in table.rows()[1]][:4] == [
        ("合计", 2, 1),
        ("因公出国（境）费", 2, 1),
        ("公务用车购置及运行维护费", 1, 3),
        ("公务接待费", 2, 1),
    ]
    assert texts(table, 3) == [str(number) for number in range(1, 13)]
    assert table.header_rows == 4


def test_detail_table_puts_four_blocks_side_by_side_with_totals_last() -> None:
    table = build("公开06", accounts.submission())
    assert [(cell.text, cell.colspan) for cell in table.rows()[0]] == [("人员经费", 4), ("公用经费", 12)]
    last = [(cell.text, cell.colspan) for cell in table.rows()[-1]]
    assert last == [
        ("人员经费合计", 2),
        ("23,560,981.63", 1),
        ("3,431,337.67", 1),
        ("公用经费合计", 10),
        ("855,874.55", 1),
        ("446,653.95", 1),
    ]
    row = line_with(table, "309")
    assert row[row.index("309") :][:4] == ["309", "资本性支出（基本建设）", "", "——"]


def test_a_blank_stays_blank_and_a_displayed_zero_stays_zero() -> None:
    submission = blank(Presence.PRESENT)
    submission.cells = [Cell("公开05", "合计", "小计", 0)]
    assert texts(build("公开05", submission), 3) == ["合计", "0.00", "", ""]


def test_subject_names_come_from_the_unit_else_from_the_dictionary() -> None:
    submission = blank(Presence.PRESENT)
    submission.cells = [Cell("公开05", "208", "小计", 1), Cell("公开05", "210", "小计", 1)]
    submission.row_names = {("公开05", "208"): "社保支出"}
    table = build("公开05", submission)
    assert texts(table, 4)[:2] == ["208", "社保支出"]
    assert texts(table, 5)[:2] == ["210", "卫生健康支出"]


@pytest.mark.parametrize(
    ("presence", "note"),
    [
        (Presence.EMPTY, "说明：本表无数据"),
        (Presence.PRESENT, "说明：本表无数据"),
        (Presence.ABSENT, "说明：未报送本表"),
        (Presence.UNREADABLE, "说明：报送的本表无法读取"),
    ],
)
def test_a_table_without_figures_says_why(presence: Presence, note: str) -> None:
    assert build("公开08", blank(presence)).notes[-1] == note


def test_a_table_with_figures_carries_no_such_note() -> None:
    assert build("公开05", accounts.submission()).notes == ("注：本表反映部门本年度一般公共预算财政拨款支出情况。",)


def test_counts_are_not_money() -> None:
    submission = blank(Presence.PRESENT)
    submission.cells = [
        Cell("公开10", "国有资产/车辆数合计", "统计数", 1200),
        Cell("公开10", "政府采购/合计", "采购金额", 1200),
    ]
    table = build("公开10", submission)
    assert line_with(table, "7") == ["(一) 车辆数合计(辆)", "7", "1,200"]
    assert line_with(table, "1") == ["合计", "1", "12.00"]


def test_money_follows_the_profile_s_unit() -> None:
    profile = PROFILE.model_copy(update={"amount_unit": "万元"})
    table = form_table(
        profile.forms["公开05"], Figures(accounts.submission(), profile), holder="单位名称：甲", year=2022
    )
    assert texts(table, 3) == ["合计", "2,441.69", "387.80", "2,053.89"]
    assert table.lead == ("单位名称：甲", "2022年度", "金额单位：万元")


def test_private_rows_are_never_laid_out() -> None:
    submission = blank(Presence.PRESENT)
    submission.cells = [Cell("封面", "联系电话", "内容", None, "13800000000")]
    table = build("封面", submission)
    assert not any("13800000000" in cell.text or "联系" in cell.text for cell in table.cells)


def test_a_figure_without_a_place_is_reported() -> None:
    submission = blank(Presence.PRESENT)
    submission.cells = [
        Cell("公开01", "不存在", "决算数", 1),
        Cell("公开05", "208", "别的栏", 1),
        Cell("公开05", "208", "小计", 1),
    ]
    figures = Figures(submission, PROFILE)
    assert figures.unplaced(PROFILE.forms["公开01"]) == ["不存在/决算数"]
    assert figures.unplaced(PROFILE.forms["公开05"]) == ["208/别的栏"]


def test_project_forms_show_what_the_unit_claims() -> None:
    tables = project_tables(PROFILE.forms["自评表"], accounts.project(), year=2022)
    assert [check_tiling(table) for table in tables] == [[]] * 4
    assert texts(tables[1], 2) == ["资金总额", "10", "10", "10", "3.969", "6.031", "39.69", "3.97"]
    assert texts(tables[2], tables[2].height - 1) == ["总分", "91.97", "自评等级：优"]


def test_projects_are_counted_by_grade_and_added_exactly() -> None:
    summary = summarise([accounts.project(), accounts.project()], PROFILE)
    assert (summary.count, summary.budget_fen, summary.executed_fen) == (2, 20_000_000, 7_938_000)
    assert summary.grades == (("优", 2), ("良", 0), ("中", 0), ("差", 0))


def test_record_forms_and_lists_tile() -> None:
    form = PROFILE.forms["往来明细"]
    table = records_table(form, [["上级补助收入", "303001", "本级", "2101501", "1.00", ""]])
    assert texts(table, 1) == ["1", "上级补助收入", "303001", "本级", "2101501", "1.00", ""]
    assert check_tiling(list_table("空", ("甲", "乙"), [])) == []
