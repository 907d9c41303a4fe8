"""What clerks do to the workbook, done with an independent library: the figures are found or the fault is named."""

import datetime
from pathlib import Path

import openpyxl
import pytest
from workbook_sample import PROFILE, edited, full_submission, only, put, values_of, write_blank

from models.errors import SubmissionError
from models.submission import Presence, Submission, Unread
from reports.workbook import write_workbook
from tasks.collect.reading import read_submissions
from tasks.collect.workbook.reader import read_workbook


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "甲中心.xlsx"
    write_workbook(PROFILE, path, submission=full_submission(PROFILE))
    return path


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_blank(tmp_path_factory.mktemp("blank") / "甲中心.xlsx")


def test_saving_with_another_program_changes_nothing(full: Path) -> None:
    got = edited(full, lambda book: None)
    assert (got.problems, values_of(got)) == ([], values_of(full_submission(PROFILE)))


def test_sheets_renamed_and_reordered(full: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开01"].title = "总表"
        book["自评表2"].title = "甲项目(2)"
        book.move_sheet("公开03", -4)
        del book["填报说明"]

    got = edited(full, edit)
    assert (got.problems, values_of(got)) == ([], values_of(full_submission(PROFILE)))
    assert got.presence["公开01"] is Presence.PRESENT
    assert next(cell.location for cell in got.form_cells("公开01")) == "总表!C8"


def test_title_removed_but_name_kept(full: Path) -> None:
    got = edited(full, put("A1", None))
    assert (got.problems, values_of(got)) == ([], values_of(full_submission(PROFILE)))


def test_rows_inserted_and_subjects_reordered(full: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        sheet = book["公开02"]
        sheet.insert_rows(8)
        for column in range(1, 10):
            upper, lower = sheet.cell(10, column), sheet.cell(12, column)
            upper.value, lower.value = lower.value, upper.value
        book["补充信息"].insert_rows(9, 2)

    got = edited(full, edit)
    assert (got.problems, values_of(got)) == ([], values_of(full_submission(PROFILE)))


def test_subject_codes_typed_as_numbers(full: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        for row in book["公开03"].iter_rows(max_col=1):
            if str(row[0].value or "").isdigit():
                row[0].value = int(row[0].value)

    got = edited(full, edit)
    assert (got.problems, values_of(got)) == ([], values_of(full_submission(PROFILE)))


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        (61539042.15000001, 6153904215),
        ("24,416,856.18", 2441685618),
        ("－１２．５", -1250),
        (0, 0),
        (24416856, 2441685600),
        ("899999999999999.99", 89999999999999999),
    ],
)
def test_amounts_as_clerks_type_them(blank: Path, typed: object, fen: int) -> None:
    got = edited(blank, put("C8", typed))
    assert got.problems == []
    assert [(cell.row, cell.amount) for cell in got.form_cells("公开01")] == [("一般公共预算财政拨款收入", fen)]


@pytest.mark.parametrize(
    "typed",
    [12.345, "一百元", "12%", "1.234,50", "12.345", datetime.date(2022, 1, 1), True, 1e17, "1e5", "#DIV/0"],
)
def test_no_exact_amount_is_a_problem_that_names_the_cell(blank: Path, typed: object) -> None:
    got = edited(blank, put("C8", typed))
    problem = only(got)
    assert (problem.rule, problem.severity, problem.location) == ("R-金额", "mandatory", "公开01!C8")
    assert (problem.form, problem.row, problem.column) == ("公开01", "一般公共预算财政拨款收入", "决算数")
    assert "请填写以元为单位" in problem.message
    assert not list(got.form_cells("公开01"))


def test_hostile_content_is_cut_and_cleaned_in_messages(blank: Path) -> None:
    problem = only(edited(blank, put("C8", "\u202e<script>" + "甲" * 500)))
    assert "\u202e" not in problem.message
    assert len(problem.message) < 200


@pytest.mark.parametrize("dash", ["-", "—", "——", "/"])
def test_a_dash_is_nothing(blank: Path, dash: str) -> None:
    got = edited(blank, put("C8", dash))
    assert (got.problems, list(got.form_cells("公开01"))) == ([], [])


def test_count_must_be_whole(blank: Path) -> None:
    problem = only(edited(blank, put("C19", 2.5, "公开10")))
    assert (problem.rule, problem.row) == ("R-金额", "国有资产/车辆数合计")
    got = edited(blank, put("C19", 3, "公开10"))
    assert [cell.amount for cell in got.form_cells("公开10")] == [3]


def test_formula_without_value_is_a_problem_not_a_blank(blank: Path) -> None:
    problem = only(edited(blank, put("C8", "=1+1")))
    assert (problem.rule, problem.location, problem.row) == ("R-公式", "公开01!C8", "一般公共预算财政拨款收入")
    assert "没有计算结果" in problem.message


def test_error_value_is_a_problem_not_a_blank(blank: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开01"]["C8"].value = "#DIV/0!"
        book["公开01"]["C8"].data_type = "e"

    problem = only(edited(blank, edit))
    assert problem.rule == "R-公式"
    assert "#DIV/0!" in problem.message


def test_unknown_row_with_content(full: Path) -> None:
    problem = only(edited(full, put("A8", "一、别的收入")))
    assert (problem.rule, problem.severity, problem.location) == ("R-行", "mandatory", "公开01!C8")
    assert "别的收入" in problem.message
    assert edited(full, put("A8", "一、别的收入")).unread == [Unread("公开01", 0, "", "决算数")]


def test_unknown_rows_are_told_once(full: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开01"]["A8"], book["公开01"]["A9"] = "一、别的收入", "二、另外的收入"
        book["公开01"]["C9"] = 3

    problem = only(edited(full, edit))
    assert problem.location == "公开01!C8"
    assert "第 8 行“一、别的收入”" in problem.message and "第 9 行“二、另外的收入”" in problem.message


def test_a_label_without_the_mark_behind_its_number_is_known(full: Path) -> None:
    got = edited(full, put("A8", "一一般公共预算财政拨款收入"))
    assert got.problems == [] and got.unread == []


def test_an_amount_that_is_none_marks_its_cell(full: Path) -> None:
    assert edited(full, put("C8", "约三万")).unread == [Unread("公开01", 0, "一般公共预算财政拨款收入", "决算数")]


def test_brackets_are_negative(full: Path) -> None:
    got = edited(full, put("C8", "(1,234.00)"))
    assert got.problems == []
    assert [c.amount for c in got.form_cells("公开01") if c.row == "一般公共预算财政拨款收入"] == [-123_400]


def test_figure_on_an_unnamed_line(blank: Path) -> None:
    assert only(edited(blank, put("C16", 5))).rule == "R-行"


def test_missing_column(full: Path) -> None:
    problem = only(edited(full, lambda book: book["公开02"].delete_cols(9)))
    assert (problem.rule, problem.column) == ("R-列", "其他收入")
    unread = edited(full, lambda book: book["公开02"].delete_cols(9)).unread
    assert Unread("公开02", 0, "合计", "其他收入", False) in unread
    assert {one.column for one in unread} == {"其他收入"}


def test_header_gone(full: Path) -> None:
    got = edited(full, lambda book: book["公开03"].delete_rows(5))
    assert got.presence["公开03"] is Presence.UNREADABLE
    assert {problem.rule for problem in got.problems} == {"R-列"}


def test_repeated_subject(full: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开05"]["A15"], book["公开05"]["C15"] = "208", 5

    problem = only(edited(full, edit))
    assert (problem.rule, problem.row) == ("R-重复", "208")


def test_code_and_name_that_contradict_each_other(full: Path) -> None:
    problem = only(edited(full, put("B8", "奖金", "公开06")))  # beside code 30101
    assert (problem.rule, problem.location) == ("R-行", "公开06!C8")


@pytest.mark.parametrize("code", ["20805a", "2080", "208-05"])
def test_malformed_subject_code(blank: Path, code: str) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开02"]["A9"], book["公开02"]["C9"] = code, 5

    problem = only(edited(blank, edit))
    assert (problem.rule, problem.severity) == ("R-科目", "mandatory")


def test_subject_missing_from_the_dictionary_is_kept(blank: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开02"]["A8"], book["公开02"]["C8"] = "2099999", 5

    got = edited(blank, edit)
    assert got.problems == [], "the dictionary is the rules' matter, once for all tables"
    assert [(cell.row, cell.amount) for cell in got.form_cells("公开02")] == [("2099999", 500)]


def test_figures_without_code(blank: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开02"]["B9"], book["公开02"]["C9"] = "某科目", 5

    assert only(edited(blank, edit)).rule == "R-行"


def test_marker_against_content(full: Path, blank: Path) -> None:
    problem = only(edited(full, put("B4", "无")))
    assert (problem.rule, problem.severity, problem.location) == ("R-空表", "mandatory", "公开01!B4")
    got = edited(blank, put("B4", "有"))
    assert (only(got).rule, only(got).severity) == ("R-空表", "verifiable")
    assert got.presence["公开01"] is Presence.EMPTY


def test_sheet_removed(full: Path) -> None:
    got = edited(full, lambda book: book.__delitem__("公开08"))
    assert got.presence["公开08"] is Presence.ABSENT


def test_sheet_copied(full: Path) -> None:
    got = edited(full, lambda book: book.copy_worksheet(book["公开05"]))
    assert only(got).rule == "R-重复"
    assert values_of(got) == values_of(full_submission(PROFILE))


def test_scratch_sheet_is_told_as_a_hint(full: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book.create_sheet("草稿")["A1"] = 5

    assert (only(edited(full, edit)).rule, only(edited(full, edit)).severity) == ("R-表", "hint")


def test_unit_of_money_changed(blank: Path) -> None:
    problem = only(edited(blank, put("F3", "金额单位：万元")))
    assert (problem.rule, problem.severity) == ("R-金额", "mandatory")


def test_figure_in_a_cell_that_does_not_apply(blank: Path) -> None:
    problem = only(edited(blank, put("L12", 5, "公开06")))
    assert (problem.row, problem.column) == ("309", "其中：基本支出")


def test_faulty_counterparty_lines(blank: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        for line, values in enumerate(
            [
                ("拨款", "140900", "本级", "2101599", 5),
                ("上级补助收入", "", "本级", "2101599", 5),
                ("上级补助收入", "140900", "本级", "21015", 5),
                ("上级补助收入", "140900", "本级", "2101599", -5),
                ("上级补助收入", "140900", "本级", "2101599", None),
                ("上级补助收入", "140900", "本级", "2101599", "五元"),
                ("上级补助收入", "140900", "本级", 2101599, 12.5),
            ],
            6,
        ):
            for column, value in enumerate(values, 2):
                book["往来明细"].cell(line, column).value = value

    got = edited(blank, edit)
    assert [problem.rule for problem in got.problems] == ["R-往来", "R-往来", "R-科目", "R-金额", "R-金额", "R-金额"]
    assert [(item.subject, item.amount_fen) for item in got.counterparties] == [("2101599", 1250)]


def test_indicator_levels_repeat_when_left_blank_and_grade_may_follow_the_total(full: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        sheet = book["自评表1"]
        sheet["B33"] = None
        total = next(row for row in range(30, sheet.max_row + 1) if sheet.cell(row, 1).value == "总分")
        sheet.cell(total, 9).value, sheet.cell(total, 10).value = "93.36分 优", None
        sheet["I32"] = 20

    project = edited(full, edit).projects[0]
    assert [item.level1 for item in project.indicators] == ["产出指标", "产出指标", "满意度指标"]
    assert (project.total, project.grade, project.indicators[0].score) == ("93.36", "优", "20")


def test_project_without_name(full: Path) -> None:
    got = edited(full, put("B7", None, "自评表2"))
    assert (only(got).rule, only(got).row) == ("R-行", "项目名称")


def test_explanation_without_words(full: Path) -> None:
    got = edited(full, put("F6", None, "说明"))
    assert (only(got).rule, got.explanations) == ("R-说明", [])


@pytest.mark.parametrize(
    ("sheet", "cell", "text"),
    [
        ("封面", "A3", "秘密★10年"),
        ("封面", "B20", "机密"),
        ("公开01", "A2", "绝密"),
        ("公开05", "C2", "密级：秘密"),
        ("公开05", "C2", "【机密】"),
        ("填报说明", "A40", "秘密"),
    ],
)
def test_marked_files_are_refused(blank: Path, sheet: str, cell: str, text: str) -> None:
    if sheet == "填报说明":  # the guide is no place of data
        assert edited(blank, put(cell, text, sheet)).problems == []
        return
    with pytest.raises(SubmissionError) as caught:
        edited(blank, put(cell, text, sheet))
    assert caught.value.code == "涉密"


def test_mark_in_the_page_header(blank: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book["公开02"].oddHeader.right.text = "机密★长期"

    with pytest.raises(SubmissionError) as caught:
        edited(blank, edit)
    assert caught.value.code == "涉密"


@pytest.mark.parametrize("text", ["密级：无", "密级：", "非涉密", "国家秘密载体销毁中心", "保密审查：已审"])
def test_words_about_secrecy_are_no_mark(blank: Path, text: str) -> None:
    assert edited(blank, put("A3", text, "封面")).problems == []


def test_workbook_of_another_template(blank: Path) -> None:
    with pytest.raises(SubmissionError, match="另一套模板") as caught:
        edited(blank, put("B4", "national-2021", "填报说明"))
    assert caught.value.code == "模板不符"


def test_some_other_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "工资表"
    book.save(tmp_path / "工资.xlsx")
    with pytest.raises(SubmissionError, match="没有认出任何一张表"):
        read_workbook(tmp_path / "工资.xlsx", PROFILE)


def test_one_bad_file_costs_only_itself(full: Path, tmp_path: Path) -> None:
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(full.read_bytes()[:5000])
    missing = tmp_path / "没有.xlsx"
    results = read_submissions([bad, full, missing], PROFILE)
    assert isinstance(results[bad], SubmissionError)
    assert isinstance(results[missing], SubmissionError)
    assert isinstance(results[full], Submission)
