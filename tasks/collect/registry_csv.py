"""The unit registry: a CSV file that names the department and the units below it, and its place in the database.

One row per unit; the only row without 上级代码 is the department. A spreadsheet is saved as CSV first.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from models.clipping import clipped
from models.errors import RegistryError, SubmissionError, UsageError, reason_of
from models.profiles import Profile, load_profile
from models.submission import DEPARTMENT_REPORT
from tasks.collect.characters import shown, unseen
from tasks.collect.opening import content_of, opened
from tasks.collect.registry_tree import misplaced

HEADERS = {
    "单位代码": "code",
    "单位名称": "name",
    "上级代码": "parent_code",
    "单位类型": "unit_type",
    "会计制度": "accounting",
    "预算级次": "level",
    "报表类型": "report_type",
}
"""Columns of the file and what they become; further columns are not read."""

WORDS_OF_COVER = ("单位类型", "会计制度", "预算级次", "报表类型")
"""Columns that take only the words that the form 封面 allows; blank is allowed too."""

ENCODINGS = ("utf-8-sig", "gb18030")

DEPARTMENT, UNIT = "部门", "单位"

MAX_BYTES = 64 * 2**20
"""A registry of a hundred thousand units has some ten million bytes."""

_LONGEST = 200
"""Characters of a path that a message repeats."""

_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])", re.IGNORECASE)
"""Names that no folder may have on Windows, where results are carried to."""

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_\-]{0,39}")  # it becomes part of paths


Rows = list[tuple[int, dict[str, str]]]
Options = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RegistryUnit:
    """One row of the registry.

    Attributes:
        parent_code: ``None`` for the department.
        unit_type, accounting, level, report_type: Words of the cover, empty when blank.
        kind: ``部门`` when units stand below it (it is added up; what it files speaks for the sum), else ``单位``.
        position: From 0, in file order. line: Line in the file, from 1.
    """

    code: str
    name: str
    parent_code: str | None
    unit_type: str
    accounting: str
    level: str
    report_type: str
    kind: str
    position: int
    line: int


@dataclass(frozen=True)
class Registry:
    """A department's tree of units.

    Attributes:
        file: Name of the file. sha256: Of its bytes. units: Every node, in file order.
        faults: Chinese sentence by unit code where a row cannot be taken as it is; only from a lenient reading.
    """

    file: str
    sha256: str
    units: tuple[RegistryUnit, ...]
    faults: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> Mapping[str, RegistryUnit]:
        """Every node by its code."""
        return {unit.code: unit for unit in self.units}

    @cached_property
    def department(self) -> RegistryUnit:
        """The root."""
        return next(unit for unit in self.units if unit.parent_code is None)

    @cached_property
    def _children(self) -> Mapping[str, tuple[RegistryUnit, ...]]:
        found: dict[str, list[RegistryUnit]] = {}
        for unit in self.units:
            if unit.parent_code is not None:
                found.setdefault(unit.parent_code, []).append(unit)
        return {code: tuple(units) for code, units in found.items()}

    def children(self, code: str) -> tuple[RegistryUnit, ...]:
        """Units directly below one, in file order."""
        return self._children.get(code, ())

    def is_leaf(self, code: str) -> bool:
        """Whether the unit files a submission of its own."""
        return code not in self._children

    def files(self, code: str) -> bool:
        """Whether there is such a unit and it files a submission."""
        return code in self.by_code and self.is_leaf(code)

    def require_filing(self, codes: Iterable[str]) -> None:
        """Refuse codes of which no unit files anything.

        Raises:
            UsageError: Naming them; one of a department is told as such.
        """
        wrong = [code for code in codes if not self.files(code)]
        added = [code for code in wrong if code in self.by_code]
        if unknown := [code for code in wrong if code not in added]:
            raise UsageError(f"登记表中没有填报单位 {'、'.join(unknown)}。请核对单位代码。")
        if added:
            node = self.by_code[added[0]]
            raise UsageError(
                f"{'、'.join(added)} 是部门（{node.name}），由下属单位汇总而成，自己不填报。"
                "请填写下属填报单位的代码；要重新汇总，运行其中任何一户或全部单位即可。"
            )

    @cached_property
    def filing_units(self) -> tuple[RegistryUnit, ...]:
        """Units that file a submission, in file order."""
        return tuple(unit for unit in self.units if self.is_leaf(unit.code))


def read_registry(path: Path, profile: Profile | None = None, *, strict: bool = True) -> Registry:
    """Read a registry from CSV (UTF-8 or GB 18030).

    Args:
        path: The file.
        profile: Whose form 封面 says which words are allowed; the default profile when left out.
        strict: Whether a bad row refuses the whole file. Else a unit listed twice, in a cycle, below an unknown unit or
            with a word that the cover does not allow is told in :attr:`Registry.faults` and stands directly below
            the department, so that it does not stop the others.

    Raises:
        RegistryError: In Chinese, with file and line: unreadable, a header missing, a code or name empty or
            malformed, no department or two; when strict also everything that else becomes a fault.
    """
    content = _content(path)
    cover = (profile or load_profile()).forms["封面"].rows
    options = {title: cover[title].options for title in WORDS_OF_COVER}
    rows = _parse(path.name, _decode(path.name, content))
    faults: dict[str, str] = {}
    if not strict:
        rows = _mended(path.name, rows, faults)
    _check_tree(path.name, rows)
    parents = {parent for _, row in rows if (parent := row["parent_code"])}
    for line, row in rows:
        if row["code"] in parents:
            row["report_type"] = DEPARTMENT_REPORT
        if told := _refused_words(path.name, line, row, options, filing=row["code"] not in parents):
            if strict:
                raise RegistryError(told[0])
            faults[row["code"]] = "；".join(filter(None, (faults.get(row["code"]), *told)))
    units = tuple(
        RegistryUnit(
            code=row["code"],
            name=row["name"],
            parent_code=row["parent_code"] or None,
            unit_type=row["unit_type"],
            accounting=row["accounting"],
            level=row["level"],
            report_type=row["report_type"] or "单户表",
            kind=DEPARTMENT if row["code"] in parents else UNIT,
            position=position,
            line=line,
        )
        for position, (line, row) in enumerate(rows)
    )
    return Registry(path.name, hashlib.sha256(content).hexdigest(), units, faults)


def _content(path: Path) -> bytes:
    told = shown(clipped(str(path), _LONGEST))
    try:
        with opened(path, links=True) as stream:
            return content_of(stream, path, MAX_BYTES)
    except SubmissionError as error:
        cause = error.__cause__
        why = reason_of(cause) if isinstance(cause, OSError) else error.reason.rstrip("。")
        raise RegistryError(f"单位登记表“{told}”打不开：{why}。请核对路径和权限") from error
    except ValueError as error:
        raise RegistryError(f"单位登记表“{told}”打不开：路径中有不能使用的字符") from error


def _fault(file: str, line: int, reason: str) -> RegistryError:
    return RegistryError(f"单位登记表《{file}》第 {line} 行：{reason}")


def _decode(file: str, content: bytes) -> str:
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise RegistryError(f"单位登记表《{file}》是电子表格文件。请在表格软件中另存为 CSV（逗号分隔）后再使用")
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        for encoding in ENCODINGS:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text
    raise RegistryError(f"单位登记表《{file}》的文字编码无法识别。请另存为“CSV UTF-8（逗号分隔）”后再使用")


def _refused_words(file: str, line: int, row: dict[str, str], options: Options, *, filing: bool) -> list[str]:
    """Sentences on the words of a row that the cover does not allow; such words are blanked."""
    told = []
    for title, words in options.items():
        allowed = [word for word in words if not filing or word != DEPARTMENT_REPORT]
        word = row[HEADERS[title]]
        if word and word not in allowed:
            told.append(str(_fault(file, line, f"{title}“{word}”不在可选范围内。可选：{'、'.join(allowed)}")))
            row[HEADERS[title]] = ""
    return told


def _parse(file: str, text: str) -> Rows:
    """Rows as (line, values by attribute), blank lines left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    positions: dict[str, int] = {}
    rows: Rows = []
    width, start = 0, 1
    try:
        for fields in reader:
            line, start = start, reader.line_num + 1
            values = [field.strip() for field in fields]
            if not any(values):
                continue
            if not positions:
                positions, width = _header(file, line, values), len(values)
                continue
            values = _fitted(file, line, values, width)
            rows.append((line, _row(file, line, {name: values[at] for name, at in positions.items()})))
    except csv.Error as error:
        raise _fault(file, start, "不是规范的 CSV（引号不成对或含有异常字符），请重新另存为 CSV") from error
    if not positions:
        raise RegistryError(f"单位登记表《{file}》是空的。第一行应为：{'、'.join(HEADERS)}")
    return rows


