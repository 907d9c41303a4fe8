"""What a submission puts into the fields of a workbook: values by (row key, column key), and its open rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.forms import Form, Kind
from models.submission import NOT_APPLICABLE, Cell, Presence, Project, Submission
from reports.workbook_layout import CODE, MARKER, NAME
from reports.workbook_terms import (
    COUNTERPARTIES,
    COUNTERPARTY_FIELDS,
    EXPLANATION_FIELDS,
    EXPLANATIONS,
    FUNDING_FIELDS,
    INDICATOR_FIELDS,
    MARKER_NO,
    PROJECT_FIELDS,
    TOTAL_ROW,
)

Values = dict[tuple[str, str], int | str]
"""Value by (row key, column key): fen, counts and 1/100 percent as ``int``, words as ``str``."""


def open_subjects(form: Form, submission: Submission) -> list[tuple[str, str]]:
    """Codes and names of the open rows that a submission uses, in its own order."""
    if form.open_panel is None:
        return []
    names = {code: name for (owner, code), name in submission.row_names.items() if owner == form.code}
    for cell in submission.form_cells(form.code):
        if cell.row not in form.rows:
            names.setdefault(cell.row, "")
    return list(names.items())


def matrix_values(form: Form, submission: Submission) -> Values:
    """Values of a table; open rows are addressed by their number on the sheet."""
    subjects = open_subjects(form, submission)
    number = {code: str(at) for at, (code, _) in enumerate(subjects, 1)}
    values: Values = {}
    for at, (code, name) in enumerate(subjects, 1):
        values[str(at), CODE], values[str(at), NAME] = code, name
    for cell in submission.form_cells(form.code):
        value = _cell_value(cell)
        if value != NOT_APPLICABLE:
            values[number.get(cell.row, cell.row), cell.column] = value
    if submission.presence.get(form.code) is Presence.EMPTY:
        values["", MARKER] = MARKER_NO
    return values


def _cell_value(cell: Cell) -> int | str:
    return cell.amount if cell.amount is not None else cell.text or ""


def project_values(form: Form, project: Project) -> Values:
    """Values of one performance form."""
    text = form.panels[0]
    content = text.columns[0].key
    values: Values = {(row, content): getattr(project, name) for row, name in PROJECT_FIELDS.items()}
    values |= {(heading, content): words for heading, words in project.analysis}
    for line in project.funding:
        values |= {(line.source, column): getattr(line, name) for column, name in FUNDING_FIELDS.items()}
    values |= _records(project.indicators, INDICATOR_FIELDS)
    columns = list(INDICATOR_FIELDS)
    values[TOTAL_ROW, "得分"], values[TOTAL_ROW, columns[-1]] = project.total or "", project.grade
    return {key: value for key, value in values.items() if value is not None}


def record_values(form: Form, submission: Submission) -> Values:
    """Values of a form of numbered records."""
    if form.code == COUNTERPARTIES:
        return _records(submission.counterparties, COUNTERPARTY_FIELDS)
    return _records(submission.explanations, EXPLANATION_FIELDS) if form.code == EXPLANATIONS else {}


def _records(items: Iterable[Any], fields: Mapping[str, str]) -> Values:
    return {
        (str(number), column): getattr(item, name)
        for number, item in enumerate(items, 1)
        for column, name in fields.items()
        if getattr(item, name) is not None
    }


def spreadsheet_number(value: int, kind: Kind) -> float | str:
    """The number that a cell shows, or its exact text when a spreadsheet's 15 digits cannot hold it."""
    scale = 1 if kind is Kind.COUNT else 100
    if abs(value) < 10**15:
        return value / scale
    sign, digits = ("-" if value < 0 else ""), abs(value)
    return f"{sign}{digits // scale}" + (f".{digits % scale:02d}" if scale > 1 else "")
