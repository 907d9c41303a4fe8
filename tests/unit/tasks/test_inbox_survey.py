"""The inbox: whose file is whose, what is refused unread, who is missing."""

import os
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.database import session_of
from models.errors import UsageError
from models.profiles import Profile
from models.tables import Event, Receipt
from tasks.collect.inbox import Inbox, survey
from tasks.collect.registry import Registry, read_registry, sync_registry
from tasks.collect.store.receipts import ReceiptLine, record_receipts

UNITS = """单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型
101,某市某局,,,,,
101001,某市某局本级,101,,,,
101002,信息中心,101,,,,
101003,农业信息中心,101,,,,
1010031,涉密载体销毁中心,101,,,,
"""
LEAVES = ["101001", "101002", "101003", "1010031"]
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    file = tmp_path / "units.csv"
    file.write_text(UNITS, "utf-8")
    return read_registry(file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def taken(inbox: Inbox) -> dict[str, str]:
    return {code: file.name for code, [file] in inbox.candidates.items()}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("101001.xlsx", "101001"),
        ("101001_2022年决算.XLSX", "101001"),
        ("1010031决算.txt", "1010031"),
        ("101003 决算.txt", "101003"),
        ("101002信息中心.xlsx", "101002"),
        ("某市某局本级2022.xlsx", "101001"),
        ("关于农业信息中心的决算.txt", "101003"),
        ("涉密载体销毁中心决算.xlsx", "1010031"),
        ("1010019.xlsx", None),
        ("101002某市某局本级.xlsx", None),
        ("某市某局本级和信息中心.xlsx", None),
        ("某市某局.xlsx", None),
        ("决算.xlsx", None),
        ("101001　某市某局本级.xlsx", "101001"),
        ("101001\u00a0某市某局本级\u2009.xlsx", "101001"),
        ("　101001.xlsx", "101001"),
        ("101001\ue010\U0003134a.xlsx", "101001"),  # of an office's own font; newer than this Python's tables
    ],
)
def test_a_file_is_assigned_by_its_name(folder: Path, registry: Registry, name: str, code: str | None) -> None:
    (folder / name).write_bytes(b"x")
    inbox = survey(folder, registry)
    assert taken(inbox) == ({code: name} if code else {})
    assert [file.name for file in inbox.unassigned] == ([] if code else [name])
    assert [unit.code for unit in inbox.missing] == [leaf for leaf in LEAVES if leaf != code]
    assert inbox.refused == ()
    assert (inbox.copies, inbox.passed_over) == ((), ())
    assert inbox.names == {name}


def test_an_empty_folder_leaves_every_unit_missing(folder: Path, registry: Registry) -> None:
    inbox = survey(folder, registry)
    assert [unit.code for unit in inbox.missing] == LEAVES
    assert (inbox.candidates, inbox.refused, inbox.unassigned) == ({}, (), ())


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, registry: Registry) -> None:
    for path in (tmp_path / "没有", tmp_path / "units.csv"):
        with pytest.raises(UsageError, match="不存在或不是文件夹"):
            survey(path, registry)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("101001.xls", "另存为 .xlsx"),
        ("101001.docx", "请报送填报工作簿"),
        ("101001.zip", "请解压"),
        ("101001.jio", "决算软件的数据文件"),
        ("101001", "无扩展名"),
    ],
)
def test_other_kinds_of_files_are_refused_with_advice(folder: Path, registry: Registry, name: str, said: str) -> None:
    (folder / name).write_bytes(b"x")
    inbox = survey(folder, registry)
    [refusal] = inbox.refused
    assert (refusal.code, refusal.unit_code, len(refusal.sha256)) == ("无法读取", "101001", 64)
    assert said in refusal.message
    assert refusal.message.endswith("这个文件请移出收件夹。"), "beside a new file it would be refused again"
    assert "101001" not in [unit.code for unit in inbox.missing]
    assert inbox.candidates == {}


def test_an_empty_file_is_refused(folder: Path, registry: Registry) -> None:
    (folder / "101001.xlsx").write_bytes(b"")
    [refusal] = survey(folder, registry).refused
    assert "0 字节" in refusal.message
    assert refusal.sha256 == EMPTY_SHA256


@pytest.mark.parametrize(
    "name",
    [
        "101001（涉密）.xlsx",
        "机密★10年 101001.xlsx",
        "【秘密】信息中心.xlsx",
        "101001 绝密☆.pdf",
        "涉密载体销毁中心涉密.txt",
    ],
)
def test_files_marked_secret_stay_unread(folder: Path, registry: Registry, name: str) -> None:
    (folder / name).write_bytes(b"x")
    (folder / name).chmod(0)
    inbox = survey(folder, registry)
    [refusal] = inbox.refused
    assert (refusal.code, refusal.sha256) == ("涉密", "")
    assert inbox.candidates == {}


@pytest.mark.parametrize(
    "name", ["101001（非涉密）.xlsx", "101001 不涉密.xlsx", "101001计算机密码.xlsx", "101001保密.xlsx"]
)
def test_harmless_names_are_no_secrets(folder: Path, registry: Registry, name: str) -> None:
    (folder / name).write_bytes(b"x")
    assert taken(survey(folder, registry)) == {"101001": name}


