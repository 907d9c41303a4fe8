"""Scores of projects and of their indicators under one scheme. Points are decimals as text, never floats."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import long_text


class ProjectScore(SQLModel, table=True):
    """Score of one project; recomputed, accepted and unscorable parts apart. ``why``: why the grade is open."""

    __tablename__ = "project_score"
    __table_args__ = (UniqueConstraint("submission_id", "project"),)

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissionversion.id", index=True)
    project: int
    name: str
    scheme: str
    scheme_hash: str
    claimed_total: str | None = None
    total: str
    recomputed_points: str
    accepted_points: str
    unscorable_points: str
    grade_claimed: str = ""
    grade: str = ""
    why: str = long_text()


class IndicatorScore(SQLModel, table=True):
    """Score of one indicator. ``basis``: recomputed, accepted or unscorable; ``why`` in Chinese."""

    __tablename__ = "indicator_score"

    project_score_id: int = Field(foreign_key="project_score.id", primary_key=True)
    position: int = Field(primary_key=True)
    name: str
    points: str | None = None
    claimed: str | None = None
    score: str | None = None
    basis: str
    why: str = long_text()
