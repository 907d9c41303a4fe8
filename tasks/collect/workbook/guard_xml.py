"""Walks the XML parts of a workbook with expat, by local names, and notes what the guard must know of them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from posixpath import normpath
from xml.parsers import expat

from tasks.collect.workbook.number_formats import Styles

MAX_ROWS, MAX_COLUMNS = 5_000, 200
"""Bounding box of the cells that hold something."""

MAX_CELLS = 200_000
MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 100
MAX_TEXT = 40_000
"""Characters in one cell or one shared string; Excel itself stops at 32,767."""

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_FORBIDDEN_RELATIONS = {
    "vbaproject": "含有宏",
    "xlmacrosheet": "含有宏工作表",
    "xlintlmacrosheet": "含有宏工作表",
    "externallink": "引用了其他文件的数据",
    "externallinkpath": "引用了其他文件的数据",
    "oleobject": "含有嵌入的其他文件",
    "package": "含有嵌入的其他文件",
    "control": "含有控件",
    "activexcontrolbinary": "含有控件",
    "connections": "含有外部数据连接",
    "querytable": "含有外部数据查询",
    "attachedtemplate": "引用了其他文件",
    "customui": "含有自定义界面",
}


class PartRefused(Exception):
    """A part of the file must not reach the parser; the text is the reason in Chinese, ``part`` its name."""

    def __init__(self, part: str, reason: str) -> None:
        self.part = part
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell whose value cannot be read: row and column from 0, ``error`` such as ``#DIV/0!``, empty: no value."""

    row: int
    column: int
    error: str = ""


@dataclass(slots=True)
class _Part:
    """What one part holds: faults, page headers and styled numbers of a sheet, relations, sheets, number formats."""

    faults: list[CellFault] = field(default_factory=list)
    head_texts: list[str] = field(default_factory=list)
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    sheets: list[tuple[str, str]] = field(default_factory=list)
    styled: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    styles: Styles = field(default_factory=Styles)


