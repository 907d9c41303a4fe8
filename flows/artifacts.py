"""What operators and reviewers see in the UI beside states: progress, a table of units, a page per cycle."""

import json
from collections.abc import Mapping
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactCreate
from prefect.runtime import flow_run as current_run

from flows.settings import settings
from flows.summary import NAMES, ORDER, CycleStatus, UnitStatus, verdict_name
from models.clipping import clipped
from models.personal_data import masked
from models.tables import StepState
from tasks.step import STEP_NAMES, STEPS

# Backslashes: the UI shows character references as they are written. Points and colons make addresses into links.
_INERT = {ord(char): f"\\{char}" for char in "\\`*_{}[]()<>#+!|&~.:@"} | {ord("\n"): " "}


MOST_FILES = 20
"""Refused files shown; the review report has them all."""


class Progress:
    """A progress artifact of the current run, if it is to be shown."""

    def __init__(self, *, shown: bool) -> None:
        self._shown, self._stages, self._done = shown, 1, 0
        self._id: UUID | None = None

    def begin(self, stages: int) -> None:
        """So many stages are to come."""
        self._stages = stages
        if self._shown:
            made = create_progress_artifact(progress=0.0, description="进度：准备")
            self._id = made if isinstance(made, UUID) else UUID(str(made))

    def advance(self, label: str) -> None:
        """One stage more is done."""
        self._done += 1
        if self._id:
            percent = round(100 * self._done / self._stages, 1)
            update_progress_artifact(self._id, progress=percent, description=f"进度：{label} 已完成")


def site_of(status: CycleStatus) -> str:
    """Address of a cycle's folder on the review site."""
    return f"{settings().site_url}/{status.folder}"


def report_link(status: CycleStatus, unit: UnitStatus) -> str:
    """Address of a unit's review report on the review site."""
    return f"{site_of(status)}/{unit.kind}/{unit.code}/审核报告.html"


def publish_summary(status: CycleStatus, open_runs: Mapping[str, str], *, in_run: bool) -> None:
    """A table of all units and a page for the cycle, under keys that keep their history over runs.

    Args:
        status: State of the cycle.
        open_runs: Id of the open failed run by unit code.
        in_run: Whether the run that calls this shows them as its own.
    """
    rows = _file_rows(status) + [
        {
            "单位": escape(f"{unit.code} {unit.name}"),
            "结论": verdict_name(unit),
            "步骤": _step(unit),
            "不符": unit.violated,
            "未审核规则": unit.not_checked,
            # Before the long column: what overflows the page is not found.
            "报告": f"[打开]({report_link(status, unit)})",
            "处理": f"[打开运行]({run_link(open_runs[unit.code])})" if unit.code in open_runs else "",
            "情况": escape(clipped(unit.trouble, 200)),
        }
        # Those that need somebody first: among a thousand units nobody would find them.
        for unit in sorted(status.units, key=lambda unit: ORDER.index(unit.overall))
    ]
    key, run = f"cycle-{status.year}-{_slug(status.department)}", UUID(current_run.id) if in_run else None
    name = f"{status.year} 年度 {status.name}"
    with get_client(sync_client=True) as client:
        for made in (
            ArtifactCreate(type="table", key=f"{key}-units", description=f"{name}：各单位情况", data=json.dumps(rows)),
            ArtifactCreate(type="markdown", key=key, description=f"{name} 决算", data=_page(status, open_runs)),
        ):
            made.flow_run_id = run
            client.create_artifact(made)


def _file_rows(status: CycleStatus) -> list[dict[str, str | int]]:
    """Rows of the table for what no unit answers for, at its top: below a thousand units nobody would find them."""
    rows: list[dict[str, str | int]] = []
    for verdict, files in (("未接收", status.refused), ("未读取", status.folders)):
        told = [(escape(one.file), escape(clipped(one.message, 200))) for one in files[:MOST_FILES]]
        if len(files) > MOST_FILES:
            told.append((f"等 {len(files)} 个", "全部列在审核报告的“收件”中"))
        rows += [
            {
                "单位": f"（收件）{file}", "结论": verdict, "步骤": STEP_NAMES["collect"], "不符": "", "未审核规则": "",
                "报告": f"[打开]({_receipts_link(status)})", "处理": "", "情况": message,
            }
            for file, message in told
        ]  # fmt: skip
    return rows


def _file_lines(status: CycleStatus) -> list[str]:
    """Part of the cycle's page on what no unit answers for."""
    lines = []
    for title, files in (("未接收的文件", status.refused), ("没有读取的子文件夹", status.folders)):
        if files:
            lines.append(f"\n## {title}（{len(files)} 个）\n")
            lines += [f"- {escape(clipped(one.message, 300))}" for one in files[:MOST_FILES]]
            if len(files) > MOST_FILES:
                lines.append(f"- 等 {len(files)} 个，[全部列在审核报告的“收件”中]({_receipts_link(status)})")
    return lines


def _receipts_link(status: CycleStatus) -> str:
    return f"{site_of(status)}/审核报告.html#receipts"


def run_link(run_id: str) -> str:
    """Address of a run in the UI."""
    return f"{settings().ui_url}/runs/flow-run/{run_id}"


def _step(unit: UnitStatus) -> str:
    """Where a unit stands: the step that needs somebody, else the last one that is done."""
    done = [step for step in STEPS if unit.states.get(step) == StepState.DONE]
    return STEP_NAMES[unit.failed_step or done[-1]] if unit.failed_step or done else ""


def _page(status: CycleStatus, open_runs: Mapping[str, str]) -> str:
    counts = "".join(
        f"| {NAMES[state]} | {len(status.of(state))} |\n"
        for state in (StepState.DONE, StepState.RETURNED, StepState.MISSING, StepState.FAULT)
    )
    lacking = status.release.open_gaps
    lines = [
        f"# {status.year} 年度 {escape(status.name)} 决算\n",
        f"| 状态 | 户数 |\n|---|---|\n{counts}",
        *[f"部门结论：{verdict_name(unit)}。{escape(unit.trouble)}\n" for unit in status.units if unit.kind == "部门"],
        f"[打开审核报告]({site_of(status)}/审核报告.html)\n",
        *([f"公开文稿待补 {len(lacking)} 处，列在审核报告中，补齐或豁免以前不能公开。\n"] if lacking else []),
        *_file_lines(status),
    ]
    for state in (StepState.FAULT, StepState.RETURNED, StepState.MISSING):
        if units := status.of(state):
            lines.append(f"\n## {NAMES[state]}\n")
            lines += [
                f"- [{escape(u.code)} {escape(u.name)}]({report_link(status, u)})：{escape(clipped(u.trouble, 300))}"
                + (f"　[打开运行，按 Retry 重新处理]({run_link(open_runs[u.code])})" if u.code in open_runs else "")
                for u in units
            ]
    return "\n".join(lines)


def escape(text: str) -> str:
    """Words of a submission, masked and inert in Markdown."""
    return masked(text).translate(_INERT)


def _slug(code: str) -> str:
    return "".join(char.lower() if char.isascii() and char.isalnum() else "-" for char in code)
