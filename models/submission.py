"""What a reader found in one submitted file: the vocabulary between readers, rules, scores and tables.

Readers produce a :class:`Submission`; nothing here knows files, rules or databases.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from string import ascii_uppercase
from typing import NamedTuple

from models.money import quantum


class Presence(StrEnum):
    """State of one form in a submission. A blank in a present form is an exact zero."""

    PRESENT = "有数据"
    EMPTY = "本表无数据"
    ABSENT = "缺表"
    PARTIAL = "不完整"
    """Only in added-up accounts: some units have the form, others lack it, so its sums are not the department's."""
    UNREADABLE = "无法读取"

    @property
    def usable(self) -> bool:
        """Whether blanks of the form count as exact zeros, so that rules can be evaluated on it."""
        return self in (Presence.PRESENT, Presence.EMPTY)


DEPARTMENT_REPORT = "部门汇总"
"""报表类型 of a department's added-up accounts, and of the workbook in which the department itself speaks for them."""

NOT_APPLICABLE = "——"
"""Text of a cell that the form rules out (for example 基本支出 of 309 资本性支出)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One non-empty cell.

    Attributes:
        form: Form code, ``公开01``.
        row: Row key of the form catalogue: a subject code or a unique path; in record forms the record's number.
        column: Column key of the form catalogue.
        amount: Value of a numeric cell as ``int``: fen for kind fen, the number itself for kind count,
            1/100 percent for kind percent. ``None`` for text and for ``——``.
        text: Content of a text cell, or ``——``; ``None`` for numbers.
        location: Where it stands in the file: ``第 88 行`` or ``公开01!C7``.
    """

    form: str
    row: str
    column: str
    amount: int | None
    text: str | None = None
    location: str = ""


class Display(NamedTuple):
    """How one table shows money: its unit, and how many decimals its figures have at least.

    A figure that needs more decimals is known as finely as it is shown.
    """

    unit: str = "元"
    decimals: int = 2

    @property
    def quantum(self) -> int:
        """Fen in the last displayed place."""
        return quantum(self.unit, self.decimals)


@dataclass(frozen=True, slots=True)
class Unread:
    """A figure that stands in a matrix form and could not be read or placed, so that its place is no zero.

    Attributes:
        form: Form code.
        panel: Place of the panel in the form, from 0.
        row: Row key; empty for a row that could not be placed: it may be any row of the panel without figures.
        column: Column key; empty for a column that could not be placed: any column of the row without a figure.
        stands: Whether a figure surely stands there; else that is not known either (its column is missing).
    """

    form: str
    panel: int
    row: str
    column: str
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of the data that a reader met in one place; it becomes a finding of rule ``rule``.

    Attributes:
        rule: ``R-金额`` (no exact amount), ``R-行`` (unknown row), ``R-列`` (unknown or missing column), ``R-公式``
            (formula without value), ``R-重复`` (a row or form twice), ``R-科目`` (no subject code),
            ``R-移位`` (shifted).
        severity: ``mandatory``, ``verifiable`` or ``hint``.
        message: What is wrong and what to do, in Chinese.
    """

    rule: str
    severity: str
    message: str
    form: str = ""
    row: str = ""
    column: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A number in the narrative and what it claims to be.

    Attributes:
        sentence: The sentence it stands in.
        name: What it claims to be, for example ``收入总计`` or ``收入总计/较上年增减``.
        value: Exact decimal as text, in ``unit``; decreases are negative.
        unit: ``元``, ``万元``, ``%``, ``个``, ``人次`` and so on.
        declared: True when the unit typed it as information of its own, False when it can be computed from tables.
        location: Where it stands.
    """

    sentence: str
    name: str
    value: str
    unit: str
    declared: bool
    location: str = ""


@dataclass(frozen=True, slots=True)
class FundingLine:
    """One line of a project's funding table; ``None``: nothing stands there.

    Amounts are exact decimals as text in 万元, whatever the unit of the form, with the decimals that they were displayed
    with (387664.62 元: 38.766462); the rate is in %. For ``places`` see :func:`place_in_row`.
    """

    source: str
    declared_budget: str | None
    initial_budget: str | None
    budget: str | None
    executed: str | None
    remainder: str | None
    rate: str | None
    score: str | None
    location: str = ""
    places: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of a performance form's indicators, as displayed. Numbers are exact decimals as text.

    A row without points and score may be a component (其中…) of the indicator above it, with or without a name. For
    ``places`` see :func:`place_in_row`.
    """

    level1: str
    level2: str
    name: str
    initial_target: str
    target: str
    actual: str
    points: str | None
    score: str | None
    reason: str = ""
    location: str = ""
    places: str = ""


def place_in_row(location: str, places: str, column: str) -> str:
    """Where one column of a row stands: its cell (``自评表1!G23``), or the row's own place in a text.

    Args:
        location: Of the row.
        places: Letters of the columns on the sheet (``执行率=G,得分=H``); empty in a text.
        column: Key of the column.
    """
    letters = dict(pair.split("=", 1) for pair in places.split(",") if "=" in pair).get(column)
    sheet, mark, cell = location.rpartition("!")
    return f"{sheet}!{letters}{cell.lstrip(ascii_uppercase)}" if letters and mark else location


def place_of(row: FundingLine | Indicator, column: str) -> str:
    """Where one column of a performance form's row stands."""
    return place_in_row(row.location, row.places, column)


