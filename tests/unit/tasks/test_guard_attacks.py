"""Files made to harm or to slip past: each is refused with a Chinese sentence, or read without losing a fault."""

import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from models.errors import SubmissionError
from models.profiles import load_profile
from reports.workbook import CoverInfo, write_workbook
from tasks.collect.workbook import guard
from tasks.collect.workbook.guard import guard_bytes, guard_workbook
from tasks.collect.workbook.reader import read_workbook

PROFILE = load_profile()
SHEET = "xl/worksheets/sheet3.xml"  # 公开01
NOISE = random.Random(7).randbytes(4096)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "甲.xlsx"
    write_workbook(PROFILE, path, unit=CoverInfo("140901", "甲中心", 2022))
    return path.read_bytes()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    parts = parts_of(data)
    parts[part] = change(parts[part].decode()).encode()
    return packed(parts)


def added(data: bytes, **parts: bytes) -> bytes:
    return packed(parts_of(data) | {name.replace("__", "/"): content for name, content in parts.items()})


def refused(data: bytes) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        guard_bytes(data, "甲.xlsx")
    assert caught.value.code == "无法读取"
    assert "甲.xlsx" in str(caught.value) and caught.value.advice
    return caught.value


def cell(reference: str, value: str = "<v>1</v>", kind: str = "") -> Callable[[str], str]:
    row = "".join(letter for letter in reference if letter.isdigit())
    return lambda text: text.replace(
        "</sheetData>", f'<row r="{row}"><c r="{reference}"{kind}>{value}</c></row></sheetData>'
    )


def test_a_good_workbook_passes_without_faults(good: bytes) -> None:
    report = guard_bytes(good, "甲.xlsx")
    assert list(report.faults)[:3] == ["填报说明", "封面", "公开01"]
    assert not any(report.faults.values())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 Excel"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"Rar!\x1a\x07", "RAR"),
        ("科目,金额\n208,5\n".encode(), "不是 Excel"),
        ("科目,金额\n208,5\n".encode("gbk"), "不是 Excel"),
        (b"<html><table></table></html>", "网页"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "XML"),
        (NOISE, "不是 Excel"),
        (b"PK\x03\x04" + NOISE, "损坏"),
        (packed({"word/document.xml": b"<a/>"}), "不是 Excel"),
    ],
    ids=["empty", "xls", "pdf", "rar", "csv", "csv-gbk", "html", "xml", "noise", "zip-noise", "docx"],
)
def test_other_kinds_of_files(data: bytes, words: str) -> None:
    assert words in refused(data).reason


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_files(good: bytes, share: float) -> None:
    assert "损坏" in refused(good[: int(len(good) * share)]).reason


def test_flipped_byte_fails_the_checksum(good: bytes) -> None:
    with zipfile.ZipFile(BytesIO(good)) as archive:
        at = archive.getinfo(SHEET).header_offset + 200
    refused(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])


def test_missing_and_folder_paths(tmp_path: Path) -> None:
    for path in (tmp_path / "没有.xlsx", tmp_path):
        with pytest.raises(SubmissionError, match="打不开"):
            guard_workbook(path)


def test_large_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as stream:
        stream.truncate(guard.MAX_FILE_BYTES + 1)
    with pytest.raises(SubmissionError, match="20 MB"):
        guard_workbook(path)


def test_bomb_by_ratio(good: bytes) -> None:
    bomb = added(good, xl__bomb=b"<a>" + b" " * (4 * 2**20) + b"</a>")
    assert len(bomb) < 200_000
    assert "压缩炸弹" in refused(bomb).reason


def test_bomb_that_lies_about_its_size(good: bytes) -> None:
    """Both headers claim ten bytes and the checksum of those ten; the stream holds four megabytes."""
    payload = b"<a>" + b" " * (4 * 2**20) + b"</a>"
    bomb = bytearray(added(good, xl__bomb=payload))
    true_size = struct.pack("<I", len(payload))
    false_size, false_sum = struct.pack("<I", 10), struct.pack("<I", zlib.crc32(payload[:10]))
    true_sum = struct.pack("<I", zlib.crc32(payload))
    assert bomb.count(true_size) >= 2
    data = bytes(bomb).replace(true_size, false_size).replace(true_sum, false_sum)
    refused(data)


