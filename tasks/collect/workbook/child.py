"""The limited child process that lets calamine read workbooks; run as a script, never imported by the product.

Reads from standard input, again and again, 8 bytes of length and a workbook; answers 8 bytes of length and JSON:
``{"sheets": [{"name", "rows", "merges"}]}`` or ``{"error"}``. A date is written as ``{"d": "2022-01-01"}``.
calamine aborts the interpreter on some files, which is why it runs here.
"""

import json
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, BinaryIO

MEMORY_BYTES = 1536 * 2**20
CPU_SECONDS = 20
MAX_TEXT = 20_000_000


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - absent on Windows, where only the parent's clock limits
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_cpu() -> None:
    """Give the next file its own share of processor time."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_SECONDS, hard))


def _plain(value: Any) -> Any:
    if value == "":
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


def read_sheets(data: bytes) -> dict[str, Any]:
    """Read every worksheet of a workbook."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415 - only in the child

    book = CalamineWorkbook.from_filelike(BytesIO(data))
    budget = [MAX_TEXT]
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ is SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(meta.name)
            merges = [[*start, *end] for start, end in sheet.merged_cell_ranges or ()]
            sheets.append({"name": meta.name, "rows": _rows(sheet, budget), "merges": merges})
    return {"sheets": sheets}


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until the parent closes the pipe."""
    while len(head := source.read(8)) == 8:
        data = source.read(int.from_bytes(head, "big"))
        _limit_cpu()
        try:
            answer: dict[str, Any] = read_sheets(data)
        except MemoryError:
            answer = {"error": "解开后占用的内存过大"}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}"}
        text = json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")
        sink.write(len(text).to_bytes(8, "big") + text)
        sink.flush()


if __name__ == "__main__":
    _limit_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
