"""Reads 填报工作簿, the workbook that a unit filled: guard, parser, recognition by names.

Sheets are recognised by title or name, columns by their titles, rows by code or label; never by position.
"""

import re
from hashlib import sha256
from pathlib import Path

from models.errors import SubmissionError
from models.findings import Severity
from models.forms import Form, FormCatalogue, Kind
from models.forms.matching import match_form, normalise
from models.profiles import Profile
from models.submission import Presence, Problem, Submission
from reports.workbook_layout import has_marker
from reports.workbook_terms import (
    COUNTERPARTIES,
    COVER,
    EXPLANATIONS,
    GUIDE_SHEET,
    MARKER_LABEL,
    MONEY_LABEL,
    PROFILE_LABEL,
    WORKBOOK_KIND,
)
from tasks.collect.opening import read_whole
from tasks.collect.workbook.grid import Sheet, cell_name, shown
from tasks.collect.workbook.guard import GuardReport, guard_bytes
from tasks.collect.workbook.parser import parse_sheets
from tasks.collect.workbook.records import RecordReader
from tasks.collect.workbook.secrecy import secrecy_mark
from tasks.collect.workbook.tables import Table, TableReader

_TITLE_LINES = 4
_MAX_PROBLEMS = 500
_UNIT = re.compile(r"单位[:：]?(亿元|百万元|万元|千元|百元)")
_YEAR = re.compile(r"(?:19|20)\d\d")


def read_workbook(path: Path, profile: Profile) -> Submission:
    """Read a workbook in this process, without limits: for files of our own. See :func:`read_workbook_content`."""
    return read_workbook_content(read_whole(path), path.name, profile)


def read_workbook_content(data: bytes, name: str, profile: Profile) -> Submission:
    """Read one workbook.

    Raises:
        SubmissionError: The file cannot be taken (code 无法读取, 模板不符), or is marked as secret (code 涉密).
    """
    report = guard_bytes(data, name)
    sheets = [
        Sheet(
            item["name"],
            item["rows"],
            item["merges"],
            {(fault.row, fault.column): fault.error for fault in report.faults.get(item["name"], ())},
        )
        for item in parse_sheets(data, name)
    ]
    return read_sheets(sheets, profile, name, sha256(data).hexdigest(), report)


def read_sheets(
    sheets: list[Sheet], profile: Profile, file: str, digest: str, report: GuardReport | None = None
) -> Submission:
    """Make a submission of a workbook's sheets.

    Args:
        sheets: In the file's order.
        profile: Gives the forms.
        file: Name of the file.
        digest: Its sha256.
        report: What the guard saw, for page headers.

    Raises:
        SubmissionError: No form is recognised, the workbook is of another template, or a sheet is marked as secret.
    """
    guides = [sheet for sheet in sheets if _is_guide(sheet)]
    others = [sheet for sheet in sheets if sheet not in guides]
    forms = [_recognise(sheet, profile.forms) for sheet in others]
    for sheet, form in zip(others, forms, strict=True):
        heads = report.head_texts.get(sheet.name, ()) if report else ()
        if place := secrecy_mark(sheet, whole=form is not None and form.code == COVER, heads=heads):
            raise SubmissionError(
                file,
                "文件带有密级标志，不能受理，未保留任何内容。",
                advice="涉密数据请按保密规定报送。",
                place=place,
                code="涉密",
            )
    _check_template(guides, forms, profile, file)
    submission = Submission(file, digest, WORKBOOK_KIND, profile.code, profile.forms.hash)
    submission.presence = dict.fromkeys(profile.forms, Presence.ABSENT)
    for sheet, form in zip(others, forms, strict=True):
        if form is None:
            _unrecognised(sheet, submission)
        elif form.shape != "project" and submission.presence[form.code] is not Presence.ABSENT:
            words = f"工作表《{shown(sheet.name)}》与另一张表同是《{form.name}》，没有读取。请只保留一张。"
            _add(submission, "R-重复", form, words, shown(sheet.name))
        else:
            _read_form(form, sheet, profile, submission)
    _read_cover(submission)
    if report:
        _tell_links(report, submission)
    _limit_problems(submission)
    return submission


