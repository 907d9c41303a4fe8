"""Whose file it is and of which year, as both readers take it and as it is compared with the registry."""

from collections.abc import Collection
from dataclasses import replace

from models.errors import SubmissionError
from models.findings import Severity
from models.forms.matching import bare_name
from models.submission import Problem, Submission
from models.typed import meant, year_of


def read_year(submission: Submission, text: str, location: str, form: str = "", row: str = "") -> None:
    """Take the year from what is written for it; a problem when no one year can be read from it.

    Args:
        submission: Gets the year.
        text: As written; empty when the file says none anywhere.
        location: Where it is written.
        form: Form that it stands in.
        row: Row that it stands in.
    """
    submission.year = year_of(text) or 0
    if submission.year:
        return
    said = f"{location}：年度写的是“{text[:30]}”，看不出是哪一年" if text else "文件没有写明是哪一年度的决算"
    words = f"{said}。请写明四位数字的年度，例如“2022年度”。"
    submission.problems.append(Problem("R-年度", Severity.MANDATORY.value, words, form, row, location=location))


def check_identity(submission: Submission, code: str, name: str, year: int, codes: Collection[str] = ()) -> None:
    """A file must say that it is this unit's and this year's. What is not written is the rules' business.

    A code that lost its leading zeros is taken when only this unit can be meant, with a hint.

    Args:
        submission: What was read.
        code: The unit's in the registry.
        name: Likewise.
        year: The cycle's.
        codes: Codes of the registry that a code without its leading zeros may mean.

    Raises:
        SubmissionError: Another unit (``单位不符``) or another year (``年度不符``).
    """
    said = submission.unit_code
    if said and said != code:
        same = meant(said, codes or (code,))
        if code not in same or len(same) > 1:
            raise SubmissionError(submission.file, _other_code(said, code, name, same),
                advice="请核对文件名和封面的单位代码。", code="单位不符",
            )  # fmt: skip
        submission.unit_code = code
        words = (
            f"单位代码写的是 {said}，前导零被去掉，已按登记表的 {code} 接收。请把单元格设为文本格式后填写完整的代码。"
        )
        submission.problems.append(Problem("R-代码", Severity.HINT.value, words, location=_place(submission, said)))
    if submission.unit_name and bare_name(submission.unit_name) != bare_name(name):
        raise SubmissionError(
            submission.file, f"文件内的单位名称是“{submission.unit_name}”，登记表中 {code} 是“{name}”。",
            advice="请核对单位名称；单位改名的请先更新单位登记表。", code="单位不符",
        )  # fmt: skip
    if submission.year not in (0, year):
        raise SubmissionError(
            submission.file, f"应报 {year} 年度决算，文件写的是 {submission.year} 年度。",
            advice="请报送本年度的文件。", code="年度不符",
        )  # fmt: skip


def _other_code(said: str, code: str, name: str, same: Collection[str]) -> str:
    words = f"文件内的单位代码是 {said}，不是 {code}（{name}）。"
    if len(same) > 1:
        words += f"代码可能被去掉了前导零，登记表中有 {'、'.join(same)}，不能确定是哪个单位。"
    return words


def _place(submission: Submission, code: str) -> str:
    return next((cell.location for cell in submission.cells if cell.text == code), "")


def restore_codes(submission: Submission, codes: Collection[str]) -> None:
    """Give the counterparts' codes the leading zeros that a spreadsheet took, where only one unit can be meant."""

    def whole(code: str) -> str:
        same = meant(code, codes)
        return same[0] if code and len(same) == 1 else code

    submission.counterparties = [
        replace(line, counterpart=whole(line.counterpart), booked_by=whole(line.booked_by))
        for line in submission.counterparties
    ]
