"""``juesuan check``: read and judge submissions, no database."""

import argparse
import unicodedata
from collections.abc import Sequence

from flows.judgement import Judgement, judge, judgement_json
from flows.terminal import json_text
from models.findings import Finding, Severity, Status, Verdict
from models.personal_data import masked
from models.profiles import load_profile
from tasks.collect.reading import read_submissions

SHOWN_PLACES = 20
"""Places of one rule that the text lists; JSON always has all."""


def run(arguments: argparse.Namespace) -> int:
    """Judge every file; 0 when nothing blocks, 1 with blocking findings, 2 when a file is unreadable."""
    profile = load_profile(arguments.profile)
    readings = read_submissions(arguments.files, profile, links=True)
    judgements = [judge(path, readings[path], profile) for path in arguments.files]
    if arguments.json:
        answer = [judgement_json(judgement) for judgement in judgements]
        print(json_text(answer[0] if len(answer) == 1 else answer))
    else:
        print(masked("\n\n".join(_text(judgement) for judgement in judgements)))
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
    if judgement.note:
        lines.append(judgement.note)
    violated = [finding for finding in judgement.findings if finding.status is Status.VIOLATED]
    lines += _suspect_lines(violated)
    for severity in Severity:
        rules = dict.fromkeys(finding.rule for finding in violated if finding.severity is severity)
        for rule in rules:
            lines += _rule_lines([f for f in violated if f.severity is severity and f.rule == rule])
    if any(finding.severity is Severity.VERIFIABLE and finding.blocks for finding in violated):
        lines.append("\n核实性不符：有误的请更正；情况属实的，请在《说明》表填写审核编号和说明内容后再报。")
    if any(finding.explanation for finding in violated):
        lines.append(
            "\n已按本文件《说明》表采用的说明，收表时还要与以前报送的版本核对：差额已变而说明没有改写的，会要求重新说明。"
        )
    lines += _unchecked_lines(judgement.findings)
    lines += _score_lines(judgement)
    return "\n".join(lines)


def _suspect_lines(violated: Sequence[Finding]) -> list[str]:
    """Cells that several rules speak of: one wrong figure breaks many relations, and the clerk should begin there."""
    rules: dict[str, set[str]] = {}
    for finding in violated:
        if finding.row:
            rules.setdefault(_place(finding), set()).add(finding.rule)
    worst = sorted((place for place in rules if len(rules[place]) > 1), key=lambda place: -len(rules[place]))
    if not worst:
        return []
    lines = ["多条不符涉及同一处，请先核对："]
    return lines + [f"    {place}　{len(rules[place])} 条（{'、'.join(sorted(rules[place]))}）" for place in worst[:5]]


def _rule_lines(findings: Sequence[Finding]) -> list[str]:
    """One rule's violations, gathered under its title."""
    first = findings[0]
    count = f"（{len(findings)} 处）" if len(findings) > 1 else ""
    lines = [f"\n[{first.severity.label}] {first.rule} {first.title}{count}"]
    for finding in findings[:SHOWN_PLACES]:
        if place := _place(finding):
            lines.append(f"    位置：{place}")
        lines.append(f"    {finding.message}")
        if finding.explanation:
            lines.append(f"    说明：{finding.explanation}")
    if len(findings) > SHOWN_PLACES:
        lines.append(f"    另有 {len(findings) - SHOWN_PLACES} 处，用 --json 可列出全部。")
    return lines


def _place(finding: Finding) -> str:
    """Where a finding stands: form, row with its subject code, column, and the place in the file."""
    code = finding.subject_code if finding.subject_code not in finding.row_name else ""
    row = f"{code} {finding.row_name}".strip()
    where = "　".join(part for part in (finding.form, row, finding.column) if part)
    return f"{where}（{finding.location}）" if finding.location else where


def _score_lines(judgement: Judgement) -> list[str]:
    if not judgement.scores:
        return []
    lines = ["\n项目评分（重算部分 + 认可部分；无法评分的分值单列）："]
    width = max(_width(score.project) for score in judgement.scores)
    for score in judgement.scores:
        pad = " " * (width - _width(score.project))
        lines.append(
            f"    {score.project}{pad}  自评 {score.claimed_total or '—'}　重算后 {score.total}（{score.grade}{f'：{score.why}' if score.why else ''}）"
            f" = {score.recomputed_points} + {score.accepted_points}，无法评分 {score.unscorable_points}"
        )
    return lines


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
