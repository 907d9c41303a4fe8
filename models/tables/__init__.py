"""SQLModel tables: everything the cycle persists."""

from models.tables.cycle import Cycle, CyclePhase, Event, Phase, StatutoryApproval, StepState, Unit, UnitStep
from models.tables.document import Approval, Document
from models.tables.gap import DocumentGap, GapWaiver
from models.tables.identity import DatabaseIdentity
from models.tables.outcome import FindingRecord, OutcomeRecord
from models.tables.score import IndicatorScore, ProjectScore
from models.tables.submission import (
    CellRecord,
    ContributedCell,
    Contribution,
    CounterpartyRecord,
    ExplanationRecord,
    FactRecord,
    FormPresence,
    FundingLineRecord,
    IndicatorRecord,
    ProblemRecord,
    ProjectRecord,
    Receipt,
    RowName,
    SubmissionVersion,
    UnreadRecord,
)

__all__ = [
    "Approval",
    "CellRecord",
    "ContributedCell",
    "Contribution",
    "CounterpartyRecord",
    "Cycle",
    "CyclePhase",
    "DatabaseIdentity",
    "Document",
    "DocumentGap",
    "Event",
    "ExplanationRecord",
    "FactRecord",
    "FindingRecord",
    "FormPresence",
    "FundingLineRecord",
    "GapWaiver",
    "IndicatorRecord",
    "IndicatorScore",
    "OutcomeRecord",
    "Phase",
    "ProblemRecord",
    "ProjectRecord",
    "ProjectScore",
    "Receipt",
    "RowName",
    "StatutoryApproval",
    "StepState",
    "SubmissionVersion",
    "Unit",
    "UnitStep",
    "UnreadRecord",
]
