"""What is written into the workbook is what is read from it."""

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbook_sample import full_submission, values_of

from models.profiles import load_profile
from models.submission import Cell, Presence, Submission
from reports.workbook import CoverInfo, write_workbook
from reports.workbook_values import spreadsheet_number
from tasks.collect.workbook.grid import amount_of
from tasks.collect.workbook.reader import read_workbook

PROFILE = load_profile()


def _read_back(submission: Submission, folder: Path) -> Submission:
    path = folder / "样例.xlsx"
    write_workbook(PROFILE, path, submission=submission, mark="示例数据")
    return read_workbook(path, PROFILE)


def test_every_cell_of_every_form_survives(tmp_path: Path) -> None:
    sent = full_submission(PROFILE)
    got = _read_back(sent, tmp_path)
    assert got.problems == []
    assert values_of(got) == values_of(sent)
    assert len(got.cells) == len(sent.cells)
    assert got.row_names == sent.row_names
    assert got.presence == sent.presence
    assert (got.unit_code, got.unit_name, got.year) == ("140901", "甲中心", 2022)
    assert (got.kind, got.profile, got.amount_unit) == ("填报工作簿", "national-2022", "元")


def test_projects_counterparties_and_explanations_survive(tmp_path: Path) -> None:
    sent = full_submission(PROFILE)
    got = _read_back(sent, tmp_path)
    bare = [
        replace(
            project,
            location="",
            total_location="",
            funding=tuple(replace(line, location="", places="") for line in project.funding),
            indicators=tuple(replace(indicator, location="", places="") for indicator in project.indicators),
        )
        for project in got.projects
    ]
    assert bare == sent.projects
    assert [replace(item, location="") for item in got.counterparties] == sent.counterparties
    assert [replace(item, location="") for item in got.explanations] == sent.explanations


def test_location_names_sheet_and_cell(tmp_path: Path) -> None:
    got = _read_back(full_submission(PROFILE), tmp_path)
    assert next(cell.location for cell in got.cells if cell.row == "一般公共预算财政拨款收入") == "公开01!C8"


def test_blank_template_is_a_submission_of_empty_forms(tmp_path: Path) -> None:
    path = tmp_path / "空白.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022, "行政单位"))
    got = read_workbook(path, PROFILE)
    assert [problem.rule for problem in got.problems] == ["R-签署"]  # nobody has signed the cover yet
    assert {code for code, state in got.presence.items() if state is not Presence.EMPTY} == {"封面"}
    assert all(cell.amount is None for cell in got.cells)
    assert (got.projects, got.counterparties, got.explanations) == ([], [], [])


def test_absent_and_empty_forms_stay_so(tmp_path: Path) -> None:
    sent = full_submission(PROFILE)
    sent.cells = [cell for cell in sent.cells if cell.form not in ("公开08", "公开09")]
    sent.row_names = {key: name for key, name in sent.row_names.items() if key[0] not in ("公开08", "公开09")}
    sent.presence |= {"公开08": Presence.EMPTY, "公开09": Presence.ABSENT}
    got = _read_back(sent, tmp_path)
    assert (got.presence, got.problems) == (sent.presence, [])


@given(st.integers(min_value=-9 * 10**16, max_value=9 * 10**16))
@settings(max_examples=500)
def test_any_amount_survives_the_number_or_text_of_its_cell(fen: int) -> None:
    kind = PROFILE.forms["公开01"].kind_of("结余分配", "决算数")
    shown = spreadsheet_number(fen, kind)
    # XlsxWriter writes numbers with 16 significant digits
    stored = float(f"{shown:.16G}") if isinstance(shown, float) else shown
    assert amount_of(stored, kind) == fen


@given(st.lists(st.integers(min_value=-9 * 10**16, max_value=9 * 10**16), min_size=12, max_size=12))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_amounts_survive_the_file(tmp_path: Path, amounts: list[int]) -> None:
    sent = Submission("样例.xlsx", "", "填报工作簿", PROFILE.code, PROFILE.forms.hash)
    columns = [column.key for column in PROFILE.forms["公开07"].panels[0].columns]
    sent.cells = [Cell("公开07", "三公经费", column, fen) for column, fen in zip(columns, amounts, strict=True)]
    got = _read_back(sent, tmp_path)
    assert [cell.amount for cell in got.form_cells("公开07")] == amounts
    assert [problem.rule for problem in got.problems] == ["R-签署"]
