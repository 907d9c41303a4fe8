"""Approval of a release: what it covers, whether it still stands, and what keeps a department from being released.

Two approvals are needed: 批复 by the finance department (which freezes the versions it approved), and a named
reviewer's decision to publish them. Either is void for a version that has changed since.
"""

import json
from datetime import date

from sqlmodel import Session, col, select

from models.errors import UsageError
from models.tables import (
    Approval,
    Contribution,
    Cycle,
    Document,
    Event,
    StatutoryApproval,
    StepState,
    SubmissionVersion,
    Unit,
)
from models.trail import record
from tasks.collect.store.versions import latest_version
from tasks.disclose.gaps import open_gaps
from tasks.step import steps_of, units_of

APPROVED, RETURNED = "同意", "退回"
"""Decisions."""

NOTED = "登记批复"
"""Event of registering 批复."""

_NAMED_UNITS = 10
"""Units that a sentence names at most."""

_SAID = ("decision", "reviewer", "comment", "versions")


def covered_versions(session: Session, cycle: Cycle) -> dict[str, int]:
    """Numbers of the versions that a release covers now: every department's sum and the units in it, by unit code.

    Versions are counted by :func:`first_read`.
    """
    covered: dict[str, int] = {}
    for unit in units_of(session, cycle.id or 0):
        total = latest_version(session, unit.id or 0, "汇总") if unit.kind == "部门" else None
        if total is not None:
            covered |= _shown(session, unit, total)
    return dict(sorted(covered.items()))


def _shown(session: Session, unit: Unit, version: SubmissionVersion) -> dict[str, int]:
    """Numbers of the versions whose figures a document shows: its own and, for a sum, those that are in it."""
    rows = session.exec(
        select(Unit.code, SubmissionVersion)
        .join(SubmissionVersion, col(SubmissionVersion.unit_id) == Unit.id)
        .join(Contribution, col(Contribution.source_id) == SubmissionVersion.id)
        .where(Contribution.submission_id == version.id, SubmissionVersion.role == "报送")
    ).all()
    return {code: first_read(session, own).number for code, own in rows} | {
        unit.code: first_read(session, version).number
    }


def first_read(session: Session, version: SubmissionVersion) -> SubmissionVersion:
    """The version that an approval knows a version by: the first of the same file in which no figure was different.

    A mended reader makes a new version of a file that has long been approved. Nobody handed anything in, and as long as
    no figure has changed, nothing is void; what would be published otherwise waits in its document.
    """
    while version.number > 1 and version.diff == "[]":
        query = select(SubmissionVersion).where(SubmissionVersion.unit_id == version.unit_id)
        same = (SubmissionVersion.role == version.role, SubmissionVersion.number == version.number - 1)
        before = session.exec(query.where(*same)).first()
        if before is None or (version.role == "报送" and before.sha256 != version.sha256):
            break
        version = before
    return version


def obstacles(session: Session, cycle: Cycle) -> list[str]:
    """Chinese sentences on what keeps the department from being released; empty when nothing does."""
    found = [text] if (text := department_obstacle(session, cycle)) else []
    statutory = statutory_approval(session, cycle)
    if statutory is None:
        found.append(f"尚未登记财政部门批复（文号和日期），不能公开。收到批复后，请{_how_to_register(cycle)}。")
    elif changed := changed_since(session, cycle, versions_of(statutory)):
        found.append(
            f"批复（{statutory.document_number}）之后有单位的数据发生变化，公开数与批复数不一致：{changed}。"
            f"现有数据与批复相符的，请重新登记批复：{_how_to_register(cycle)}。"
            "不相符的，先让这些单位按批复数更正后重新报送，运行年度周期后再登记。"
        )
    if gaps := open_gaps(session, cycle):
        counts = [
            (code, sum(gap.unit_code == code for gap in gaps)) for code in dict.fromkeys(g.unit_code for g in gaps)
        ]
        named = "、".join(f"{code}（{count} 处）" for code, count in counts[:_NAMED_UNITS])
        more = f" 等 {len(counts)} 户" if len(counts) > _NAMED_UNITS else ""
        found.append(
            f"公开文稿还有 {len(gaps)} 处待补：{named}{more}，逐处列在审核报告的“公开文稿缺项”中。"
            "请单位补齐后重新报送，运行年度周期；确实不能补齐的，由审核人写明理由豁免："
            f"{_how_to(cycle)} --waive 缺项编号或单位代码 --comment 理由，或在运行界面的 release 表单填写。"
        )
    return found


