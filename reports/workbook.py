"""Writes 填报工作簿, the workbook that a unit fills, from the form catalogue alone.

The same call gives the same bytes. Words are written as words: nothing that a unit typed becomes a formula or a link.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from models.errors import UsageError
from models.forms import Form, Kind
from models.profiles import Profile
from models.submission import DEPARTMENT_REPORT, Presence, Submission
from reports.workbook_guide import write_guide
from reports.workbook_layout import CODE, Field, SheetLayout, Slot, layout_form
from reports.workbook_styles import Styles
from reports.workbook_terms import COVER, COVER_FIELDS, GUIDE_SHEET, PROJECTS, UNIT_LABEL, YEAR_LABEL
from reports.workbook_values import (
    Values,
    matrix_values,
    open_subjects,
    project_values,
    record_values,
    spreadsheet_number,
)

BLANK_PROJECTS = 3
SPARE_LINES = 20
_LINES, _INDICATORS = 60, 30
_TALL = 32  # points: two lines; merged cells do not grow by themselves
_CREATED = datetime(2022, 1, 1)  # fixed, so that the bytes repeat
_PROTECTION = dict.fromkeys(
    ("insert_rows", "delete_rows", "format_cells", "format_columns", "format_rows", "sort", "autofilter"), True
)


@dataclass(frozen=True, slots=True)
class CoverInfo:
    """What is known about a unit before it fills the cover; empty for unknown.

    Attributes:
        code, name: Of the unit. year: ``2022``. unit_type: 单位类型. accounting: 会计制度. level: 预算级次.
        report_type: 报表类型.
    """

    code: str = ""
    name: str = ""
    year: int | str = ""
    unit_type: str = ""
    accounting: str = ""
    level: str = ""
    report_type: str = ""


def write_workbook(
    profile: Profile,
    path: Path,
    *,
    unit: CoverInfo | None = None,
    submission: Submission | None = None,
    mark: str = "",
) -> None:
    """Write the workbook of a profile, one sheet per form in the catalogue's order behind a sheet of guidance.

    A department's workbook (报表类型 部门汇总) has the forms in which it speaks for the sum of its units, no tables.

    Args:
        profile: Gives the forms.
        path: File to write.
        unit: Prefills the cover.
        submission: Fills figures and words; forms that it lacks (缺表) get no sheet.
        mark: Printed on every sheet, for example ``示例数据``.

    Raises:
        UsageError: The submission holds something that the forms have no cell for, or the file cannot be written.
    """
    book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"created": _CREATED, "title": f"{profile.name} 单位决算填报工作簿"})
    styles = Styles(book)
    plans = _plan(profile, unit or CoverInfo(), submission)
    speaks = unit is not None and unit.report_type == DEPARTMENT_REPORT
    write_guide(book, styles, profile, [(name, layout.form) for name, layout, _ in plans], mark, department=speaks)
    for name, layout, values in plans:
        sheet = book.add_worksheet(name)
        _write_sheet(sheet, styles, layout, values)
        _write_head(sheet, styles, layout, unit or CoverInfo(), submission, mark)
    try:
        book.close()
    except OSError as error:
        raise UsageError(f"工作簿《{path.name}》写不进去：{error}") from error


def _plan(profile: Profile, unit: CoverInfo, submission: Submission | None) -> list[tuple[str, SheetLayout, Values]]:
    """Name, layout and values of every sheet."""
    plans: list[tuple[str, SheetLayout, Values]] = []
    grades = [grade.name for grade in profile.grades]
    for form in profile.forms.values():
        if submission is not None and submission.presence.get(form.code) is Presence.ABSENT:
            continue
        if unit.report_type == DEPARTMENT_REPORT and not form.department:
            continue
        if form.shape == "project":
            projects = submission.projects if submission else []
            filled = [project_values(form, project) for project in projects]
            longest = max([_INDICATORS, *(len(project.indicators) + SPARE_LINES for project in projects)])
            layout = layout_form(form, records=longest, grades=grades)
            pages: list[Values] = filled or [{} for _ in range(BLANK_PROJECTS)]
            plans += [(f"{form.code}{number}", layout, values) for number, values in enumerate(pages, 1)]
        else:
            values = _values(form, unit, submission)
            lines = len(open_subjects(form, submission)) if submission else 0
            records = len({row for row, _ in values}) if form.shape == "records" else 0
            longest = max(_LINES, lines + SPARE_LINES, records + SPARE_LINES)
            plans.append((form.code, layout_form(form, open_lines=longest, records=longest), values))
    return plans


def _values(form: Form, unit: CoverInfo, submission: Submission | None) -> Values:
    values: Values = {}
    if submission is not None:
        values = record_values(form, submission) if form.shape == "records" else matrix_values(form, submission)
    if form.code == COVER:
        content = form.panels[0].columns[0].key
        for row, name in COVER_FIELDS.items():
            if row in form.rows and (known := str(getattr(unit, name))):
                values.setdefault((row, content), known)
    return values


def _write_sheet(sheet: Worksheet, styles: Styles, layout: SheetLayout, values: Values) -> None:
    for column, width in layout.widths.items():
        sheet.set_column(column, column, width)
    for slot in layout.slots:
        _write_slot(sheet, styles, slot)
    left = dict(values)
    for place in layout.fields:
        _write_field(sheet, styles, place, left.pop((place.row_key, place.column_key), None))
    if lost := [key for key, value in left.items() if value != ""]:
        row, title = lost[0]
        raise UsageError(f"《{layout.form.name}》没有“{row}”行“{title}”列，数据无处可填")
    if layout.form.arrangement == "across":
        sheet.freeze_panes(layout.head, 0)
    if layout.form.landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", _PROTECTION)  # without a password: it keeps labels from slipping, it does not lock a clerk out
    sheet.ignore_errors({"number_stored_as_text": f"A1:Z{layout.height + 1}"})


def _write_slot(sheet: Worksheet, styles: Styles, slot: Slot) -> None:
    style = styles[slot.style]
    if slot.style == "note":
        sheet.set_row(slot.row, _TALL)
    if slot.height > 1 or slot.width > 1:
        sheet.merge_range(slot.row, slot.column, slot.row + slot.height - 1, slot.column + slot.width - 1, "", style)
    if slot.text:
        sheet.write_string(slot.row, slot.column, slot.text, style)
    else:
        sheet.write_blank(slot.row, slot.column, None, style)


def _write_field(sheet: Worksheet, styles: Styles, place: Field, value: int | str | None) -> None:
    style = styles.field(place.kind, place.unit, total=place.total, wide=place.width > 1)
    if place.width > 1:
        sheet.set_row(place.row, _TALL)
        sheet.merge_range(place.row, place.column, place.row, place.column + place.width - 1, "", style)
    shown = spreadsheet_number(value, place.kind) if isinstance(value, int) else value
    if shown is None or shown == "":
        sheet.write_blank(place.row, place.column, None, style)
    elif isinstance(shown, str):
        sheet.write_string(place.row, place.column, shown, style)
    else:
        sheet.write_number(place.row, place.column, shown, style)
    if rule := _data_validation(place):
        sheet.data_validation(place.row, place.column, place.row, place.column, rule)


def _data_validation(place: Field) -> dict[str, Any] | None:
    if place.choices:
        return {"validate": "list", "source": list(place.choices), "error_type": "warning"}
    if place.kind is Kind.COUNT:
        unit = f"单位：{place.unit}" if place.unit else ""
        words = {"error_type": "warning", "error_title": "请填整数", "error_message": unit or "请填整数"}
        return {"validate": "integer", "criteria": ">=", "value": 0, **words}
    if place.column_key == CODE:
        return {"validate": "any", "input_message": "功能分类科目编码：类3位、款5位、项7位"}
    return None


def _write_head(
    sheet: Worksheet, styles: Styles, layout: SheetLayout, unit: CoverInfo, submission: Submission | None, mark: str
) -> None:
    """Print the mark, the unit and the year above the table."""
    name = (submission.unit_name if submission else "") or unit.name
    year = str((submission.year if submission else 0) or unit.year)
    if mark:
        sheet.write_string(1, 0, mark, styles["mark"])
    if layout.form.code not in (COVER, GUIDE_SHEET):
        year_text = f"　　{year}{YEAR_LABEL}" if year else ""
        sheet.write_string(2, 0, f"{UNIT_LABEL}{name}{year_text}", styles["plain"])
    if layout.form.code == PROJECTS:
        sheet.write_string(2, layout.width - 1, "资金单位：万元", styles["right"])