def test_bomb_by_number_of_parts(good: bytes) -> None:
    many = packed(parts_of(good) | {f"xl/x{number}.xml": b"<a/>" for number in range(1_000)}, zipfile.ZIP_STORED)
    assert "部件" in refused(many).reason


def test_total_of_unpacked_bytes(good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_TOTAL_BYTES", 100_000)
    assert "压缩炸弹" in refused(good).reason


@pytest.mark.parametrize("name", ["../x.xml", "/x.xml", "a/../../x.xml", "..\\x.xml", "C:/x.xml"])
def test_names_that_leave_the_folder(good: bytes, name: str) -> None:
    assert "部件名" in refused(packed(parts_of(good) | {name: b"<a/>"})).reason


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [SHEET, SHEET.upper(), SHEET.replace("/", "\\")])
def test_a_part_twice(good: bytes, name: str) -> None:
    stream = BytesIO(good)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(name, "<a/>")
    assert "重复" in refused(stream.getvalue()).reason


def test_encrypted_part(good: bytes) -> None:
    with zipfile.ZipFile(BytesIO(good)) as archive:
        at = archive.start_dir
    data = bytearray(good)
    data[at + 8] |= 1
    assert "密码" in refused(bytes(data)).reason


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression(good: bytes, method: int) -> None:
    refused(packed(parts_of(good), method))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE worksheet SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE worksheet>",
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "docProps/core.xml"])
def test_document_types_and_entities(good: bytes, declaration: str, part: str) -> None:
    attack = changed(good, part, lambda text: text.replace("?>", f"?>{declaration}", 1))
    assert "DTD" in refused(attack).reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "gbk", "utf-7"])
def test_other_encodings(good: bytes, encoding: str) -> None:
    parts = parts_of(good)
    text = parts[SHEET].decode().replace("UTF-8", encoding)
    parts[SHEET] = text.encode(encoding)
    refused(packed(parts))


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "XFD1", "GS1", "A5001"])
def test_cells_far_out(good: bytes, reference: str) -> None:
    assert "超出" in refused(changed(good, SHEET, cell(reference))).reason


def test_cells_far_out_by_counting(good: bytes) -> None:
    """Rows and cells without addresses are counted."""
    wide = "<row>" + "<c/>" * 250 + "<c><v>1</v></c></row></sheetData>"
    assert "超出" in refused(changed(good, SHEET, lambda text: text.replace("</sheetData>", wide))).reason
    tall = "<row/>" * 5_000 + "<row><c><v>1</v></c></row></sheetData>"
    assert "超出" in refused(changed(good, SHEET, lambda text: text.replace("</sheetData>", tall))).reason


def test_empty_styled_cells_far_out_are_harmless(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "远.xlsx"
    path.write_bytes(changed(good, SHEET, cell("XFD900", value="")))
    assert [problem.rule for problem in read_workbook(path, PROFILE).problems] == ["R-签署"]


@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.replace('"', "'"),
        lambda text: text.replace("<c ", "<c  \n ").replace("<f>", "<f\n>"),
        lambda text: (
            text.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
        ),
    ],
    ids=["single-quotes", "spaces", "prefix"],
)
def test_faults_are_seen_however_they_are_written(good: bytes, write: Callable[[str], str]) -> None:
    def faulty(text: str) -> str:
        formula, error = "<f>1+1</f>", "<f>1/0</f><v>#DIV/0!</v>"
        return write(cell("A90", error, ' t="e"')(cell("B80", formula)(text)))

    report = guard_bytes(changed(good, SHEET, faulty), "甲.xlsx")
    assert [(fault.row, fault.column, fault.error) for fault in report.faults["公开01"]] == [
        (79, 1, ""),
        (89, 0, "#DIV/0!"),
    ]
    far = changed(good, SHEET, lambda text: write(cell("XFD1048576")(text)))
    assert "超出" in refused(far).reason