def cell_position(reference: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a reference such as ``C7``; ``None`` when it is none."""
    if not (match := _REFERENCE.fullmatch(reference)):
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


class PartReader:
    """Feeds parts to expat one by one under limits that hold for the whole file."""

    def __init__(self) -> None:
        self._parts: dict[str, _Part] = {}
        self._binary: set[str] = set()
        self._cells = self._elements = 0

    @contextmanager
    def binary(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """A part that is no XML; the workbook may not refer to it as one of its own parts."""
        self._binary.add(name.casefold())
        yield lambda piece: None

    @contextmanager
    def part(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """An XML part: gives the function that takes its bytes.

        Raises:
            PartRefused: It is not well-formed UTF-8 XML, declares a DTD or entities, or passes a limit.
        """
        walk = _Walk(name, self)
        parser = expat.ParserCreate(namespace_separator="\x1f")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = walk.start
        parser.EndElementHandler = walk.end
        parser.CharacterDataHandler = walk.text
        parser.XmlDeclHandler = walk.declaration
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = walk.refuse_dtd
        started = False

        def feed(piece: bytes) -> None:
            nonlocal started
            if not started and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise PartRefused(name, "部件不是 UTF-8 编码")
            started = True
            parser.Parse(piece, False)

        try:
            yield feed
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise PartRefused(name, "部件不是有效的 XML") from error
        self._parts[name] = walk.found

    def count_element(self, name: str) -> None:
        """Count one element of the file."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise PartRefused(name, f"XML 元素超过 {MAX_ELEMENTS} 个")

    def count_cell(self, name: str, row: int, column: int) -> None:
        """Count one cell that holds something, and hold it to the bounding box."""
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise PartRefused(name, f"单元格超过 {MAX_CELLS} 个")
        if not (0 <= row < MAX_ROWS and 0 <= column < MAX_COLUMNS):
            raise PartRefused(name, f"有内容的单元格超出前 {MAX_ROWS} 行、前 {MAX_COLUMNS} 列")

    def by_sheet(self) -> tuple[dict[str, tuple[CellFault, ...]], dict[str, tuple[str, ...]]]:
        """Faults and page header texts by sheet name.

        Raises:
            PartRefused: The workbook refers to forbidden, missing or non-XML parts.
        """
        for name, part in self._parts.items():
            for kind, _ in part.relations.values():
                if reason := _FORBIDDEN_RELATIONS.get(kind):
                    raise PartRefused(name, f"文件{reason}，不能受理")
        sheets = dict(self._sheets())
        faults = {title: tuple(part.faults) for title, part in sheets.items()}
        return faults, {title: tuple(part.head_texts) for title, part in sheets.items()}

    def percents_by_sheet(self) -> dict[str, frozenset[tuple[int, int]]]:
        """Cells whose number is shown as a percentage, by sheet name."""
        percent = set(next((part.styles.percents for part in self._parts.values() if part.styles.formats), ()))
        return {
            title: frozenset(place for style in percent & part.styled.keys() for place in part.styled[style])
            for title, part in self._sheets()
        }

    def _sheets(self) -> Iterator[tuple[str, _Part]]:
        """Every sheet's name and part."""
        relations = self._parts.get("xl/_rels/workbook.xml.rels", _Part()).relations
        targets = {key: self._target(target) for key, (_, target) in relations.items()}
        folded = {name.casefold(): part for name, part in self._parts.items()}
        for title, relation in self._parts["xl/workbook.xml"].sheets:
            found = folded.get(targets.get(relation, ""))
            if found is None:
                raise PartRefused("xl/workbook.xml", "工作表没有对应的内容")
            yield title, found

    def _target(self, target: str) -> str:
        """Part name that a relation of the workbook means, folded."""
        path = target.replace("\\", "/")
        full = path[1:] if path.startswith("/") else path if path.startswith("xl/") else f"xl/{path}"
        name = normpath(full).casefold()
        if name in self._binary:
            raise PartRefused(name, "工作簿的部件不是 XML")
        return name


class _Walk:
    """Handlers of one part. Every part is walked as if it were a sheet, whatever its name."""

    def __init__(self, name: str, reader: PartReader) -> None:
        self.found = _Part()
        self._name, self._reader = name, reader
        self._depth = 0
        self._row, self._column = -1, -1
        self._cell: dict[str, str] | None = None
        self._formula = self._filled = self._shared = False
        self._value = ""
        self._buffer: list[str] | None = None
        self._length = 0

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
            raise PartRefused(self._name, "部件不是 UTF-8 编码")

    def refuse_dtd(self, *_: object) -> None:
        raise PartRefused(self._name, "XML 含有 DTD 或实体声明，不能受理")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._reader.count_element(self._name)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise PartRefused(self._name, "XML 嵌套过深")
        local = tag.rpartition("\x1f")[2]
        if local == "c":
            self._start_cell(attributes)
        elif local == "row":
            self._row = self._number(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif local in ("f", "v", "is", "t"):
            self._start_value(local)
        elif local in ("oddHeader", "oddFooter", "evenHeader", "firstHeader", "evenFooter", "firstFooter"):
            self._buffer, self._length = [], 0
        elif local == "si":
            self._shared, self._length = True, 0
        elif local == "Relationship":
            self._relation(attributes)
        elif local in ("numFmt", "xf", "cellXfs"):
            self.found.styles.meet(local, attributes)
        elif local == "sheet":
            keys = {key.rpartition("\x1f")[2]: value for key, value in attributes.items()}
            self.found.sheets.append((keys.get("name", ""), keys.get("id", "")))
        elif local == "Override" and "macroenabled" in attributes.get("ContentType", "").lower():
            raise PartRefused(self._name, "文件含有宏，不能受理")

    def _number(self, text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 7:
            raise PartRefused(self._name, "行号无效")
        return int(text)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if "r" in attributes:
            position = cell_position(attributes["r"])
            if position is None:
                raise PartRefused(self._name, "单元格地址无效")
            self._row, self._column = position
        elif self._row < 0:
            self._row = 0
        self._cell, self._buffer, self._length = attributes, None, 0
        self._formula = self._filled = False
        self._value = ""

    def _start_value(self, local: str) -> None:
        if self._cell is None:
            return
        if local == "f":
            self._formula = True
        elif local == "v":
            self._filled, self._buffer = True, []
        else:
            self._filled = True

    def _relation(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        if attributes.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
            raise PartRefused(self._name, "文件引用了外部内容，不能受理")
        self.found.relations[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))

    def text(self, data: str) -> None:
        self._length += len(data)
        if self._length > MAX_TEXT and (self._cell is not None or self._shared):
            raise PartRefused(self._name, f"单元格文字超过 {MAX_TEXT} 个字符")
        if self._buffer is not None:
            self._buffer.append(data)

    def end(self, tag: str) -> None:
        self._depth -= 1
        local = tag.rpartition("\x1f")[2]
        if local == "cellXfs":
            self.found.styles.close()
        elif local == "c" and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif local == "v" and self._cell is not None and self._buffer is not None:
            self._value, self._buffer = "".join(self._buffer).strip(), None
        elif local == "si":
            self._shared = False
        elif local.endswith(("Header", "Footer")) and self._buffer is not None:
            self.found.head_texts.append("".join(self._buffer))
            self._buffer = None

    def _end_cell(self, attributes: dict[str, str]) -> None:
        if not (self._formula or self._filled):
            return
        self._reader.count_cell(self._name, self._row, self._column)
        kind = attributes.get("t", "n")
        if kind == "e":
            self.found.faults.append(CellFault(self._row, self._column, self._value[:20] or "#VALUE!"))
        elif self._formula and not self._value and kind not in ("str", "inlineStr"):
            self.found.faults.append(CellFault(self._row, self._column))
        elif kind == "n" and (style := attributes.get("s", "0")) != "0":
            self.found.styled.setdefault(style, []).append((self._row, self._column))
