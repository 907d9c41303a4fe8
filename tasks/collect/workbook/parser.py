"""Lets calamine parse a guarded workbook to sheets of plain values.

calamine aborts the interpreter on some files: with files of others only in a limited child process.
"""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from models.errors import SubmissionError

MAX_TEXT = 20_000_000
"""Characters of all cells together; a shared string counts wherever it stands."""


def parse_sheets(data: bytes, name: str) -> list[dict[str, Any]]:
    """Worksheets of a workbook as plain data: ``name``, ``rows`` of values, ``merges``. A date is ``{"d": "2022-01-01"}``.

    Raises:
        SubmissionError: The parser refused the file.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415 - a parent needs none

    budget = [MAX_TEXT]
    sheets = []
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ is SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(meta.name)
                merges = [[*start, *end] for start, end in sheet.merged_cell_ranges or ()]
                sheets.append({"name": meta.name, "rows": _rows(sheet, budget), "merges": merges})
    except (CalamineError, ValueError, OSError) as error:
        advice = "请用 Excel 或 WPS 打开，确认内容完整后另存为新的 .xlsx 再报。"
        raise SubmissionError(name, f"工作簿内容无法解析（{type(error).__name__}）。", advice=advice) from error
    return sheets


def _plain(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():  # a blank far from the table must not widen it
        return None
    if isinstance(value, datetime | date | time | timedelta):
        return {"d": str(value)}
    return value


def _rows(sheet: Any, budget: list[int]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for line in sheet.to_python(skip_empty_area=False):
        values = [_plain(value) for value in line]
        budget[0] -= sum(len(value) for value in values if isinstance(value, str))
        if budget[0] < 0:
            raise ValueError("文字总量过大")
        while values and values[-1] is None:
            values.pop()
        rows.append(values)
    while rows and not rows[-1]:
        rows.pop()
    return rows
