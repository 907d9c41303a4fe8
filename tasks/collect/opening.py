"""Opens a submitted file once, without waiting, and only if it is a regular file of a size that can be taken.

What a path names may change between two looks; everything is asked of the open descriptor.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from models.errors import SubmissionError, reason_of

MAX_FILE_BYTES = 20 * 2**20
MISSING = "文件不在"
"""Code of a file that is not there (any more)."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def opened(path: Path, *, links: bool = False) -> Iterator[BinaryIO]:
    """A regular file, open for reading.

    Args:
        path: Where it is.
        links: Whether the path itself may be a link, as on the command line.

    Raises:
        SubmissionError: It is missing, a folder, a link, pipe or device, or cannot be opened.
    """
    try:
        descriptor = os.open(path, _FLAGS | (0 if links else _NO_LINKS))
    except OSError as error:
        raise _not_opened(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _folder(path) if stat.S_ISDIR(mode) else _no_file(path)
    with os.fdopen(descriptor, "rb") as stream:
        yield stream


def content_of(stream: BinaryIO, path: Path, most: int = MAX_FILE_BYTES) -> bytes:
    """All bytes of an opened file.

    Raises:
        SubmissionError: There are more than ``most``, or they cannot be read.
    """
    try:
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(most + 1) if size <= most else b""
    except OSError as error:
        raise _not_opened(path, error) from error
    if max(size, len(data)) > most:
        reason = f"文件超过 {most // 2**20} MB。"
        raise SubmissionError(path.name, reason, advice="请删除图片等与报表无关的内容后再报。", code="文件过大")
    return data


def read_whole(path: Path, *, links: bool = False) -> bytes:
    """All bytes of a file. Arguments and errors as :func:`opened` and :func:`content_of`."""
    with opened(path, links=links) as stream:
        return content_of(stream, path)


def sha256_of(path: Path, *, links: bool = False) -> str:
    """sha256 of a file's bytes. Arguments and errors as :func:`opened`."""
    return hashlib.sha256(read_whole(path, links=links)).hexdigest()


def sha256_or_none(path: Path, *, links: bool = False) -> str:
    """sha256 of a file's bytes; empty for what cannot be read or is too large."""
    try:
        return sha256_of(path, links=links)
    except SubmissionError:
        return ""


def _not_opened(path: Path, error: OSError) -> SubmissionError:
    if error.errno == errno.ELOOP:
        return _no_file(path)
    if isinstance(error, FileNotFoundError):
        return SubmissionError(path.name, "找不到这个文件。", advice="请检查文件名和文件夹。", code=MISSING)
    if isinstance(error, PermissionError) and path.is_dir():
        return _folder(path)  # Windows opens no folder
    advice = "请核对文件权限，并确认没有被其他程序占用。"
    return SubmissionError(path.name, f"文件打不开：{reason_of(error)}。", advice=advice)


def _folder(path: Path) -> SubmissionError:
    return SubmissionError(path.name, "这是文件夹，不是文件。", advice="请指定其中要报送的文件。")


def _no_file(path: Path) -> SubmissionError:
    reason = "这不是普通文件（可能是链接、快捷方式、管道或设备），未读取。"
    return SubmissionError(path.name, reason, advice="请改为文件本身。")
