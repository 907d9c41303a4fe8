"""Outcomes of rules: what was judged, what does not hold, and the verdict per unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.money import FEN_PER_UNIT, exact_text, format_fen
from models.personal_data import masked

HUNDREDTHS = ("%", "分")
"""Units whose figures findings carry in 1/100; 分 is a point of a score, since money is told in 元 or 万元."""

PROVISIONAL = "A-暂定"
"""Rule that a department breaks whose sum may count something twice: until it holds, the sum is provisional."""

LAST_YEAR_UNKNOWN = "A-上年"
"""Rule that a department breaks for each of last year's figures that must not be compared with this year's."""


class Severity(StrEnum):
    """How a violated rule weighs. The value is used in JSON, :attr:`label` in everything people read."""

    MANDATORY = "mandatory"
    VERIFIABLE = "verifiable"
    HINT = "hint"

    @property
    def label(self) -> str:
        """Chinese name: 强制, 核实 or 提示."""
        return {"mandatory": "强制", "verifiable": "核实", "hint": "提示"}[self.value]


class Status(StrEnum):
    """Verdict of one rule for one unit. ``NOT_APPLICABLE``: its condition is false, so there is nothing to check."""

    HOLDS = "holds"
    VIOLATED = "violated"
    NOT_CHECKED = "not_checked"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"holds": "相符", "violated": "不符", "not_checked": "未审核", "not_applicable": "不适用"}[self.value]


class Verdict(StrEnum):
    """Verdict of one submission."""

    PASS = "pass"
    PASS_WITH_WARNINGS = "pass_with_warnings"
    FAIL = "fail"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "pass": "审核通过",
            "pass_with_warnings": "通过，有提示",
            "fail": "未通过",
            "unreadable": "无法读取",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Finding:
    """One relation that does not hold or could not be checked, with both sides and its place; its words are masked.

    Attributes:
        rule: Rule id. severity, status: As the classes above (status violated or not_checked).
        title: Title of the rule, Chinese. message: The whole sentence for the clerk, Chinese.
        form, row, column: Address of the figure on the left; row is the catalogue's key.
        row_name: Canonical Chinese name or path of the row. subject_code: Code of the row or empty.
        location: Place in the file.
        left, right, difference: As int (fen, number or 1/100 %), ``None`` when not numeric. difference = left - right.
        unit_of_amount: ``元``, ``万元``, ``%``, ``个`` and so on; empty when not numeric.
        basis: Name of the form note or regulation.
        explanation: Explanation given by the unit; empty when none.
    """

    rule: str
    severity: Severity
    status: Status
    title: str
    message: str
    form: str = ""
    row: str = ""
    row_name: str = ""
    subject_code: str = ""
    column: str = ""
    location: str = ""
    left: int | None = None
    right: int | None = None
    difference: int | None = None
    unit_of_amount: str = ""
    basis: str = ""
    explanation: str = ""

    def __post_init__(self) -> None:
        for name in ("message", "row", "row_name", "location", "explanation"):
            object.__setattr__(self, name, masked(getattr(self, name)))

    @property
    def blocks(self) -> bool:
        """Whether it keeps the unit from passing: violated and mandatory, or verifiable without an explanation."""
        if self.status is not Status.VIOLATED:
            return False
        return self.severity is Severity.MANDATORY or (self.severity is Severity.VERIFIABLE and not self.explanation)


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """One rule judged for one unit; counts are relations with at least one displayed figure."""

    rule: str
    severity: Severity
    status: Status
    checked: int = 0
    held: int = 0
    not_checked: int = 0
    why: str = ""
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "why", masked(self.why))

    @property
    def violated(self) -> int:
        """Number of relations that do not hold."""
        return self.checked - self.held


def figure_text(value: int | None, unit: str, *, grouping: bool = False) -> str | None:
    """A finding's figure as an exact decimal, without its unit; ``None`` for none.

    Money has at least two decimals (``24416856.18``), percentages and points of a score two (``63.58``), counts none.

    Args:
        value: As :attr:`Finding.left` has it.
        unit: As :attr:`Finding.unit_of_amount` has it.
        grouping: Separate thousands by commas.
    """
    if value is None:
        return None
    if unit in HUNDREDTHS:
        text = format_fen(value, "元", 2, grouping=False)
    elif unit in FEN_PER_UNIT:
        text = exact_text(value, unit)
    else:
        text = str(value)
    if not grouping:
        return text
    whole, point, fraction = text.lstrip("-").partition(".")
    return f"{'-' if text.startswith('-') else ''}{int(whole):,}{point}{fraction}"


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Verdict of a readable submission from its findings: any blocking one fails it, others are warnings.

    A relation that was *not checked* never counts as passed: it turns a pass into a pass with warnings.
    """
    found = list(findings)
    if any(finding.blocks for finding in found):
        return Verdict.FAIL
    return Verdict.PASS_WITH_WARNINGS if found else Verdict.PASS
