"""Reads a published 单位决算公开文本 (tab-separated text): tables, narrative facts, performance forms."""

import re
from collections import Counter
from pathlib import Path

from models.errors import SubmissionError
from models.forms import Form
from models.forms.matching import normalise
from models.invisible import visible
from models.money import FEN_PER_UNIT
from models.profiles import Profile
from models.submission import Display, Presence, Problem, Submission
from models.typed import plain_digits
from tasks.collect.identity import read_year
from tasks.collect.opening import read_whole
from tasks.collect.performance import repeated_projects
from tasks.collect.text.cells import clip, place
from tasks.collect.text.layout import is_figure
from tasks.collect.text.narrative import read_facts
from tasks.collect.text.projects import read_project
from tasks.collect.text.sections import Section, split_sections
from tasks.collect.text.source import Line, Source, load_source
from tasks.collect.text.tables import TableRead, read_table

KIND = "单位决算公开文本"

LIMIT_PROBLEMS = 1_000
"""Problems told one by one; what lies beyond is summed up in one."""

_ROUNDED = 2
"""Decimals to which documents round amounts in 万元."""

_HEAD_DEPTH = 12
"""Lines of a table, from its title, in which its unit of money is declared."""

_UNIT = re.compile(
    rf"(?:金额)?单位：(?:人民币)?（?({'|'.join(sorted(FEN_PER_UNIT, key=len, reverse=True))})(?:[）（，,、；;。/]|公开|$)"
)
_HEADED = re.compile(rf".{{1,30}}（(?:单位：)?({'|'.join(FEN_PER_UNIT)})）")
"""A title or a column's header with the unit of money behind it."""

_NAME = re.compile(r"(?:部门|单位|编报单位|编制单位)(?:名称)?：(?P<name>.{2,60})")
_CODE = re.compile(r"(?:单位|预算单位)(?:代码|编码)：(?P<code>[0-9A-Za-z-]{1,30})")
_TABLE_YEAR = re.compile(r"(20[0-9]{2})年度?")
_YEAR = re.compile(r"(20[0-9]{2})年(?:度|.{0,20}决算)")


def read_text(path: Path, profile: Profile) -> Submission:
    """Read a published text in this process, without limits: for files of our own. See :func:`read_text_content`."""
    return read_text_content(read_whole(path), path.name, profile)


def read_text_content(data: bytes, name: str, profile: Profile) -> Submission:
    """Read a published text.

    Args:
        data: UTF-8 or GBK text with tab-separated tables.
        name: The file's name, for messages.
        profile: Which forms and subjects apply.

    Returns:
        Everything recognised. A fault of the data is a Problem of the submission; figures that cannot be placed are
        told there, never dropped.

    Raises:
        SubmissionError: The file cannot be read (empty, too large, NUL, unknown encoding), no form is
            recognised in it, or it is marked as a state secret (code ``涉密``).
    """
    source = load_source(data, name)
    sections = split_sections(source.lines, profile.forms)
    submission = Submission(source.file, source.sha256, KIND, profile.code, profile.forms.hash)
    _read_tables(submission, sections, profile)
    _read_projects(submission, sections, profile)
    if not any(state.usable for state in submission.presence.values()):
        why = submission.problems[0].message if submission.problems else ""
        raise SubmissionError(
            source.file,
            f"没有认出任何决算公开表或绩效自评表。{why}",
            advice="请确认报送的是决算公开文本（各表带表名，单元格以制表符分隔）。",
            code="无表可读",
        )
    _read_identity(submission, source, sections)
    submission.facts = read_facts(
        [line for part in sections if part.kind == "narrative" for line in part.lines], profile
    )
    _tell_unread_grids(submission, sections)
    if (beyond := len(submission.problems) - LIMIT_PROBLEMS) > 0:
        message = f"文件的问题过多，另有 {beyond} 处没有逐条列出。请改正已列出的问题后重新报送。"
        submission.problems[LIMIT_PROBLEMS:] = [Problem("R-其他", "mandatory", message)]
    return submission