def _is_guide(sheet: Sheet) -> bool:
    first = next((texts[0] for row in range(min(sheet.height, 2)) if (texts := sheet.row_texts(row))), "")
    return normalise(first) == GUIDE_SHEET


def _recognise(sheet: Sheet, catalogue: FormCatalogue) -> Form | None:
    """The form that a sheet holds: by its title, its printed number, or the sheet's name."""
    head = [text for row in range(min(sheet.height, _TITLE_LINES)) for text in sheet.row_texts(row)]
    projects = [form for form in catalogue.values() if form.shape == "project"]
    for text in head:
        if len(text) < 60 and (form := match_form(catalogue, text)):
            return form
        if form := next((form for form in projects if normalise(text).endswith(normalise(form.name))), None):
            return form  # clerks put the project's name before the title
    labels = {normalise(form.number_label): form for form in catalogue.values() if form.number_label}
    for text in head:
        if form := labels.get(normalise(text)):
            return form
    name = re.sub(r"[（(]?\d*[）)]?$", "", normalise(sheet.name)) or sheet.name
    by_code = catalogue.get(normalise(sheet.name).removesuffix("表")) or catalogue.get(name)
    return by_code or match_form(catalogue, sheet.name)


def _check_template(guides: list[Sheet], forms: list[Form | None], profile: Profile, file: str) -> None:
    for sheet in guides:
        for row in range(min(sheet.height, 10)):
            texts = sheet.row_texts(row)
            if len(texts) > 1 and texts[0] == PROFILE_LABEL and texts[1] != profile.code:
                raise SubmissionError(
                    file,
                    f"工作簿是按另一套模板“{shown(texts[1])}”生成的，本次使用的是“{profile.code}”。",
                    advice="请用本年度下发的填报工作簿填报。",
                    place=sheet.address(row, 1),
                    code="模板不符",
                )
    if not any(forms):
        raise SubmissionError(
            file,
            "这不是系统生成的填报工作簿，没有认出任何一张表。",
            advice="请用本年度下发的填报工作簿填报，不要改动表名和表头。",
        )


def _add(
    submission: Submission,
    rule: str,
    form: Form | None,
    message: str,
    place: str,
    severity: Severity = Severity.MANDATORY,
) -> None:
    code = form.code if form else ""
    submission.problems.append(Problem(rule, severity.value, message, code, location=place))


def _unrecognised(sheet: Sheet, submission: Submission) -> None:
    if sheet.height:
        name = shown(sheet.name)
        words = f"工作表《{name}》不是模板中的表，其中的内容没有读取。如是误改表名和标题，请恢复；否则请删除。"
        _add(submission, "R-表", None, words, name, Severity.HINT)


def _read_form(form: Form, sheet: Sheet, profile: Profile, submission: Submission) -> None:
    table = TableReader(form, sheet, profile.functional).read()
    submission.problems += table.problems
    if not table.found:
        submission.presence[form.code] = Presence.UNREADABLE
        words = f"《{form.name}》{sheet.address(0, 0)}：找不到本表的表头，整张表无法识别。请恢复模板的表头。"
        _add(submission, "R-列", form, words, shown(sheet.name))
        return
    if any(column.kind is Kind.FEN for column in form.columns.values()):
        _check_unit(form, sheet, table, submission)
    records = RecordReader(form, sheet, submission.problems)
    if form.shape == "project":
        project = records.project(table)
        submission.projects += [project] if project else []
        filled = bool(submission.projects)
    elif form.shape == "records":
        if form.code == COUNTERPARTIES:
            submission.counterparties += records.counterparties(table)
        elif form.code == EXPLANATIONS:
            submission.explanations += records.explanations(table, profile.forms)
        filled = bool(table.records)
    else:
        submission.cells += table.cells
        submission.row_names |= {(form.code, code): name for code, name in table.names.items()}
        filled = _filled(form, sheet, table, submission)
    submission.presence[form.code] = Presence.PRESENT if filled else Presence.EMPTY


