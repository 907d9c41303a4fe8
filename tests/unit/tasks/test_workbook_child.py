"""The child process dies, hangs or runs out of memory: the parent names the file and reads on."""

import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from models.errors import SubmissionError
from models.profiles import load_profile
from reports.workbook import CoverInfo, write_workbook
from tasks.collect.workbook.process import WorkbookParser
from tasks.collect.workbook.reader import read_workbook

PROFILE = load_profile()

STUB = """
import os, sys, time
while head := sys.stdin.buffer.read(8):
    data = sys.stdin.buffer.read(int.from_bytes(head, "big"))
    if data == b"die":
        os.abort()
    if data == b"hang":
        time.sleep(60)
    text = b'{"error": "x"}' if data == b"error" else b'{"sheets": []}'
    sys.stdout.buffer.write((10**12).to_bytes(8, "big") if data == b"lie" else len(text).to_bytes(8, "big") + text)
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    path = tmp_path / "stub.py"
    path.write_text(STUB, "utf-8")
    return path


@pytest.mark.parametrize(("data", "words"), [(b"die", "中止"), (b"lie", "中止"), (b"error", "无法解析")])
def test_death_costs_one_file(stub: Path, data: bytes, words: str) -> None:
    with WorkbookParser(script=stub) as parser:
        assert parser.read_sheets(b"ok", "甲") == []
        with pytest.raises(SubmissionError, match=words):
            parser.read_sheets(data, "乙")
        assert parser.read_sheets(b"ok", "丙") == []


def test_timeout_costs_one_file(stub: Path) -> None:
    with WorkbookParser(seconds=0.5, script=stub) as parser:
        started = time.perf_counter()
        with pytest.raises(SubmissionError, match="超过"):
            parser.read_sheets(b"hang", "乙")
        assert time.perf_counter() - started < 5
        assert parser.read_sheets(b"ok", "丙") == []


def test_calamine_refuses_noise_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022))
    with WorkbookParser() as parser:
        with pytest.raises(SubmissionError):
            parser.read_sheets(b"noise", "乙")
        assert parser.read_sheets(path.read_bytes(), "甲")[1]["name"] == "封面"


def test_the_file_that_aborts_calamine_costs_only_itself(tmp_path: Path) -> None:
    """Past the guard on purpose: a cell in the last corner makes calamine ask for all cells at once."""
    path = tmp_path / "甲.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022))
    data = path.read_bytes()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet3.xml"
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", corner)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with WorkbookParser() as parser:
        assert parser.read_sheets(data, "甲")
        with pytest.raises(SubmissionError, match=r"中止|内存"):
            parser.read_sheets(stream.getvalue(), "乙")
        assert parser.read_sheets(data, "丙")


def test_one_file_takes_little_time(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022))
    read_workbook(path, PROFILE)
    started = time.perf_counter()
    read_workbook(path, PROFILE)
    assert time.perf_counter() - started < 0.6


def test_the_parent_never_imports_calamine_nor_heavy_libraries() -> None:
    heavy = "python_calamine sqlmodel pandas prefect great_expectations xlsxwriter openpyxl"
    code = f"import sys, tasks.collect.workbook.reader; print([n for n in '{heavy}'.split() if n in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
