"""An inbox that changes while it is looked at, and files that are none: nothing waits, nothing else is read."""

import os
import time
from pathlib import Path

import pytest

from models.database import session_of
from models.errors import SubmissionError, UsageError
from models.profiles import Profile
from models.submission import Submission
from models.tables import StepState
from reports.workbook import CoverInfo, write_workbook
from tasks.collect.collect import collect_units, mark_not_collected
from tasks.collect.inbox import entries_of, survey
from tasks.collect.kinds import BY_SUFFIX, READABLE, refuse_by_content, refuse_by_name
from tasks.collect.opening import MAX_FILE_BYTES, read_whole, sha256_or_none
from tasks.collect.reading import read_submissions
from tasks.collect.registry import read_registry, sync_registry
from tasks.collect.store.receipts import gone, is_gone, taken, taken_file
from tasks.step import steps_of, units_of

HEADER = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n"
ROWS = "9,甲局,,,,,\n901,甲局本级,9,,,,\n902,信息中心,9,,,,\n"


def registered(folder: Path) -> Path:
    path = folder / "登记表.csv"
    path.write_text(HEADER + ROWS, "utf-8")
    return path


class Office:
    """A database, a registry of two units, and the inbox where both have filed."""

    def __init__(self, url: str, folder: Path, profile: Profile) -> None:
        self.url, self.profile, self.inbox = url, profile, folder / "inbox"
        self.inbox.mkdir()
        self.registry = read_registry(registered(folder), profile)
        with session_of(url) as session:
            self.cycle = sync_registry(session, self.registry, 2022, profile).id or 0
        self.files = {code: str(self.inbox / f"{code}.xlsx") for code in ("901", "902")}
        for code, name in (("901", "甲局本级"), ("902", "信息中心")):
            write_workbook(profile, Path(self.files[code]), unit=CoverInfo(code, name, 2022))

    def step(self, code: str) -> tuple[str, str]:
        with session_of(self.url) as session:
            unit = units_of(session, self.cycle, [code])[0]
            step = steps_of(session, [unit], "collect")[unit.id or 0]
            return step.state, step.message


@pytest.fixture
def office(database_url: str, tmp_path: Path, profile: Profile) -> Office:
    return Office(database_url, tmp_path, profile)


def test_a_file_that_left_costs_only_its_unit(office: Office) -> None:
    Path(office.files["901"]).unlink()
    report = collect_units(office.url, office.cycle, office.files)
    assert report.done == ["902"] and "不在收件夹" in report.returned["901"]


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "large"])
def test_what_a_file_became_since_it_was_listed_is_seen_when_it_is_opened(
    office: Office, tmp_path: Path, kind: str
) -> None:
    path = Path(office.files["901"])
    elsewhere = path.rename(tmp_path / "别处.xlsx")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(elsewhere)
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as stream:
            stream.truncate(20 * 2**30)
    started = time.perf_counter()
    report = collect_units(office.url, office.cycle, office.files)
    assert time.perf_counter() - started < 20
    words = {"pipe": "不是普通文件", "link": "不是普通文件", "folder": "这是文件夹", "large": "超过 20 MB"}
    assert report.done == ["902"] and words[kind] in report.returned["901"]


def test_a_name_in_a_file_steers_no_terminal_log_or_run(office: Office) -> None:
    """A workbook may hold an escape sequence in its unit's name: it is told as characters."""
    cover = CoverInfo("901", "甲\x1b[31m局\u202e", 2022)
    write_workbook(office.profile, Path(office.files["901"]), unit=cover)
    report = collect_units(office.url, office.cycle, office.files)
    for told in (report.returned["901"], office.step("901")[1]):
        assert "[31m局" in told and not {"\x1b", "\u202e"} & set(told)


def test_a_file_taken_out_after_it_was_accepted_is_mentioned_until_it_is_back(office: Office) -> None:
    collect_units(office.url, office.cycle, office.files)
    absent = {"902": (StepState.MISSING, "信息中心尚未报送。")}
    mark_not_collected(office.url, office.cycle, absent)
    state, told = office.step("902")
    assert state == StepState.DONE and told == "《902.xlsx》第 1 版，文件已不在收件夹，仍按已收的第 1 版计入"
    assert mark_not_collected(office.url, office.cycle, absent).unchanged == ["902"]
    collect_units(office.url, office.cycle, office.files)
    assert office.step("902") == (StepState.DONE, "《902.xlsx》第 1 版")


def test_what_is_said_of_a_file_names_it_before_and_after_it_is_gone() -> None:
    told = taken("甲，乙.xlsx", 3)
    assert not is_gone(told) and is_gone(gone(told, 3)) and gone(gone(told, 3), 3) == gone(told, 3)
    assert taken_file(told) == taken_file(gone(told, 3)) == "甲，乙.xlsx"


def test_many_units_without_a_file_are_marked_once(office: Office) -> None:
    absent = {code: (StepState.MISSING, f"{code}尚未报送。") for code in ("901", "902")}
    assert mark_not_collected(office.url, office.cycle, absent).unchanged == []
    assert office.step("901") == (StepState.MISSING, "901尚未报送。")
    assert mark_not_collected(office.url, office.cycle, absent).unchanged == ["901", "902"]


