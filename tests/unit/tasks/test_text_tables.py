"""Tables in other shapes: other column order, no line numbers, 万元; faults are told with row, column and line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from models.forms.matching import match_rows
from models.profiles import Profile
from models.submission import NOT_APPLICABLE, Display, Presence, Problem, Submission, Unread
from tasks.collect.text.reader import read_text

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
LINES = FIXTURE.read_text("utf-8").split("\n")

Read = Callable[[list[str]], Submission]


@pytest.fixture
def read(tmp_path: Path, profile: Profile) -> Read:
    def reading(lines: list[str]) -> Submission:
        path = tmp_path / "文本.txt"
        path.write_text("\n".join(lines), "utf-8")
        return read_text(path, profile)

    return reading


def span(form: str, following: str) -> tuple[int, int]:
    """Lines of a table: from its number label to the next one."""
    return LINES.index(f"{form}表"), LINES.index(f"{following}表")


def reordered(form: str, following: str, order: list[int]) -> list[str]:
    lines = list(LINES)
    start, stop = span(form, following)
    for at in range(start, stop):
        cells = lines[at].split("\t")
        if len(cells) > 1:
            lines[at] = "\t".join(cells[index] if index < len(cells) else "" for index in order)
    return lines


def figures(submission: Submission) -> set[tuple[str, str, str, int | None]]:
    return {(cell.form, cell.row, cell.column, cell.amount) for cell in submission.cells}


def told(submission: Submission) -> list[Problem]:
    return [problem for problem in submission.problems if problem.rule not in ("R-行次", "R-移位")]


def changed(old: str, new: str, form: str = "公开01") -> tuple[list[str], int]:
    """The fixture with one cell's text replaced inside a table, and the line's number."""
    lines = list(LINES)
    start = lines.index(f"{form}表")
    at = next(i for i in range(start, len(lines)) if old in lines[i])
    lines[at] = lines[at].replace(old, new)
    return lines, at + 1


# -- the same figures in another shape --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "following", "order"),
    [
        ("公开01", "公开02", [0, 2, 3, 5]),
        ("公开01", "公开02", [3, 4, 5, 0, 1, 2]),
        ("公开01", "公开02", [1, 0, 2, 4, 3, 5]),
        ("公开01", "公开02", [2, 1, 0, 5, 4, 3]),
        ("公开02", "公开03", [0, 1, 8, 7, 6, 5, 4, 3, 2]),
        ("公开02", "公开03", [2, 3, 4, 5, 6, 7, 8, 1, 0]),
        ("公开03", "公开04", [1, 0, 2, 4, 3, 5, 6, 7]),
        ("公开04", "公开05", [0, 2, 3, 5, 8, 7, 6]),
        ("公开06", "公开07", [0, 1, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
        ("公开10", "公开10", [0, 2]),
    ],
)
def test_other_column_order_and_no_line_numbers(
    read: Read, profile: Profile, form: str, following: str, order: list[int]
) -> None:
    if form == following:  # the last table ends where the narrative begins
        lines = list(LINES)
        for at in range(lines.index(f"{form}表"), lines.index("第三部分 情况说明")):
            cells = lines[at].split("\t")
            lines[at] = "\t".join(cells[i] for i in order) if len(cells) > 2 else lines[at]
    else:
        lines = reordered(form, following, order)
    submission = read(lines)
    assert figures(submission) == figures(read_text(FIXTURE, profile))
    assert told(submission) == []


def test_without_the_line_that_numbers_the_columns(read: Read, profile: Profile) -> None:
    submission = read([line for line in LINES if not line.startswith("栏次")])
    assert figures(submission) == figures(read_text(FIXTURE, profile))
    assert told(submission) == []


def test_trailing_tabs_cut_by_an_editor(read: Read, profile: Profile) -> None:
    submission = read([line.rstrip("\t") for line in LINES])
    assert figures(submission) == figures(read_text(FIXTURE, profile))
    assert submission.projects == read_text(FIXTURE, profile).projects
    assert told(submission) == []


def test_windows_and_gbk(tmp_path: Path, profile: Profile) -> None:
    path = tmp_path / "国标.txt"
    path.write_bytes("\r\n".join(LINES).encode("gbk", "replace"))
    submission = read_text(path, profile)
    assert figures(submission) == figures(read_text(FIXTURE, profile))
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(LINES).encode())
    assert figures(read_text(path, profile)) == figures(submission)


def test_amounts_in_ten_thousands(read: Read) -> None:
    lines, _ = changed(
        "一、一般公共预算财政拨款收入\t1.00\t24416856.18", "一、一般公共预算财政拨款收入\t1.00\t2,441.69"
    )
    lines = [line.replace("单位：元", "单位：万元") for line in lines]
    submission = read(lines)
    assert (submission.amount_unit, submission.decimals) == ("万元", 2)
    cells = {(cell.form, cell.row): cell.amount for cell in submission.cells}
    assert cells[("公开01", "一般公共预算财政拨款收入")] == 2_441_690_000
    assert cells[("公开01", "208")] == 292_767_520_000


def test_one_table_in_another_unit(read: Read) -> None:
    lines = list(LINES)
    start, stop = span("公开02", "公开03")
    lines[start:stop] = [line.replace("金额单位：元", "金额单位：万元") for line in lines[start:stop]]
    submission = read(lines)
    assert submission.amount_unit == "元"
    assert [(p.rule, p.severity, p.form) for p in told(submission)] == [("R-其他", "hint", "公开02")]
    assert submission.display("公开02") == Display("万元", 2) and submission.display("公开03") == Display("元", 2)
    assert ("公开02", "213", "本年收入合计", 36_000_000_000) in figures(submission)


def test_no_unit_anywhere_is_told(read: Read) -> None:
    submission = read([line for line in LINES if "单位：元" not in line])
    severities = {p.form: p.severity for p in told(submission)}
    assert severities["公开01"] == "verifiable" and len(severities) == 10


def test_a_table_continued_under_its_title_again(read: Read, profile: Profile) -> None:
    """A page break that repeats title and header inside 公开02."""
    lines = list(LINES)
    start = lines.index("公开02表")
    header = next(i for i in range(start, len(lines)) if lines[i].startswith("项目"))
    at = next(i for i in range(start, len(lines)) if lines[i].startswith("21015\t"))
    lines[at:at] = ["", "收入决算表（续）", "", *lines[header : header + 3]]
    submission = read(lines)
    assert figures(submission) == figures(read_text(FIXTURE, profile)) and told(submission) == []


def test_a_table_continued_without_a_header(read: Read, profile: Profile) -> None:
    lines = list(LINES)
    at = next(i for i, line in enumerate(lines) if line.startswith("21015\t"))
    lines[at:at] = ["", "收入决算表（续）", ""]
    submission = read(lines)
    assert figures(submission) == figures(read_text(FIXTURE, profile)) and told(submission) == []


def test_stacked_sides(read: Read, profile: Profile) -> None:
    """公开01 with the expenditure side below the income side."""
    start, stop = span("公开01", "公开02")
    rows = [line.split("\t") for line in LINES[start:stop] if "\t" in line]
    other = [line for line in LINES[start:stop] if "\t" not in line]
    left = ["\t".join(row[:3]) for row in rows]
    right = ["\t".join(row[3:]) for row in rows]
    submission = read([*LINES[:start], *other[:8], *left, *right, *other[8:], *LINES[stop:]])
    assert figures(submission) == figures(read_text(FIXTURE, profile)) and told(submission) == []


def test_07_with_data(read: Read) -> None:
    lines = list(LINES)
    at = lines.index("1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12")
    lines[at + 1 : at + 1] = ["6.00\t1.00\t4.00\t\t4.00\t1.00\t5.00\t\t4.00\t\t4.00\t1.00"]
    lines = [line for i, line in enumerate(lines) if not (at < i < at + 8 and "本表无数据" in line)]
    submission = read(lines)
    assert submission.presence["公开07"] is Presence.PRESENT
    cells = {cell.column: cell.amount for cell in submission.form_cells("公开07")}
    assert cells == {
        "预算数/合计": 600,
        "预算数/因公出国（境）费": 100,
        "预算数/公务用车购置及运行维护费/小计": 400,
        "预算数/公务用车购置及运行维护费/公务用车运行维护费": 400,
        "预算数/公务接待费": 100,
        "决算数/合计": 500,
        "决算数/公务用车购置及运行维护费/小计": 400,
        "决算数/公务用车购置及运行维护费/公务用车运行维护费": 400,
        "决算数/公务接待费": 100,
    }
    assert told(submission) == []


def test_vehicles_are_counts(read: Read) -> None:
    lines, _ = changed("(一) 车辆数合计(辆)\t7\t", "(一) 车辆数合计(辆)\t7\t3", "公开10")
    submission = read(lines)
    assert ("公开10", "国有资产/车辆数合计", "统计数", 3) in figures(submission)
    lines, number = changed("(一) 车辆数合计(辆)\t7\t", "(一) 车辆数合计(辆)\t7\t2.5", "公开10")
    [problem] = told(read(lines))
    assert problem.rule == "R-金额" and f"第 {number} 行" in problem.message


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["约五万元", "24416856.181", "1,2345.00", "=A1+A2", "9" * 30, "NaN", "1e5"])
def test_no_exact_amount(read: Read, text: str) -> None:
    lines, number = changed("208\t社会保障和就业支出\t292767.52", f"208\t社会保障和就业支出\t{text}", "公开02")
    submission = read(lines)
    [problem] = told(submission)
    assert (problem.rule, problem.severity, problem.form) == ("R-金额", "mandatory", "公开02")
    assert (problem.row, problem.column) == ("208", "本年收入合计")
    assert problem.location.startswith(f"第 {number} 行") and f"第 {number} 行" in problem.message
    assert "社会保障和就业支出" in problem.message and "本年收入合计" in problem.message
    assert not any(c.row == "208" and c.column == "本年收入合计" for c in submission.form_cells("公开02"))


def test_unknown_row_with_a_figure(read: Read) -> None:
    lines, number = changed("八、其他收入\t8.00\t", "八、食堂收入\t8.00\t55.00")
    [problem] = told(read(lines))
    assert (problem.rule, problem.severity) == ("R-行", "mandatory")
    assert "食堂收入" in problem.message and f"第 {number} 行" in problem.message


def test_unknown_row_without_a_figure_is_a_hint(read: Read) -> None:
    lines, _ = changed("八、其他收入\t8.00\t", "八、食堂收入\t8.00\t")
    assert [(p.rule, p.severity) for p in told(read(lines))] == [("R-行", "hint")]


def test_figure_without_a_name(read: Read) -> None:
    lines, _ = changed("\t9.00\t\t九、", "\t9.00\t7.00\t九、")
    assert [(p.rule, p.severity) for p in told(read(lines))] == [("R-行", "mandatory")]


def test_unknown_and_missing_column(read: Read) -> None:
    lines, _ = changed("\t事业收入\t", "\t培训收入\t", "公开02")
    at = next(i for i in range(lines.index("公开02表"), len(lines)) if lines[i].startswith("208\t"))
    cells = lines[at].split("\t")
    cells[5] = "8.00"
    lines[at] = "\t".join(cells)
    problems = told(read(lines))
    assert {(p.rule, p.severity) for p in problems} == {("R-列", "mandatory")}
    assert any("培训收入" in p.message and "8.00" in p.message for p in problems)
    assert any("缺少列“事业收入”" in p.message for p in problems)


def test_figure_beyond_the_last_column(read: Read) -> None:
    lines, number = changed("208\t社会保障和就业支出\t292767.52\t292767.52", "208\t社会保障和就业支出\t1\t1", "公开05")
    lines[number - 1] += "\t77.00"
    assert [(p.rule, p.severity) for p in told(read(lines))] == [("R-列", "mandatory")]


def test_figure_in_the_line_number_column(read: Read) -> None:
    lines, _ = changed("八、社会保障和就业支出\t39.00\t292767.52", "八、社会保障和就业支出\t292767.52\t")
    problems = told(read(lines))
    assert [(p.rule, p.severity) for p in problems] == [("R-列", "mandatory")]
    assert "292767.52" in problems[0].message


@pytest.mark.parametrize("form", ["公开02", "公开03", "公开05"])
def test_a_subject_twice(read: Read, form: str) -> None:
    lines = list(LINES)
    at = next(i for i in range(lines.index(f"{form}表"), len(lines)) if lines[i].startswith("213\t"))
    lines.insert(at + 1, lines[at])
    submission = read(lines)
    [problem] = told(submission)
    assert (problem.rule, problem.severity, problem.row) == ("R-重复", "mandatory", "213")
    assert f"第 {at + 1} 行" in problem.message and f"第 {at + 2} 行" in problem.message


def test_a_row_twice_is_not_taken_for_its_namesake_below(read: Read) -> None:
    """公开04 prints 一般公共预算财政拨款 twice: as income and under the opening carryover."""
    lines = list(LINES)
    at = next(i for i, line in enumerate(lines) if line.startswith("一、一般公共预算财政拨款\t"))
    lines.insert(at + 1, "一、一般公共预算财政拨款\t2\t5.00\t\t\t\t\t\t")
    assert [(p.rule, p.row) for p in told(read(lines))] == [("R-重复", "收入/一般公共预算财政拨款")]


def test_namesakes_of_04_are_told_apart_by_order(read: Read) -> None:
    lines, _ = changed("一般公共预算财政拨款\t29\t", "一般公共预算财政拨款\t29\t3.00", "公开04")
    lines = [line.replace("一、一般公共预算财政拨款\t1\t", "一般公共预算财政拨款\t1\t") for line in lines]
    submission = read(lines)
    assert ("公开04", "年初结转/一般公共预算财政拨款", "金额", 300) in figures(submission)
    assert ("公开04", "收入/一般公共预算财政拨款", "金额", 2441685618) in figures(submission)


def test_unknown_subject_is_read_and_keeps_its_name(read: Read) -> None:
    lines = list(LINES)
    at = next(i for i in range(lines.index("公开02表"), len(lines)) if lines[i].startswith("2210201\t"))
    lines.insert(at + 1, "2219999\t别的住房 支出\t1.00\t1.00\t\t\t\t\t")
    submission = read(lines)
    assert told(submission) == [], "the dictionary is the rules' matter, once for all tables"
    assert submission.row_names[("公开02", "2219999")] == "别的住房支出"
    assert ("公开02", "2219999", "本年收入合计", 100) in figures(submission)


def test_names_without_codes_are_found_below_the_row_that_stands_above(read: Read) -> None:
    lines = list(LINES)
    start, stop = span("公开02", "公开03")
    at = next(i for i in range(start, stop) if lines[i].startswith("合计"))
    names = [
        "公共安全支出",
        "法院",
        "行政运行",
        "“两庭”建设",
        "司法",
        "行政运行",
        "社区矫正",
        "其他支出",
        "其他支出",
        "其他支出",
    ]
    end = next(i for i in range(at, stop) if lines[i].startswith("2210201\t"))
    lines[at + 1 : end + 1] = [f"\t{name}\t{number}.00" for number, name in enumerate(names, 1)]
    found = {cell.row: cell.amount for cell in read(lines).form_cells("公开02") if cell.row.isdigit()}
    codes = ["204", "20405", "2040501", "2040506", "20406", "2040601", "2040610", "229", "22999", "2299999"]
    assert found == {code: number * 100 for number, code in enumerate(codes, 1)}


def test_a_namesake_below_a_row_that_was_not_placed_is_told_never_guessed(read: Read) -> None:
    lines = list(LINES)
    at = next(i for i in range(*span("公开02", "公开03")) if lines[i].startswith("2210201\t"))
    lines[at + 1 : at + 1] = ["20405\t法院\t3.00", "\t某某新科目\t2.00", "\t行政运行\t1.00"]
    submission = read(lines)
    assert "2040501" not in {cell.row for cell in submission.form_cells("公开02")}
    (problem,) = told(submission)
    assert problem.rule == "R-行" and "某某新科目" in problem.message and "行政运行" in problem.message


@pytest.mark.parametrize("code", ["2080", "20805051", "21O"])
def test_malformed_subject_code(read: Read, code: str) -> None:
    lines, _ = changed("2080505\t机关", f"{code}\t机关", "公开02")
    assert [(p.rule, p.severity) for p in told(read(lines))] == [("R-行", "mandatory")]


def test_a_skipped_line_number_is_a_hint(read: Read) -> None:
    submission = read_text_problems(read)
    assert [(p.form, p.severity) for p in submission] == [("公开10", "hint")]
    lines, number = changed("三、国有资本经营预算财政拨款收入\t3.00", "三、国有资本经营预算财政拨款收入\t4.00")
    hints = [p for p in read(lines).problems if p.rule == "R-行次" and p.form == "公开01"]
    assert hints and hints[0].location.startswith(f"第 {number} 行")


def read_text_problems(read: Read) -> list[Problem]:
    return [problem for problem in read(LINES).problems if problem.rule == "R-行次"]


# -- states of a table ------------------------------------------------------------------------------------------------


def test_missing_table_is_absent(read: Read) -> None:
    title = LINES.index("支出决算表")
    following = LINES.index("财政拨款收入支出决算总表", title)
    submission = read([*LINES[:title], *LINES[following:]])
    assert submission.presence["公开03"] is Presence.ABSENT and not list(submission.form_cells("公开03"))
    assert submission.presence["公开04"] is Presence.PRESENT


def test_blank_table_without_a_note_is_present(read: Read) -> None:
    submission = read([line for line in LINES if not line.startswith("说明：本表无数据")])
    assert submission.presence["公开08"] is Presence.PRESENT and not list(submission.form_cells("公开08"))


def test_empty_by_note_but_with_figures(read: Read) -> None:
    lines = list(LINES)
    at = next(i for i in range(lines.index("公开09表"), len(lines)) if lines[i].startswith("合计"))
    lines[at] = "合计\t\t5.00\t5.00\t"
    submission = read(lines)
    assert submission.presence["公开09"] is Presence.PRESENT
    assert [(p.rule, p.severity, p.form) for p in told(submission)] == [("R-空表", "mandatory", "公开09")]


def test_table_without_a_known_header_is_unreadable(read: Read) -> None:
    lines = list(LINES)
    start = lines.index("公开05表")
    at = next(i for i in range(start, len(lines)) if lines[i].startswith("项目"))
    del lines[at : at + 3]
    submission = read(lines)
    assert submission.presence["公开05"] is Presence.UNREADABLE
    assert {p.rule for p in told(submission)} == {"R-列"}


def test_a_table_twice(read: Read, profile: Profile) -> None:
    title = LINES.index("收入决算表")
    following = LINES.index("支出决算表", title)
    submission = read([*LINES[:following], *LINES[title:following], *LINES[following:]])
    assert figures(submission) == figures(read_text(FIXTURE, profile))
    assert [(p.rule, p.severity, p.form) for p in told(submission)] == [("R-重复", "mandatory", "公开02")]


def test_truncated_file(read: Read) -> None:
    at = next(i for i in range(LINES.index("公开03表"), len(LINES)) if LINES[i].startswith("21011\t"))
    submission = read(LINES[:at])
    assert submission.presence["公开03"] is Presence.PRESENT and submission.presence["公开04"] is Presence.ABSENT
    at = next(i for i in range(LINES.index("公开01表"), len(LINES)) if LINES[i].startswith("本年收入合计"))
    submission = read(LINES[:at])
    assert [(p.rule, p.severity) for p in told(submission)] == [("R-其他", "verifiable")]
    assert "总计" in told(submission)[0].message


def test_a_table_that_no_form_has_is_told(read: Read) -> None:
    lines = list(LINES)
    at = lines.index("第三部分 情况说明")
    extra = ["资产负债表", "", "公开11表", "", "项目\t期初\t期末", "货币资金\t5.00\t6.00", "固定资产\t1.00\t2.00", ""]
    submission = read([*lines[:at], *extra, *lines[at:]])
    assert [(p.rule, p.severity) for p in told(submission)] == [("R-其他", "verifiable")]
    assert "2 行" in told(submission)[0].message and f"第 {at + 6} 行" in told(submission)[0].message


def test_another_unit_or_year_above_one_table(read: Read) -> None:
    lines, number = changed("2022年度", "2021年度", "公开03")
    submission = read(lines)
    assert submission.year == 2022
    assert [(p.rule, p.location) for p in told(submission)] == [("R-其他", f"第 {number} 行")]


def test_dashes_of_any_length(read: Read) -> None:
    lines = [line.replace("——", "—") for line in LINES]
    dashes = [cell for cell in read(lines).form_cells("公开06") if cell.amount is None]
    assert len(dashes) == 20 and {cell.text for cell in dashes} == {NOT_APPLICABLE}


# -- labels, signs and units as others write them ---------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", ".", "．", "：", "）", " ", "，", "·"])
def test_labels_with_another_mark_behind_their_number_or_none(read: Read, profile: Profile, mark: str) -> None:
    lines = list(LINES)
    start, stop = span("公开01", "公开02")
    numeral = re.compile(r"(?<![^\t])([一二三四五六七八九十]{1,3})、")
    lines[start:stop] = [numeral.sub(lambda found: found[1] + mark, line) for line in lines[start:stop]]
    assert lines != LINES
    submission = read(lines)
    assert figures(submission) == figures(read_text(FIXTURE, profile))
    assert told(submission) == []


@pytest.mark.parametrize(
    ("label", "row"),
    [
        ("八社会保障和就业支出", "208"),
        ("8、社会保障和就业支出", "208"),
        ("8社会保障和就业支出", "208"),
        ("(八)社会保障和就业支出", "208"),
        ("⑧社会保障和就业支出", "208"),
        ("第八、社会保障和就业支出", "208"),
        ("社会保障、就业支出", None),
        ("一般其他支出", None),
        ("一一般公共服务支出", "201"),
        ("二十三其他支出", "229"),
        ("三公其他支出", None),
    ],
)
def test_what_is_a_number_before_a_name(profile: Profile, label: str, row: str | None) -> None:
    found = match_rows(profile.forms["公开01"].panels[1], label)
    assert [one.key for one in found] == ([row] if row else [])


def test_unknown_rows_are_told_once_and_mark_their_side(read: Read) -> None:
    lines = [line.replace("八、社会保障和就业支出", "八、社保类") for line in LINES]
    lines = [line.replace("九、卫生健康支出", "九、卫健类") for line in lines]
    submission = read(lines)
    (problem,) = [p for p in told(submission) if p.form == "公开01"]
    assert (problem.rule, problem.severity) == ("R-行", "mandatory")
    numbers = [number for number, line in enumerate(lines, 1) if "、社保类" in line or "、卫健类" in line]
    for number, name in zip(numbers, ("八、社保类", "九、卫健类"), strict=False):
        assert f"第 {number} 行“{name}”" in problem.message
    assert Unread("公开01", 1, "", "决算数") in submission.unread
    assert {one.panel for one in submission.unread if one.form == "公开01"} == {1}


def test_an_unknown_row_of_zeros_does_no_harm(read: Read) -> None:
    lines = list(LINES)
    at = next(i for i, line in enumerate(lines) if line.startswith("八、其他收入"))
    lines.insert(at + 1, "九、杂项收入\t9\t0.00\t\t\t")
    submission = read(lines)
    assert submission.unread == []
    assert [(p.rule, p.severity) for p in told(submission)] == [("R-行", "hint")]


@pytest.mark.parametrize("sign", ["—", "——", "-", "－", "–", "/", "…", "……", "--", "／"])
def test_signs_for_nothing_here(read: Read, sign: str) -> None:
    lines, number = changed("五、事业收入\t5.00\t", f"五、事业收入\t5.00\t{sign}")
    assert sign in lines[number - 1]
    submission = read(lines)
    assert told(submission) == [] and submission.unread == []
    assert [c for c in submission.cells if (c.form, c.row) == ("公开01", "事业收入")] == []


@pytest.mark.parametrize(
    ("text", "amount"), [("(1,234.00)", -123_400), ("（１，２３４．００）", -123_400), ("\u200b12", 1_200)]
)
def test_figures_as_they_are_written(read: Read, text: str, amount: int) -> None:
    lines, _ = changed("五、事业收入\t5.00\t", f"五、事业收入\t5.00\t{text}")
    submission = read(lines)
    assert [c.amount for c in submission.cells if (c.form, c.row) == ("公开01", "事业收入")] == [amount]


def test_an_amount_that_cannot_be_read_marks_its_cell(read: Read) -> None:
    lines, _ = changed("五、事业收入\t5.00\t", "五、事业收入\t5.00\t约三万")
    submission = read(lines)
    assert [(p.rule, p.row) for p in told(submission)] == [("R-金额", "事业收入")]
    assert submission.unread == [Unread("公开01", 0, "事业收入", "决算数")]


def figures_05(submission: Submission) -> dict[str, int]:
    return {f"{cell.row}{cell.column}": cell.amount or 0 for cell in submission.cells if cell.form == "公开05"}


@pytest.mark.parametrize(
    ("unit", "fen"), [("元", 100), ("千元", 10**5), ("万元", 10**6), ("百万元", 10**8), ("百元", 10**4)]
)
def test_units_of_money(read: Read, unit: str, fen: int) -> None:
    lines = list(LINES)
    start, stop = span("公开05", "公开06")
    head = next(i for i in range(start, stop) if "金额单位：元" in lines[i])
    lines[head] = lines[head].replace("金额单位：元", f"（金额单位：人民币{unit}）")
    before = figures_05(read(list(LINES)))
    after = figures_05(read(lines))
    assert before and after == {key: amount * fen // 100 for key, amount in before.items()}


def test_the_unit_of_money_behind_a_columns_header(read: Read) -> None:
    lines = list(LINES)
    start, stop = span("公开05", "公开06")
    for at in range(start, stop):
        if "金额单位：元" in lines[at]:
            lines[at] = ""
        elif "基本支出" in lines[at]:
            lines[at] = lines[at].replace("基本支出", "基本支出（万元）").replace("小计", "小计（万元）")
    before, after = figures_05(read(list(LINES))), read(lines)
    assert before and figures_05(after) == {key: amount * 10_000 for key, amount in before.items()}
    assert after.display("公开05") == Display("万元", 2)


def test_a_table_continued_keeps_its_unit(read: Read) -> None:
    lines = list(LINES)
    start, stop = span("公开02", "公开03")
    lines[start:stop] = [line.replace("金额单位：元", "金额单位：万元") for line in lines[start:stop]]
    before = figures(read(list(lines)))
    at = next(i for i in range(start, stop) if lines[i].startswith("21015\t"))
    lines[at:at] = ["", "收入决算表（续）", ""]
    assert figures(read(lines)) == before


@pytest.mark.parametrize(
    ("text", "severities"), [("0.00", ["hint"]), ("—", []), ("已核", ["hint"]), ("7", ["mandatory"])]
)
def test_a_column_of_ones_own(read: Read, text: str, severities: list[str]) -> None:
    lines = list(LINES)
    start, stop = span("公开03", "公开04")
    rows = [i for i in range(start, stop) if lines[i].split("\t")[0].isdigit()]
    header = next(i for i in range(start, stop) if lines[i].startswith("功能分类") or "基本支出" in lines[i])
    wide = max(len(lines[i].split("\t")) for i in (header, *rows))
    for at in (header, *rows[:2]):
        cells = lines[at].split("\t")
        lines[at] = "\t".join([*cells, *[""] * (wide - len(cells)), "核对" if at == header else text])
    submission = read(lines)
    assert [problem.severity for problem in told(submission)] == severities
    marked = {one.row for one in submission.unread}
    assert marked == ({lines[at].split("\t")[0] for at in rows[:2]} if "mandatory" in severities else set())
