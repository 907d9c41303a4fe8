"""Splits a published text into its tables, performance forms and narrative, by titles and headings."""

import re
from dataclasses import dataclass, field
from typing import Literal

from models.forms import Form, FormCatalogue
from models.forms.matching import match_form, normalise
from tasks.collect.text.source import Line

_TITLE_LIMIT = 60
_DECORATION = re.compile(
    r"^\d{4}年度?|^公开\d{2}表|公开\d{2}表$|（公开\d{2}表）$|（\d{4}年度?）$|（续）$|续表$|（续表）$"
)
_NUMBER_LABEL = re.compile(r"公开\d{2}表")
NOTHING = re.compile(r"[本此该]表(?:为空|无数|没有数据|无内容|无发生)|(?:为|系)空表")
"""Words by which a document declares a table empty."""

_TITLE_WORDS = re.compile(r"表|部分|说\s*明|续")
_PART = re.compile(r"第[一二三四五六七八九十]{1,3}部分(?P<name>.*)")
_NARRATIVE_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、.{2,40}情况(?:的)?说明")


@dataclass(slots=True)
class Section:
    """A run of lines with one meaning.

    Attributes:
        kind: ``table`` (one form), ``project`` (one performance form), ``narrative`` (情况说明) or ``other``.
        form: The form of a table or project.
        title: The title or heading that opened it.
        lines: Its lines, title included.
    """

    kind: Literal["table", "project", "narrative", "other"]
    title: str = ""
    form: Form | None = None
    lines: list[Line] = field(default_factory=list)

    @property
    def has_grid(self) -> bool:
        """Whether any line has tabs (a table of contents has titles without grids)."""
        return any(line.is_grid and line.filled for line in self.lines)

    @property
    def says_nothing(self) -> bool:
        """Whether the section declares its table empty."""
        return any(NOTHING.search(normalise(text)) for line in self.lines for text in line.filled)

    @property
    def first(self) -> int:
        """Number of its first line."""
        return self.lines[0].number if self.lines else 0


def split_sections(lines: tuple[Line, ...], catalogue: FormCatalogue) -> list[Section]:
    """Cut the lines of a document where a title or heading opens something new; no line is dropped."""
    sections = [Section("other")]
    for line in lines:
        opened = _opened_by(line, catalogue, sections[-1])
        if opened is not None:
            sections.append(opened)
        sections[-1].lines.append(line)
    return _without_bare_titles(sections)


def _without_bare_titles(sections: list[Section]) -> list[Section]:
    """Give lines under a title without any table (a table of contents) back to what stood before."""
    kept = sections[:1]
    for section in sections[1:]:
        bare = section.kind in ("table", "project") and not section.has_grid and not section.says_nothing
        if bare:
            kept[-1].lines.extend(section.lines)
        else:
            kept.append(section)
    return kept


def _opened_by(line: Line, catalogue: FormCatalogue, current: Section) -> Section | None:
    text = line.single
    if not text or len(text) > _TITLE_LIMIT + 20 or not _TITLE_WORDS.search(text):
        return None
    folded = normalise(text)
    if part := _PART.fullmatch(folded):
        return Section("narrative" if "情况说明" in part["name"] else "other", text)
    if _NARRATIVE_HEADING.fullmatch(folded):
        return Section("narrative", text) if current.kind != "narrative" else None
    return _titled(text, folded, catalogue, current, line)


def _titled(text: str, folded: str, catalogue: FormCatalogue, current: Section, line: Line) -> Section | None:
    if _NUMBER_LABEL.fullmatch(folded) and current.kind == "table" and current.has_grid:
        # Another table's number under a title that no form has: its figures must not run into this table.
        continued = any(normalise(earlier.single) == folded for earlier in current.lines)
        return None if continued else Section("other", f"{text}（第 {line.number} 行）")
    title = _undecorated(folded)
    if not title or len(title) > _TITLE_LIMIT:
        return None
    for form in catalogue.values():
        if form.shape == "project" and any(title.endswith(normalise(name)) for name in (form.name, *form.synonyms)):
            return Section("project", text, form)
    found = match_form(catalogue, title)
    if found is not None and found.published:
        # A title repeated inside its own table, before any grid line, is the number label or a page heading.
        again = found is current.form and not current.has_grid and _NUMBER_LABEL.search(folded)
        return None if again else Section("table", text, found)
    return None


def _undecorated(folded: str) -> str:
    while (shorter := _DECORATION.sub("", folded)) != folded:
        folded = shorter
    return folded
