"""Writes the example's inbox: `python deploy/example/build.py [FOLDER]`. The text of 301002 is written by hand, not here.

301005 gets three errors that its reviewer must find: 本年支出合计 entered 9.00 元 too high, words in an amount cell,
and receptions without a number of receptions.
"""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ledger import Ledger
from units import INFORMATION, INSPECTION, OFFICE, PROCUREMENT

from models.profiles import Profile, load_profile
from models.submission import Submission
from reports.workbook import CoverInfo, write_workbook

YEAR = 2022
MARK = "示例数据"


def with_errors(submission: Submission) -> Submission:
    """The inspection centre's errors, typed as a hurried clerk would."""
    cells = []
    for cell in submission.cells:
        if (cell.form, cell.row) == ("公开01", "本年支出合计"):
            cell = replace(cell, amount=(cell.amount or 0) + 900)
        if (cell.form, cell.row) == ("公开10", "政府采购/货物"):
            cell = replace(cell, amount=None, text="约3万元")
        cells.append(cell)
    submission.cells = cells
    return submission


def write_unit(ledger: Ledger, submission: Submission, folder: Path, profile: Profile) -> Path:
    """Write one unit's workbook into the inbox."""
    cover = CoverInfo(
        code=ledger.code, name=ledger.name, year=YEAR, unit_type=ledger.unit_type, accounting="政府会计准则制度",
        level=ledger.level, report_type=ledger.report_type,
    )  # fmt: skip
    path = folder / f"{ledger.code}_{ledger.name}.xlsx"
    write_workbook(profile, path, unit=cover, submission=submission, mark=MARK)
    return path


def build(folder: Path) -> list[Path]:
    """Write every workbook of the example; the same bytes each time."""
    profile = load_profile()
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        write_unit(ledger, ledger.submission(profile, YEAR), folder, profile)
        for ledger in (OFFICE, INFORMATION, PROCUREMENT)
    ]
    errors = with_errors(INSPECTION.submission(profile, YEAR))
    return [*written, write_unit(INSPECTION, errors, folder, profile)]


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "inbox"
    print("\n".join(str(path) for path in build(target)))
