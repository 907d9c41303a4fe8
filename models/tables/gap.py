"""What documents still lack, and what a named reviewer has waived."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import long_text, moment


class DocumentGap(SQLModel, table=True):
    """One thing that the present 决算公开 of a unit or department lacks.

    Attributes:
        number: By which it is waived; it stands for place and text. section: Headings above it.
    """

    __table_args__ = (UniqueConstraint("cycle_id", "unit_code", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    unit_code: str
    position: int = 0
    number: str
    section: str = long_text()
    text: str = long_text()


class GapWaiver(SQLModel, table=True):
    """A named reviewer's word that a document may go out with a gap; it covers that very gap only."""

    __table_args__ = (UniqueConstraint("cycle_id", "unit_code", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    unit_code: str
    number: str
    reviewer: str
    comment: str = long_text()
    waived_at: datetime = moment()
