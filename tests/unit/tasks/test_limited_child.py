"""The child process dies, hangs, lies or fails: the parent names the file and reads on."""

import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from models.errors import SubmissionError
from models.profiles import load_profile
from models.submission import Submission
from reports.workbook import CoverInfo, write_workbook
from tasks.collect.kinds import READABLE
from tasks.collect.limited.child import READERS, answer
from tasks.collect.limited.process import BROKEN, LimitedReader
from tasks.collect.limited.wire import WireError, decode, encode
from tasks.collect.reading import read_submission, read_submissions

PROFILE = load_profile()
FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"

STUB = """
import json, os, sys, time
def message():
    head = sys.stdin.buffer.read(8)
    return sys.stdin.buffer.read(int.from_bytes(head, "big")) if head else None
while message() is not None:
    data = message()
    if data == b"die":
        os.abort()
    if data == b"hang":
        time.sleep(60)
    if data == b"burn":
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
        while True: pass
    text = {b"error": '{"fault": "Traceback of it", "kind": "KeyError"}', b"shape": '{"submission": [1]}'}.get(
        data, '{"refused": ["好的。", "无", "", "试"]}').encode()
    sys.stdout.buffer.write((10**12).to_bytes(8, "big") if data == b"lie" else len(text).to_bytes(8, "big") + text)
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def stub(tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "stub.py"
    path.write_text(STUB, "utf-8")
    return (sys.executable, "-I", str(path))


def fate(reader: LimitedReader, data: bytes) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        reader.read(data, "乙.xlsx")
    return caught.value


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"die", "中止"), (b"lie", "中止"), (b"burn", "用时过长"), (b"error", "KeyError"), (b"shape", "出错")],
)
def test_death_costs_one_file(stub: tuple[str, ...], data: bytes, words: str) -> None:
    with LimitedReader(PROFILE, command=stub) as reader:
        assert fate(reader, b"ok").code == "试"
        assert words in fate(reader, data).reason
        assert fate(reader, b"ok").code == "试"


def test_timeout_costs_one_file(stub: tuple[str, ...]) -> None:
    with LimitedReader(PROFILE, seconds=0.5, command=stub) as reader:
        started = time.perf_counter()
        assert "用时过长" in fate(reader, b"hang").reason
        assert time.perf_counter() - started < 5
        assert fate(reader, b"ok").code == "试"


def test_a_fault_of_our_own_asks_for_help_and_keeps_the_traceback(stub: tuple[str, ...]) -> None:
    with LimitedReader(PROFILE, command=stub) as reader:
        error = fate(reader, b"error")
    assert error.code == BROKEN and "联系系统管理员" in error.advice and "Traceback" not in str(error)
    assert "Traceback of it" in str(error.__cause__)


def test_any_exception_becomes_an_answer() -> None:
    told = answer({"profile": PROFILE.code, "forms": "other", "name": "甲.txt", "suffix": ".txt"}, b"")
    assert told["kind"] == "RuntimeError" and "Traceback" in told["fault"]


def test_the_file_that_aborts_calamine_costs_only_itself(tmp_path: Path) -> None:
    """A merged range over everything, or whatever comes: what the parser dies of is that file's."""
    path = tmp_path / "甲.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet3.xml"] = parts["xl/worksheets/sheet3.xml"].replace(b"</sheetData>", corner)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    code = (
        "import sys\nfrom tasks.collect.limited.child import _limit_memory\n_limit_memory()\n"
        "from tasks.collect.workbook.parser import parse_sheets\nparse_sheets(sys.stdin.buffer.read(), '乙')"
    )
    done = subprocess.run([sys.executable, "-c", code], input=stream.getvalue(), capture_output=True, check=False)
    assert done.returncode != 0, "past the guard the parser dies of it"
    bad = tmp_path / "乙.xlsx"
    bad.write_bytes(stream.getvalue())
    readings = read_submissions([path, bad], PROFILE)
    assert isinstance(readings[path], Submission) and isinstance(readings[bad], SubmissionError)


def test_one_file_takes_little_time(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022))
    read_submission(path, PROFILE)
    started = time.perf_counter()
    read_submission(path, PROFILE)
    assert time.perf_counter() - started < 3  # 0.4 s on a machine that does nothing else


def test_neither_parent_nor_child_imports_heavy_libraries() -> None:
    heavy = "sqlmodel pandas prefect great_expectations xlsxwriter openpyxl"
    for module, more in (
        ("tasks.collect.reading", " python_calamine tasks.collect.text.reader"),
        ("tasks.collect.limited.child", ""),
    ):
        code = f"import sys, {module}; print([n for n in '{heavy}{more}'.split() if n in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", module


def test_every_readable_kind_has_its_reader() -> None:
    assert set(READERS) == set(READABLE)


def test_a_submission_comes_through_the_wire_as_it_was() -> None:
    read = READERS[".txt"](FIXTURE.read_bytes(), FIXTURE.name, PROFILE)
    assert read.cells and read.projects and read.facts
    assert decode(Submission, encode(read)) == read
    assert read_submission(FIXTURE, PROFILE) == read


@pytest.mark.parametrize(
    ("kind", "data"),
    [(int, "1"), (int, True), (str, None), (list[str], "ab"), (tuple[str, int], ["a"]), (dict[str, int], [["a"]]),
     (Submission, []), (Submission, {"__class__": "x"}), (dict[tuple[str, str], str], [[["a"], "b"]])],
)  # fmt: skip
def test_what_has_another_shape_is_not_taken(kind: object, data: object) -> None:
    with pytest.raises(WireError):
        decode(kind, data)
