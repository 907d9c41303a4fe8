"""What clerks type beside, below and into the template: taken as a reader sees it, or told once, at its cell."""

import datetime
from pathlib import Path

import openpyxl
import pytest
from workbook_sample import PROFILE, Edit, edited, full_submission, only, put, values_of, write_blank

from models.submission import Presence, Submission
from reports.workbook import write_workbook

INCOME = "一般公共预算财政拨款收入"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_blank(tmp_path_factory.mktemp("typed") / "甲中心.xlsx")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "甲中心.xlsx"
    write_workbook(PROFILE, path, submission=full_submission(PROFILE))
    return path


def all_of(*edits: Edit) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        for one in edits:
            one(book)

    return edit


def error(cell: str, value: str = "#N/A", sheet: str = "公开01") -> Edit:
    """An error value, as a formula leaves it."""

    def edit(book: openpyxl.Workbook) -> None:
        book[sheet][cell].value, book[sheet][cell].data_type = value, "e"

    return edit


def row(line: int, *values: object, sheet: str = "公开02") -> Edit:
    """A line from column A on."""

    def edit(book: openpyxl.Workbook) -> None:
        for column, value in enumerate(values, 1):
            if value is not None:
                book[sheet].cell(line, column).value = value

    return edit


def told(submission: Submission) -> list[tuple[str, str, str]]:
    return [(problem.rule, problem.severity, problem.location) for problem in submission.problems]


def figures(submission: Submission, form: str = "公开01") -> dict[str, int | None]:
    return {cell.location.split("!")[1]: cell.amount for cell in submission.form_cells(form)}


SEEN = {
    "C8": ("600 000.00", 60000000), "C9": ("￥1,234.50", 123450), "C10": ("12元", 1200),
    "C11": ("(1,234.00)", -123400), "C12": ("（5.00）", -500), "C13": ("\u200b600000", 60000000),
    "C14": ("\xa0 7.5\u3000", 750), "C15": ("６，０００．５", 600050), "F8": ("5\ufeff", 500),
}  # fmt: skip
GUESSES = {"C8": ("约100", "约数"), "C9": ("100万", "“万”"), "C10": ("3亿元", "“亿元”"), "C11": ("1 2", "不是数字")}


class TestFigures:
    def test_taken_as_seen(self, blank: Path) -> None:
        got = edited(blank, all_of(*(put(cell, typed) for cell, (typed, _) in SEEN.items())))
        assert got.problems == []
        assert figures(got) == {cell: fen for cell, (_, fen) in SEEN.items()}

    def test_guesses_are_told_with_their_cause(self, blank: Path) -> None:
        got = edited(blank, all_of(*(put(cell, typed) for cell, (typed, _) in GUESSES.items())))
        assert told(got) == [("R-金额", "mandatory", f"公开01!{cell}") for cell in GUESSES]
        for problem, (typed, cause) in zip(got.problems, GUESSES.values(), strict=True):
            assert typed in problem.message
            assert cause in problem.message
        assert figures(got) == {}

    def test_signs_and_words_for_nothing(self, blank: Path) -> None:
        signs = ["—", "——", "-", "－", "–", "/", "……", "无"]
        got = edited(blank, all_of(*(put(f"C{line}", sign) for line, sign in enumerate(signs, 8))))
        assert (got.problems, figures(got)) == ([], {})

    def test_a_count_may_name_its_unit(self, blank: Path) -> None:
        got = edited(blank, put("C19", "3辆", "公开10"))
        assert (got.problems, figures(got, "公开10")) == ([], {"C19": 3})


class TestCodesAndNames:
    def test_codes_as_seen(self, blank: Path) -> None:
        typed = ["２０８", "208 05", "2080505\u200b", "'201", 20103.0]
        got = edited(blank, all_of(*(row(line, code, None, 5) for line, code in enumerate(typed, 8))))
        assert got.problems == []
        assert [cell.row for cell in got.form_cells("公开02")] == ["208", "20805", "2080505", "201", "20103"]

    def test_names_and_cover_with_unseen_characters(self, blank: Path) -> None:
        edit = all_of(
            put("A8", "一、一般公共\u200b预算财政拨款收入"), put("C8", 5), put("B6", "140901\u200b", "封面"),
            put("B7", "甲\ufeff中心", "封面"),
        )  # fmt: skip
        got = edited(blank, edit)
        assert (got.problems, got.unit_code, got.unit_name) == ([], "140901", "甲中心")
        assert [(cell.row, cell.amount) for cell in got.form_cells("公开01")] == [(INCOME, 500)]


