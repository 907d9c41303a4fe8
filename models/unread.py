"""Where the figures of a submission may belong that its reader could not read or place."""

from collections.abc import Iterable, Iterator

from models.forms.schema import Form, Panel
from models.submission import Submission, Unread


def doubtful_cells(submission: Submission, form: Form, rows: Iterable[str] = ()) -> Iterator[tuple[str, str, bool]]:
    """Cells of a form whose figure is not known because something was not read or not placed.

    A row that could not be placed may be any row of its panel that shows no figure; a column any blank one of its row.

    Args:
        submission: As read.
        form: The form.
        rows: Rows of the form's open panel that are in question besides those which the submission shows.

    Yields:
        Row, column, and whether a figure surely stands there.
    """
    unread = [one for one in submission.unread if one.form == form.code and 0 <= one.panel < len(form.panels)]
    if not unread:
        return
    filled = {(cell.row, cell.column) for cell in submission.form_cells(form.code) if cell.amount is not None}
    known = list(dict.fromkeys([*form.rows, *(row for row, _ in sorted(filled)), *rows]))
    for one in unread:
        yield from _cells_of(one, form, form.panels[one.panel], filled, known)


def _cells_of(
    one: Unread, form: Form, panel: Panel, filled: set[tuple[str, str]], known: list[str]
) -> Iterator[tuple[str, str, bool]]:
    if one.row and one.column:
        yield one.row, one.column, one.stands
        return
    if one.row:
        places = [(one.row, column.key) for column in panel.columns if (one.row, column.key) not in filled]
    else:
        full = {row for row, _ in filled}
        blank = [row for row in known if row not in full and (form.panel_of.get(row) or form.open_panel) is panel]
        columns = [one.column] if one.column else [column.key for column in panel.columns]
        places = [(row, column) for row in blank for column in columns]
    for row, column in places:
        if form.applicable(row, column) and form.kind_of(row, column).numeric:
            yield row, column, False
