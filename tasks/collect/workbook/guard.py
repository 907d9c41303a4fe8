"""Looks a workbook over before any parser sees it, and refuses what could harm: bombs, entities, macros, links.

The zip's own statements about sizes are not believed: every part is unpacked here, piece by piece, under limits.
Formulas without a stored value and error values are found here too, since the parser shows them as blanks.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from struct import error as StructError
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from models.errors import SubmissionError
from tasks.collect.kinds import (
    ARCHIVE,
    BINARY_WORKBOOK,
    ENCRYPTED,
    OPEN_DOCUMENT,
    WORD,
    Kind,
    refuse_by_content,
    unreadable,
)
from tasks.collect.workbook.guard_walk import CellFault
from tasks.collect.workbook.guard_words import (
    FORBIDDEN_PARTS,
    RESAVE,
    SLIM,
    PartRefused,
)
from tasks.collect.workbook.guard_xml import PartReader

MAX_ENTRIES = 1_000
MAX_PART_BYTES = 48 * 2**20
MAX_TOTAL_BYTES = 96 * 2**20
MAX_RATIO = 200
_RATIO_FROM = 2**20  # small parts may be all blanks
_PIECE = 64 * 2**10
_FIRST = ("xl/_rels/workbook.xml.rels", "xl/workbook.xml")
"""Parts looked over before all others: they tell the sheets' names, by which messages speak of the rest."""

_BINARY = {".vml", ".bin", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff"}


@dataclass(frozen=True, slots=True)
class GuardReport:
    """What the guard saw in a file that it lets pass.

    Attributes:
        faults: Formulas without a stored value and error values, by sheet name.
        head_texts: Texts of page headers and footers, by sheet name: a classification mark may stand there.
        percents: Cells whose number is shown as a percentage, by sheet name: row and column from 0.
        links: Cells whose formula takes its value from another file, by sheet name; row and column from 0.
        linked: Whether the workbook has a link to another file, be it used by a cell or not.
    """

    faults: dict[str, tuple[CellFault, ...]]
    head_texts: dict[str, tuple[str, ...]]
    percents: dict[str, frozenset[tuple[int, int]]]
    links: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    linked: bool = False


def guard_bytes(data: bytes, name: str) -> GuardReport:
    """Look over a workbook's bytes.

    Args:
        data: The whole file.
        name: The file's name, for messages.

    Raises:
        SubmissionError: Not an xlsx workbook, damaged, too large once unpacked, or with forbidden content.
    """
    refuse_by_content(name, data)
    try:
        with ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
        _refuse_other_documents(infos, name)
        _check_entries(infos, name)
        return _read_parts(data, infos, name)
    except PartRefused as refused:
        raise SubmissionError(name, f"{refused}。", advice=refused.advice, place=refused.place) from refused
    except (BadZipFile, zlib.error, StructError, EOFError, NotImplementedError, ValueError, OverflowError) as error:
        raise SubmissionError(name, "文件已损坏或不完整，无法解开。", advice=RESAVE) from error


_ZIPPED = (("word/", WORD), ("xl/workbook.bin", BINARY_WORKBOOK), ("content.xml", OPEN_DOCUMENT))
"""Beginnings of parts by which other zipped documents are known."""


def _refuse_other_documents(infos: list[ZipInfo], name: str) -> None:
    names = {info.filename for info in infos}
    if {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        return
    found = next((kind for part, kind in _ZIPPED if any(one.startswith(part) for one in names)), ARCHIVE)
    raise unreadable(name, Kind(f"{found.name}，不是 Excel 工作簿（.xlsx）", found.advice))


def _check_entries(infos: list[ZipInfo], name: str) -> None:
    if len(infos) > MAX_ENTRIES:
        raise PartRefused(f"压缩包内有 {len(infos)} 个部件，超过 {MAX_ENTRIES} 个", SLIM)
    seen: set[str] = set()
    for info in infos:
        part = info.filename.replace("\\", "/")
        folded = part.casefold()
        if part.startswith("/") or ":" in part or ".." in PurePosixPath(part).parts or "\0" in info.orig_filename:
            raise PartRefused("压缩包内有越出文件夹的部件名", RESAVE)
        if folded in seen:
            raise PartRefused("压缩包内有重复的部件", RESAVE)
        seen.add(folded)
        if info.flag_bits & 0x41:
            raise unreadable(name, ENCRYPTED)
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise PartRefused("压缩方法不是通用的 deflate", RESAVE)
        for mark, content in FORBIDDEN_PARTS.items():
            if mark in f"/{folded}":
                raise content.refused()


def _read_parts(data: bytes, infos: list[ZipInfo], name: str) -> GuardReport:
    reader = PartReader()
    total = 0
    for info in sorted(infos, key=lambda info: info.filename not in _FIRST):
        if info.is_dir():
            continue
        part = info.filename
        xml = PurePosixPath(part).suffix.lower() not in _BINARY
        with reader.part(part) if xml else reader.binary(part) as feed:
            for piece in _unpacked(data, info, reader.place(part)):
                total += len(piece)
                if total > MAX_TOTAL_BYTES:
                    raise PartRefused(f"解开后超过 {MAX_TOTAL_BYTES // 2**20} MB，疑似压缩炸弹", SLIM)
                feed(piece)
    sheets = reader.by_sheet()
    return GuardReport(
        {title: tuple(sheet.faults) for title, sheet in sheets.items()},
        {title: tuple(sheet.head_texts) for title, sheet in sheets.items()},
        {title: frozenset(sheet.percents) for title, sheet in sheets.items()},
        {title: tuple(sheet.links) for title, sheet in sheets.items() if sheet.links},
        any(info.filename.casefold().startswith("xl/externallinks/") for info in infos),
    )


def _unpacked(data: bytes, info: ZipInfo, place: str) -> Iterator[bytes]:
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
            raise PartRefused(f"单个部件解开后超过 {MAX_PART_BYTES // 2**20} MB，疑似压缩炸弹", SLIM, place)
        if size > _RATIO_FROM and size > MAX_RATIO * info.compress_size:
            raise PartRefused(f"压缩比超过 {MAX_RATIO} 倍，疑似压缩炸弹", SLIM, place)
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