def test_two_different_files_of_one_unit_are_both_refused(folder: Path, registry: Registry) -> None:
    (folder / "101001.xlsx").write_bytes(b"1")
    (folder / "101001新.xlsx").write_bytes(b"2")
    (folder / "101002.xlsx").write_bytes(b"3")
    inbox = survey(folder, registry)
    assert taken(inbox) == {"101002": "101002.xlsx"}
    assert [(one.name, one.code, one.unit_code) for one in inbox.refused] == [
        ("101001.xlsx", "重复报送", "101001"),
        ("101001新.xlsx", "重复报送", "101001"),
    ]
    assert "“101001.xlsx”、“101001新.xlsx”" in inbox.refused[0].message
    assert "收件夹中只留下要报送的一个，把其余的移出" in inbox.refused[0].message
    assert "101001" not in [unit.code for unit in inbox.missing]


def test_identical_copies_are_taken_once(folder: Path, registry: Registry) -> None:
    for name in ("101001.xlsx", "101001副本.xlsx"):
        (folder / name).write_bytes(b"1")
    inbox = survey(folder, registry)
    assert taken(inbox) == {"101001": "101001.xlsx"}
    assert inbox.refused == ()
    [copy] = inbox.copies
    assert (copy.name, copy.unit_code, len(copy.sha256)) == ("101001副本.xlsx", "101001", 64)
    assert copy.message == "与“101001.xlsx”内容完全相同，只取其一。"


def test_files_identified_by_content_fall_under_the_same_rules(folder: Path, registry: Registry) -> None:
    for number, name in enumerate(["101001.xlsx", "甲.xlsx", "乙.xlsx", "丙.xlsx"]):
        (folder / name).write_bytes(str(number).encode())
    inbox = survey(folder, registry)
    known = inbox.identify({"甲.xlsx": "101001", "乙.xlsx": "101002", "丙.xlsx": "999"})
    assert taken(known) == {"101002": "乙.xlsx"}
    assert [one.name for one in known.refused] == ["101001.xlsx", "甲.xlsx"]
    assert [file.name for file in known.unassigned] == ["丙.xlsx"]
    assert [unit.code for unit in known.missing] == ["101003", "1010031"]
    assert taken(inbox) == {"101001": "101001.xlsx"}


def test_links_devices_folders_and_temporary_files(folder: Path, registry: Registry, tmp_path: Path) -> None:
    outside = tmp_path / "101002.xlsx"
    outside.write_bytes(b"x")
    (folder / "101002.xlsx").symlink_to(outside)
    (folder / "往年").symlink_to(tmp_path)
    os.mkfifo(folder / "101003.txt")
    (folder / "101001").mkdir()
    (folder / "101001" / "101001.xlsx").write_bytes(b"x")
    for name in ("~$101001.xlsx", ".101001.xlsx", "101001.xlsx.tmp", "Thumbs.db", "101001.xlsx~"):
        (folder / name).write_bytes(b"x")
    inbox = survey(folder, registry)
    assert [(one.name, one.sha256) for one in inbox.refused] == [("101002.xlsx", ""), ("101003.txt", ""), ("往年", "")]
    assert all("不是普通文件" in one.message for one in inbox.refused)
    [passed] = inbox.passed_over
    assert (passed.name, passed.code, passed.unit_code) == ("101001", "子文件夹", "101001")
    assert passed.message == "子文件夹“101001”没有读取，请把要报送的文件直接放在收件夹中。"
    assert "101001" in [unit.code for unit in inbox.missing]
    assert (inbox.candidates, inbox.unassigned) == ({}, ())


def test_a_name_that_is_no_text_is_refused(folder: Path, registry: Registry) -> None:
    os.close(os.open(os.fsencode(folder) + b"/101001\xff.xlsx", os.O_CREAT | os.O_WRONLY))
    [refusal] = survey(folder, registry).refused
    assert refusal.name == "101001�.xlsx" and "编码有误" in refusal.message
    refusal.message.encode("utf-8")


@pytest.mark.parametrize("point", ["U+202E", "U+200B", "U+FEFF", "U+0007", "U+2028", "U+2066"])
def test_a_name_that_deceives_is_refused_and_shown_as_it_is(folder: Path, registry: Registry, point: str) -> None:
    (folder / f"101001{chr(int(point[2:], 16))}slx.xlsx").write_bytes(b"x")
    [refusal] = survey(folder, registry).refused
    assert refusal.name == f"101001[{point}]slx.xlsx"
    assert f"看不见的字符（{point}）" in refusal.message and "编码" not in refusal.message


def test_receipts_are_written_once(database_url: str, registry: Registry, profile: Profile) -> None:
    accepted = ReceiptLine("101001.xlsx", "a" * 64, "101001", "已接收")
    unchanged = accepted._replace(outcome="未更新")
    refused = ReceiptLine("涉密.xlsx", "", "", "退回", "涉密", "文件名标有密级。")
    with session_of(database_url) as session:
        cycle = sync_registry(session, registry, 2022, profile)
        assert record_receipts(session, cycle, [accepted, refused]) == 2
    with session_of(database_url) as session:
        assert record_receipts(session, cycle, [accepted, refused, unchanged]) == 0
        twice = accepted._replace(outcome="退回", code="重复报送", message="两个文件。")
        assert record_receipts(session, cycle, [twice]) == 1
        assert record_receipts(session, cycle, [accepted]) == 1
        assert record_receipts(session, cycle, [accepted._replace(sha256="b" * 64)]) == 1
        rows = session.exec(select(Receipt).order_by(col(Receipt.id))).all()
        assert [(row.file, row.sha256[:1], row.outcome, row.code) for row in rows] == [
            ("101001.xlsx", "a", "已接收", ""),
            ("涉密.xlsx", "", "退回", "涉密"),
            ("101001.xlsx", "b", "已接收", ""),
        ]
        actions = session.exec(select(Event.action).where(col(Event.action).startswith("收件"))).all()
        assert len(actions) == 5
