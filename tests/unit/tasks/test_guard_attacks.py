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
from tasks.collect.opening import MAX_FILE_BYTES
from tasks.collect.workbook import guard
from tasks.collect.workbook.guard import guard_bytes
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
        (b"Rar!\x1a\x07", "压缩包"),
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
    for path, words in ((tmp_path / "没有.xlsx", "找不到"), (tmp_path, "这是文件夹")):
        with pytest.raises(SubmissionError, match=words):
            read_workbook(path, PROFILE)


def test_large_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(SubmissionError, match="20 MB"):
        read_workbook(path, PROFILE)


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


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "XFD900", "GS900", "A5001"])
def test_cells_far_out(good: bytes, reference: str) -> None:
    assert "超出" in refused(changed(good, SHEET, cell(reference))).reason


@pytest.mark.parametrize("reference", ["A5001", "GS900"])
def test_content_far_away_is_told_by_sheet_and_cell(good: bytes, reference: str) -> None:
    error = refused(changed(good, SHEET, cell(reference)))
    assert error.place == f"公开01!{reference}" and "删除这个单元格" in error.advice
    assert "xl/" not in str(error) and "重新填写" not in str(error)


def with_string(data: bytes, text: str) -> tuple[bytes, int]:
    """The workbook with one more shared string, and its number."""
    number = parts_of(data)["xl/sharedStrings.xml"].decode().count("<si>")
    more = f'<si><t xml:space="preserve">{text}</t></si></sst>'
    return changed(data, "xl/sharedStrings.xml", lambda xml: xml.replace("</sst>", more)), number


@pytest.mark.parametrize("reference", ["A6000", "XFD200"])
def test_blanks_far_away_do_no_harm(good: bytes, tmp_path: Path, reference: str) -> None:
    """A clerk who hit the space bar far below the table has done nothing wrong."""
    shared, number = with_string(good, " \u3000")
    path = tmp_path / "远.xlsx"
    for value, kind in ((f"<v>{number}</v>", ' t="s"'), ("<is><t> </t></is>", ' t="inlineStr"')):
        path.write_bytes(changed(shared, SHEET, cell(reference, value, kind)))
        assert [problem.rule for problem in read_workbook(path, PROFILE).problems] == ["R-签署"]


def test_a_word_far_away_among_the_shared_strings_is_content(good: bytes) -> None:
    shared, number = with_string(good, "x")
    error = refused(changed(shared, SHEET, cell("A6000", f"<v>{number}</v>", ' t="s"')))
    assert error.place == "公开01!A6000"


def test_a_blank_in_the_last_corner_is_told(good: bytes) -> None:
    """The parser would lay out all cells up to it."""
    error = refused(changed(good, SHEET, cell("XFD1048576", "<is><t> </t></is>", ' t="inlineStr"')))
    assert error.place == "公开01!XFD1048576" and "空格" in error.reason


def test_many_sheets_with_one_cell_in_the_corner_each(good: bytes) -> None:
    """Each within the box, all together more than a parser can lay out in time."""
    parts = parts_of(good)
    for number in range(3, 8):
        name = f"xl/worksheets/sheet{number}.xml"
        parts[name] = cell("GR5000")(parts[name].decode()).encode()
    error = refused(packed(parts))
    assert "范围过大" in error.reason and error.place.endswith("!GR5000")


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="90"><c r="A90"><v>1</v></c></row><row r="80"><c r="A80"><v>1</v></c></row>',
        '<row r="90"><c r="A90"><v>1</v></c></row><row r="90"><c r="B90"><v>1</v></c></row>',
        '<row r="90"><c r="A80"><v>1</v></c></row>',
        '<row r="90"><c r="A90"><v>1</v></c><c r="A90"><v>2</v></c></row>',
    ],
    ids=["descending", "repeated", "cell-of-another-row", "cell-twice"],
)
def test_disordered_rows_are_a_damaged_sheet(good: bytes, rows: str) -> None:
    error = refused(changed(good, SHEET, lambda text: text.replace("</sheetData>", f"{rows}</sheetData>")))
    assert "工作表已损坏" in error.reason and error.place == "公开01"


