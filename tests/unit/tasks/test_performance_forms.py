"""自评表 means the same in both readers: placeholders, units, components, percentages, numbers, places."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from workbook_sample import full_submission

from models.profiles import load_profile
from models.submission import Problem, Project, Submission, place_of
from reports.workbook import write_workbook
from tasks.collect.placeholders import is_nothing
from tasks.collect.text.reader import read_text
from tasks.collect.workbook.reader import read_workbook

PROFILE = load_profile()
FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
TEXT = FIXTURE.read_text("utf-8").split("\n")
FIRST = next(at for at, line in enumerate(TEXT) if line.startswith("离休干部业务经办费项目支出绩效自评表"))
LAST = next(at for at, line in enumerate(TEXT) if at > FIRST and line.endswith("经费项目支出绩效自评表"))
HEADING = "项目资金预算安排及执行进度(万元)"
TOTAL, SOURCE = "资金总额:\t\t15\t15\t15\t15\t0\t100\t10", "市县区财政资金\t\t15\t15\t15\t15\t0\t100.00\t10.00"
FIRST_INDICATOR = "服务人群类别\t≥3类\t≥3类\t≥3类\t20\t20\t"


@pytest.mark.parametrize(
    "text",
    ["", "—", "——", "-", "－", "/", "／", "……", "…", "...", "无", "（无）", "暂无", "不适用", "指标2：", "指标 1:", "指标１：",
     "指标①：", "三级指标1：", "指标1：……", "其中：", "（2）", "1、", "——。", "\u200b—"],
)  # fmt: skip
def test_signs_for_nothing(text: str) -> None:
    assert is_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["0", "12", "-5", "100.00", "①", "一", "无投诉", "无纸化率", "数量指标", "指标完成率", "指标2：参保人数", "1、2"],
)
def test_what_only_looks_like_nothing(text: str) -> None:
    assert not is_nothing(text)


# -- texts ------------------------------------------------------------------------------------------------------------


def text_of(folder: Path, *changes: tuple[str, str]) -> Submission:
    """The fixture with its first performance form alone, changed."""
    form = "\n".join(TEXT[FIRST:LAST])
    for old, new in changes:
        assert old in form
        form = form.replace(old, new, 1)
    path = folder / "改.txt"
    path.write_text("\n".join(TEXT[:FIRST]) + "\n" + form, "utf-8")
    return read_text(path, PROFILE)


def told(submission: Submission) -> list[Problem]:
    return [problem for problem in submission.problems if problem.form == "自评表"]


def only_project(submission: Submission) -> Project:
    [project] = submission.projects
    return project


def test_dashes_and_unused_rows_in_a_text(tmp_path: Path) -> None:
    unused = "其他资金\t\t—\t—\t—\t—\t—\t—\t—"
    rows = "\n\t\t\t指标2：\t/\t/\t/\t/\t/\t/\n\t\t\t……\n\t\t\t\t——\t——\t——\t——\t——\t无"
    dashed = SOURCE.replace("100.00\t10.00", "—\t——")
    got = text_of(tmp_path, (SOURCE, f"{dashed}\n{unused}"), (FIRST_INDICATOR, f"{FIRST_INDICATOR}无{rows}"))
    assert told(got) == []
    project = only_project(got)
    assert [(line.source, line.rate, line.score) for line in project.funding] == [
        ("资金总额", "100", "10"),
        ("市县区财政资金", None, None),
    ]
    assert len(project.indicators) == 7 and project.indicators[0].reason == ""


@pytest.mark.parametrize(
    "changes",
    [
        [(HEADING, "项目资金预算安排及执行进度(元)")],
        [(HEADING, "项目资金（单位：元）")],
        [(HEADING, "项目资金预算安排及执行进度"), ("(2022年度)", "(2022年度)\n金额单位：元")],
        [(HEADING, "项目资金预算安排及执行进度"), ("(2022年度)", "(2022年度)\n\t\t\t\t\t\t单位：人民币元")],
        [(HEADING, "项目资金"), ("全年预算数\t全年执行数", "全年预算数（元）\t全年执行数（元）")],
        [(HEADING, ""), ("\t资金总额:", "项目资金（元）\t资金总额:")],
        [(HEADING, "项目资金"), ("(2022年度)", "\t(2022年度)\t\t\t\t\t(金额单位:元)")],
    ],
    ids=["heading", "heading-with-单位", "line", "grid-line", "columns", "side-title", "beside-the-year"],
)
def test_the_unit_of_a_text_is_found_where_it_stands(tmp_path: Path, changes: list[tuple[str, str]]) -> None:
    yuan = "资金总额:\t\t387,664.62\t387664.62\t387664.62\t380000\t7664.62\t98.02\t9.8"
    project = only_project(text_of(tmp_path, (TOTAL, yuan), *changes))
    total = project.funding[0]
    assert (total.budget, total.executed, total.remainder) == ("38.766462", "38.0000", "0.766462")
    assert (total.rate, total.score) == ("98.02", "9.8")


def test_a_unit_too_coarse_is_told_once_and_not_taken(tmp_path: Path) -> None:
    got = text_of(tmp_path, (HEADING, "项目资金(亿元)"))
    [problem] = told(got)
    assert (problem.rule, problem.severity) == ("R-金额", "mandatory") and "亿元" in problem.message
    assert (only_project(got).funding[0].budget, only_project(got).funding[0].rate) == (None, "100")


def test_two_units_are_told(tmp_path: Path) -> None:
    got = text_of(tmp_path, ("(2022年度)", "(2022年度)\n单位：元"))
    [problem] = told(got)
    assert problem.severity == "verifiable" and "已按单位为元读取" in problem.message
    assert only_project(got).funding[0].budget == "0.0015"


def test_amounts_may_carry_their_own_unit(tmp_path: Path) -> None:
    got = text_of(tmp_path, (TOTAL, "资金总额:\t\t15万元\t15万元\t15万元\t150000元\t0\t100％\t10分"))
    total = only_project(got).funding[0]
    assert (total.budget, total.executed, total.rate, total.score) == ("15", "15.0000", "100", "10")
    assert told(got) == []


def test_components_in_a_text_are_kept(tmp_path: Path) -> None:
    rows = "\n\t\t\t其中：离休干部\t1类\t1类\t1类\n\t\t\t\t2类\t2类\t2类"
    got = text_of(tmp_path, (FIRST_INDICATOR, FIRST_INDICATOR + rows))
    assert told(got) == []
    assert [(i.name, i.target, i.actual, i.points, i.score) for i in only_project(got).indicators[:3]] == [
        ("服务人群类别", "≥3类", "≥3类", "20", "20"),
        ("其中：离休干部", "1类", "1类", None, None),
        ("", "2类", "2类", None, None),
    ]


def test_an_indicator_of_which_nothing_may_happen_keeps_its_target(tmp_path: Path) -> None:
    got = text_of(tmp_path, (FIRST_INDICATOR, "重大事故\t无\t无\t无\t20\t20\t"))
    first = only_project(got).indicators[0]
    assert (first.target, first.actual) == ("无", "无")
    adjusted = text_of(tmp_path, (FIRST_INDICATOR, "服务人群类别\t≥3类\t无\t≥3类\t20\t20\t"))
    assert only_project(adjusted).indicators[0].target == "≥3类"


def test_a_name_of_which_nothing_is_said_is_a_hint(tmp_path: Path) -> None:
    got = text_of(tmp_path, (FIRST_INDICATOR, f"{FIRST_INDICATOR}\n\t\t\t上门服务次数"))
    [problem] = told(got)
    assert problem.severity == "hint" and "上门服务次数" in problem.message
    assert len(only_project(got).indicators) == 7


def test_points_without_a_name_are_told(tmp_path: Path) -> None:
    got = text_of(tmp_path, (FIRST_INDICATOR, "指标1：\t≥3类\t≥3类\t≥3类\t20\t20\t"))
    assert [(problem.rule, problem.severity) for problem in told(got)] == [("R-行", "mandatory")]


@pytest.mark.parametrize("number", ["1e400", "nan", "inf", "9" * 20, "9" * 400, "二十"])
def test_what_is_no_number_is_told_in_a_text(tmp_path: Path, number: str) -> None:
    got = text_of(tmp_path, (FIRST_INDICATOR, f"服务人群类别\t≥3类\t≥3类\t≥3类\t{number}\t{number}\t"), ("\t98\t", f"\t{number}\t"))  # fmt: skip
    assert [p.column for p in told(got) if p.severity == "mandatory"][:2] == ["分值", "得分"]
    assert (only_project(got).indicators[0].points, only_project(got).total) == (None, None)


@pytest.mark.parametrize(
    ("printed", "total", "grade"),
    [("98\t优", "98", "优"), ("98分\t优秀", "98", "优秀"), ("98分（优）\t", "98", "优"), ("98分\t", "98", ""),
     ("98.5，良\t", "98.5", "良"), ("98\t—", "98", "")],
)  # fmt: skip
def test_total_and_grade_of_a_text(tmp_path: Path, printed: str, total: str, grade: str) -> None:
    project = only_project(text_of(tmp_path, ("\t98\t优", f"\t{printed}")))
    assert (project.total, project.grade) == (total, grade)


def test_a_rate_written_as_a_fraction_is_understood_and_told(tmp_path: Path) -> None:
    got = text_of(tmp_path, (TOTAL, "资金总额:\t\t15\t15\t15\t12\t3\t0.8\t8"))
    assert only_project(got).funding[0].rate == "80"
    [problem] = told(got)
    assert (problem.severity, problem.row, problem.column) == (
        "hint",
        "资金总额",
        "执行率",
    ) and "80%" in problem.message


def test_a_low_rate_stays_what_it_is(tmp_path: Path) -> None:
    got = text_of(tmp_path, (TOTAL, "资金总额:\t\t15\t15\t15\t0.12\t14.88\t0.8\t0.08"))
    assert (only_project(got).funding[0].rate, told(got)) == ("0.8", [])


def test_a_form_without_end_is_told_and_its_beginning_read(tmp_path: Path) -> None:
    rows = "".join(f"\n\t\t\t服务人群类别{at}\t≥3类\t≥3类\t≥3类\t1\t1\t" for at in range(3_000))
    got = text_of(tmp_path, (FIRST_INDICATOR, FIRST_INDICATOR + rows))
    assert len(only_project(got).indicators) == 500
    assert {problem.rule for problem in told(got) if "没有读取" in problem.message} == {"R-行"}


# -- workbooks --------------------------------------------------------------------------------------------------------

Edit = Callable[[openpyxl.worksheet.worksheet.Worksheet], object]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "甲中心.xlsx"
    write_workbook(PROFILE, path, submission=full_submission(PROFILE))
    return path


def edited(path: Path, edit: Edit) -> Submission:
    book = openpyxl.load_workbook(path)
    edit(book["自评表1"])
    changed = path.with_name("改过.xlsx")
    book.save(changed)
    return read_workbook(changed, PROFILE)


def fill(cells: dict[str, object], formats: dict[str, str] | None = None) -> Edit:
    def edit(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for address, value in cells.items():
            sheet[address] = value
        for address, number_format in (formats or {}).items():
            sheet[address].number_format = number_format

    return edit


def test_dashes_and_unused_rows_in_a_workbook(full: Path) -> None:
    dashes = {f"{letter}28": "—" for letter in "BCDEFGH"} | {"G26": "——", "H26": "/"}
    unused = {"D35": "指标2：", "E35": "/", "F35": "/", "G35": "/", "H35": "/", "I35": "—", "D36": "……"}
    got = edited(full, fill(dashes | unused | {"J32": "无"}))
    assert told(got) == []
    first = got.projects[0]
    assert [(line.source, line.rate) for line in first.funding] == [("资金总额", "53.33"), ("市县区财政资金", None)]
    assert (len(first.indicators), first.indicators[0].reason) == (3, "")


@pytest.mark.parametrize(
    ("cells", "told_too"),
    [
        ({"A20": "项目资金预算安排及执行进度（元）", "J3": "资金单位：元"}, 0),
        ({"A20": "项目资金预算安排及执行进度（元）"}, 1),
        ({"J3": "资金单位：元"}, 1),
        ({"D21": "全年预算数（元）"}, 1),
    ],
    ids=["both", "heading", "head", "column"],
)
def test_the_unit_of_a_sheet_is_found_where_it_stands(full: Path, cells: dict[str, object], told_too: int) -> None:
    got = edited(full, fill({**cells, "D23": 387664.62, "E23": "380,000.00", "F23": 7664.62}))
    total = got.projects[0].funding[0]
    assert (total.budget, total.executed, total.remainder) == ("38.766462", "38.000000", "0.766462")
    assert [problem.severity for problem in told(got)] == ["verifiable"] * told_too
    assert all("为元" in problem.message and "万元" in problem.message for problem in told(got))


@pytest.mark.parametrize("number_format", ["0.00%", "0%", "0.0%;[Red]-0.0%", '0.000%_ "约"'])
def test_cells_with_percent_format_are_read_as_shown(full: Path, number_format: str) -> None:
    cells: dict[str, object] = {"D23": 80, "E23": 78.5, "F23": 1.5, "G23": 0.98125, "F34": 0.95, "G34": 0.975}
    got = edited(full, fill(cells, dict.fromkeys(("G23", "F34", "G34"), number_format)))
    assert told(got) == []
    assert got.projects[0].funding[0].rate == "98.125"
    assert (got.projects[0].indicators[2].target, got.projects[0].indicators[2].actual) == ("95%", "97.5%")


@pytest.mark.parametrize("number_format", ["General", "0.00", '0.00"%"', "[$-804]0.00"])
def test_a_fraction_without_percent_format_is_understood_and_told(full: Path, number_format: str) -> None:
    cells: dict[str, object] = {"D23": 80, "E23": 78.5, "F23": 1.5, "G23": 0.98125}
    got = edited(full, fill(cells, {"G23": number_format}))
    assert got.projects[0].funding[0].rate == "98.125"
    [problem] = told(got)
    assert (problem.severity, problem.location) == ("hint", "自评表1!G23") and "98.125%" in problem.message


def test_components_in_a_workbook_are_kept(full: Path) -> None:
    def edit(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for address, value in {
            "D35": "其中：重点群众",
            "E35": "≥95%",
            "G35": "96%",
            "E36": "≥92%",
            "G36": "93%",
        }.items():
            sheet[address] = value

    got = edited(full, edit)
    assert told(got) == []
    assert [(i.level2, i.name, i.actual, i.points) for i in got.projects[0].indicators[3:]] == [
        ("服务对象满意度", "其中：重点群众", "96%", None),
        ("服务对象满意度", "", "93%", None),
    ]


@pytest.mark.parametrize("number", ["1e400", "nan", "inf", "9" * 20, 1e300, 99999999999])
def test_what_is_no_number_is_told_in_a_workbook(full: Path, number: object) -> None:
    got = edited(full, fill({"H32": number, "I32": number}))
    assert [(p.severity, p.location, p.column) for p in told(got)] == [
        ("mandatory", "自评表1!H32", "分值"),
        ("mandatory", "自评表1!I32", "得分"),
    ]


def test_forms_of_one_name_are_told_in_a_workbook(full: Path) -> None:
    got = edited(full, fill({"B7": "乙项目"}))
    [problem] = told(got)
    assert (problem.rule, problem.row, problem.location) == ("R-重复", "乙项目", "自评表2")


def test_every_column_has_its_cell(full: Path) -> None:
    project = edited(full, fill({})).projects[0]
    assert place_of(project.funding[0], "执行率") == "自评表1!G23"
    assert place_of(project.indicators[1], "得分") == "自评表1!I33"
    assert place_of(project.indicators[1], "偏差原因分析及改进措施") == "自评表1!J33"
    assert project.total_location == "自评表1!I62"
