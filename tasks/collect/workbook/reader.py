"""Reads 填报工作簿, the workbook that a unit filled: guard, parser, recognition by names.

Sheets are recognised by title or name, columns by their titles, rows by code or label; never by position.
"""

import re
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from models.errors import SubmissionError
from models.findings import Severity
from models.forms import Form, Kind
from models.forms.matching import normalise
from models.profiles import Profile
from models.submission import NOT_APPLICABLE, Presence, Problem, Submission
from models.words import answer_of
from reports.workbook_layout import has_marker
from reports.workbook_terms import (
    COUNTERPARTIES,
    COVER,
    EXPLANATIONS,
    MARKER_LABEL,
    MARKER_NO,
    MARKER_YES,
    MONEY_LABEL,
    WORKBOOK_KIND,
)
from tasks.collect.opening import read_whole
from tasks.collect.performance import repeated_projects
from tasks.collect.workbook.cover import check_template, read_cover, unsigned
from tasks.collect.workbook.grid import Sheet, cell_name, is_dash, shown
from tasks.collect.workbook.guard import GuardReport, guard_bytes
from tasks.collect.workbook.parser import parse_sheets
from tasks.collect.workbook.records import RecordReader
from tasks.collect.workbook.secrecy import secrecy_mark
from tasks.collect.workbook.sheets import choose, is_guide, recognise
from tasks.collect.workbook.tables import Table, TableReader

_MAX_PROBLEMS = 500
_UNIT = re.compile(r"单位[:：]?(亿元|百万元|万元|千元|百元)")


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
            report.percents.get(item["name"], frozenset()),
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
    guides = [sheet for sheet in sheets if is_guide(sheet)]
    others = [sheet for sheet in sheets if sheet not in guides]
    forms = [recognise(sheet, profile.forms) for sheet in others]
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
    version = check_template(guides, profile, file)
    if not any(forms):
        raise SubmissionError(
            file,
            "这不是系统生成的填报工作簿，没有认出任何一张表。",
            advice="请用本年度下发的填报工作簿填报，不要改动表名和表头。",
        )
    submission = Submission(file, digest, WORKBOOK_KIND, profile.code, profile.forms.hash)
    submission.presence = dict.fromkeys(profile.forms, Presence.ABSENT)
    submission.problems += version
    for sheet, form in _counted(others, forms, profile, submission):
        _read_form(form, sheet, profile, submission)
    submission.problems += repeated_projects(profile.forms, submission.projects)
    read_cover(submission)
    if report:
        _tell_links(report, submission)
    _limit_problems(submission)
    return submission


def _counted(
    sheets: Sequence[Sheet], forms: Sequence[Form | None], profile: Profile, submission: Submission
) -> list[tuple[Sheet, Form]]:
    """The sheets to read, in the file's order. Copies of a form and sheets of no form are told."""
    by_form: dict[str, list[Sheet]] = {}
    for sheet, form in zip(sheets, forms, strict=True):
        if form is not None and form.shape != "project":
            by_form.setdefault(form.code, []).append(sheet)
    counted: list[tuple[Sheet, Form]] = []
    for sheet, form in zip(sheets, forms, strict=True):
        if form is None:
            _unrecognised(sheet, submission)
            continue
        copies = by_form.get(form.code, [sheet])
        if len(copies) > 1 and sheet is copies[0]:
            chosen = choose(form, copies, partial(_content, form, profile))
            _tell_copies(form, copies, chosen, submission)
            by_form[form.code] = copies = [] if chosen is None else [chosen]
        if any(sheet is one for one in copies):
            counted.append((sheet, form))
    return counted


def _content(form: Form, profile: Profile, sheet: Sheet) -> list[object]:
    """What is filled in on a sheet, wherever it stands there."""
    table = TableReader(form, sheet, profile.functional).read()
    cells = [(cell.row, cell.column, cell.amount, cell.text) for cell in table.cells if cell.text != NOT_APPLICABLE]
    return [*cells, *(record.values for record in table.records)]