@dataclass(frozen=True, slots=True)
class Project:
    """One 项目支出绩效自评表.

    Attributes:
        family: Form family, ``F-SX22``.
        name: Project name.
        department: 主管部门及代码 as written.
        unit: 预算单位 as written.
        funding: Total line first, then the lines by source.
        goal: 年度目标. achieved: 实际完成情况.
        indicators: In the form's order.
        total: Claimed total score as text. grade: Claimed grade.
        analysis: Pairs (heading, text) of 项目绩效分析.
        location: Where the form begins. total_location: Where its total stands.
    """

    family: str
    name: str
    department: str
    unit: str
    funding: tuple[FundingLine, ...]
    goal: str
    achieved: str
    indicators: tuple[Indicator, ...]
    total: str | None
    grade: str
    analysis: tuple[tuple[str, str], ...] = ()
    location: str = ""
    total_location: str = ""


@dataclass(frozen=True, slots=True)
class Counterparty:
    """One line of 往来明细: an amount between two units of the same department.

    Attributes:
        direction: ``上级补助收入``, ``对附属单位补助支出``, ``附属单位上缴收入`` or ``上缴上级支出``,
            as the reporting unit books it.
        counterpart: Code of the other unit.
        subject: Functional subject code (项) under which the amount is booked.
        amount_fen: In fen, positive.
        booked_by: Code of the unit that books it; empty when that is the reporting unit. 调整表 name it.
    """

    direction: str
    counterpart: str
    counterpart_name: str
    subject: str
    amount_fen: int
    booked_by: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A written explanation for a verifiable finding (form 说明)."""

    rule: str
    form: str
    row: str
    column: str
    text: str
    author: str = ""
    location: str = ""


@dataclass(slots=True)
class Submission:
    """Everything recognised in one file.

    Attributes:
        file: File name without folders. sha256: Of the file's bytes.
        kind: ``单位决算公开文本`` or ``填报工作簿``.
        profile: Profile code. catalogue_hash: Hash of the form catalogue it was read with.
        unit_code: As the file says; empty when it says none. unit_name: Likewise. year: 0 when unknown.
        amount_unit: ``元`` or ``万元``: the unit of most tables. decimals: Displayed decimals in most of them.
        displays: Unit and decimals of the tables that show money otherwise, by form.
        presence: State of every form of the profile.
        unread: Figures that could not be read or placed; nothing is judged on what they may be.
        cells: Non-empty cells of matrix forms.
        row_names: Names of open rows as displayed: (form, subject code) to name.
        classified: True when the file is marked 涉密; such a file is refused before anything is stored.
    """

    file: str
    sha256: str
    kind: str
    profile: str
    catalogue_hash: str
    unit_code: str = ""
    unit_name: str = ""
    year: int = 0
    amount_unit: str = "元"
    decimals: int = 2
    displays: dict[str, Display] = field(default_factory=dict)
    presence: dict[str, Presence] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    row_names: dict[tuple[str, str], str] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    counterparties: list[Counterparty] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    classified: bool = False

    def display(self, form: str) -> Display:
        """How a form shows money."""
        return self.displays.get(form) or Display(self.amount_unit, self.decimals)

    def form_cells(self, form: str) -> Iterable[Cell]:
        """Cells of one form, in reading order."""
        return (cell for cell in self.cells if cell.form == form)

    @property
    def speaks_for_department(self) -> bool:
        """Whether this is a department's own workbook, by its cover."""
        return self.text("封面", "报表类型").strip() == DEPARTMENT_REPORT

    def text(self, form: str, row: str, column: str = "内容") -> str:
        """Text of one cell, empty when blank."""
        return next((c.text or "" for c in self.cells if (c.form, c.row, c.column) == (form, row, column)), "")