def _fitted(file: str, line: int, values: list[str], width: int) -> list[str]:
    if any(values[width:]) or len(values) < width:
        raise _fault(file, line, f"有 {len(values)} 列，表头有 {width} 列，请补齐或删去多余的逗号")
    return values[:width]


def _header(file: str, line: int, values: list[str]) -> dict[str, int]:
    if missing := [title for title in HEADERS if title not in values]:
        raise _fault(file, line, f"表头缺少“{'”“'.join(missing)}”。表头应有：{'、'.join(HEADERS)}")
    if twice := [title for title in HEADERS if values.count(title) > 1]:
        raise _fault(file, line, f"表头的“{twice[0]}”出现了两次，请只保留一列")
    return {title: values.index(title) for title in HEADERS}


def _row(file: str, line: int, values: dict[str, str]) -> dict[str, str]:
    code, name = values["单位代码"], values["单位名称"]
    if not code or not name:
        raise _fault(file, line, f"{'单位代码' if not code else '单位名称'}是空的，请填写")
    if not _CODE.fullmatch(code):
        raise _fault(file, line, f"单位代码“{code}”只能由数字、英文字母、“-”“_”组成，最长 40 位")
    if _RESERVED.fullmatch(code):
        raise _fault(file, line, f"单位代码“{code}”是 Windows 的保留名称，不能作结果文件夹的名称，请改用其他代码")
    if len(name) > 200 or unseen(name):
        raise _fault(file, line, "单位名称过长（超过 200 字）或含有换行等不可见字符，请改正")
    return {attribute: values[title] for title, attribute in HEADERS.items()}