def department_obstacle(session: Session, cycle: Cycle) -> str:
    """Chinese sentence on why the department's own accounts cannot be released, whoever approves; empty if they can."""
    root = next(unit for unit in units_of(session, cycle.id or 0) if unit.parent_code is None)
    judged = steps_of(session, [root], "validate").get(root.id or 0)
    if judged is None or judged.state == StepState.WAITING:
        return "部门决算尚未汇总和审核，请先运行年度周期。"
    return "" if judged.state == StepState.DONE else f"部门决算审核未通过：{judged.message}"


def _how_to_register(cycle: Cycle) -> str:
    return (
        "在运行界面的 release 表单填写批复文号和批复日期，或用命令 "
        f"{_how_to(cycle)} --document-number 文号 --approved-on 日期"
    )


def _how_to(cycle: Cycle) -> str:
    return f"juesuan release --year {cycle.year} --department {cycle.department_code} --by 姓名"


def changed_since(session: Session, cycle: Cycle, covered: dict[str, int]) -> str:
    """Units whose versions are no longer those that an approval covers, Chinese, bounded; empty when all are.

    A department's sum changes with every unit in it: it is named only when no unit explains it.
    """
    present = covered_versions(session, cycle)
    differing = [code for code in sorted({*covered, *present}) if covered.get(code) != present.get(code)]
    if not differing:
        return ""
    query = select(Unit.code, Unit.name, Unit.kind).where(Unit.cycle_id == cycle.id)
    known = {code: (name, kind) for code, name, kind in session.exec(query)}
    units = [code for code in differing if known.get(code, ("", "单位"))[1] == "单位"] or differing
    named = "、".join(
        f"{code} {known.get(code, ('', ''))[0]}（{_change(covered.get(code), present.get(code))}）"
        for code in units[:_NAMED_UNITS]
    )
    return named + (f" 等 {len(units)} 户" if len(units) > _NAMED_UNITS else "")


def _change(old: int | None, new: int | None) -> str:
    if new is None:
        return f"原第 {old} 版，现未计入汇总"
    return f"第 {old} 版改为第 {new} 版" if old is not None else f"新计入汇总，第 {new} 版"


def statutory_approval(session: Session, cycle: Cycle) -> StatutoryApproval | None:
    """批复 of the cycle, if recorded."""
    return session.exec(select(StatutoryApproval).where(StatutoryApproval.cycle_id == cycle.id)).first()


def record_statutory(
    session: Session, cycle: Cycle, document_number: str, approved_on: date, by: str, run: str = ""
) -> None:
    """Record 批复 and freeze the versions as they stand; recording the same again changes nothing.

    Args:
        session: Open transaction.
        cycle: The cycle.
        document_number: 文号 of the finance department's approval.
        approved_on: Its date.
        by: Who records it.
        run: Id of the flow run that does; a run records once, so that going on with it never approves later figures.

    Raises:
        UsageError: Nothing was added up yet, or number or date cannot be right.
    """
    if run and _recorded_by(session, cycle, run):
        return
    versions = covered_versions(session, cycle)
    if not versions:
        raise UsageError("部门决算尚未汇总，不能登记批复。请先运行年度周期。")
    document_number = document_number.strip()
    if not document_number:
        raise UsageError("请填写批复文号。")
    if approved_on.year <= cycle.year:
        raise UsageError(f"批复日期 {approved_on} 在 {cycle.year} 年度结束以前，请核对。")
    row = statutory_approval(session, cycle) or StatutoryApproval(
        cycle_id=cycle.id or 0, document_number="", approved_on=approved_on
    )
    text = json.dumps(versions, ensure_ascii=False)
    if (row.document_number, row.approved_on, row.versions) == (document_number, approved_on, text) and not run:
        return
    row.document_number, row.approved_on, row.versions = document_number, approved_on, text
    session.add(row)
    detail = f"{document_number}，{approved_on.isoformat()}"
    record(session, NOTED, cycle_id=cycle.id, unit_code=cycle.department_code, detail=detail, actor=by, run=run)


