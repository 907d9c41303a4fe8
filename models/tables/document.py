"""Documents with their hashes, and approvals."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import long_text, moment


class Document(SQLModel, table=True):
    """One written document and what it came from.

    Attributes:
        kind: ``决算公开``, ``审核报告``. path: Below the output folder, with forward slashes.
        submission_id: The version it shows; ``None`` for reports about a whole cycle.
        template_hash: Of the program, templates and definitions that wrote it. draft: Carries 草稿.
        pending: sha256 of what would be written now in place of an approved document, which stays until somebody
            approves again; empty when nothing waits.
    """

    __table_args__ = (UniqueConstraint("cycle_id", "path"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    unit_code: str = ""
    kind: str
    format: str
    path: str
    sha256: str
    submission_id: int | None = Field(default=None, foreign_key="submissionversion.id")
    template_hash: str = ""
    draft: bool = True
    pending: str = ""
    written_at: datetime = moment()


class Approval(SQLModel, table=True):
    """A named reviewer's decision on a department's release; void when a version it covered has changed.

    Attributes:
        decision: ``同意`` or ``退回``. versions: JSON object of unit code to version number that it covers.
    """

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    decision: str
    reviewer: str
    comment: str = long_text()
    versions: str = long_text()
    decided_at: datetime = moment()