def test_moved_part_is_found(good: bytes) -> None:
    """A sheet may lie anywhere and be called anything: the workbook's relations say which part it is."""
    parts = parts_of(good)
    parts["xl/elsewhere.data"] = cell("B80", "<f>1+1</f>")(parts.pop(SHEET).decode()).encode()
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b"worksheets/sheet3.xml", b"elsewhere.data")
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"/xl/worksheets/sheet3.xml", b"/xl/elsewhere.data"
    )
    report = guard_bytes(packed(parts), "甲.xlsx")
    assert [fault.row for fault in report.faults["公开01"]] == [79]


def test_sheet_hidden_in_a_picture(good: bytes) -> None:
    parts = parts_of(good)
    parts["xl/media/image1.png"] = parts.pop(SHEET)
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b"worksheets/sheet3.xml", b"media/image1.png")
    assert "不是 XML" in refused(packed(parts)).reason


def test_sheet_without_a_part(good: bytes) -> None:
    parts = parts_of(good)
    del parts[SHEET]
    assert "没有对应" in refused(packed(parts)).reason


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/vbaProject.bin", "宏"),
        ("xl/embeddings/oleObject1.bin", "嵌入"),
        ("xl/externalLinks/externalLink1.xml", "其他文件"),
        ("xl/activeX/activeX1.xml", "ActiveX"),
        ("xl/connections.xml", "数据连接"),
        ("xl/macrosheets/sheet1.xml", "宏"),
    ],
)
def test_forbidden_parts(good: bytes, part: str, words: str) -> None:
    assert words in refused(packed(parts_of(good) | {part: b"<a/>"})).reason


@pytest.mark.parametrize("kind", ["vbaProject", "externalLink", "oleObject", "package", "control"])
def test_forbidden_relations_under_innocent_names(good: bytes, kind: str) -> None:
    relation = f'<Relationship Id="rIdX" Type="http://schemas.example.invalid/{kind}" Target="theme/theme1.xml"/>'
    attack = changed(
        good, "xl/_rels/workbook.xml.rels", lambda text: text.replace("</Relationships>", f"{relation}</Relationships>")
    )
    assert "不能受理" in refused(attack).reason


def test_external_targets_are_refused_but_hyperlinks_are_not(good: bytes) -> None:
    def rels(kind: str) -> bytes:
        return (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            f'Id="rId1" Type="http://schemas.example.invalid/{kind}" Target="http://a.invalid" TargetMode="External"/>'
            "</Relationships>"
        ).encode()

    name = "xl/worksheets/_rels/sheet3.xml.rels"
    assert "外部" in refused(packed(parts_of(good) | {name: rels("image")})).reason
    guard_bytes(packed(parts_of(good) | {name: rels("hyperlink")}), "甲.xlsx")


def test_macro_content_type(good: bytes) -> None:
    attack = changed(good, "[Content_Types].xml", lambda text: text.replace("sheet.main", "sheet.macroEnabled.main"))
    assert "宏" in refused(attack).reason


def test_broken_xml_and_undeclared_prefix(good: bytes) -> None:
    assert "XML" in refused(changed(good, SHEET, lambda text: text[:-20])).reason
    assert "XML" in refused(changed(good, SHEET, lambda text: text.replace("<sheetData>", "<y:a/><sheetData>"))).reason


def test_deep_nesting_and_long_text(good: bytes) -> None:
    deep = changed(good, SHEET, lambda text: text.replace("</sheetData>", "</sheetData>" + "<a>" * 200 + "</a>" * 200))
    assert "嵌套" in refused(deep).reason
    long = "<is><t>" + "".join(chr(0x4E00 + at % 20_000) for at in range(50_000)) + "</t></is>"
    assert "字符" in refused(changed(good, SHEET, cell("A80", long, ' t="inlineStr"'))).reason


def test_too_many_cells(good: bytes) -> None:
    rows = "".join(
        f'<row r="{row}">' + "".join(f"<c><v>{row * column**3}</v></c>" for column in range(190)) + "</row>"
        for row in range(100, 1_200)
    )
    attack = changed(good, SHEET, lambda text: text.replace("</sheetData>", f"{rows}</sheetData>"))
    assert "单元格超过" in refused(attack).reason


def test_message_shows_no_control_characters_of_a_part_name(good: bytes) -> None:
    error = refused(packed(parts_of(good) | {"xl/\x1b[31m\u202e.xml": b"<a"}))
    assert "\x1b" not in str(error) and "\u202e" not in str(error)
