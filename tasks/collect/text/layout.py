"""Header lines of a table to columns: which are codes, names, line numbers and values, and what each is called."""

import re
from dataclasses import dataclass, field
from itertools import groupby

from models.forms import Form, Panel
from models.forms.matching import Names, bare_name, match_column, normalise
from models.nothing import says_nothing
from tasks.collect.text.source import Line

_NUMBER = re.compile(r"[(（]?[+－−-]?[0-9][0-9,，.．]*[%％]?[)）]?")


def is_figure(cell: str) -> bool:
    """Whether a filled cell holds a number, or a dash in place of one, rather than words."""
    return bool(_NUMBER.fullmatch(cell)) or says_nothing(cell)


_LABEL_TITLES = frozenset({"项目", "科目名称", "名称", "科目", "支出功能分类科目名称"})
_LINE_TITLES = frozenset({"行次", "序号"})
_CODE_PARTS = frozenset({"类", "款", "项"})
_NUMBERING = re.compile(r"[0-9]{1,2}(?:\.0{1,2})?")
_NUMBERING_TITLE = "栏次"


@dataclass(frozen=True, slots=True)
class Slot:
    """One value column: its position in the line and its header titles, top first."""

    index: int
    titles: tuple[str, ...]


@dataclass(slots=True)
class Group:
    """Columns that describe one row: side-by-side tables have several groups in a line.

    Attributes:
        panels: Panels of the form whose rows may stand here.
        codes, labels, lines: Positions of code, name and line-number columns.
        values: Value columns.
    """

    panels: tuple[Panel, ...]
    codes: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    values: list[Slot] = field(default_factory=list)
    _keys: dict[tuple[int, int], str | None] = field(default_factory=dict)

    def column(self, panel: Panel, slot: Slot) -> str | None:
        """Key of the panel's column that ``slot`` is, by its titles."""
        known = (id(panel), slot.index)
        if known not in self._keys:
            self._keys[known] = match_column(panel, *slot.titles)
        return self._keys[known]


@dataclass(slots=True)
class Layout:
    """All column groups of a table, left to right, and the number of columns."""

    groups: list[Group]
    width: int
    roles: dict[int, str]
    header: frozenset[tuple[str, ...]] = frozenset()


class HeaderWords:
    """Words that occur in a form's header: tells header lines from rows."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.panel_titles = Names({bare_name(panel.title): panel for panel in form.panels if panel.title})
        words = set(_LABEL_TITLES | _LINE_TITLES | {_NUMBERING_TITLE})
        for panel in form.panels:
            words |= {normalise(text) for text in (panel.title, panel.label_title, panel.line_title, panel.code_title)}
            for column in panel.columns:
                words |= {normalise(text) for text in (*column.titles, column.key, *column.synonyms)}
        self.words = words - {""}
        self.value_columns = sum(len(panel.columns) for panel in form.panels)

    def panel_titled(self, line: Line) -> Panel | None:
        """The panel that a line names as a section heading inside the table (公开10)."""
        return self.panel_titles.find(line.single) if line.single else None

    def is_numbering(self, line: Line) -> bool:
        """Whether a line only numbers the columns (栏次 1 2 3 …)."""
        filled = line.filled
        if any(normalise(cell) == _NUMBERING_TITLE for cell in filled):
            return True
        numbers = [cell.split(".")[0] for cell in filled if _NUMBERING.fullmatch(cell)]
        return len(numbers) == len(filled) == self.value_columns and {int(number) for number in numbers} == set(
            range(1, len(filled) + 1)
        )

    def is_header(self, line: Line, above: list[Line]) -> bool:
        """Whether a line belongs to a header whose lines so far are ``above``."""
        filled = line.filled
        if any(is_figure(cell) for cell in filled):
            return False
        if any(role_of(cell) for cell in filled):
            return True
        structural = {index for upper in above for index, cell in enumerate(upper.cells) if role_of(cell)}
        places = {index for index, cell in enumerate(line.cells) if cell}
        if structural and places <= structural:
            return False
        known = sum(normalise(cell) in self.words for cell in filled)
        return known > 0 and 2 * known >= len(filled)

    def starts_header(self, line: Line) -> bool:
        """Whether a line in the midst of rows begins a new header (stacked sections, a header repeated on a page)."""
        filled = line.filled
        if len(filled) < 2 or any(is_figure(cell) for cell in filled):
            return False
        return any(role_of(cell) == "label" for cell in filled) and any(
            normalise(cell) in self.words and not role_of(cell) for cell in filled
        )


def role_of(title: str) -> str:
    """Role of a column by its own title: ``code``, ``label``, ``line``, or empty for a value column."""
    folded = normalise(title)
    if folded.endswith(("科目编码", "科目代码")) or folded in _CODE_PARTS or folded == "编码":
        return "code"
    if folded in _LABEL_TITLES or folded.startswith("项目（"):
        return "label"
    return "line" if folded in _LINE_TITLES else ""


def build_layout(form: Form, header: list[Line], panels: tuple[Panel, ...], before: Layout | None) -> Layout:
    """Columns of a table from its header lines.

    Args:
        form: The form.
        header: Its header lines, top first.
        panels: Panels that may stand here (one after a section heading, else all).
        before: Layout of the section above, whose code, name and line columns an untitled column keeps.
    """
    width = max(len(line.cells) for line in header)
    paths = _paths(header, width)
    roles = {index: role_of(path[-1]) if path else "" for index, path in enumerate(paths)}
    for index, path in enumerate(paths):
        if not path and before is not None and before.roles.get(index):
            roles[index] = before.roles[index]
    groups: list[Group] = []
    for members in _runs(paths, roles):
        group = Group(_panels_for(panels, [paths[index] for index in members]))
        for index in members:
            if roles[index]:
                {"code": group.codes, "label": group.labels, "line": group.lines}[roles[index]].append(index)
            else:
                group.values.append(Slot(index, paths[index]))
        groups.append(group)
    return Layout(groups, width, roles, frozenset(line.cells for line in header))


def _paths(header: list[Line], width: int) -> list[tuple[str, ...]]:
    """Titles over each column, top first; a blank under a merged cell takes the title to its left."""
    rows = [[line.cells[index] if index < len(line.cells) else "" for index in range(width)] for line in header]
    for depth, row in enumerate(rows):
        for index in range(1, width):
            below = any(lower[index] for lower in rows[depth + 1 :])
            same_parent = depth == 0 or rows[depth - 1][index] == rows[depth - 1][index - 1]
            if not row[index] and below and same_parent:
                row[index] = row[index - 1]
    return [tuple(row[index] for row in rows if row[index]) for index in range(width)]


def _runs(paths: list[tuple[str, ...]], roles: dict[int, str]) -> list[list[int]]:
    """Column positions of each group; a table with one name column is one group whatever their order."""
    used = list(range(len(paths)))
    labels = sum(role == "label" for role in roles.values())
    if labels <= 1:
        return [used]
    by_title = [list(run) for _, run in groupby(used, key=lambda index: paths[index][:1])]
    if len(by_title) == labels:
        return by_title
    runs: list[list[int]] = []
    names_first = bool(roles[0])
    for index in used:
        turned = index > 0 and bool(roles[index]) != bool(roles[index - 1]) and bool(roles[index]) == names_first
        if turned or not runs:
            runs.append([])
        runs[-1].append(index)
    return runs


def _panels_for(panels: tuple[Panel, ...], paths: list[tuple[str, ...]]) -> tuple[Panel, ...]:
    tops = {normalise(path[0]) for path in paths if path}
    return tuple(panel for panel in panels if panel.title and normalise(panel.title) in tops) or panels
