"""Surveys the inbox: which file belongs to which unit by its name, what is refused unread, who is missing.

Names are only a hint; the collect step compares them with what the file says.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from models.clipping import clipped
from models.errors import SubmissionError, UsageError, reason_of
from tasks.collect.characters import is_text, shown, unseen
from tasks.collect.kinds import refuse_by_name
from tasks.collect.opening import MISSING, sha256_of, sha256_or_none
from tasks.collect.registry_csv import Registry, RegistryUnit

_LONGEST = 200
"""Characters of a path that a message repeats."""

_EMPTY = hashlib.sha256().hexdigest()

_TEMPORARY = re.compile(r"[.~].*|.*~|.*\.(tmp|part|crdownload|bak|lnk)|thumbs\.db|desktop\.ini", re.IGNORECASE)
_CLASSIFIED = re.compile(r"(?<![非不未无])涉密|(绝密|机密|秘密)\s*[★☆]|[（(【\[〔《](绝密|机密|秘密)[）)】\]〕》]")


class InboxFile(NamedTuple):
    """One file that may be read. ``name`` is below the inbox; ``sha256`` of its bytes."""

    path: Path
    name: str
    sha256: str


class Refusal(NamedTuple):
    """One file that is not taken.

    Attributes:
        name: Below the inbox. sha256: Empty when it was refused unread.
        code: ``无法读取``, ``重复报送``, ``涉密`` or ``子文件夹``; empty for a mere copy. message: Chinese, complete.
        unit_code: The unit that its name points to; empty for none.
    """

    name: str
    sha256: str
    code: str
    message: str
    unit_code: str = ""


@dataclass(frozen=True)
class Inbox:
    """What lies in the inbox.

    Attributes:
        registry: Whose units file here.
        assigned: Every readable file by the unit it belongs to.
        unassigned: Files whose name tells no unit; the collect step identifies them by their content.
        unread: Files refused before they were assigned.
        passed_over: Folders, which are not read.
    """

    registry: Registry
    assigned: Mapping[str, tuple[InboxFile, ...]] = field(default_factory=dict)
    unassigned: tuple[InboxFile, ...] = ()
    unread: tuple[Refusal, ...] = ()
    passed_over: tuple[Refusal, ...] = ()

    @cached_property
    def candidates(self) -> dict[str, list[InboxFile]]:
        """The one file to take for each unit that has one (a list of length 1), in registry order."""
        order = [unit.code for unit in self.registry.units if unit.code in self.assigned]
        return {code: [self.assigned[code][0]] for code in order if len(_contents(self.assigned[code])) == 1}

    @cached_property
    def refused(self) -> tuple[Refusal, ...]:
        """Files that are not taken: refused unread, or several different ones for one unit."""
        twice = [refusal for code in sorted(self.assigned) for refusal in self._repeated(code)]
        return (*self.unread, *twice)

    @cached_property
    def missing(self) -> tuple[RegistryUnit, ...]:
        """Units of which nothing lies here, not even something refused, in registry order."""
        heard = set(self.assigned) | {refusal.unit_code for refusal in self.unread}
        return tuple(unit for unit in self.registry.filing_units if unit.code not in heard)

    @cached_property
    def copies(self) -> tuple[Refusal, ...]:
        """Files with the very content of the one that is taken for their unit."""
        return tuple(
            Refusal(copy.name, copy.sha256, "", f"与“{files[0].name}”内容完全相同，只取其一。", code)
            for code, files in sorted(self.assigned.items())
            if len(_contents(files)) == 1
            for copy in files[1:]
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of everything that lies in the inbox, taken or not."""
        files = [*self.unassigned, *(file for files in self.assigned.values() for file in files)]
        others = [*self.unread, *self.passed_over]
        return frozenset([file.name for file in files] + [one.name for one in others])

    def identify(self, found: Mapping[str, str]) -> "Inbox":
        """The inbox after unassigned files were identified by their content; the rules on repetition apply again.

        Args:
            found: Code of a unit, or of the department for a workbook of its own, by the name of an unassigned file.
        """
        known = self.registry.by_code
        assigned = {code: list(files) for code, files in self.assigned.items()}
        for file in self.unassigned:
            if found.get(file.name) in known:
                assigned.setdefault(found[file.name], []).append(file)
        left = tuple(file for file in self.unassigned if found.get(file.name) not in known)
        return replace(self, assigned=_sorted(assigned), unassigned=left)

    def _repeated(self, code: str) -> list[Refusal]:
        files = self.assigned[code]
        if len(_contents(files)) == 1:
            return []
        unit = self.registry.by_code[code]
        message = (
            f"单位 {code}（{unit.name}）报送了 {len(files)} 个文件，内容不一致：{_listed(files)}。"
            "无法判断以哪个为准，均未接收。处理办法：收件夹中只留下要报送的一个，把其余的移出。"
        )
        return [Refusal(file.name, file.sha256, "重复报送", message, code) for file in files]