# -- tables -----------------------------------------------------------------------------------------------------------


def _read_tables(submission: Submission, sections: list[Section], profile: Profile) -> None:
    tables = [section for section in sections if section.kind == "table"]
    declared = [_declared_unit(section) for section in tables]
    usual = Counter(unit for unit in declared if unit).most_common(1)
    submission.amount_unit = usual[0][0] if usual else profile.amount_unit
    reads: dict[str, TableRead] = {}
    for section, unit in zip(tables, declared, strict=True):
        form = section.form
        assert form is not None  # a section of kind table is opened by a form's title
        earlier = reads.get(form.code)
        if unit != submission.amount_unit and (unit or earlier is None):
            submission.problems.append(_unit_problem(form, section, unit, submission.amount_unit, bool(usual)))
        layout = earlier.layout if earlier else None
        usual_here = earlier.unit if earlier else submission.amount_unit
        read = read_table(section, form, profile, unit or usual_here, layout)
        if earlier is None:
            reads[form.code] = read
        else:
            _merge(earlier, read, section)
    for form in profile.forms.values():
        submission.presence[form.code] = reads[form.code].presence if form.code in reads else Presence.ABSENT
    for read in reads.values():
        submission.problems.extend(_missing_totals(read))
        submission.cells.extend(read.cells)
        submission.row_names.update(read.row_names)
        submission.problems.extend(read.problems)
        submission.unread.extend(read.unread)
    _displays(submission, reads, profile)


def _displays(submission: Submission, reads: dict[str, TableRead], profile: Profile) -> None:
    """How most tables show money, and which of them show it otherwise."""
    usual = submission.amount_unit
    shown = [_decimals(read) for read in reads.values() if read.unit == usual and read.shown]
    submission.decimals = Counter(shown).most_common(1)[0][0] if shown else profile.decimals
    for code, read in reads.items():
        display = Display(read.unit, _decimals(read) if read.shown else submission.decimals)
        if display != submission.display(code):
            submission.displays[code] = display


def _decimals(read: TableRead) -> int:
    """Decimals that all figures of a table have.

    Where figures differ, some have lost their last zeros or are more exact than others: two decimals are then the
    fewest that count, since a round figure is not a rounded one, and the rounding of others must stay allowed for.
    """
    return max(min(read.shown), min(_ROUNDED, max(read.shown)))


def _declared_unit(section: Section) -> str:
    for line in section.lines[:_HEAD_DEPTH]:
        for cell in line.filled:
            if match := _UNIT.search(normalise(cell)):
                return match[1]
    heads = (
        match
        for line in section.lines[:_HEAD_DEPTH]
        for cell in line.filled
        if (match := _HEADED.fullmatch(normalise(cell)))
    )
    return next((match[1] for match in heads), "")


def _unit_problem(form: Form, section: Section, unit: str, usual: str, declared: bool) -> Problem:
    where = place(section.first, form)
    if unit:
        message = f"《{form.name}》的金额单位为{unit}，其他表为{usual}，已分别按各自单位读取和审核。请核对。"
        return Problem("R-其他", "hint", message, form.code, location=where)
    message = f"《{form.name}》没有注明金额单位，已按{usual}读取。请补上“金额单位：{usual}”。"
    return Problem("R-其他", "hint" if declared else "verifiable", message, form.code, location=where)


def _merge(first: TableRead, second: TableRead, section: Section) -> None:
    """Add a continuation of the same table; a second copy is a fault and its figures are not taken."""
    form = first.form
    both = first.presence is second.presence is Presence.PRESENT
    if not both or not second.rows or first.rows.keys() & second.rows.keys():
        message = (
            f"《{form.name}》出现两次，第 {section.first} 行起的后一次（{len(second.cells)} 个数字）未采用。"
            "请删去多余的表后重新报送。"
        )
        where = place(section.first, form)
        first.problems.append(Problem("R-重复", "mandatory", message, form.code, location=where))
        return
    first.problems.extend(second.problems)
    first.cells.extend(second.cells)
    first.row_names.update(second.row_names)
    first.rows.update(second.rows)
    first.shown |= second.shown
    first.unread |= second.unread