def _mended(file: str, rows: Rows, faults: dict[str, str]) -> Rows:
    """Rows that make a tree: contradictions are told in ``faults`` and their units put directly below the department."""
    roots = [row["code"] for _, row in rows if not row["parent_code"]]
    if len(roots) != 1:
        return rows  # nothing to hang the others on: the tree check tells it
    kept: Rows = []
    codes: dict[str, tuple[str, int]] = {}
    names: dict[str, int] = {}
    for line, row in rows:
        code, name = row["code"], row["name"]
        if first := codes.get(code.casefold()):
            known, where = first
            faults[known] = str(_fault(file, line, _same_code(code, known, where)))
            continue
        if name in names:
            faults[code] = str(_fault(file, line, f"单位名称“{name}”与第 {names[name]} 行重复，每个单位只能登记一次"))
            row = row | {"name": f"{name}（{code}）"}
        codes[code.casefold()] = (code, line)
        names.setdefault(name, line)
        kept.append((line, row))
    return _hung_up(file, kept, roots[0], faults)


def _hung_up(file: str, rows: Rows, root: str, faults: dict[str, str]) -> Rows:
    """Rows of which everyone reaches the department in some steps."""
    wrong = misplaced({row["code"]: row["parent_code"] for _, row in rows}, root)
    faults.update(
        (row["code"], str(_fault(file, line, wrong[row["code"]]))) for line, row in rows if row["code"] in wrong
    )
    return [(line, row | {"parent_code": root} if row["code"] in wrong else row) for line, row in rows]


def _same_code(code: str, known: str, line: int) -> str:
    if code == known:
        return f"单位代码“{code}”与第 {line} 行重复，每个单位只能登记一次"
    return f"单位代码“{code}”与第 {line} 行的“{known}”只有大小写不同，结果文件夹会混在一起，请改用其他代码"


def _check_tree(file: str, rows: Rows) -> None:
    """Codes and names once, one root, every parent known, nobody above himself."""
    parents: dict[str, str] = {}
    codes: dict[str, tuple[str, int]] = {}
    names: dict[str, int] = {}
    for line, row in rows:
        known, first = codes.setdefault(row["code"].casefold(), (row["code"], line))
        if first != line:
            raise _fault(file, line, _same_code(row["code"], known, first))
        first = names.setdefault(row["name"], line)
        if first != line:
            raise _fault(file, line, f"单位名称“{row['name']}”与第 {first} 行重复，每个单位只能登记一次")
        parents[row["code"]] = row["parent_code"]
    roots = [(line, row) for line, row in rows if not row["parent_code"]]
    if not roots:
        raise RegistryError(f"单位登记表《{file}》没有主管部门：必须有且只有一行的上级代码为空，这一行就是部门")
    if len(roots) > 1:
        raise _fault(file, roots[1][0], f"上级代码为空，但第 {roots[0][0]} 行已是部门。只能有一个部门，请填写上级代码")
    wrong = misplaced(parents, roots[0][1]["code"])
    for line, row in rows:
        if row["code"] in wrong:
            raise _fault(file, line, wrong[row["code"]])
    if len(rows) == 1:
        raise _fault(file, roots[0][0], "部门之下没有任何填报单位。部门本身的账由“部门本级”填报，请为它增加一行")
