"""The review report (审核报告): what was received, what was checked, what does not hold, and what nobody checked.

Reviewers read it in a browser without network; it needs no script. *Not checked* stands apart from *passed* throughout.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.findings import PROVISIONAL, Finding, RuleOutcome, Severity, Status, Verdict, figure_text
from models.submission import Explanation
from reports.blocks import inert
from reports.html import TEMPLATES_ROOT, page_environment
from reports.review_approval import ReleaseReview, day_text

SHOWN_FINDINGS = 300
"""Findings of one unit that the department's page lists; the rest is counted there and listed on the unit's own page."""
_RELATIVE_LINK = re.compile(r"(?!/)[\w\-./%]+\.html(#[\w\-]*)?")


class UnitState(StrEnum):
    """State of a unit in the report, worst first."""

    FAULT = "故障"
    RETURNED = "退回"
    MISSING = "未报送"
    WAITING = "待处理"
    WARNINGS = "有提示"
    PASSED = "通过"

    @property
    def rank(self) -> int:
        """Position from the worst."""
        return list(UnitState).index(self)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Scores of one project as decimal text: claimed, recomputed, accepted as reported, and not scorable."""

    project: str
    scheme: str
    claimed_total: str | None
    total: str
    recomputed_points: str
    accepted_points: str
    unscorable_points: str
    grade_claimed: str = ""
    grade: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One file that came in, taken or refused. ``unit_code`` is empty when it could not be told."""

    file: str
    outcome: str
    message: str = ""
    unit_code: str = ""
    version: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class EliminationLine:
    """A proposed or filed elimination (抵销) between two units; amount in fen."""

    from_code: str
    from_name: str
    to_code: str
    to_name: str
    direction: str
    subject: str
    amount_fen: int
    state: str = "建议"
    message: str = ""


@dataclass(frozen=True, slots=True)
class ContributionLine:
    """What enters the department's sums (or not), and why. ``kind``: 单户表, 差额表, 调整表, 汇总录入表, 抵销建议."""

    code: str
    name: str
    kind: str
    version: int | None
    included: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class UnitReview:
    """Everything a reviewer should see of one unit.

    Attributes:
        message: Chinese sentence for states without findings (why returned, what broke).
        outcomes: One per rule. findings: Detail rows of what does not hold or could not be checked.
        versions: Pairs (name, value): submission version, file, hashes.
        page: Relative link to the unit's own page; empty for none.
        is_department: Whether these are added-up accounts, which are never returned to anybody.
    """

    code: str
    name: str
    state: UnitState
    verdict: Verdict | None = None
    message: str = ""
    version: int | None = None
    outcomes: tuple[RuleOutcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    scores: tuple[ScoreLine, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    page: str = ""
    is_department: bool = False

    @property
    def state_name(self) -> str:
        """The state as the badge shows it."""
        return "未通过" if self.is_department and self.state is UnitState.RETURNED else self.state.value

    @property
    def provisional(self) -> bool:
        """Whether these are sums that may count something twice."""
        return any(finding.rule == PROVISIONAL and finding.blocks for finding in self.findings)

    @property
    def anchor(self) -> str:
        """Target of links within a page; letters and digits only, whatever the code holds."""
        return "u-" + "".join(char if char.isascii() and char.isalnum() else f"_{ord(char):x}" for char in self.code)

    @property
    def link(self) -> str:
        """The unit's own page if it is a plain relative address, else empty."""
        return self.page if _RELATIVE_LINK.fullmatch(self.page) and ".." not in self.page.split("/")[1:] else ""

    @property
    def violated(self) -> list[Finding]:
        """Findings of what does not hold: blocking first, then by severity and rule, as given otherwise."""
        return sorted(
            (finding for finding in self.findings if finding.status is Status.VIOLATED),
            key=lambda finding: (not finding.blocks, _SEVERITIES.index(finding.severity), finding.rule),
        )

    @property
    def not_checked(self) -> list[tuple[str, list[str]]]:
        """Pairs (why, rules and titles) of everything not checked: one missing form leaves many rules open."""
        titles = {finding.rule: finding.title for finding in self.findings}
        pairs = {
            (_named(finding.rule, finding.title), finding.message)
            for finding in self.findings
            if finding.status is Status.NOT_CHECKED
        }
        told = {finding.rule for finding in self.findings if finding.status is Status.NOT_CHECKED}
        pairs |= {
            (_named(outcome.rule, titles.get(outcome.rule, "")), outcome.why)
            for outcome in self.outcomes
            if (outcome.status is Status.NOT_CHECKED or outcome.not_checked) and outcome.rule not in told
        }
        reasons: dict[str, list[str]] = {}
        for name, message in sorted(pairs):
            reasons.setdefault(message.split("未审核：", 1)[-1].rstrip("。"), []).append(name)
        return list(reasons.items())

    @property
    def blocking(self) -> int:
        """Number of blocking findings."""
        return sum(finding.blocks for finding in self.findings)

    def count(self, severity: str) -> int:
        """Number of violated findings of a severity."""
        return sum(finding.severity == severity for finding in self.violated)

    @property
    def checked(self) -> int:
        """Relations checked."""
        return sum(outcome.checked for outcome in self.outcomes)

    @property
    def held(self) -> int:
        """Relations that hold."""
        return sum(outcome.held for outcome in self.outcomes)

    @property
    def unchecked(self) -> int:
        """Relations not checked, as ``check`` counts them: those with at least one displayed figure."""
        return sum(outcome.not_checked for outcome in self.outcomes)

    @property
    def unchecked_rules(self) -> int:
        """Rules of which something was not checked."""
        return sum(len(rules) for _, rules in self.not_checked)

    @property
    def unchecked_words(self) -> str:
        """How much was not checked: ``2条规则（5处）``; empty for nothing."""
        places = f"（{self.unchecked}处）" if self.unchecked else ""
        return f"{self.unchecked_rules}条规则{places}" if self.unchecked_rules else ""


@dataclass(frozen=True, slots=True)
class ReviewData:
    """The department's review.

    Attributes:
        units: Every unit that should submit. receipts: Files that came in.
        eliminations, contributions: How the department's sums come about.
        department: The department's own accounts judged as a unit; ``None`` before consolidation.
        versions: Pairs (name, value): ruleset, scheme, templates.
        phases: Pairs (phase, state) in the order of the year.
        release: 公开审批; ``None`` leaves the section out.
        mark: Further mark (示例数据).
    """

    department_code: str
    department_name: str
    year: int
    units: tuple[UnitReview, ...]
    receipts: tuple[ReceiptLine, ...] = ()
    eliminations: tuple[EliminationLine, ...] = ()
    contributions: tuple[ContributionLine, ...] = ()
    department: UnitReview | None = None
    versions: tuple[tuple[str, str], ...] = ()
    phases: tuple[tuple[str, str], ...] = ()
    release: ReleaseReview | None = None
    mark: str = ""

    def sorted_units(self) -> list[UnitReview]:
        """Units worst first: by state, then blocking findings, then all findings, then code."""
        return sorted(self.units, key=lambda u: (u.state.rank, -u.blocking, -len(u.violated), -u.unchecked, u.code))

    def groups(self) -> list[tuple[UnitState, list[UnitReview]]]:
        """Units by state, worst first, without empty groups."""
        units = self.sorted_units()
        grouped = [(state, [unit for unit in units if unit.state is state]) for state in UnitState]
        return [(state, members) for state, members in grouped if members]

    def tally(self) -> list[tuple[str, int]]:
        """户数: due, received, then by state."""
        received = sum(unit.version is not None or unit.verdict is not None for unit in self.units)
        states = (UnitState.PASSED, UnitState.WARNINGS, UnitState.RETURNED, UnitState.MISSING, UnitState.FAULT)
        by_state = [(state.value, sum(unit.state is state for unit in self.units)) for state in states]
        if waiting := sum(unit.state is UnitState.WAITING for unit in self.units):
            by_state.append((UnitState.WAITING.value, waiting))
        return [("应报", len(self.units)), ("已报", received), *by_state]


_SEVERITIES = list(Severity)


def _named(rule: str, title: str) -> str:
    return f"{rule} {title}".strip()


def shown_figure(value: int | None, unit: str) -> str:
    """A finding's figure for people: exact, thousands grouped, percentages with their sign; empty for none."""
    text = figure_text(value, unit, grouping=True)
    return "" if text is None else f"{text}%" if unit == "%" else text


def place_text(finding: Finding) -> str:
    """Where a finding stands in the accounts: form, row, column."""
    row = finding.row_name or finding.row
    if finding.subject_code and finding.subject_code not in row:
        row = f"{finding.subject_code} {row}"
    return " / ".join(part for part in (finding.form, row, finding.column) if part)


def _render(template: str, **context: object) -> str:
    text = (
        page_environment()
        .get_template(template)
        .render(
            figure=shown_figure,
            place=place_text,
            day=day_text,
            shown=SHOWN_FINDINGS,
            style=(TEMPLATES_ROOT / "style.css").read_text("utf-8")
            + (TEMPLATES_ROOT / "review.css").read_text("utf-8"),
            **context,
        )
    )
    return inert(text)


def build_review(review: ReviewData) -> str:
    """The department's report as one HTML page, units worst first; the same data always give the same text."""
    return _render("review.html.j2", review=review, states=UnitState)


def build_unit_review(
    unit: UnitReview,
    *,
    department_name: str,
    year: int,
    receipts: Iterable[ReceiptLine] = (),
    versions: tuple[tuple[str, str], ...] = (),
    mark: str = "",
) -> str:
    """One unit's report as an HTML page of its own, with every finding.

    Args:
        unit: The unit.
        department_name: Of its department.
        year: Of the accounts.
        receipts: Files that came in for this unit.
        versions: Pairs (name, value): ruleset, scheme, templates.
        mark: Further mark (示例数据).
    """
    return _render(
        "unit_review.html.j2",
        unit=unit,
        department_name=department_name,
        year=year,
        receipts=tuple(receipts),
        versions=versions,
        mark=mark,
    )
