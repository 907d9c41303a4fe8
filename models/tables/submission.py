"""Submissions as immutable numbered versions, their content, and the contributions to a department's accounts.

A department's added-up accounts, a difference sheet and an adjustment sheet are submission versions too, so that
rules, scores, documents and queries treat them alike.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import fen, long_text, moment


class Receipt(SQLModel, table=True):
    """One file met in the inbox and what became of it, also when it belongs to no unit.

    Attributes:
        outcome: ``已接收``, ``未更新`` (identical file), ``退回`` (refused), ``未读取`` (a folder); of what was refused and
            belongs to no unit also ``已移出`` (gone) and ``已更正``.
        code: Stable kind of fault (``未知单位``, ``年度不符``, ``无法读取``, ``重复报送``, ``涉密``, ``登记表``, ``子文件夹``);
            empty when taken.
    """

    __table_args__ = (UniqueConstraint("cycle_id", "file", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    unit_code: str = ""
    file: str
    sha256: str
    outcome: str
    code: str = ""
    message: str = long_text()
    at: datetime = moment()


class SubmissionVersion(SQLModel, table=True):
    """An immutable version of what a unit handed in (or of what was added up for a department).

    The database refuses to change or delete a version and its content (triggers of the first migration).

    Attributes:
        unit_code, unit_name, year: As the file says; empty or 0 when it says none.
        number: 1, 2, … per unit and role.
        role: ``报送`` (handed in), ``汇总`` (added up), ``调整建议`` (proposed 调整表).
        report_type: 单户表, 经费差额表, 调整表, 汇总录入表, 叠加汇总表, 部门汇总.
        sha256: Of the file, or of the content for versions that no file carries.
        diff: JSON list of cells changed against the version before: [form, row, column, old, new].
    """

    __table_args__ = (UniqueConstraint("unit_id", "role", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    role: str = "报送"
    number: int
    file: str = ""
    sha256: str
    kind: str
    report_type: str = "单户表"
    profile: str
    catalogue_hash: str
    unit_code: str = ""
    unit_name: str = ""
    year: int = 0
    amount_unit: str = "元"
    decimals: int = 2
    diff: str = long_text()
    received_at: datetime = moment()


class FormPresence(SQLModel, table=True):
    """State of one form in a submission (有数据, 本表无数据, 缺表, 无法读取).

    Attributes:
        amount_unit, decimals: How its table shows money where that is not as in most tables; else empty and ``None``.
    """

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    form: str = Field(primary_key=True)
    state: str
    amount_unit: str = ""
    decimals: int | None = None


class CellRecord(SQLModel, table=True):
    """One non-empty cell.

    Attributes:
        amount: Fen, a number, or 1/100 percent, as the form catalogue says; ``None`` for text and ``——``.
        position: Place in reading order, from 0.
    """

    __tablename__ = "cell"
    __table_args__ = (Index("cell_address", "form", "row", "column"),)

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    form: str = Field(primary_key=True)
    row: str = Field(primary_key=True)
    column: str = Field(primary_key=True)
    position: int
    amount: int | None = fen(nullable=True)
    text: str | None = long_text(nullable=True, default=None)
    location: str = ""


class RowName(SQLModel, table=True):
    """Name of an open row (a functional subject) as the submission displays it."""

    __tablename__ = "row_name"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    form: str = Field(primary_key=True)
    row: str = Field(primary_key=True)
    name: str


class FactRecord(SQLModel, table=True):
    """A number in a submission's narrative and what it claims to be."""

    __tablename__ = "narrative_fact"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    position: int = Field(primary_key=True)
    sentence: str = long_text()
    name: str
    value: str
    unit: str
    declared: bool
    location: str = ""


class ProblemRecord(SQLModel, table=True):
    """A fault of the data that the reader met in one place."""

    __tablename__ = "reading_problem"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    position: int = Field(primary_key=True)
    rule: str
    severity: str
    message: str = long_text()
    form: str = ""
    row: str = ""
    column: str = ""
    location: str = ""


class UnreadRecord(SQLModel, table=True):
    """A figure of a matrix form that could not be read or placed; row or column empty: which one is not known."""

    __tablename__ = "unread_figure"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    position: int = Field(primary_key=True)
    form: str
    panel: int
    row: str = ""
    column: str = ""
    stands: bool = True


class ProjectRecord(SQLModel, table=True):
    """One project's performance form. Numbers are kept as displayed."""

    __tablename__ = "project"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    position: int = Field(primary_key=True)
    family: str
    name: str
    department: str = ""
    unit: str = ""
    goal: str = long_text()
    achieved: str = long_text()
    total: str | None = None
    grade: str = ""
    analysis: str = long_text()
    """JSON list of [heading, text]."""
    location: str = ""
    total_location: str = ""


class FundingLineRecord(SQLModel, table=True):
    """One funding line of a project, in 万元 with the decimals displayed. ``places``: letters of its columns."""

    __tablename__ = "funding_line"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    project: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    source: str
    declared_budget: str | None = None
    initial_budget: str | None = None
    budget: str | None = None
    executed: str | None = None
    remainder: str | None = None
    rate: str | None = None
    score: str | None = None
    location: str = ""
    places: str = ""


class IndicatorRecord(SQLModel, table=True):
    """One row of a project's indicators, as displayed. ``places``: letters of its columns."""

    __tablename__ = "indicator"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    project: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    level1: str
    level2: str
    name: str
    initial_target: str = long_text()
    target: str = long_text()
    actual: str = long_text()
    points: str | None = None
    score: str | None = None
    reason: str = long_text()
    location: str = ""
    places: str = ""


class CounterpartyRecord(SQLModel, table=True):
    """One line of 往来明细."""

    __tablename__ = "counterparty"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    position: int = Field(primary_key=True)
    direction: str
    counterpart: str
    counterpart_name: str = ""
    subject: str
    amount_fen: int = fen()
    booked_by: str = ""
    location: str = ""


class ExplanationRecord(SQLModel, table=True):
    """A written explanation for a verifiable finding, kept across versions while the value is unchanged."""

    __tablename__ = "explanation"

    submission_id: int = Field(foreign_key="submissionversion.id", primary_key=True)
    position: int = Field(primary_key=True)
    rule: str
    form: str = ""
    row: str = ""
    column: str = ""
    text: str = long_text()
    author: str = ""
    difference: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    """Difference (left - right) that it explained; an explanation is void for another one."""
    location: str = ""


class Contribution(SQLModel, table=True):
    """One signed addend of a department's accounts.

    Attributes:
        submission_id: The department's added-up version. source_id: The version that contributes.
        kind: 单户表, 经费差额表, 调整表, 汇总录入表. sign: +1 or -1. note: Why, in Chinese.
    """

    __table_args__ = (UniqueConstraint("submission_id", "source_id"),)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissionversion.id", index=True)
    source_id: int = Field(foreign_key="submissionversion.id")
    kind: str
    sign: int = 1
    note: str = long_text()


class ContributedCell(SQLModel, table=True):
    """Source of a department cell: which contribution brought which part. A cell is the sum of its sources."""

    __tablename__ = "contributed_cell"

    contribution_id: int = Field(foreign_key="contribution.id", primary_key=True)
    form: str = Field(primary_key=True)
    row: str = Field(primary_key=True)
    column: str = Field(primary_key=True)
    amount: int = fen()
    """Already signed."""