def entries_of(inbox: Path) -> list[Path]:
    """What lies in the inbox, by name.

    Raises:
        UsageError: There is no such folder, or it cannot be listed or entered.
    """
    told = shown(clipped(str(inbox), _LONGEST))
    try:
        if not stat.S_ISDIR(inbox.stat().st_mode):
            raise UsageError(f"收件文件夹“{told}”不存在或不是文件夹。请核对收件夹的路径")
        entries = sorted(inbox.iterdir(), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UsageError(f"收件文件夹“{told}”不存在或不是文件夹。请核对收件夹的路径") from error
    except OSError as error:
        raise UsageError(f"收件文件夹“{told}”打不开：{reason_of(error)}。请核对路径和权限") from error
    if not os.access(inbox, os.X_OK):  # its names may be listed, its files not opened
        raise UsageError(f"收件文件夹“{told}”打不开：没有权限。请核对权限")
    return entries


def survey(inbox: Path, registry: Registry) -> Inbox:
    """List the inbox and assign its files to units. An existing but empty folder: every unit is missing.

    A file that leaves while this looks is as if it had not been there.

    Raises:
        UsageError: As :func:`entries_of`.
    """
    entries = entries_of(inbox)
    namer = _Namer(registry)
    assigned: dict[str, list[InboxFile]] = {}
    unassigned: list[InboxFile] = []
    refused: list[Refusal] = []
    folders: list[Refusal] = []
    for entry in entries:
        if _TEMPORARY.fullmatch(entry.name):
            continue
        code = namer.unit_of(entry.name)
        try:
            mode = entry.lstat().st_mode
        except OSError:
            continue
        if stat.S_ISDIR(mode):
            name = shown(entry.name)
            message = f"子文件夹“{name}”没有读取，请把要报送的文件直接放在收件夹中。"
            folders.append(Refusal(name, "", "子文件夹", message, code))
            continue
        try:
            file = _accept(entry, mode, namer)
        except SubmissionError as error:
            if error.code != MISSING:
                # One marked 涉密 stays unread.
                sha256 = "" if error.code == "涉密" else sha256_or_none(entry)
                refused.append(Refusal(shown(entry.name), sha256, error.code, str(error), code))
            continue
        if code:
            assigned.setdefault(code, []).append(file)
        else:
            unassigned.append(file)
    return Inbox(registry, _sorted(assigned), tuple(unassigned), tuple(refused), tuple(folders))


def _accept(entry: Path, mode: int, namer: "_Namer") -> InboxFile:
    """Take a file into the listing.

    Raises:
        SubmissionError: It is marked 涉密, a link or device, of an unreadable kind, too large, gone, or cannot be opened.
    """
    name = shown(entry.name)
    if namer.is_classified(entry.name):
        advice = "请立即从收件文件夹移出，并按保密规定另行报送。"
        raise SubmissionError(name, "文件名标有密级，未读取、未保存任何内容。", advice=advice, code="涉密")
    if not is_text(entry.name):
        raise SubmissionError(name, "文件名的编码有误。", advice="请重新命名后再报送。")
    if points := unseen(entry.name):
        reason = f"文件名含有看不见的字符（{'、'.join(points)}），会使人看错文件名。"
        raise SubmissionError(name, reason, advice="请重新命名，去掉这些字符。")
    if not stat.S_ISREG(mode):
        advice = "请把文件本身复制到收件夹，并移出这一个。"
        raise SubmissionError(name, "这不是普通文件（可能是链接或快捷方式），未读取。", advice=advice)
    try:
        refuse_by_name(name)
    except SubmissionError as error:
        # A new file beside it would not help: the unit would be returned for this one again.
        raise SubmissionError(name, error.reason, advice=f"{error.advice}这个文件请移出收件夹。") from error
    sha256 = sha256_of(entry)
    if sha256 == _EMPTY:
        raise SubmissionError(name, "文件是空的（0 字节）。", advice="请重新导出或复制，替换收件夹中的这个文件。")
    return InboxFile(entry, name, sha256)


class _Namer:
    """Tells from a file's name whose it is."""

    def __init__(self, registry: Registry) -> None:
        units = registry.filing_units
        self._codes = {unit.code for unit in units}
        self._names = {unit.name: unit.code for unit in units}
        self._all_names = sorted((unit.name for unit in registry.units), key=len, reverse=True)

    def unit_of(self, name: str) -> str:
        """Code of the unit: the name starts with its code, or holds exactly one unit's name; empty when unclear.

        A longer name hides a shorter one inside it. A code and a name that contradict each other tell nothing.
        """
        name = name.strip()
        by_code = self._leading_code(name)
        held = [unit_name for unit_name in self._names if unit_name in name]
        held = [one for one in held if not any(one != other and one in other for other in held)]
        by_name = {self._names[one] for one in held}
        if by_code:
            return by_code if not by_name or by_code in by_name else ""
        return by_name.pop() if len(by_name) == 1 else ""

    def _leading_code(self, name: str) -> str:
        """The longest code at the start that no further letter or digit continues."""
        for length in range(min(len(name), 40), 0, -1):
            rest = name[length : length + 1]
            if name[:length] in self._codes and not (rest.isascii() and rest.isalnum()):
                return name[:length]
        return ""

    def is_classified(self, name: str) -> bool:
        """Whether the name carries a mark of secrecy; a unit's own name (涉密载体销毁中心) is no mark."""
        for unit_name in self._all_names:
            if "密" in unit_name:
                name = name.replace(unit_name, "")
        return _CLASSIFIED.search(name) is not None


def _contents(files: Iterable[InboxFile]) -> set[str]:
    return {file.sha256 for file in files}


def _listed(files: Iterable[InboxFile]) -> str:
    return "、".join(f"“{file.name}”" for file in files)


def _sorted(assigned: Mapping[str, list[InboxFile]]) -> dict[str, tuple[InboxFile, ...]]:
    return {code: tuple(sorted(files, key=lambda file: file.name)) for code, files in assigned.items()}