class TestYears:
    @pytest.mark.parametrize("typed", ["２０２２年度", "二〇二二年", 2022, 2022.0, datetime.date(2022, 12, 31)])
    def test_taken_as_seen(self, blank: Path, typed: object) -> None:
        got = edited(blank, put("B8", typed, "封面"))
        assert (got.problems, got.year) == ([], 2022)

    @pytest.mark.parametrize("typed", ["22年", datetime.date(1905, 7, 14), "2021-2022"])
    def test_what_names_no_year_is_told_as_it_is_written(self, blank: Path, typed: object) -> None:
        got = edited(blank, put("B8", typed, "封面"))
        problem = only(got)
        assert (problem.rule, problem.severity, problem.location, got.year) == ("R-年度", "mandatory", "封面!B8", 0)
        assert str(typed) in problem.message


class TestErrorValues:
    @pytest.mark.parametrize("value", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!"])
    def test_in_a_subject_name_costs_nothing_else(self, blank: Path, value: str) -> None:
        got = edited(blank, all_of(row(8, "208", None, 5), error("B8", value, "公开02")))
        assert told(got) == [("R-公式", "mandatory", "公开02!B8")]
        assert value in only(got).message
        assert figures(got, "公开02") == {"C8": 500}

    def test_pasted_as_words(self, blank: Path) -> None:
        got = edited(blank, row(8, "208", "#N/A", 5))
        assert told(got) == [("R-公式", "mandatory", "公开02!B8")]
        assert got.row_names[("公开02", "208")] == ""

    @pytest.mark.parametrize(
        ("sheet", "cell", "edit"),
        [
            ("公开02", "A8", row(8, None, "某科目", 5)),
            ("公开01", "A8", put("C8", 5)),
            ("公开01", "C8", put("C9", 5)),
            ("公开01", "B4", put("C9", 5)),
            ("封面", "B8", put("C9", 5)),
            ("往来明细", "B6", row(6, None, None, "1", "乙", "2101599", 5, sheet="往来明细")),
        ],
    )
    def test_is_told_once_where_it_stands(self, blank: Path, sheet: str, cell: str, edit: Edit) -> None:
        got = edited(blank, all_of(edit, error(cell, "#REF!", sheet)))
        assert told(got) == [("R-公式", "mandatory", f"{sheet}!{cell}")]
        assert "#REF!" in only(got).message
        assert got.counterparties == []


class TestCopies:
    @staticmethod
    def copied(name: str, figure: object, *, first: bool) -> Edit:
        def edit(book: openpyxl.Workbook) -> None:
            copy = book.copy_worksheet(book["公开01"])
            copy.title, copy["C8"] = name, figure
            if first:
                book.move_sheet(copy, -len(book.worksheets) + 2)

        return edit

    @pytest.mark.parametrize("name", ["公开01 备份", "公开01 (2)", "旧公开01", "公开01副本"])
    @pytest.mark.parametrize("first", [True, False])
    def test_the_sheet_of_the_forms_own_name_counts(self, blank: Path, name: str, *, first: bool) -> None:
        got = edited(blank, all_of(put("C8", 5), self.copied(name, 6, first=first)))
        problem = only(got)
        assert (problem.rule, problem.severity) == ("R-重复", "hint")
        assert f"《{name}》与《公开01》" in problem.message
        assert "只读取了《公开01》" in problem.message
        assert figures(got) == {"C8": 500}

    def test_the_only_filled_one_counts(self, blank: Path) -> None:
        got = edited(blank, self.copied("公开01 (2)", 6, first=True))
        assert (only(got).severity, figures(got)) == ("hint", {"C8": 600})

    def test_neither_counts_where_nobody_can_tell(self, blank: Path) -> None:
        def rename(book: openpyxl.Workbook) -> None:
            book["公开01"].title = "总表"

        got = edited(blank, all_of(put("C8", 5), self.copied("总表 (2)", 6, first=True), rename))
        assert (only(got).rule, only(got).severity) == ("R-重复", "mandatory")
        assert (got.presence["公开01"], figures(got)) == (Presence.UNREADABLE, {})
        same = edited(blank, all_of(put("C8", 5), self.copied("总表 (2)", 5, first=True), rename))
        assert (only(same).severity, figures(same)) == ("hint", {"C8": 500})


class TestOwnParts:
    @pytest.mark.parametrize(
        ("edit", "place"),
        [
            (all_of(put("K5", "核对", "公开02"), put("K7", 0, "公开02"), put("K8", -3, "公开02")), "公开02!K7"),
            (all_of(put("J5", "调整数", "公开02"), put("J9", 5, "公开02")), "公开02!J9"),
            (put("L12", "已核对过", "公开02"), "公开02!L12"),
            (error("K8", "#DIV/0!", "公开02"), "公开02!K8"),
            (row(20, None, "核对", 5), "公开02!C20"),
            (row(72, None, "差额", None, 7), "公开02!D72"),
            (put("C12", "问过财政局", "公开02"), "公开02!C12"),
            (row(70, "审核人：", None, "某甲"), "公开02!C70"),
            (row(70, None, "我的合计", 9), "公开02!C70"),
            (all_of(put("J5", "本人备注", "公开02"), put("J8", "没问题", "公开02")), "公开02!J8"),
            (row(45, "我的合计", None, 9, sheet="公开01"), "公开01!C45"),
            (row(45, None, None, 9, sheet="公开01"), "公开01!C45"),
        ],
    )
    def test_are_passed_over_and_told_once(self, blank: Path, edit: Edit, place: str) -> None:
        got = edited(blank, all_of(row(8, "208", None, 5), edit))
        assert told(got) == [("R-列", "hint", place)]
        assert "没有读取" in only(got).message
        assert figures(got, "公开02") == {"C8": 500}

    def test_all_of_a_sheet_stand_in_one_hint(self, full: Path) -> None:
        edit = all_of(*(put(f"{column}{line}", 1, "公开02") for column in "KLM" for line in range(8, 12)))
        got = edited(full, all_of(edit, row(72, None, "核对", 5)))
        assert told(got) == [("R-列", "hint", "公开02!K8")]
        assert all(words in only(got).message for words in ("K 列", "公开02!K8 等 4 处", "M 列", "第 72 行“核对”"))
        assert values_of(got) == values_of(full_submission(PROFILE))

    @pytest.mark.parametrize(("cell", "column"), [("I5", "其他收入"), ("F5", "事业收入")])
    def test_a_misnamed_column_is_none(self, full: Path, cell: str, column: str) -> None:
        problem = only(edited(full, put(cell, "事业性收入及其他", "公开02")))
        assert (problem.rule, problem.severity, problem.column) == ("R-列", "mandatory", column)
        assert problem.location == f"公开02!{cell}"
        assert f"缺少“{column}”列" in problem.message
        assert "“事业性收入及其他”" in problem.message

    def test_a_subject_without_its_code_is_none(self, blank: Path) -> None:
        got = edited(blank, all_of(row(8, "208", None, 5), row(12, None, "住房保障支出", 5)))
        assert told(got) == [("R-行", "mandatory", "公开02!C12")]

    def test_a_misnamed_row_is_none(self, full: Path) -> None:
        problem = only(edited(full, all_of(put("A8", "一、别的收入"), put("A9", "二、还有收入"), put("C9", None))))
        assert (problem.rule, problem.severity, problem.location) == ("R-行", "mandatory", "公开01!C8")

    def test_misnamed_rows_stand_in_one_problem(self, full: Path) -> None:
        problem = only(edited(full, all_of(put("A8", "一、别的收入"), put("A9", "二、还有收入"))))
        assert (problem.rule, problem.severity, problem.location) == ("R-行", "mandatory", "公开01!C8")
        assert "第 8 行“一、别的收入”、第 9 行“二、还有收入”" in problem.message

    def test_rows_without_their_code_column_are_told_for_the_column(self, full: Path) -> None:
        problem = only(edited(full, put("A5", "代号", "公开02")))
        assert (problem.rule, problem.severity) == ("R-列", "mandatory")
        assert "功能分类科目编码" in problem.message


class TestUnusedLines:
    @pytest.mark.parametrize("values", [(0,), (0, "-", "——"), ("0.00", None, 0), ("/", "/", "/")])
    def test_zeros_hold_nothing(self, blank: Path, values: tuple[object, ...]) -> None:
        lines = [row(line, None, None, *values) for line in range(9, 68)]
        got = edited(blank, all_of(row(8, "208", None, 5), *lines, row(20, 0, 0, 0), row(21, "—", "—", "—", "—")))
        assert (got.problems, figures(got, "公开02")) == ([], {"C8": 500})

    def test_a_figure_is_told_at_its_cell(self, blank: Path) -> None:
        got = edited(blank, all_of(row(8, "208", None, 5), row(12, None, None, 0, 0, 7)))
        assert told(got) == [("R-行", "mandatory", "公开02!E12")]

    def test_a_named_line_of_zeros_holds_nothing_with_figures_it_lacks_its_code(self, blank: Path) -> None:
        assert edited(blank, row(9, None, "某科目", 0, 0)).problems == []
        assert told(edited(blank, row(9, None, "某科目", 0, 5))) == [("R-行", "mandatory", "公开02!D9")]


class TestLists:
    @pytest.mark.parametrize("sheet", ["往来明细", "说明"])
    @pytest.mark.parametrize(
        "values",
        [
            ("无",),
            (None, None, "无"),
            ("—",) * 6,
            ("/",) * 6,
            ("本年无此项",),
            ("不涉及", "不涉及"),
            (None, None, None, None, 0),
        ],
    )
    def test_nothing_to_report(self, blank: Path, sheet: str, values: tuple[object, ...]) -> None:
        got = edited(blank, row(6, "1", *values, sheet=sheet))
        assert (got.problems, got.counterparties, got.explanations) == ([], [], [])
        assert got.presence[sheet] is Presence.EMPTY

    def test_a_sum_of_ones_own_is_no_line(self, blank: Path) -> None:
        line = row(6, "1", "上级补助收入", " １４０９００ ", "本级", 2101599, "5.00元", sheet="往来明细")
        got = edited(blank, all_of(line, row(7, "合计", None, None, None, None, 5, sheet="往来明细")))
        assert told(got) == [("R-列", "hint", "往来明细!F7")]
        found = [(one.counterpart, one.subject, one.amount_fen) for one in got.counterparties]
        assert found == [("140900", "2101599", 500)]

    def test_nothing_is_no_explanation(self, blank: Path) -> None:
        got = edited(blank, row(6, "1", "T01-非负", "公开01", None, None, "无", sheet="说明"))
        assert (told(got), got.explanations) == ([("R-说明", "mandatory", "说明!F6")], [])


class TestAnswers:
    @pytest.mark.parametrize("answer", ["否", "无数据", "N", "×", "没有数据", False])
    def test_no_on_a_filled_table(self, blank: Path, answer: object) -> None:
        got = edited(blank, all_of(put("C8", 5), put("B4", answer)))
        assert told(got) == [("R-空表", "mandatory", "公开01!B4")]
        assert "无数据" in only(got).message

    @pytest.mark.parametrize("answer", ["是", "有数据", "Y", "√", True, "—"])
    def test_yes_on_a_filled_table(self, blank: Path, answer: object) -> None:
        assert edited(blank, all_of(put("C8", 5), put("B4", answer))).problems == []

    @pytest.mark.parametrize("answer", ["有/无", "待定", 1])
    def test_what_is_not_plain_is_told_with_the_answers_allowed(self, blank: Path, answer: object) -> None:
        got = edited(blank, all_of(put("C8", 5), put("B4", answer)))
        assert told(got) == [("R-空表", "hint", "公开01!B4")]
        assert "“有”（有数据）或“无”（无数据）" in only(got).message
        assert got.presence["公开01"] is Presence.PRESENT


class TestWhatTheWorkbookSaysOfItself:
    def test_another_version_of_the_forms(self, blank: Path) -> None:
        got = edited(blank, put("B5", "0123456789ab", "填报说明"))
        assert told(got) == [("R-版本", "hint", "填报说明!B5")]
        assert "0123456789ab" in only(got).message
        assert PROFILE.forms.version in only(got).message

    def test_a_cover_that_is_not_signed(self, blank: Path) -> None:
        edit = all_of(put("B13", None, "封面"), put("B15", "/", "封面"))
        got = edited(blank, edit)
        assert told(got) == [("R-签署", "hint", "封面!B13")]
        assert "“单位负责人”（封面!B13）、“联系电话”（封面!B15）" in only(got).message
        assert "填表人" not in only(got).message
