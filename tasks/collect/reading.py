"""Reads submitted files of every known kind; what cannot be read becomes an error of that file alone."""

import hashlib
import logging
import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from models.errors import SubmissionError
from models.profiles import Profile
from models.submission import Submission
from tasks.collect.characters import shown
from tasks.collect.kinds import refuse_by_content, refuse_by_name
from tasks.collect.limited.process import BROKEN, LimitedReader
from tasks.collect.opening import content_of, opened

Reading = Submission | SubmissionError

faults = logging.getLogger("juesuan.faults")
"""Told what our own reader failed on, for whoever mends it; the floor above decides where that is kept."""


def read_submissions(paths: Sequence[Path], profile: Profile, *, links: bool = False) -> dict[Path, Reading]:
    """Read files, each whole in a limited child process, in as many of them as there are cores.

    Args:
        paths: The files.
        profile: The forms and subjects to read with.
        links: Whether a path may be a link, as on the command line.

    Returns:
        For every path what was recognised, or why it cannot be taken. Both name the hash of the bytes that were read.
    """
    readings: dict[Path, Reading] = {}
    waiting = deque(dict.fromkeys(paths))

    def work() -> None:
        with LimitedReader(profile) as reader:
            while True:
                try:
                    path = waiting.popleft()
                except IndexError:
                    return
                readings[path] = _reading(path, reader, links=links)

    if len(waiting) == 1:
        work()
    elif waiting:
        workers = min(len(waiting), os.cpu_count() or 1)
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(work) for _ in range(workers)]:
                done.result()
    return readings


def read_submission(path: Path, profile: Profile) -> Submission:
    """Read one file; the path may be a link.

    Raises:
        SubmissionError: It cannot be taken; the text says why and what to do.
    """
    reading = read_submissions([path], profile, links=True)[path]
    if isinstance(reading, SubmissionError):
        raise reading
    return reading


def _reading(path: Path, reader: LimitedReader, *, links: bool) -> Reading:
    sha256 = ""
    try:
        with opened(path, links=links) as stream:
            refuse_by_name(path.name)
            data = content_of(stream, path)
        sha256 = hashlib.sha256(data).hexdigest()
        refuse_by_content(path.name, data)
        submission = reader.read(data, path.name)
        submission.sha256 = sha256
        return submission
    except SubmissionError as error:
        error.sha256 = sha256
        if error.code == BROKEN:
            faults.error("《%s》（sha256 %s）读取故障：\n%s", shown(path.name), sha256, error.__cause__)
        return error