def test_a_file_too_large_is_refused_before_it_is_hashed(tmp_path: Path, profile: Profile) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with (inbox / "901.xlsx").open("wb") as stream:
        stream.truncate(20 * 2**30)
    started = time.perf_counter()
    found = survey(inbox, read_registry(registered(tmp_path), profile))
    assert time.perf_counter() - started < 2
    assert [(one.sha256, one.unit_code) for one in found.refused] == [("", "901")]
    assert "超过 20 MB" in found.refused[0].message


@pytest.mark.parametrize("name", ["无", "x" * 10_000, "a\0b", "登记表.csv/下"])
def test_an_inbox_that_is_none_is_told_in_one_sentence(tmp_path: Path, name: str) -> None:
    registered(tmp_path)
    with pytest.raises(UsageError, match="收件文件夹") as caught:
        entries_of(tmp_path / name)
    assert len(str(caught.value)) < 350


@pytest.mark.skipif(os.getuid() == 0, reason="root may enter every folder")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_without_rights_is_told_as_such(tmp_path: Path, mode: int) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir(mode=mode)
    try:
        for folder in (inbox, inbox / "下"):
            with pytest.raises(UsageError, match="没有权限"):
                entries_of(folder)
    finally:
        inbox.chmod(0o700)


# -- opening ----------------------------------------------------------------------------------------------------------


def test_a_link_is_followed_on_the_command_line_only(tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_text("收入", "utf-8")
    (tmp_path / "链.txt").symlink_to(tmp_path / "甲.txt")
    assert read_whole(tmp_path / "链.txt", links=True) == "收入".encode()
    assert sha256_or_none(tmp_path / "链.txt") == ""
    with pytest.raises(SubmissionError, match="不是普通文件"):
        read_whole(tmp_path / "链.txt")


def test_the_largest_file_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    for more, words in ((0, None), (1, "20 MB")):
        with path.open("wb") as stream:
            stream.truncate(MAX_FILE_BYTES + more)
        if words is None:
            assert len(read_whole(path)) == MAX_FILE_BYTES
        else:
            with pytest.raises(SubmissionError, match=words):
                read_whole(path)


# -- kinds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [*BY_SUFFIX, ".XLS", ".abc", ""])
def test_check_and_the_yearly_run_give_the_same_advice(tmp_path: Path, profile: Profile, suffix: str) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    path = inbox / f"901{suffix}"
    path.write_bytes(b"x")
    checked = read_submissions([path], profile)[path]
    assert isinstance(checked, SubmissionError) and not checked.sha256
    run = survey(inbox, read_registry(registered(tmp_path), profile))
    told = [one.message for one in run.refused]
    assert not told or (checked.reason in told[0] and checked.advice in told[0] and "移出收件夹" in told[0])
    assert told or suffix == ".lnk"


@pytest.mark.parametrize("suffix", READABLE)
def test_what_is_read_is_not_refused_by_its_name(suffix: str) -> None:
    refuse_by_name(f"甲{suffix.upper()}")


@pytest.mark.parametrize("name", ["~$301001_甲.xlsx", ".~甲.xlsx"])
def test_a_lock_file_is_said_to_be_one(tmp_path: Path, profile: Profile, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\5user" + bytes(160))
    told = read_submissions([path], profile)[path]
    assert isinstance(told, SubmissionError) and "锁定文件" in str(told) and "关闭" in told.advice


def test_a_folder_is_said_to_be_a_folder(tmp_path: Path, profile: Profile) -> None:
    for name in ("报送", "报送.xlsx"):
        (tmp_path / name).mkdir()
        told = read_submissions([tmp_path / name], profile)[tmp_path / name]
        assert isinstance(told, SubmissionError) and "这是文件夹" in told.reason


@pytest.mark.parametrize(
    ("name", "data", "words", "advice"),
    [
        ("甲.xlsx", b"%PDF-1.7", "PDF", "填报工作簿"),
        ("甲.xlsx", b"<html>", "网页", "另存为 .xlsx"),
        ("甲.xlsx", b"\x89PNG\r\n", "图片", "填报工作簿"),
        ("甲.txt", b"PK\x03\x04", "压缩的文档", "原来的扩展名"),
        ("甲.txt", b"%PDF-1.7", "PDF", "公开文本"),
        ("甲.txt", b"", "空的", "重新导出"),
    ],
)
def test_a_suffix_that_lies_is_told_by_the_first_bytes(name: str, data: bytes, words: str, advice: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        refuse_by_content(name, data)
    assert words in caught.value.reason and advice in caught.value.advice


def test_both_kinds_and_the_refused_come_back_together(tmp_path: Path, profile: Profile) -> None:
    good = tmp_path / "甲.xlsx"
    write_workbook(profile, good, unit=CoverInfo("901", "甲局本级", 2022))
    paths = [good, tmp_path / "无.xlsx", tmp_path, good]
    readings = read_submissions(paths, profile)
    assert list(map(type, (readings[good], readings[paths[1]], readings[tmp_path]))) == [
        Submission, SubmissionError, SubmissionError,
    ]  # fmt: skip
    assert readings[good].sha256 == sha256_or_none(good)