def _filled(form: Form, sheet: Sheet, table: Table, submission: Submission) -> bool:
    """Whether a table holds anything, by its marker or its content; a marker against the content is a problem."""
    words = any(cell.amount is None and form.kind_of(cell.row, cell.column) is Kind.TEXT for cell in table.cells)
    figures = any(cell.amount is not None for cell in table.cells)
    nonzero = any(cell.amount for cell in table.cells)
    if not has_marker(form):
        return words or figures
    mark, place = _marker(sheet, table.head)
    if mark.startswith(("无", "没")):
        if nonzero:
            message = f"《{form.name}》{place}：本表标明“无数据”，表内却填有数字。请改选“有”，或删除数字。"
            _add(submission, "R-空表", form, message, place)
        return nonzero
    if mark.startswith("有") and not (figures or words or table.problems):
        message = f"《{form.name}》{place}：本表标明“有数据”，表内却没有数字。请补填，或改选“无”。"
        _add(submission, "R-空表", form, message, place, Severity.VERIFIABLE)
    return figures or words


def _marker(sheet: Sheet, head: int) -> tuple[str, str]:
    """Content and place of the cell beside 本表是否有数据."""
    for row in range(head):
        for column in range(sheet.width):
            if normalise(sheet.text(row, column)).rstrip("：？?") != MARKER_LABEL:
                continue
            for beside in range(column + 1, sheet.width):
                if text := normalise(sheet.text(row, beside)):
                    return text, sheet.address(row, beside)
            return "", ""
    return "", ""


def _check_unit(form: Form, sheet: Sheet, table: Table, submission: Submission) -> None:
    for row in range(table.head):
        for column in range(sheet.width):
            text = normalise(sheet.text(row, column))
            if text.startswith(MONEY_LABEL[:-1]) and (match := _UNIT.search(text)):
                place = sheet.address(row, column)
                words = f"《{form.name}》{place}：金额单位改成了{match[1]}。本工作簿只按元读取，请改回“元”并按元填列。"
                _add(submission, "R-金额", form, words, place)


def _read_cover(submission: Submission) -> None:
    submission.unit_code = submission.text(COVER, "单位代码")
    submission.unit_name = submission.text(COVER, "单位名称")
    year = _YEAR.search(submission.text(COVER, "年度"))
    submission.year = int(year.group()) if year else 0


def _tell_links(report: GuardReport, submission: Submission) -> None:
    """Values that other files gave: what is stored counts, and one line per sheet says where they stand."""
    if report.linked and not report.links:
        words = (
            "工作簿保存有到另一个文件的链接，没有单元格的公式用到它，已按表内的数读取。请在“数据→编辑链接”中断开链接。"
        )
        _add(submission, "R-公式", None, words, "", Severity.HINT)
    for sheet, cells in report.links.items():
        first = cell_name(sheet, *cells[0])
        more = f"等 {len(cells)} 个单元格" if len(cells) > 1 else ""
        words = (
            f"{first}{more}的公式链接到另一个文件，已按保存的结果读取。请核对数值，并在“数据→编辑链接”中断开链接，"
            "或复制后“选择性粘贴为数值”。"
        )
        _add(submission, "R-公式", None, words, first, Severity.HINT)


def _limit_problems(submission: Submission) -> None:
    """A file with thousands of faults is told once, not thousands of times."""
    if (count := len(submission.problems)) > _MAX_PROBLEMS:
        del submission.problems[_MAX_PROBLEMS:]
        words = f"问题共 {count} 处，只列出前 {_MAX_PROBLEMS} 处。请改正后重新审核。"
        submission.problems.append(Problem("R-表", Severity.MANDATORY.value, words))