def test_a_part_that_holds_no_sheet_may_list_cells_in_any_order(good: bytes) -> None:
    chain = b'<calcChain><c r="B9" i="1"/><c r="B8"/><c r="B8"/></calcChain>'
    guard_bytes(added(good, xl__calcChain=chain), "甲.xlsx")


LINK = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook/></externalLink>'
LINK_RELATION = (
    b'<Relationships><Relationship Id="rId1" Type="http://schemas.example.invalid/externalLinkPath" '
    b'Target="file:///a.xlsx" TargetMode="External"/></Relationships>'
)


def linked(data: bytes, value: str) -> bytes:
    parts = parts_of(data) | {
        "xl/externalLinks/externalLink1.xml": LINK,
        "xl/externalLinks/_rels/externalLink1.xml.rels": LINK_RELATION,
    }
    return changed(packed(parts), SHEET, cell("B90", f"<f>[1]Sheet1!$A$1</f>{value}"))


def test_values_of_another_file_are_read_as_stored_and_told(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "链.xlsx"
    path.write_bytes(linked(good, "<v>5</v>"))
    told = [problem for problem in read_workbook(path, PROFILE).problems if problem.rule == "R-公式"]
    assert [(one.severity, one.location) for one in told] == [("hint", "公开01!B90")]
    assert "编辑链接" in told[0].message and "选择性粘贴为数值" in told[0].message


def test_a_link_that_no_cell_uses_is_told_once(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "链.xlsx"
    path.write_bytes(packed(parts_of(good) | {"xl/externalLinks/externalLink1.xml": LINK}))
    told = [one for one in read_workbook(path, PROFILE).problems if one.rule != "R-签署"]
    assert [(one.rule, one.severity) for one in told] == [("R-公式", "hint")] and "断开链接" in told[0].message


def test_a_link_without_a_stored_value_is_a_fault(good: bytes) -> None:
    report = guard_bytes(linked(good, ""), "甲.xlsx")
    assert [(fault.row, fault.column) for fault in report.faults["公开01"]] == [(89, 1)]


def test_a_column_with_a_year_for_a_name_is_no_link(good: bytes) -> None:
    table = cell("B90", "<f>SUM(表1[2022])</f><v>5</v>")
    assert guard_bytes(changed(good, SHEET, table), "甲.xlsx").links == {}


def test_links_to_other_programs_are_refused(good: bytes) -> None:
    parts = parts_of(good) | {"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/></externalLink>"}
    assert "其他程序" in refused(packed(parts)).reason


@pytest.mark.parametrize(
    ("stream", "words", "advice"),
    [
        ("EncryptedPackage", "打开密码", "去掉密码"),
        ("Workbook", "旧版 Excel", "另存为 .xlsx"),
        ("WordDocument", "Word", "填报工作簿"),
    ],
)
def test_old_and_encrypted_files_by_what_they_hold(stream: str, words: str, advice: str) -> None:
    error = refused(b"\xd0\xcf\x11\xe0" + bytes(600) + stream.encode("utf-16-le") + bytes(600))
    assert words in error.reason and advice in error.advice


def test_no_advice_sends_anyone_back_to_the_start(good: bytes) -> None:
    """Whatever is refused: nobody is told to fill a workbook all over again, nor shown a part of the zip."""
    files = [
        added(good, xl__vbaProject=b"<a/>"), good[: len(good) // 2], packed({"word/document.xml": b"<a/>"}),
        changed(good, SHEET, lambda text: text[:-20]), changed(good, SHEET, cell("A5001")),
    ]  # fmt: skip
    for data in files:
        error = refused(data)
        assert "重新填" not in str(error) and "xl/" not in str(error)


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
        ("xl/activeX/activeX1.xml", "ActiveX"),
        ("xl/connections.xml", "数据连接"),
        ("xl/macrosheets/sheet1.xml", "宏"),
    ],
)
def test_forbidden_parts(good: bytes, part: str, words: str) -> None:
    assert words in refused(packed(parts_of(good) | {part: b"<a/>"})).reason


@pytest.mark.parametrize("kind", ["vbaProject", "oleObject", "package", "control"])
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
