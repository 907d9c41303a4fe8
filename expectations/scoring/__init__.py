"""Scoring of 项目支出绩效自评表: schemes as data, quantities and dates, pure exact scoring."""

from expectations.scoring.assessment import Assessment, Basis, assess
from expectations.scoring.projects import ScoredIndicator, ScoredProject, score_project
from expectations.scoring.scheme import Scheme, load_scheme

__all__ = [
    "Assessment",
    "Basis",
    "Scheme",
    "ScoredIndicator",
    "ScoredProject",
    "assess",
    "load_scheme",
    "score_project",
]
