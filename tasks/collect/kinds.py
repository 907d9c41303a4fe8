"""What kinds of files are handed in, told by name and by first bytes: which are read, and what helps with the others."""

from pathlib import PurePath
from typing import NamedTuple

from models.errors import SubmissionError

READABLE = (".xlsx", ".txt")
"""Suffixes of the files that are read."""


class Kind(NamedTuple):
    """A kind of file that is not read: what it is and what to do, in Chinese."""

    name: str
    advice: str


_SAVE_AS = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再报送。"
_UNPACK = "请解压后报送其中的填报工作簿（.xlsx）。"
_HAND_IN = "请报送填报工作簿（.xlsx）或决算公开文本（.txt）。"
_CLOSE = "请关闭正在打开的工作簿，报送名称不带“~$”的那个文件。"

OLD_EXCEL = Kind("旧版 Excel 工作簿（.xls）", _SAVE_AS)
OPEN_DOCUMENT = Kind("OpenDocument 表格（.ods）", _SAVE_AS)
BINARY_WORKBOOK = Kind("二进制工作簿（.xlsb）", _SAVE_AS)
WORD = Kind("Word 或 WPS 文字文档", _HAND_IN)
ARCHIVE = Kind("压缩包", _UNPACK)
WEB_PAGE = Kind("网页或 XML 文件", _SAVE_AS)
PDF = Kind("PDF 文件", _HAND_IN)
PICTURE = Kind("图片", _HAND_IN)
ENCRYPTED = Kind("设有打开密码的工作簿", "请用 Excel 或 WPS 打开，在“文件→信息”的加密选项中去掉密码，保存后再报送。")
LOCK = Kind("打开工作簿时自动生成的锁定文件", _CLOSE)
SHORTCUT = Kind("快捷方式", "请报送文件本身。")

BY_SUFFIX: dict[str, Kind] = {
    ".xls": OLD_EXCEL,
    ".et": Kind("WPS 表格（.et）", _SAVE_AS),
    ".ods": OPEN_DOCUMENT,
    ".xlsb": BINARY_WORKBOOK,
    **dict.fromkeys((".xlsm", ".xltm"), Kind("启用宏的工作簿", _SAVE_AS)),
    **dict.fromkeys((".xlt", ".xltx", ".ett"), Kind("表格模板", _SAVE_AS)),
    **dict.fromkeys((".csv", ".tsv"), Kind("逗号分隔的文本", _SAVE_AS)),
    **dict.fromkeys((".zip", ".rar", ".7z", ".tar", ".gz"), ARCHIVE),
    **dict.fromkeys((".doc", ".docx", ".wps", ".rtf", ".odt"), WORD),
    **dict.fromkeys((".pdf", ".ofd"), Kind("版式文件（PDF、OFD）", _HAND_IN)),
    **dict.fromkeys((".html", ".htm", ".mht", ".xml"), Kind("网页或 XML 文件", _HAND_IN)),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff"), PICTURE),
    **dict.fromkeys((".lnk", ".url"), SHORTCUT),
    ".jio": Kind("决算软件的数据文件（.jio）", _HAND_IN),
}
"""The one table of advice; a suffix that it lacks is an unknown kind."""

_OLE = b"\xd0\xcf\x11\xe0"
_MAGIC = (
    (b"%PDF", PDF),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
)
_OLE_STREAMS = (("EncryptedPackage", ENCRYPTED), ("WordDocument", WORD), ("Workbook", OLD_EXCEL), ("Book", OLD_EXCEL))
"""Names in the directory of an OLE file, as UTF-16, and what it then is."""

_ZIP = b"PK\x03\x04"


def refuse_by_name(name: str) -> None:
    """Refuse what by its name is no submission.

    Raises:
        SubmissionError: A lock file, or a suffix that is not read.
    """
    if name.startswith(("~$", ".~")):
        raise unreadable(name, LOCK)
    suffix = PurePath(name).suffix.lower()
    if suffix in READABLE:
        return
    kind = BY_SUFFIX.get(suffix)
    if kind is None:
        raise SubmissionError(name, f"不认识的文件类型“{suffix or '无扩展名'}”，不能读取。", advice=_HAND_IN)
    raise unreadable(name, kind)


def refuse_by_content(name: str, data: bytes) -> None:
    """Refuse content that is not what the name's suffix says.

    Raises:
        SubmissionError: It is empty, or of a kind that its first bytes tell.
    """
    if not data:
        raise SubmissionError(name, "文件是空的（0 字节）。", advice="请重新导出或复制后再报送。")
    suffix = PurePath(name).suffix.lower()
    kind = _by_magic(data)
    if kind is None and suffix != ".txt":
        kind = _not_zipped(data)
    if kind is None and suffix == ".txt" and data.startswith(_ZIP):
        kind = Kind("压缩的文档（如 .xlsx、.docx）", "请按原来的扩展名报送填报工作簿（.xlsx）。")
    if kind is not None:
        raise unreadable(name, kind, f"，只是扩展名写成了“{suffix}”")


def unreadable(name: str, kind: Kind, though: str = "") -> SubmissionError:
    """The refusal of a file of a kind that is not read."""
    return SubmissionError(
        name, f"这是{kind.name}{though if kind is not ENCRYPTED else ''}，不能读取。", advice=kind.advice
    )


def _by_magic(data: bytes) -> Kind | None:
    if data.startswith(_OLE):
        found = (kind for stream, kind in _OLE_STREAMS if stream.encode("utf-16-le") in data)
        return next(found, Kind("旧版 Excel（.xls）文件或设有打开密码的文件", f"设有密码的请先去掉密码。{_SAVE_AS}"))
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def _not_zipped(data: bytes) -> Kind | None:
    """What a file is that should be a zip and does not begin like one."""
    if data.startswith(b"PK"):
        return None
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return WEB_PAGE
    return Kind("其他文件，不是 Excel 工作簿（.xlsx）", "请报送填报工作簿（.xlsx）的原件。")
