"""What operators and reviewers see in the UI beside states: progress, a table of units, a page per cycle."""

from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.settings import settings
from flows.summary import NAMES, CycleStatus, UnitStatus, verdict_name
from models.tables import StepState
from tasks.step import STEP_NAMES, STEPS

# Backslashes: the UI shows character references as they are written. Points and colons make addresses into links.
_INERT = {ord(char): f"\\{char}" for char in "\\`*_{}[]()<>#+!|&~.:@"} | {ord("\n"): " "}


class Progress:
    """A progress artifact of the current run."""

    def __init__(self, stages: int) -> None:
        self._stages, self._done = stages, 0
        made = create_progress_artifact(progress=0.0, description="进度：准备")
        self._id = made if isinstance(made, UUID) else UUID(str(made))

    def advance(self, label: str) -> None:
        """One stage more is done."""
        self._done += 1
        percent = round(100 * self._done / self._stages, 1)
        update_progress_artifact(self._id, progress=percent, description=f"进度：{label} 已完成")


def site_of(status: CycleStatus) -> str:
    """Address of a cycle's folder on the review site."""
    return f"{settings().site_url}/{status.folder}"


def report_link(status: CycleStatus, unit: UnitStatus) -> str:
    """Address of a unit's review report on the review site."""
    return f"{site_of(status)}/{unit.kind}/{unit.code}/审核报告.html"


def publish_summary(status: CycleStatus) -> None:
    """A table of all units and a page for the cycle, under keys that keep their history over runs."""
    key = f"cycle-{status.year}-{_slug(status.department)}"
    rows = [
        {
            "单位": escape(f"{unit.code} {unit.name}"),
            "结论": verdict_name(unit),
            "步骤": _step(unit),
            "不符": unit.violated,
            "未审核": unit.not_checked,
            # Before the long column: what overflows the page is not found.
            "报告": f"[打开]({report_link(status, unit)})",
            "情况": escape(unit.trouble[:200]),
        }
        for unit in status.units
    ]
    create_table_artifact(table=rows, key=f"{key}-units", description=f"{status.year} 年度 {status.name}：各单位情况")
    create_markdown_artifact(_page(status), key=key, description=f"{status.year} 年度 {status.name} 决算")


def _step(unit: UnitStatus) -> str:
    """Where a unit stands: the step that needs somebody, else the last one that is done."""
    done = [step for step in STEPS if unit.states.get(step) == StepState.DONE]
    return STEP_NAMES[unit.failed_step or done[-1]] if unit.failed_step or done else ""


def _page(status: CycleStatus) -> str:
    counts = "".join(
        f"| {NAMES[state]} | {len(status.of(state))} |\n"
        for state in (StepState.DONE, StepState.RETURNED, StepState.MISSING, StepState.FAULT)
    )
    lines = [
        f"# {status.year} 年度 {escape(status.name)} 决算\n",
        f"| 状态 | 户数 |\n|---|---|\n{counts}",
        *[f"部门结论：{verdict_name(unit)}。{escape(unit.trouble)}\n" for unit in status.units if unit.kind == "部门"],
        f"[打开审核报告]({site_of(status)}/审核报告.html)\n",
    ]
    for state in (StepState.FAULT, StepState.RETURNED, StepState.MISSING):
        if units := status.of(state):
            lines.append(f"\n## {NAMES[state]}\n")
            lines += [
                f"- [{escape(u.code)} {escape(u.name)}]({report_link(status, u)})：{escape(u.trouble[:300])}"
                for u in units
            ]
    return "\n".join(lines)


def escape(text: str) -> str:
    """Words of a submission, inert in Markdown."""
    return text.translate(_INERT)


def _slug(code: str) -> str:
    return "".join(char.lower() if char.isascii() and char.isalnum() else "-" for char in code)
