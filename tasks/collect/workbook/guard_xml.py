"""Feeds the XML parts of a workbook to expat under limits, and puts together what was seen by sheet."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from posixpath import normpath
from xml.parsers import expat

from tasks.collect.workbook.grid import cell_name, shown
from tasks.collect.workbook.guard_walk import MAX_COLUMNS, MAX_ROWS, Limits, Part, SheetSeen, Walk
from tasks.collect.workbook.guard_words import CLEAR, FORBIDDEN_RELATIONS, RESAVE, PartRefused, too_far

MAX_AREA = 4_000_000
"""Cells, blank ones among them, that the parser lays out for all sheets together."""


class PartReader:
    """Feeds parts to expat one by one under limits that hold for the whole file."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        self._binary: set[str] = set()
        self._limits = Limits(self.place)

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
        walk = Walk(name, self._limits)
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
                raise PartRefused("部件不是 UTF-8 编码", RESAVE, self.place(name))
            started = True
            parser.Parse(piece, False)

        try:
            yield feed
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise PartRefused("部件不是有效的 XML", RESAVE, self.place(name)) from error
        self._parts[name] = walk.found

    def place(self, name: str, row: int = -1, column: int = -1) -> str:
        """Sheet, and cell where one is meant, that a part holds; empty for a part that is no sheet."""
        titles = {part: title for title, part in self._sheet_parts()}
        title = titles.get(name.casefold(), "")
        return cell_name(title, row, column) if title and row >= 0 else shown(title)

    def by_sheet(self) -> dict[str, SheetSeen]:
        """What was seen, by sheet name.

        Raises:
            PartRefused: The workbook refers to forbidden, missing or non-XML parts, or a sheet reaches too far.
        """
        for part in self._parts.values():
            for kind, _ in part.relations.values():
                if forbidden := FORBIDDEN_RELATIONS.get(kind):
                    raise forbidden.refused()
        names = {name.casefold(): name for name in self._parts}
        found: dict[str, SheetSeen] = {}
        area = 0
        percents = set(next((part.styles.percents for part in self._parts.values() if part.styles.formats), ()))
        blank = {number for part in self._parts.values() for number in part.blank_strings}
        for title, folded in self._sheet_parts():
            if folded in self._binary:
                raise PartRefused("工作簿的部件不是 XML", RESAVE)
            if folded not in names:
                raise PartRefused("工作表没有对应的内容", RESAVE)
            sheet = self._parts[names[folded]].sheet
            if far := [cell for cell in sheet.far if cell[2] not in blank]:
                raise too_far(self.place(folded, *far[0][:2]), MAX_ROWS, MAX_COLUMNS)
            area += sheet.rows * sheet.columns
            if area > MAX_AREA:
                reason = "有内容（也可能是空格）的单元格使工作表范围过大，无法读取"
                raise PartRefused(reason, CLEAR, self.place(folded, *sheet.corner))
            sheet.percents = {at for style in percents & sheet.styled.keys() for at in sheet.styled[style]}
            found[title] = sheet
        return found

    def _sheet_parts(self) -> list[tuple[str, str]]:
        """Title and folded part name of each sheet, in the workbook's order."""
        relations = self._parts.get("xl/_rels/workbook.xml.rels", Part()).relations
        sheets = self._parts.get("xl/workbook.xml", Part()).sheets
        return [(title, _target(relations.get(relation, ("", ""))[1])) for title, relation in sheets]


def _target(target: str) -> str:
    """Part name that a relation of the workbook means, folded."""
    path = target.replace("\\", "/")
    full = path[1:] if path.startswith("/") else path if path.startswith("xl/") else f"xl/{path}"
    return normpath(full).casefold()
