"""``juesuan check``: read and judge submissions, no database."""

import argparse
import hashlib
import json
import unicodedata
from collections.abc import Sequence

from flows.judgement import Judgement, judge, judgement_json
from models.errors import SubmissionError
from models.findings import Finding, Severity, Status, Verdict
from models.profiles import load_profile
from tasks.collect.reading import read_submissions


def run(arguments: argparse.Namespace) -> int:
    """Judge every file; 0 when nothing blocks, 1 with blocking findings, 2 when a file is unreadable."""
    profile = load_profile(arguments.profile)
    readings = read_submissions([path for path in arguments.files if path.is_file()], profile)
    judgements = []
    for path in arguments.files:
        reading = readings.get(path) or SubmissionError(path.name, "找不到这个文件。", advice="请检查文件名和文件夹。")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        judgements.append(judge(path, reading, profile, sha256))
    if arguments.json:
        answer = [judgement_json(judgement) for judgement in judgements]
        print(json.dumps(answer[0] if len(answer) == 1 else answer, ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(_text(judgement) for judgement in judgements))
    return max(_exit_code(judgement) for judgement in judgements)


def _exit_code(judgement: Judgement) -> int:
    return {Verdict.UNREADABLE: 2, Verdict.FAIL: 1}.get(judgement.verdict, 0)


def _text(judgement: Judgement) -> str:
    lines = [f"《{judgement.file}》 {judgement.verdict.label}"]
    if judgement.error:
        return "\n".join([*lines, judgement.error])
    lines.append(
        f"勾稽关系：已审核 {judgement.checked} 条，相符 {judgement.held} 条，"
        f"不符 {judgement.checked - judgement.held} 条，未审核 {judgement.not_checked} 条"
    )
    for severity in Severity:
        for finding in judgement.findings:
            if finding.severity is severity and finding.status is Status.VIOLATED:
                where = "　".join(part for part in (finding.form, finding.row_name, finding.column) if part)
                place = f"（{finding.location}）" if finding.location else ""
                lines.append(f"\n[{severity.label}] {finding.rule} {finding.title}")
                if where or place:
                    lines.append(f"    位置：{where}{place}")
                lines.append(f"    {finding.message}")
                if finding.explanation:
                    lines.append(f"    说明：{finding.explanation}")
    lines += _unchecked_lines(judgement.findings)
    if judgement.scores:
        lines.append("\n项目评分（重算部分 + 认可部分；无法评分的分值单列）：")
        width = max(_width(score.project) for score in judgement.scores)
        for score in judgement.scores:
            pad = " " * (width - _width(score.project))
            lines.append(
                f"    {score.project}{pad}  自评 {score.claimed_total or '—'}　重算后 {score.total}（{score.grade}）"
                f" = {score.recomputed_points} + {score.accepted_points}，无法评分 {score.unscorable_points}"
            )
    return "\n".join(lines)


def _unchecked_lines(findings: Sequence[Finding]) -> list[str]:
    """Rules that were not checked, gathered by reason: one missing form leaves many of them open."""
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        if finding.status is Status.NOT_CHECKED:
            why = finding.message.split("未审核：", 1)[-1].rstrip("。")
            reasons.setdefault(why, []).append(f"{finding.rule} {finding.title}")
    if not reasons:
        return []
    lines = ["\n未审核（不等于通过）："]
    for why, rules in reasons.items():
        lines.append(f"    因{why}，{len(rules)} 条规则未审核：")
        lines += [f"        {rule}" for rule in rules]
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
