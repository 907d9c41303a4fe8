"""Reads submitted files of every known kind; what cannot be read becomes an error of that file alone."""

from collections.abc import Sequence
from pathlib import Path

from models.errors import SubmissionError
from models.profiles import Profile
from models.submission import Submission
from tasks.collect.text.reader import read_text
from tasks.collect.workbook.reader import read_workbooks

Reading = Submission | SubmissionError

ADVICE = "请报送本系统生成的填报工作簿（.xlsx）或决算公开文本（.txt）。"


def read_submissions(paths: Sequence[Path], profile: Profile) -> dict[Path, Reading]:
    """Read files; workbooks share one limited child process.

    Returns:
        For every path what was recognised, or why it cannot be taken.
    """
    readings: dict[Path, Reading] = {}
    workbooks = [path for path in paths if path.suffix.lower() == ".xlsx"]
    if workbooks:
        readings.update(read_workbooks(workbooks, profile))
    for path in paths:
        if path in readings:
            continue
        try:
            if path.suffix.lower() != ".txt":
                raise SubmissionError(path.name, f"不认识的文件类型“{path.suffix or '无扩展名'}”。", advice=ADVICE)
            readings[path] = read_text(path, profile)
        except SubmissionError as error:
            readings[path] = error
    return readings


def read_submission(path: Path, profile: Profile) -> Submission:
    """Read one file.

    Raises:
        SubmissionError: It cannot be taken; the text says why and what to do.
    """
    if not path.is_file():
        raise SubmissionError(path.name, "找不到这个文件。", advice="请检查文件名和文件夹。")
    reading = read_submissions([path], profile)[path]
    if isinstance(reading, SubmissionError):
        raise reading
    return reading
