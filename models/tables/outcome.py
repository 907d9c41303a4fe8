"""Rule outcomes and findings of a submission under one ruleset."""

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import long_text


class OutcomeRecord(SQLModel, table=True):
    """One rule judged for one submission; counts are relations with at least one displayed figure."""

    __tablename__ = "rule_outcome"
    __table_args__ = (UniqueConstraint("submission_id", "rule"),)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissionversion.id", index=True)
    ruleset_hash: str
    rule: str
    severity: str
    status: str
    checked: int = 0
    held: int = 0
    not_checked: int = 0
    why: str = long_text()


class FindingRecord(SQLModel, table=True):
    """A relation that does not hold or could not be checked."""

    __tablename__ = "finding"

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissionversion.id", index=True)
    ruleset_hash: str
    position: int
    rule: str
    severity: str
    status: str
    title: str
    message: str = long_text()
    form: str = ""
    row: str = ""
    row_name: str = ""
    subject_code: str = ""
    column: str = ""
    location: str = ""
    left: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    right: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    difference: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    unit_of_amount: str = ""
    basis: str = ""
    explanation: str = long_text()
