"""A submission with something in every cell of every form, built from the catalogue's keys and nothing else."""

from collections.abc import Callable
from pathlib import Path

import openpyxl

from models.forms import Form, Kind
from models.profiles import Profile, load_profile
from models.submission import (
    NOT_APPLICABLE,
    Cell,
    Counterparty,
    Explanation,
    FundingLine,
    Indicator,
    Presence,
    Problem,
    Project,
    Submission,
)
from reports.workbook import CoverInfo, write_workbook
from tasks.collect.workbook.reader import read_workbook

PROFILE = load_profile()
Edit = Callable[[openpyxl.Workbook], object]

SUBJECTS = {"208": "社会保障和就业支出", "20805": "行政事业单位养老支出", "2080505": "机关事业单位基本养老保险缴费支出"}
OPEN_FORMS = ("公开02", "公开03", "公开05", "公开08", "公开09", "财政对账单")


def _cell(form: Form, row: str, column: str, number: int) -> Cell:
    kind = form.kind_of(row, column)
    declared = form.rows.get(row)
    if declared is not None and column in declared.not_applicable:
        return Cell(form.code, row, column, None, NOT_APPLICABLE)
    if kind is Kind.TEXT:
        words = declared.options[0] if declared and declared.options else f"“{row}”第{number}句，=1+1，100%"
        return Cell(form.code, row, column, None, words)
    sign = -1 if number % 7 == 0 else 1
    return Cell(form.code, row, column, number if kind is Kind.COUNT else sign * (number * 123_457 + 9))


def matrix_cells(form: Form) -> list[Cell]:
    keys = [row.key for _, row in form.iter_rows()] + (list(SUBJECTS) if form.open_panel else [])
    pairs = [(key, column.key) for key in keys for column in form.columns_of(key)]
    return [_cell(form, row, column, number) for number, (row, column) in enumerate(pairs, 1)]


def _project(name: str) -> Project:
    return Project(
        family="F-SX22",
        name=name,
        department="303-某局",
        unit="303002-某中心",
        funding=(
            FundingLine("资金总额", "30", "30", "30", "16", "14", "53.33", "5.33"),
            FundingLine("市县区财政资金", "30", "30.00", "30", "16", "14", "53.33", None),
        ),
        goal="第一行\n第二行",
        achieved="=CMD()",
        indicators=(
            Indicator("产出指标", "数量指标", "参保人数", "≥3类", "≥3类", "4类", "20", "20"),
            Indicator("产出指标", "质量指标", "提升度", "显著", "显著", "达成", "10", "9.5", "进一步提高"),
            Indicator("满意度指标", "服务对象满意度", "群众满意度", "≥92%", "≥92%", "95%", "10", "10"),
        ),
        total="93.36",
        grade="优",
        analysis=(("产出情况及分析", "按期完成"), ("主要经验做法", "https://example.invalid/不是链接")),
    )


def full_submission(profile: Profile) -> Submission:
    submission = Submission("样例.xlsx", "", "填报工作簿", profile.code, profile.forms.hash)
    for form in profile.forms.values():
        submission.presence[form.code] = Presence.PRESENT
        if form.shape == "matrix":
            submission.cells += matrix_cells(form)
        if form.code in OPEN_FORMS:
            submission.row_names |= {(form.code, code): name for code, name in SUBJECTS.items()}
    cover = {"单位代码": "140901", "单位名称": "甲中心", "年度": "2022", "联系电话": "+1"}
    submission.cells = [
        Cell(cell.form, cell.row, cell.column, None, cover[cell.row])
        if cell.form == "封面" and cell.row in cover
        else cell
        for cell in submission.cells
    ]
    submission.unit_code, submission.unit_name, submission.year = "140901", "甲中心", 2022
    submission.projects = [_project("甲项目"), _project("乙项目")]
    submission.counterparties = [
        Counterparty("上级补助收入", "140900", "本级", "2101599", 1_234_56),
        Counterparty("上缴上级支出", "140900", "", "2101599", 99_999_999_999_99, booked_by="140902"),
    ]
    submission.explanations = [Explanation("H-017", "公开07", "三公经费", "决算数/合计", "=因公务增加", "某人")]
    return submission


def values_of(submission: Submission) -> dict[tuple[str, str, str], tuple[int | None, str | None]]:
    return {(cell.form, cell.row, cell.column): (cell.amount, cell.text) for cell in submission.cells}


def write_blank(path: Path) -> Path:
    """The template that a unit gets, with nothing but its cover filled and signed."""
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022))
    book = openpyxl.load_workbook(path)
    for cell, text in (("B13", "某甲"), ("B14", "某乙"), ("B15", "0000")):
        book["封面"][cell] = text
    book.save(path)
    return path


def edited(path: Path, edit: Edit) -> Submission:
    """What is read after a clerk's edit."""
    book = openpyxl.load_workbook(path)
    edit(book)
    changed = path.with_name("改过.xlsx")
    book.save(changed)
    return read_workbook(changed, PROFILE)


def put(cell: str, value: object, sheet: str = "公开01") -> Edit:
    """An edit of one cell."""
    return lambda book: book[sheet].__setitem__(cell, value)


def only(submission: Submission) -> Problem:
    """The one problem that was met."""
    assert len(submission.problems) == 1, [problem.message for problem in submission.problems]
    return submission.problems[0]
