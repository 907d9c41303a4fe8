"""Faults that a user can mend. Their text is Chinese, complete, and may be shown as it is."""

import errno

from models.clipping import clipped
from models.personal_data import masked

_REASONS = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.EEXIST: "已有同名的文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EIO: "磁盘读写错误",
    errno.EMFILE: "打开的文件太多",
    errno.ENAMETOOLONG: "名称太长",
    errno.ELOOP: "链接循环",
    errno.EBUSY: "正被占用",
    errno.ETIMEDOUT: "超时",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.EADDRINUSE: "已被占用",
    errno.EADDRNOTAVAIL: "地址不是本机的",
}


LONGEST_NAME = 255
"""Characters of a file's name; whatever is longer is no name of a file."""


def reason_of(error: OSError) -> str:
    """What the operating system refused, in Chinese; its own words where none are known."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


class JuesuanError(Exception):
    """Base of every error raised on purpose; its text tells a user what is wrong and what to do."""

    def __str__(self) -> str:
        return masked(super().__str__())


class UsageError(JuesuanError):
    """A command was called with words or settings that do not fit."""


class CatalogueError(JuesuanError):
    """A definition (form, rule, scheme, profile, subject list) is malformed.

    Args:
        path: The definition's file.
        line: Line of the offending entry, from 1; 0 when the whole file is meant.
        reason: What is wrong, in Chinese.
    """

    def __init__(self, path: object, line: int, reason: str) -> None:
        self.path, self.line, self.reason = str(path), line, reason
        super().__init__(f"定义文件有误：{path} 第 {line} 行：{reason}")


class AmountError(JuesuanError, ValueError):
    """A text or number is not an exact amount of its unit."""


class RegistryError(JuesuanError):
    """The unit registry contradicts itself (a unit twice, a cycle, an unknown parent)."""


class SubmissionError(JuesuanError):
    """A submitted file cannot be taken; nothing of it is stored as figures.

    Args:
        file: Name of the file.
        reason: What is wrong, in Chinese.
        advice: What the clerk should do.
        place: Sheet and cell or line, if one is known.
        code: Stable name of the kind of fault, for example ``无法读取`` or ``年度不符``.

    Attributes:
        sha256: Of the bytes that were read, set by who read them; empty when the file was refused unread.
    """

    sha256: str = ""

    def __init__(self, file: str, reason: str, *, advice: str = "", place: str = "", code: str = "无法读取") -> None:
        self.file, self.reason, self.advice, self.place, self.code = file, reason, advice, place, code
        where = f"（{place}）" if place else ""
        then = f" 处理办法：{advice}" if advice else ""
        super().__init__(f"文件《{clipped(file, LONGEST_NAME)}》{where}：{reason}{then}")
