"""Which sheet of a workbook is which form, and which of several copies of one form counts."""

import re
from collections.abc import Callable

from models.forms import Form, FormCatalogue
from models.forms.matching import match_form, normalise
from models.invisible import visible
from reports.workbook_terms import GUIDE_SHEET
from tasks.collect.workbook.grid import Sheet

_TITLE_LINES = 4


def is_guide(sheet: Sheet) -> bool:
    """Whether this is the sheet of guidance, which holds no data."""
    first = next((texts[0] for row in range(min(sheet.height, 2)) if (texts := sheet.row_texts(row))), "")
    return normalise(first) == GUIDE_SHEET


def recognise(sheet: Sheet, catalogue: FormCatalogue) -> Form | None:
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
    whole = normalise(visible(sheet.name))
    name = re.sub(r"[（(]?\d*[）)]?$", "", whole) or whole
    return catalogue.get(whole.removesuffix("表")) or catalogue.get(name) or match_form(catalogue, whole)


def choose(form: Form, copies: list[Sheet], holds: Callable[[Sheet], object]) -> Sheet | None:
    """The one of several sheets of a form that counts; ``None`` when nobody can tell.

    A sheet that bears the form's own name counts before its copies, as long as it is filled; one filled sheet counts
    before blank ones, and copies that hold the same count as one.

    Args:
        form: The form.
        copies: Its sheets, in the file's order.
        holds: What is filled in on a sheet, comparable; false for nothing.
    """
    named = [sheet for sheet in copies if normalise(visible(sheet.name)) == normalise(form.code)]
    contents = {id(sheet): holds(sheet) for sheet in copies}
    filled = [sheet for sheet in copies if contents[id(sheet)]]
    if not filled:
        return (named or copies)[0]
    ours = [sheet for sheet in named if sheet in filled] or filled
    return ours[0] if all(contents[id(sheet)] == contents[id(ours[0])] for sheet in ours) else None
