"""The blank workbook: one sheet per form, no overlapping cells, the same bytes every time."""

import time
from pathlib import Path

import openpyxl
import pytest

from models.errors import UsageError
from models.forms import Form
from models.profiles import load_profile
from models.submission import Cell, Submission
from reports.workbook import CoverInfo, write_workbook
from reports.workbook_layout import layout_form

PROFILE = load_profile()
UNIT = CoverInfo("140901", "甲中心", 2022, "行政单位", "政府会计准则制度", "二级预算单位", "单户表")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("book") / "模板.xlsx"
    write_workbook(PROFILE, path, unit=UNIT, mark="示例数据")
    return openpyxl.load_workbook(path)


def test_sheets_stand_in_catalogue_order(book: openpyxl.Workbook) -> None:
    projects = ["自评表1", "自评表2", "自评表3"]
    tables = [f"公开{number:02}" for number in range(1, 11)]
    expected = ["填报说明", "封面", *tables, *projects, "补充信息", "往来明细", "财政对账单", "说明"]
    assert book.sheetnames == expected


@pytest.mark.parametrize("form", PROFILE.forms.values(), ids=lambda form: form.code)
def test_slots_and_fields_never_overlap(form: Form) -> None:
    layout = layout_form(form)
    taken: dict[tuple[int, int], str] = {}
    areas = [(slot.row, slot.column, slot.height, slot.width, slot.text) for slot in layout.slots]
    areas += [(place.row, place.column, 1, place.width, place.row_key) for place in layout.fields]
    for row, column, height, width, what in areas:
        for at in ((row + down, column + right) for down in range(height) for right in range(width)):
            assert at not in taken, f"{what} over {taken[at]} at {at}"
            taken[at] = what
            assert at[0] < layout.height and at[1] < layout.width


@pytest.mark.parametrize("form", PROFILE.forms.values(), ids=lambda form: form.code)
def test_every_applicable_cell_has_exactly_one_field(form: Form) -> None:
    declared = {
        (row.key, column.key)
        for panel, row in form.iter_rows()
        for column in panel.columns
        if column.key not in row.not_applicable
    }
    fields = [(place.row_key, place.column_key) for place in layout_form(form).fields]
    assert declared <= set(fields)
    assert len(fields) == len(set(fields))


def test_cover_is_prefilled_and_offers_lists(book: openpyxl.Workbook) -> None:
    sheet = book["封面"]
    filled = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=6, max_col=2)}
    assert filled["单位代码"] == "140901"
    assert filled["年度"] == "2022"
    assert filled["预算级次"] == "二级预算单位"
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert any("单户表" in words and "叠加汇总表" in words for words in lists)


def test_every_table_can_be_declared_empty(book: openpyxl.Workbook) -> None:
    for name in ("公开01", "公开05", "公开10", "补充信息", "财政对账单"):
        sheet = book[name]
        assert sheet["A4"].value == "本表是否有数据"
        rules = [rule for rule in sheet.data_validations.dataValidation if "B4" in rule.sqref]
        assert [rule.formula1 for rule in rules] == ['"有,无"']


def test_not_applicable_cells_are_printed_and_locked(book: openpyxl.Workbook) -> None:
    cells = [cell for row in book["公开06"].iter_rows() for cell in row if cell.value == "——"]
    assert len(cells) == 20  # 309 and its 12 subjects, 311 and its 2, 313 and its 3, one column each
    assert all(cell.protection.locked for cell in cells)


def test_amounts_carry_the_number_format_and_labels_their_words(book: openpyxl.Workbook) -> None:
    sheet = book["公开01"]
    assert (sheet["A8"].value, sheet["B8"].value) == ("一、一般公共预算财政拨款收入", "1")
    assert sheet["C8"].number_format == "#,##0.00"
    assert sheet["C8"].protection.locked is False
    assert sheet["F3"].value == "金额单位：元"


def test_header_of_the_three_public_expenses_has_three_lines(book: openpyxl.Workbook) -> None:
    sheet = book["公开07"]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A5:F5", "G5:L5", "C6:E6", "A6:A7"} <= merged
    assert (sheet["C6"].value, sheet["C7"].value) == ("公务用车购置及运行维护费", "小计")


def test_mark_stands_on_every_sheet(book: openpyxl.Workbook) -> None:
    assert all(sheet["A2"].value == "示例数据" for sheet in book)


def test_bytes_repeat_and_writing_is_quick(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_workbook(PROFILE, first, unit=UNIT)
    started = time.perf_counter()
    write_workbook(PROFILE, second, unit=UNIT)
    assert time.perf_counter() - started < 1
    assert first.read_bytes() == second.read_bytes()


def test_what_a_unit_typed_never_becomes_a_formula_or_link(tmp_path: Path) -> None:
    path = tmp_path / "公式.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("=1+1", "https://example.invalid", 2022))
    sheet = openpyxl.load_workbook(path)["封面"]
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("=1+1", "s")
    assert sheet["B7"].hyperlink is None


def test_a_value_without_a_cell_is_refused_not_dropped(tmp_path: Path) -> None:
    submission = Submission("x", "", "", PROFILE.code, "")
    submission.cells = [Cell("公开01", "不存在的行", "决算数", 1)]
    with pytest.raises(UsageError, match="不存在的行"):
        write_workbook(PROFILE, tmp_path / "x.xlsx", submission=submission)
