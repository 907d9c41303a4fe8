"""The limited child process that reads submitted files; :mod:`tasks.collect.limited.process` starts it.

Reads from standard input, again and again, two messages (8 bytes of length, then the bytes): JSON of ``profile``,
``forms`` (hash of the form catalogue) and ``name``, and the file's content. It is given content and opens no file. It
answers with one message of JSON: ``{"submission": …}`` as :mod:`tasks.collect.limited.wire` writes it, ``{"refused":
{reason, advice, place, code}}`` or ``{"fault": traceback}``.
"""

import json
import os
import sys
import traceback
from typing import Any, BinaryIO

from models.errors import SubmissionError
from models.profiles import Profile, load_profile
from tasks.collect.limited.wire import encode
from tasks.collect.text.reader import read_text_content
from tasks.collect.workbook.reader import read_workbook_content

MEMORY_BYTES = 2**30
CPU_SECONDS = 10

READERS = {".xlsx": read_workbook_content, ".txt": read_text_content}
"""The reader of each kind in :data:`tasks.collect.kinds.READABLE`."""


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - absent on Windows, where only the parent's clock limits
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_cpu() -> None:
    """Give the next file its own share of processor time."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_SECONDS, hard))


def answer(head: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Read one file; whatever it raises becomes the answer."""
    try:
        profile = _profile(head["profile"], head["forms"])
        read = READERS[head["suffix"]]
        return {"submission": encode(read(data, head["name"], profile))}
    except SubmissionError as error:
        return {"refused": [error.reason, error.advice, error.place, error.code]}
    except MemoryError:
        return {"refused": ["解开后占用的内存过大。", "请删去与报表无关的内容后再报。", "", "无法读取"]}
    except Exception as error:
        return {"fault": "".join(traceback.format_exception(error)), "kind": type(error).__name__}


def _profile(code: str, forms_hash: str) -> Profile:
    profile = load_profile(code)
    if profile.forms.hash != forms_hash:
        raise RuntimeError("the definitions changed while the program runs")
    return profile


def _message(source: BinaryIO) -> bytes | None:
    head = source.read(8)
    return source.read(int.from_bytes(head, "big")) if len(head) == 8 else None


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until the parent closes the pipe."""
    while (head := _message(source)) is not None and (data := _message(source)) is not None:
        _limit_cpu()
        text = json.dumps(answer(json.loads(head), data), ensure_ascii=False).encode("utf-8", "replace")
        sink.write(len(text).to_bytes(8, "big") + text)
        sink.flush()


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the answers
    load_profile()
    _limit_memory()
    serve(sys.stdin.buffer, answers)
