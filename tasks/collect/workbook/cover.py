"""What a workbook says about itself: whose it is, of which year, who signed it, from which version of the template."""

from collections.abc import Sequence

from models.errors import SubmissionError
from models.findings import Severity
from models.forms import Form
from models.profiles import Profile
from models.submission import Problem, Submission
from models.typed import code_of
from models.words import is_nil
from reports.workbook_terms import COVER, HASH_LABEL, PROFILE_LABEL
from tasks.collect.identity import read_year
from tasks.collect.workbook.grid import Sheet, shown
from tasks.collect.workbook.tables import Table


def check_template(guides: Sequence[Sheet], profile: Profile, file: str) -> list[Problem]:
    """Compare the guide's marks with the template in force.

    Returns:
        A hint when the workbook was made with another version of the forms.

    Raises:
        SubmissionError: It was made for another profile.
    """
    marks = {
        texts[0]: (texts[1], sheet.address(row, 1))
        for sheet in guides
        for row in range(min(sheet.height, 10))
        if len(texts := sheet.row_texts(row)) > 1
    }
    code, place = marks.get(PROFILE_LABEL, (profile.code, ""))
    if code != profile.code:
        raise SubmissionError(
            file,
            f"工作簿是按另一套模板“{shown(code)}”生成的，本次使用的是“{profile.code}”。",
            advice="请用本年度下发的填报工作簿填报。",
            place=place,
            code="模板不符",
        )
    version, place = marks.get(HASH_LABEL, (profile.forms.version, ""))
    if version == profile.forms.version:
        return []
    words = (
        f"{place}：工作簿的表单版本是 {shown(version)}，现行的是 {profile.forms.version}，表样可能有变化。"
        "请核对是否用了以前下发的工作簿，必要时换用最新的。"
    )
    return [Problem("R-版本", Severity.HINT.value, words, location=place)]


def read_cover(submission: Submission) -> None:
    """Take the unit and the year from the cover as a reader sees them."""
    submission.unit_code = code_of(submission.text(COVER, "单位代码"))
    submission.unit_name = submission.text(COVER, "单位名称")
    cell = next((one for one in submission.form_cells(COVER) if one.row == "年度"), None)
    if cell is not None:  # a blank one is told as a required word
        read_year(submission, cell.text or "", cell.location, COVER, cell.row)


def unsigned(form: Form, table: Table, sheet: Sheet) -> list[Problem]:
    """A hint that names the blank ones of the rows with which a form is signed, and their cells."""
    nil = {cell.row: cell.location for cell in table.cells if is_nil(cell.text or "")}
    blanks = {key: sheet.address(*at) for key, at in table.blanks.items()} | nil
    blank = [row for row in form.rows.values() if row.signs and row.key in blanks]
    if not blank:
        return []
    places = [blanks[row.key] for row in blank]
    named = "、".join(f"“{row.name}”（{place}）" for row, place in zip(blank, places, strict=True))
    words = f"《{form.name}》没有填写{named}。报送前请由有关人员填写、确认。"
    return [Problem("R-签署", Severity.HINT.value, words, form.code, blank[0].key, location=places[0])]
