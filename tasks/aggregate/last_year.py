"""Last year's figures of a department: whole, of like units, and net like this year's; else they are unknown.

They come from last year's accounts in this database, else from the department's own workbook, else from the units,
provided that every one of them gave the figure and that nothing between units is removed from this year's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from expectations.prior_year import Sources, figure_of
from models.findings import LAST_YEAR_UNKNOWN
from models.forms import Form
from models.money import format_fen
from models.profiles import Profile
from models.submission import Problem, Submission

SUPPLEMENT, PREFIX, COLUMN = "补充信息", "上年/", "金额"
"""Form, rows and column in which last year's figures are declared."""

MOST_NAMED = 5
"""Units that a sentence names."""

NOT_TAKEN = "A-部门工作簿"
"""Rule under which is told what of a department's workbook is not taken."""

Address = tuple[str, str, str]


@dataclass(slots=True)
class LastYear:
    """What is known of last year.

    Attributes:
        prior, own: Figures that replace the sum of the units', in fen: from last year's accounts, or from the
            department's workbook.
        problems: Of the department's accounts: figures that must not be compared with this year's, figures of the
            workbook that are not taken.
    """

    prior: dict[Address, int] = field(default_factory=dict)
    own: dict[Address, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def last_year(
    profile: Profile,
    units: Sequence[tuple[str, Submission]],
    adjustments: Sequence[Submission],
    *,
    own: Submission | None,
    prior: Submission | None,
    sources: Mapping[Address, Sources],
    incomplete: bool,
) -> LastYear:
    """Find each of last year's figures for a department.

    Args:
        profile: Whose forms these are.
        units: What is added up, with a name for each.
        adjustments: 调整表 in the sum: where they change this year's figure, the units' sum of last year's is not net.
        own: The department's workbook, if it filed one.
        prior: Its accounts of last year, if this database has them.
        sources: For each declared figure the cells that hold it, in the accounts of any year.
        incomplete: Whether units are missing in the sum, so that a whole department's last year is not like it.
    """
    found = LastYear()
    form = profile.forms[SUPPLEMENT]
    told = {} if own is None else _figures(own)
    given = [(name, _figures(submission)) for name, submission in units]
    changed = {(c.form, c.row, c.column) for sheet in adjustments for c in sheet.cells if c.amount}
    for row in _rows(form):
        address = (SUPPLEMENT, row, COLUMN)
        cells = sources.get(address, ())
        before = figure_of(prior, cells) if prior is not None and cells else None
        if before is not None:
            found.prior[address] = before
            if told.get(row, before) != before:
                why = (
                    f"部门工作簿填的{row} {format_fen(told[row])} 元，与本系统中上年部门决算的 {format_fen(before)} 元"
                    "不一致，没有采用，以上年决算为准。"
                )
                found.problems.append(Problem(NOT_TAKEN, "hint", why, SUPPLEMENT, row, COLUMN))
        elif row in told:
            found.own[address] = told[row]
        if before is not None or row in told:
            if incomplete:
                found.problems.append(_unknown(row, "有单位未计入本年汇总，与上年全部门的数不可比"))
        elif reason := _not_comparable(row, given, net=bool(changed & {cell for _, cell in cells})):
            found.problems.append(_unknown(row, reason))
    return found


def _rows(form: Form) -> list[str]:
    return [row for row in form.rows if row.startswith(PREFIX)]


def _figures(submission: Submission) -> dict[str, int]:
    return {
        cell.row: cell.amount
        for cell in submission.form_cells(SUPPLEMENT)
        if cell.row.startswith(PREFIX) and cell.column == COLUMN and cell.amount is not None
    }


def _not_comparable(row: str, given: Sequence[tuple[str, Mapping[str, int]]], *, net: bool) -> str:
    """Why the units' sum says nothing of the department's last year; empty when it does, or when nobody gave any."""
    lacking = [name for name, figures in given if row not in figures]
    if len(lacking) == len(given):
        return ""
    if lacking:
        more = f"等 {len(lacking)} 户" if len(lacking) > MOST_NAMED else ""
        return f"{'、'.join(lacking[:MOST_NAMED])}{more}没有填列"
    return "本年数已抵销内部往来，各单位上年数之和没有抵销" if net else ""


def _unknown(row: str, why: str) -> Problem:
    return Problem(LAST_YEAR_UNKNOWN, "hint", why, SUPPLEMENT, row, COLUMN)