def _recorded_by(session: Session, cycle: Cycle, run: str) -> bool:
    query = select(Event.id).where(Event.cycle_id == cycle.id, Event.action == NOTED, Event.run == run)
    return session.exec(query).first() is not None


def decide(session: Session, cycle: Cycle, decision: str, reviewer: str, comment: str) -> Approval:
    """Store a named reviewer's decision; the same one again, on the same versions, changes nothing.

    Raises:
        UsageError: Nobody is named, the decision is none, or an approval meets obstacles.
    """
    if decision not in (APPROVED, RETURNED):
        raise UsageError(f"决定只能是“{APPROVED}”或“{RETURNED}”。")
    if not reviewer.strip():
        raise UsageError("请写明审核人姓名。")
    if decision == APPROVED and (found := obstacles(session, cycle)):
        raise UsageError("不能批准公开：" + " ".join(found))
    versions = json.dumps(covered_versions(session, cycle), ensure_ascii=False)
    row = Approval(
        cycle_id=cycle.id or 0, decision=decision, reviewer=reviewer.strip(), comment=comment, versions=versions
    )
    newest, waiting = newest_decision(session, cycle), waiting_documents(session, cycle)
    if newest is not None and not waiting and all(getattr(newest, name) == getattr(row, name) for name in _SAID):
        return newest
    for document in waiting:  # decided on: the step may write what waited
        document.pending, document.draft = "", True
        session.add(document)
    session.add(row)
    action = "批准公开" if decision == APPROVED else "退回公开申请"
    record(session, action, cycle_id=cycle.id, unit_code=cycle.department_code, detail=comment, actor=reviewer.strip())
    session.flush()
    return row


def newest_decision(session: Session, cycle: Cycle) -> Approval | None:
    """The last decision on the department's release."""
    query = select(Approval).where(Approval.cycle_id == cycle.id).order_by(col(Approval.id).desc())
    return session.exec(query).first()


def waiting_documents(session: Session, cycle: Cycle) -> list[Document]:
    """Documents that stay as they were approved, although they would be written otherwise now."""
    query = select(Document).where(Document.cycle_id == cycle.id, Document.pending != "")
    return list(session.exec(query.order_by(col(Document.unit_code))))


def waiting_text(session: Session, cycle: Cycle) -> str:
    """Chinese sentence on :func:`waiting_documents`, bounded; empty when there are none."""
    codes = [document.unit_code for document in waiting_documents(session, cycle)]
    if not codes:
        return ""
    named = "、".join(codes[:_NAMED_UNITS]) + (f" 等 {len(codes)} 户" if len(codes) > _NAMED_UNITS else "")
    return f"本系统、模板或登记信息更新后，{named} 的公开文稿与批准时不同；现仍保持批准时的文稿，请核对后重新批准公开"


def standing_approval(session: Session, cycle: Cycle) -> Approval | None:
    """The newest decision, when it approves, every version that it covers is unchanged, and no document waits."""
    newest = _newest_approval(session, cycle)
    if newest is None or waiting_documents(session, cycle):
        return None
    return newest if versions_of(newest) == covered_versions(session, cycle) else None


def _newest_approval(session: Session, cycle: Cycle) -> Approval | None:
    """The newest decision, when it approves, whatever has changed since."""
    newest = newest_decision(session, cycle)
    return newest if newest is not None and newest.decision == APPROVED else None


def is_released(session: Session, cycle: Cycle, unit: Unit, version: SubmissionVersion) -> bool:
    """Whether a document of that version may go without 草稿: both approvals cover every version that it shows.

    A unit's document asks for the unit's version only, so that another unit's change does not reach it; a
    department's asks for all that is added up in it.
    """
    statutory, approval = statutory_approval(session, cycle), _newest_approval(session, cycle)
    if statutory is None or approval is None:
        return False
    shown = _shown(session, unit, version).items()
    return versions_of(statutory).items() >= shown and versions_of(approval).items() >= shown


def versions_of(row: StatutoryApproval | Approval) -> dict[str, int]:
    """Version numbers that an approval covers, by unit code."""
    return dict(json.loads(row.versions or "{}"))
