"""Looks a workbook over before any parser sees it, and refuses what could harm: bombs, entities, macros, links.

The zip's own statements about sizes are not believed: every part is unpacked here, piece by piece, under limits.
Formulas without a stored value and error values are found here too, since the parser shows them as blanks.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from struct import error as StructError
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from models.errors import SubmissionError, reason_of
from tasks.collect.workbook.guard_xml import CellFault, PartReader, PartRefused

MAX_FILE_BYTES = 20 * 2**20
MAX_ENTRIES = 1_000
MAX_PART_BYTES = 48 * 2**20
MAX_TOTAL_BYTES = 96 * 2**20
MAX_RATIO = 200
_RATIO_FROM = 2**20  # small parts may be all blanks
_PIECE = 64 * 2**10
_REPACK = "请用系统生成的填报工作簿重新填写，另存为 .xlsx 后再报。"

_KNOWN = (
    (b"\xd0\xcf\x11\xe0", "这是旧版 Excel（.xls）文件或设有打开密码的文件", "请取消密码，另存为 .xlsx 后再报。"),
    (b"%PDF", "这是 PDF 文件，只是改了扩展名", "请报送填报工作簿（.xlsx）原件。"),
    (b"Rar!", "这是 RAR 压缩包，不是工作簿", "请解压后报送其中的 .xlsx 文件。"),
    (b"7z\xbc\xaf", "这是 7z 压缩包，不是工作簿", "请解压后报送其中的 .xlsx 文件。"),
    (b"<", "这是网页或 XML 文本，不是工作簿", "请用 Excel 或 WPS 打开后另存为 .xlsx。"),
)
_FORBIDDEN_PARTS = {
    "vbaproject": "含有宏",
    "vbadata": "含有宏",
    "/embeddings/": "含有嵌入的其他文件",
    "/activex/": "含有 ActiveX 控件",
    "/externallinks/": "引用了其他文件的数据",
    "/macrosheets/": "含有宏工作表",
    "/querytables/": "含有外部数据查询",
    "xl/connections.xml": "含有外部数据连接",
    "xl/workbook.bin": "是二进制工作簿（.xlsb）",
}
_BINARY = {".vml", ".bin", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff"}


@dataclass(frozen=True, slots=True)
class GuardReport:
    """What the guard saw in a file that it lets pass.

    Attributes:
        faults: Formulas without a stored value and error values, by sheet name.
        head_texts: Texts of page headers and footers, by sheet name: a classification mark may stand there.
        percents: Cells whose number is shown as a percentage, by sheet name: row and column from 0.
    """

    faults: dict[str, tuple[CellFault, ...]]
    head_texts: dict[str, tuple[str, ...]]
    percents: dict[str, frozenset[tuple[int, int]]]


def read_limited(path: Path) -> bytes:
    """Read a file's bytes once, at most :data:`MAX_FILE_BYTES`.

    Raises:
        SubmissionError: It cannot be opened or is larger.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SubmissionError(
            path.name, f"文件打不开：{reason_of(error)}。", advice="请检查文件是否存在、能否读取。"
        ) from error
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 2**20
        raise SubmissionError(path.name, f"文件超过 {limit} MB。", advice="请删除图片等无关内容后再报。")
    return data


def guard_workbook(path: Path) -> GuardReport:
    """Look over a workbook file; see :func:`guard_bytes`.

    Raises:
        SubmissionError: The file cannot be taken, with the reason in Chinese.
    """
    return guard_bytes(read_limited(path), path.name)


def guard_bytes(data: bytes, name: str) -> GuardReport:
    """Look over a workbook's bytes.

    Args:
        data: The whole file, within :data:`MAX_FILE_BYTES`.
        name: The file's name, for messages.

    Raises:
        SubmissionError: Not an xlsx workbook, damaged, too large once unpacked, or with forbidden content.
    """
    _refuse_other_kinds(data, name)
    try:
        with ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
        _check_entries(infos, name)
        return _read_parts(data, infos, name)
    except PartRefused as refused:
        place = "".join(letter for letter in refused.part if letter.isprintable())[:80]
        raise SubmissionError(name, f"{refused}。", advice=_REPACK, place=place) from refused
    except (BadZipFile, zlib.error, StructError, EOFError, NotImplementedError, ValueError, OverflowError) as error:
        raise SubmissionError(name, "文件已损坏或不完整，无法解开。", advice=_REPACK) from error


