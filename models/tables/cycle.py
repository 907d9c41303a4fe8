"""The cycle: department and unit tree, phases, statutory approval, unit × step state, event trail."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.columns import long_text, moment


class Phase(StrEnum):
    """Phases of the year, in order."""

    COLLECT = "填报"
    REVIEW = "审核"
    CONSOLIDATE = "汇总"
    SUBMIT = "上报"
    APPROVE = "批复"
    PUBLISH = "公开"


class StepState(StrEnum):
    """State of one step for one unit."""

    WAITING = "待处理"
    DONE = "完成"
    MISSING = "未报送"
    RETURNED = "退回"
    FAULT = "故障"


class Cycle(SQLModel, table=True):
    """One department's year.

    Attributes:
        sources: JSON object of where its last run took registry and inbox from and wrote results to, so that a retry
            needs nothing but the year.
    """

    __table_args__ = (UniqueConstraint("year", "department_code"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    department_code: str
    profile: str
    registry_sha256: str = ""
    sources: str = long_text()
    created_at: datetime = moment()


class CyclePhase(SQLModel, table=True):
    """A phase of a cycle and its state (``未开始``, ``进行中``, ``完成``)."""

    __table_args__ = (UniqueConstraint("cycle_id", "phase"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    phase: str
    state: str = "未开始"
    due: date | None = None
    changed_at: datetime = moment()


class Unit(SQLModel, table=True):
    """A node of the department's tree. The root is the department; 部门本级 is a unit below it.

    Attributes:
        kind: ``部门`` (a node that is added up, files nothing itself) or ``单位`` (files a submission).
        unit_type, accounting, level, report_type: As on the cover (单位类型, 会计制度, 预算级次, 报表类型).
        active: False when a later registry no longer names it; kept for its history.
    """

    __table_args__ = (UniqueConstraint("cycle_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    code: str
    name: str
    parent_code: str | None = None
    kind: str = "单位"
    unit_type: str = ""
    accounting: str = ""
    level: str = ""
    report_type: str = "单户表"
    position: int = 0
    active: bool = True


class StatutoryApproval(SQLModel, table=True):
    """批复 by the finance department: what is published equals what it approved."""

    __table_args__ = (UniqueConstraint("cycle_id"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    document_number: str
    approved_on: date
    versions: str = long_text()
    """JSON object: unit code to frozen submission version number."""
    recorded_at: datetime = moment()


class UnitStep(SQLModel, table=True):
    """Present state of one step (``collect``, ``validate``, ``score``, ``aggregate``, ``disclose``) for one unit.

    Attributes:
        message: Chinese, complete, for the clerk or operator.
        input_key: Fingerprint of what the step worked on; the same key again means nothing to do.
        attempt: Counts the runs of the step; not part of the fingerprint of the state.
    """

    __table_args__ = (UniqueConstraint("unit_id", "step"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    step: str
    state: str = StepState.WAITING.value
    message: str = long_text()
    input_key: str = ""
    attempt: int = 0
    changed_at: datetime = moment()


class Event(SQLModel, table=True):
    """Append-only trail: who did what, when. Never changed or deleted."""

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id", index=True)
    unit_code: str = ""
    action: str
    detail: str = long_text()
    actor: str = ""
    run: str = ""
    at: datetime = moment()
