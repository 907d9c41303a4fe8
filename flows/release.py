"""The flow ``release``: gate, a named reviewer's decision through Prefect's form, freeze or return.

Prefect's form is a convenience: the decision lives in our table, and ``juesuan release`` takes it as well.
"""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run as current_run
from prefect.states import Completed, Failed
from pydantic import BaseModel, Field

from flows.artifacts import escape, run_link, site_of
from flows.forms import shown
from flows.names import RELEASE
from flows.notifications import notify
from flows.run_logs import keep_run_logs_readable
from flows.settings import settings
from flows.summary import CycleStatus, cycle_status, find_cycle, sources_of
from models.database import session_of
from models.errors import JuesuanError
from models.schema_upgrade import upgrade_database
from reports.review_approval import statutory_text
from tasks.disclose.approval import APPROVED, RETURNED, covered_versions, obstacles
from tasks.disclose.approval_review import statutory_line
from tasks.disclose.dates import parse_date
from tasks.disclose.release import carry_out, note_statutory, waive_gaps
from tasks.step import key_of

keep_run_logs_readable()
DAYS_TO_DECIDE = 30


class ReleaseParameters(BaseModel):
    """What a release needs to know."""

    year: int = Field(default=0, title="年度", description="决算年度；0 表示上一年度", ge=0, le=2100)
    department: str = Field(default="", title="部门代码", description="数据库中只有一个部门时可留空")
    document_number: str = Field(default="", title="批复文号", description="财政部门批复的文号；已登记的可留空")
    approved_on: str = Field(default="", title="批复日期", description="例如 2023-08-15；已登记的可留空")
    waive: str = Field(default="", title="豁免缺项", description="缺项编号或单位代码，用空格分开；编号见审核报告")
    waived_by: str = Field(default="", title="豁免人", description="豁免缺项的审核人姓名")
    waived_why: str = Field(default="", title="豁免理由")


class Decision(RunInput):
    """The form that the reviewer fills."""

    decision: Literal["同意", "退回"] = Field(
        default="退回", title="决定", description="同意公开，或退回修改（点右侧箭头选择）"
    )
    reviewer: str = Field(title="审核人", description="姓名，记入审批记录", min_length=1, pattern=r"\S")
    comment: str = Field(default="", title="意见")


def _run_name() -> str:
    values = dict(current_run.parameters or {})
    year = values.get("year") or settings().today.year - 1
    return f"{year}年度决算公开审批 {values.get('department', '')}".strip()


def _asked(key: str) -> bool:
    """Whether this run has already asked the reviewer about these versions."""
    with get_client(sync_client=True) as client:
        policy = client.read_flow_run(UUID(str(current_run.id))).empirical_policy
    return key in (policy.pause_keys or set())


@flow(name=RELEASE, flow_run_name=_run_name, persist_result=False)
def release(
    year: int = shown(ReleaseParameters, "year"),
    department: str = shown(ReleaseParameters, "department"),
    document_number: str = shown(ReleaseParameters, "document_number"),
    approved_on: str = shown(ReleaseParameters, "approved_on"),
    waive: str = shown(ReleaseParameters, "waive"),
    waived_by: str = shown(ReleaseParameters, "waived_by"),
    waived_why: str = shown(ReleaseParameters, "waived_why"),
) -> State[object]:
    """公开审批：检查能否公开，等待审核人决定，同意则定稿，退回则说明原因。"""
    url = settings().database_url
    year = year or settings().today.year - 1
    try:
        upgrade_database(url)
        with session_of(url) as session:
            cycle = find_cycle(session, year, department)
            sources = sources_of(cycle)
        cycle_id = cycle.id or 0
        if document_number or approved_on:
            on = parse_date(approved_on, settings().today)
            note_statutory(
                url, cycle_id, document_number, on, "操作员", sources["out"], sources["mark"], run=str(current_run.id)
            )
        if waive:
            waive_gaps(url, cycle_id, waive.split(), waived_by, waived_why, sources["out"], sources["mark"])
        with session_of(url) as session:
            status = cycle_status(session, cycle)
            versions = covered_versions(session, cycle)
            statutory = statutory_text(statutory_line(session, cycle))
            found = obstacles(session, cycle)
        if found:
            return Failed(name="不能公开", message=" ".join(found))
    except JuesuanError as error:
        return Failed(name="不能公开", message=str(error))
    # The same versions and 批复 wait for the same answer; if one changes, an old answer is not taken for the new.
    key = "release-" + key_of(statutory, *versions.items())[:16]
    if not _asked(key):
        get_run_logger().info("财政部门批复：%s", statutory)
        get_run_logger().info("等待审核人决定，请按本次运行页面上的 Resume 填写，期限 %s 天。", DAYS_TO_DECIDE)
        notify("等待批准", "部门决算等待公开审批", status, link=run_link(str(current_run.id)))
    decision: Any = suspend_flow_run(
        wait_for_input=Decision.with_initial_data(description=_described(status, statutory, versions)),
        timeout=DAYS_TO_DECIDE * 24 * 3600,
        key=key,
    )
    try:
        changed = carry_out(
            url, cycle_id, decision.decision, decision.reviewer, decision.comment, sources["out"], sources["mark"]
        )
    except JuesuanError as error:
        return Failed(name="不能公开", message=str(error))
    get_run_logger().info("%s，审核人 %s，文稿更新 %s 份", decision.decision, decision.reviewer, len(changed))
    comment = f"意见：{decision.comment.strip() or '（未填）'}"
    if decision.decision == RETURNED:
        return Completed(name="已退回", message=f"审核人 {decision.reviewer} 退回。{comment}")
    return Completed(
        name=f"已{APPROVED}",
        message=f"审核人 {decision.reviewer} 同意公开，文稿已定稿。{comment}　批复：{statutory}",
    )


def _described(status: CycleStatus, statutory: str, versions: Mapping[str, int]) -> str:
    """Head of the reviewer's form, Markdown: what is decided on, under which 批复."""
    names = {unit.code: unit.name for unit in status.units}
    listed = "\n".join(
        f"- {escape(code)} {escape(names.get(code, ''))}：第 {number} 版" for code, number in versions.items()
    )
    return (
        f"**{status.year} 年度 {escape(status.name)} 决算公开审批**\n\n"
        f"**财政部门批复**（请核对）：{escape(statutory)}\n\n"
        f"[打开审核报告]({site_of(status)}/审核报告.html)\n\n本次公开的版本：\n\n{listed}"
    )