def _missing_totals(read: TableRead) -> list[Problem]:
    """A present table without its total rows is probably cut off."""
    missing = [row.name for row in read.form.rows.values() if row.total and row.key not in read.rows]
    if read.presence is not Presence.PRESENT or not missing:
        return []
    message = f"《{read.form.name}》缺少合计行：{'、'.join(missing)}，文件可能不完整。请按表样补齐。"
    return [Problem("R-其他", "verifiable", message, read.form.code)]


# -- performance forms ------------------------------------------------------------------------------------------------


def _read_projects(submission: Submission, sections: list[Section], profile: Profile) -> None:
    for section in sections:
        if section.kind != "project" or section.form is None:
            continue
        project, problems = read_project(section, section.form)
        submission.problems.extend(problems)
        if project is None:
            if submission.presence[section.form.code] is Presence.ABSENT:
                submission.presence[section.form.code] = Presence.UNREADABLE
            continue
        submission.projects.append(project)
        submission.presence[section.form.code] = Presence.PRESENT
    submission.problems += repeated_projects(profile.forms, submission.projects)


# -- identity ---------------------------------------------------------------------------------------------------------


def _read_identity(submission: Submission, source: Source, sections: list[Section]) -> None:
    tables = [section for section in sections if section.kind == "table"]
    heads = [line for section in tables for line in section.lines[:_HEAD_DEPTH]]
    front = list(source.lines[: heads[0].number]) if heads else list(source.lines)
    submission.unit_name = _agreed(submission, heads, _NAME, "单位名称") or _first(front, _NAME)
    submission.unit_code = _first([*front, *heads], _CODE)
    read_year(submission, _agreed(submission, heads, _TABLE_YEAR, "年度") or _first(front, _YEAR), "")


def _values(lines: list[Line], pattern: re.Pattern[str]) -> list[tuple[str, Line]]:
    found = []
    for line in lines:
        for cell in line.filled:
            folded = normalise(cell) if pattern is _NAME else plain_digits(visible(normalise(cell)))
            match = pattern.search(folded) if pattern is _YEAR else pattern.fullmatch(folded)
            if match:
                found.append((match[1], line))
    return found


def _first(lines: list[Line], pattern: re.Pattern[str]) -> str:
    found = _values(lines, pattern)
    return found[0][0] if found else ""


def _agreed(submission: Submission, heads: list[Line], pattern: re.Pattern[str], what: str) -> str:
    """The value that the tables' heads give; tables that disagree are told."""
    found = [
        (value, line) for value, line in _values(heads, pattern) if not (pattern is _NAME and value.endswith("元"))
    ]
    if not found:
        return ""
    usual = Counter(value for value, _ in found).most_common(1)[0][0]
    for value, line in found:
        if value != usual:
            message = f"第 {line.number} 行的{what}为“{clip(value)}”，其他表为“{clip(usual)}”。请核对是否误用了其他表。"
            submission.problems.append(Problem("R-其他", "verifiable", message, location=f"第 {line.number} 行"))
    return usual


# -- what was not read ------------------------------------------------------------------------------------------------


def _tell_unread_grids(submission: Submission, sections: list[Section]) -> None:
    """Tables under titles that no form has: their figures were not read, and that is said."""
    for section in sections:
        if section.kind not in ("other", "narrative"):
            continue
        rows = [
            line
            for line in section.lines
            if len(line.filled) >= 2 and sum(is_figure(cell) for cell in line.filled[1:]) >= 1
        ]
        rows = [line for line in rows if len(line.filled) > 2 or "." in line.filled[-1]]
        if rows:
            message = (
                f"第 {rows[0].number} 行起有 {len(rows)} 行表格数据，其表名不在表样中，未读取。"
                "如属应公开的表，请按规定的表名填写。"
            )
            where = f"第 {rows[0].number} 行"
            submission.problems.append(Problem("R-其他", "verifiable", message, location=where))
