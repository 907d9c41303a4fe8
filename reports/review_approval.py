"""What the review report and the terminal say about 公开审批: 批复 of the finance department, reviewers' decisions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from models.clipping import clipped

_LONGEST = 200
"""Characters of a name, number or comment that a line shows; the review report shows all."""

_SHOWN_GAPS = 5
"""Gaps that a terminal lists; the review report has them all."""

_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class StatutoryLine:
    """批复 as it was registered. ``void``: why it does not cover the present figures; empty when it does."""

    document_number: str
    approved_on: date
    by: str
    recorded_at: datetime
    void: str = ""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One reviewer's decision. ``void``: why it no longer counts; empty while it does."""

    decision: str
    reviewer: str
    comment: str
    decided_at: datetime
    void: str = ""

    @property
    def standing(self) -> str:
        """Whether it counts, and if not why."""
        return f"已失效：{self.void}" if self.void else "有效"


@dataclass(frozen=True, slots=True)
class GapLine:
    """One thing that a document lacks, and who waived it, why and when, if anybody did.

    Attributes:
        name: By which it is waived. section: Headings above it; empty for the whole document.
    """

    name: str
    unit_code: str
    unit_name: str
    section: str
    text: str
    reviewer: str = ""
    comment: str = ""
    waived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReleaseReview:
    """公开审批 of a department.

    Attributes:
        statutory: 批复; ``None`` when none was registered.
        decisions: The latest ones, newest first. earlier: Number of those before them.
        obstacle: Why the department's accounts cannot be released, whoever approves; empty if they can.
        gaps: What the documents lack, waived or not.
    """

    statutory: StatutoryLine | None = None
    decisions: tuple[DecisionLine, ...] = ()
    earlier: int = 0
    obstacle: str = ""
    gaps: tuple[GapLine, ...] = ()

    @property
    def open_gaps(self) -> tuple[GapLine, ...]:
        """Gaps that nobody has waived."""
        return tuple(gap for gap in self.gaps if gap.waived_at is None)

    @property
    def conclusion(self) -> str:
        """Whether the department's accounts are released, as a sentence."""
        newest = self.decisions[0] if self.decisions else None
        if self.obstacle:
            return f"不能公开：{self.obstacle}"
        if self.open_gaps:
            return f"公开文稿还有{len(self.open_gaps)}处待补，补齐或由审核人豁免以前不能公开。"
        if self.statutory is None:
            return "尚未登记财政部门批复，不能公开。"
        if self.statutory.void:
            return "批复与现有数据不一致，不能公开。"
        if newest is None or newest.void:
            return "批复与现有数据一致，等待审核人决定是否公开。"
        return "已批准公开。" if newest.decision == "同意" else "审核人已退回，尚未批准公开。"

    def as_json(self) -> dict[str, Any]:
        """The ``release`` part of the status JSON; moments are ISO 8601, UTC. ``void`` is empty for what holds."""
        noted = self.statutory
        return {
            "conclusion": self.conclusion,
            "statutory": noted
            and {
                "document_number": noted.document_number,
                "approved_on": noted.approved_on.isoformat(),
                "registered_by": noted.by,
                "registered_at": noted.recorded_at.isoformat(),
                "void": noted.void,
            },
            "decisions": [
                {
                    "decision": line.decision,
                    "reviewer": line.reviewer,
                    "comment": line.comment,
                    "decided_at": line.decided_at.isoformat(),
                    "void": line.void,
                }
                for line in self.decisions
            ],
            "gaps": [
                {
                    "name": gap.name,
                    "unit": gap.unit_code,
                    "section": gap.section,
                    "text": gap.text,
                    "waived_by": gap.reviewer,
                    "comment": gap.comment,
                    "waived_at": gap.waived_at.isoformat() if gap.waived_at else "",
                }
                for gap in self.gaps
            ],
        }


def day_text(moment: datetime) -> str:
    """The day of a point in time in China, ``2023-08-15``. With clock times no report would be like another."""
    return moment.astimezone(_BEIJING).date().isoformat()


def _one_line(text: str) -> str:
    """What somebody typed, so that no line of it passes for one of ours."""
    return clipped(" ".join(text.split()), _LONGEST)


def statutory_text(line: StatutoryLine | None) -> str:
    """批复 in one line: number, date, who registered it and when."""
    if line is None:
        return "尚未登记"
    return (
        f"文号 {_one_line(line.document_number)}，日期 {line.approved_on.isoformat()}，"
        f"{day_text(line.recorded_at)} 由 {_one_line(line.by) or '（未记名）'} 登记"
    )


def release_lines(review: ReleaseReview) -> list[str]:
    """公开审批 as a terminal shows it; empty as long as there is nothing to tell."""
    if review.statutory is None and not review.decisions:
        return _gap_lines(review)
    lines = [f"公开审批：{review.conclusion}", f"  批复：{statutory_text(review.statutory)}"]
    if review.statutory is not None:
        lines.append(f"    {review.statutory.void or '与现有数据一致'}")
    for line in review.decisions:
        comment = _one_line(line.comment)
        said = f"，意见：{comment}" if comment else ""
        lines.append(
            f"  {day_text(line.decided_at)} {line.decision}，审核人 {_one_line(line.reviewer)}{said}（{line.standing}）"
        )
    return [*lines, *_gap_lines(review)]


def _gap_lines(review: ReleaseReview) -> list[str]:
    lacking = review.open_gaps
    if not lacking:
        return []
    lines = [f"公开文稿待补 {len(lacking)} 处（补齐后重新报送；不能补齐的，由审核人用 release --waive 编号豁免）："]
    for gap in lacking[:_SHOWN_GAPS]:
        where = f"{_one_line(gap.section)}，" if gap.section else ""
        lines.append(f"  {gap.name} {gap.unit_name}：{where}{_one_line(gap.text)}")
    if len(lacking) > _SHOWN_GAPS:
        lines.append(f"  等 {len(lacking)} 处，全部列在审核报告的“公开文稿缺项”中")
    return lines