def _refuse_other_kinds(data: bytes, name: str) -> None:
    if not data:
        raise SubmissionError(name, "文件是空的（0 字节）。", advice=_REPACK)
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, reason, advice in _KNOWN:
        if head.startswith(magic):
            raise SubmissionError(name, f"{reason}。", advice=advice)
    if not data.startswith(b"PK"):
        raise SubmissionError(name, "这不是 Excel 工作簿（.xlsx），可能是改了扩展名的其他文件。", advice=_REPACK)


def _check_entries(infos: list[ZipInfo], name: str) -> None:
    if len(infos) > MAX_ENTRIES:
        raise PartRefused("", f"压缩包内有 {len(infos)} 个部件，超过 {MAX_ENTRIES} 个")
    seen: set[str] = set()
    for info in infos:
        part = info.filename.replace("\\", "/")
        folded = part.casefold()
        if part.startswith("/") or ":" in part or ".." in PurePosixPath(part).parts or "\0" in info.orig_filename:
            raise PartRefused(part, "压缩包内有越出文件夹的部件名")
        if folded in seen:
            raise PartRefused(part, "压缩包内有重复的部件")
        seen.add(folded)
        if info.flag_bits & 0x41:
            raise PartRefused(part, "压缩包设有密码")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise PartRefused(part, "压缩方法不是通用的 deflate")
        for mark, reason in _FORBIDDEN_PARTS.items():
            if mark in f"/{folded}":
                raise PartRefused(part, f"文件{reason}，不能受理")
    names = {info.filename for info in infos}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise SubmissionError(
            name, "这是压缩包或其他文档（如 .docx、.ods），不是 Excel 工作簿（.xlsx）。", advice=_REPACK
        )


def _read_parts(data: bytes, infos: list[ZipInfo], name: str) -> GuardReport:
    reader = PartReader()
    total = 0
    for info in infos:
        if info.is_dir():
            continue
        part = info.filename
        xml = PurePosixPath(part).suffix.lower() not in _BINARY
        with reader.part(part) if xml else reader.binary(part) as feed:
            for piece in _unpacked(data, info):
                total += len(piece)
                if total > MAX_TOTAL_BYTES:
                    raise PartRefused(part, f"解开后超过 {MAX_TOTAL_BYTES // 2**20} MB，疑似压缩炸弹")
                feed(piece)
    return GuardReport(*reader.by_sheet(), reader.percents_by_sheet())


def _unpacked(data: bytes, info: ZipInfo) -> Iterator[bytes]:
    """Unpack one part from the raw bytes, whatever sizes its headers claim.

    Raises:
        PartRefused: A limit is passed. BadZipFile: What comes out is not what the headers say.
    """
    at = info.header_offset
    if data[at : at + 4] != b"PK\x03\x04":
        raise BadZipFile("no local header")
    at += 30 + int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(data[at + 28 : at + 30], "little")
    packed = memoryview(data)[at : at + info.compress_size]
    if len(packed) != info.compress_size:
        raise BadZipFile("truncated")
    size = crc = 0
    for piece in _inflate(packed) if info.compress_type == ZIP_DEFLATED else _slices(packed):
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        if size > MAX_PART_BYTES:
            raise PartRefused(info.filename, f"单个部件解开后超过 {MAX_PART_BYTES // 2**20} MB，疑似压缩炸弹")
        if size > _RATIO_FROM and size > MAX_RATIO * info.compress_size:
            raise PartRefused(info.filename, f"压缩比超过 {MAX_RATIO} 倍，疑似压缩炸弹")
        yield piece
    if size != info.file_size or crc != info.CRC:
        raise BadZipFile("size or checksum differs")


def _slices(packed: memoryview) -> Iterator[bytes]:
    for at in range(0, len(packed), _PIECE):
        yield bytes(packed[at : at + _PIECE])


def _inflate(packed: memoryview) -> Iterator[bytes]:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting: bytes | memoryview = packed
    while not engine.eof:
        piece = engine.decompress(waiting, _PIECE)
        waiting = engine.unconsumed_tail
        if not piece and not waiting:
            raise BadZipFile("deflate stream ends early")
        if piece:
            yield piece
    if engine.unused_data:
        raise BadZipFile("bytes behind the deflate stream")