def _tell_copies(form: Form, copies: Sequence[Sheet], chosen: Sheet | None, submission: Submission) -> None:
    names = [f"《{shown(sheet.name)}》" for sheet in copies if sheet is not chosen]
    place = shown(next(sheet for sheet in copies if sheet is not chosen).name)
    if chosen is not None:
        words = (
            f"工作表{'、'.join(names)}与《{shown(chosen.name)}》同是《{form.name}》，只读取了《{shown(chosen.name)}》。"
        )
        _add(submission, "R-重复", form, f"{words}不需要的请删除。", place, Severity.HINT)
        return
    submission.presence[form.code] = Presence.UNREADABLE
    words = f"工作表{'、'.join(names)}同是《{form.name}》，内容不同，无法判断以哪张为准，都没有读取。请只保留一张。"
    _add(submission, "R-重复", form, words, place)


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
        submission.unread += table.unread
        submission.problems += unsigned(form, table, sheet)
        submission.row_names |= {(form.code, code): name for code, name in table.names.items()}
        filled = _filled(form, sheet, table, submission)
    submission.presence[form.code] = Presence.PRESENT if filled else Presence.EMPTY


def _filled(form: Form, sheet: Sheet, table: Table, submission: Submission) -> bool:
    """Whether a table holds anything, by its marker or its content; a marker against the content is a problem."""
    words = any(cell.amount is None and form.kind_of(cell.row, cell.column) is Kind.TEXT for cell in table.cells)
    figures = any(cell.amount is not None for cell in table.cells)
    nonzero = any(cell.amount for cell in table.cells)
    at = _marker(sheet, table.head) if has_marker(form) else None
    if at is None:
        return words or figures
    mark, place = sheet.text(*at), sheet.address(*at)
    asked, answer = f"《{form.name}》{place}：对“{MARKER_LABEL}”的回答", answer_of(mark)
    choices = f"请填“{MARKER_YES}”（有数据）或“{MARKER_NO}”（无数据）。"
    if at in sheet.faults:
        error = sheet.faults[at]
        fault = f"公式的结果是错误值 {shown(error)}" if error else "公式没有计算结果"
        _add(submission, "R-公式", form, f"{asked}读不到，{fault}。{choices}", place)
    elif answer is None:
        message = f"{asked}“{shown(mark)}”看不明白，已按表内的内容处理。{choices}"
        _add(submission, "R-空表", form, message, place, Severity.HINT)
    elif not answer:
        if nonzero:
            message = f"{asked}是“{shown(mark)}”（无数据），表内却填有数字。请改选“{MARKER_YES}”，或删除数字。"
            _add(submission, "R-空表", form, message, place)
        return nonzero
    elif not (figures or words or table.problems):
        message = f"{asked}是“{shown(mark)}”（有数据），表内却没有数字。请补填，或改选“{MARKER_NO}”。"
        _add(submission, "R-空表", form, message, place, Severity.VERIFIABLE)
        return False
    return figures or words


def _marker(sheet: Sheet, head: int) -> tuple[int, int] | None:
    """The cell beside 本表是否有数据 that holds the answer."""
    for row in range(head):
        for column in range(sheet.width):
            if normalise(sheet.text(row, column)).rstrip("：？?") == MARKER_LABEL:
                beside = (one for one in range(column + 1, sheet.width) if sheet.filled(row, one))
                answer = next(beside, -1)
                return None if answer < 0 or is_dash(sheet.value(row, answer)) else (row, answer)
    return None


def _check_unit(form: Form, sheet: Sheet, table: Table, submission: Submission) -> None:
    for row in range(table.head):
        for column in range(sheet.width):
            text = normalise(sheet.text(row, column))
            if text.startswith(MONEY_LABEL[:-1]) and (match := _UNIT.search(text)):
                place = sheet.address(row, column)
                words = f"《{form.name}》{place}：金额单位改成了{match[1]}。本工作簿只按元读取，请改回“元”并按元填列。"
                _add(submission, "R-金额", form, words, place)


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
