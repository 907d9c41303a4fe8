"""部门 = Σ signed contributions, each cell with its sources; see DESIGN principle 10. Plain functions, no database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from expectations.prior_year import Sources
from models.forms import Kind
from models.profiles import Profile
from models.submission import DEPARTMENT_REPORT, Cell, Display, Presence, Problem, Submission, Unread
from models.unread import doubtful_cells
from tasks.aggregate.flows_between_units import (
    Flow,
    flow_problems,
    gather_flows,
    pairs_adjusted_by,
    propose_adjustment,
)
from tasks.aggregate.last_year import NOT_TAKEN, PREFIX, last_year

Address = tuple[str, str, str]

SUMMED_FORMS_SHAPE = "matrix"
NEVER_SUMMED = ("封面",)

OFFICE_ROWS = "概况/"
"""Rows of words that 部门本级 says for the whole department. Its reasons for changes are its own, not the department's;
those the department says in a workbook of its own."""

LAST_YEAR = "上年决算"
"""Kind of the contribution that last year's accounts make: figures of last year, none of this year's."""


@dataclass(frozen=True, slots=True)
class Addend:
    """One contribution.

    Attributes:
        code: Unit code (of the department for a proposal and for what speaks of the sum).
        kind: 单户表, 经费差额表, 调整表, 汇总录入表, 叠加汇总表; 部门汇总 and 上年决算 for what speaks of the sum.
        submission: What it brings. members: For 叠加汇总表: codes of the units already inside it.
        sign: +1 or -1. note: Why it is here, Chinese.
    """

    code: str
    kind: str
    submission: Submission
    members: frozenset[str] = frozenset()
    sign: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Background:
    """What else is known when a department is added up.

    Attributes:
        office: Code of 部门本级, which speaks for the department: its 概况 becomes the department's.
        elsewhere: Codes of registered units that are not below this node: what goes to them or comes from them is no
            flow within it.
        own: The department's own workbook: explanations, words, last year's figures.
        prior: The department's accounts of last year.
        sources: For each declared figure of last year the cells that hold it in the accounts of any year.
    """

    office: str = ""
    elsewhere: frozenset[str] = frozenset()
    own: Submission | None = None
    prior: Submission | None = None
    sources: Mapping[Address, Sources] = field(default_factory=dict)


@dataclass(slots=True)
class Consolidation:
    """A department's accounts and where each cell comes from.

    Attributes:
        submission: The sum, with problems that concern the department (缺户, 往来不符).
        addends: What was added, in order, then what speaks of the sum. sources: Signed parts of each cell by position in ``addends``.
        proposal: The proposed 调整表, also an addend, if there is one.
        flows: Declared flows between units. replaced: Flows that a filed 调整表 removes instead of the proposal.
        left_out: Addends that were not added, with the reason.
    """

    submission: Submission
    addends: list[Addend]
    sources: dict[Address, list[tuple[int, int]]]
    proposal: Submission | None = None
    flows: list[Flow] = field(default_factory=list)
    replaced: list[Flow] = field(default_factory=list)
    left_out: list[tuple[Addend, str]] = field(default_factory=list)


def consolidate(
    profile: Profile,
    department: tuple[str, str],
    year: int,
    offered: Sequence[Addend],
    names: Mapping[str, str],
    missing: Sequence[tuple[str, str]],
    background: Background | None = None,
) -> Consolidation:
    """Add a department up.

    Args:
        profile: Whose forms are added.
        department: Its code and name.
        year: Year of the accounts.
        offered: Contributions of its units, in registry order.
        names: Unit names by code, for messages.
        missing: Code and reason of units that should be in the sum and are not.
        background: What else is known.
    """
    background = background or Background()
    addends, left_out = _without_overlays(offered)
    single = {addend.code: addend.submission for addend in addends if addend.kind == "单户表"}
    filed = {addend.code: addend.submission for addend in addends if addend.kind != "调整表"}
    flows = [flow for flow in gather_flows(filed) if not background.elsewhere & {flow.pair.payer, flow.pair.receiver}]
    adjusted = {pair for addend in addends if addend.kind == "调整表" for pair in pairs_adjusted_by(addend.submission)}
    replaced = [flow for flow in flows if flow.pair in adjusted]
    open_flows = [flow for flow in flows if flow.pair not in adjusted]
    total = _empty(profile, department, year)
    proposal = propose_adjustment(open_flows, total)
    if proposal is not None:
        proposal.unit_code, proposal.unit_name = department
        note = "按往来明细自动生成的调整建议：冲减本部门内部补助和上缴的重复汇总数"
        addends.append(Addend(department[0], "调整表", proposal, note=note))
    sources = _add(profile, addends)
    speakers = _speak(profile, total, addends, sources, background, names, incomplete=bool(missing))
    _fill(profile, total, addends, sources)
    total.cells += _words(profile, background.own, single.get(background.office))
    total.problems += [
        Problem("A-缺户", "mandatory", f"{code} {names.get(code, '')}{reason}，未计入部门汇总。")
        for code, reason in missing
    ] + flow_problems(open_flows, names, set(filed))
    total.problems += [
        Problem("A-叠加", "hint", f"{addend.code} {names.get(addend.code, '')}：{why}。") for addend, why in left_out
    ]
    return Consolidation(total, [*addends, *speakers], sources, proposal, flows, replaced, left_out)


def _speak(
    profile: Profile,
    total: Submission,
    addends: Sequence[Addend],
    sources: dict[Address, list[tuple[int, int]]],
    background: Background,
    names: Mapping[str, str],
    *,
    incomplete: bool,
) -> list[Addend]:
    """Take in what speaks of the sum: last year's accounts and the department's workbook; both are traced like addends."""
    own, prior = background.own, background.prior
    known = last_year(
        profile,
        [(f"{a.code} {names.get(a.code, '')}".strip(), a.submission) for a in addends if a.kind != "调整表"],
        [addend.submission for addend in addends if addend.kind == "调整表"],
        own=own, prior=prior, sources=background.sources, incomplete=incomplete,
    )  # fmt: skip
    total.problems = known.problems
    speakers: list[Addend] = []
    for kind, submission, figures, note in (
        (LAST_YEAR, prior if known.prior else None, known.prior, "上年部门决算：上年数"),
        (DEPARTMENT_REPORT, own, known.own, "部门工作簿：上年数、文字和说明"),
    ):
        if submission is not None:
            position = len(addends) + len(speakers)
            speakers.append(Addend(total.unit_code, kind, submission, note=note))
            sources.update({address: [(position, amount)] for address, amount in figures.items()})
    if own is not None:
        total.explanations = list(own.explanations)
        total.problems += _problems_of(profile, own)
    return speakers


def _problems_of(profile: Profile, own: Submission) -> list[Problem]:
    """What was wrong in the department's workbook, and the figures in it that only units can give."""
    found = [replace(problem, message=f"部门工作簿：{problem.message}") for problem in own.problems]
    forms = set(summed_forms(profile))
    unused = [c for c in own.cells if c.form in forms and c.amount and not c.row.startswith(PREFIX)]
    if unused:
        places = "、".join(cell.location for cell in unused[:5]) + (f" 等 {len(unused)} 处" if len(unused) > 5 else "")
        words = f"部门工作簿 {places} 的数没有采用：本年数由下属单位汇总，部门只填上年数。"
        found.append(Problem(NOT_TAKEN, "hint", words, unused[0].form))
    return found


def _without_overlays(offered: Iterable[Addend]) -> tuple[list[Addend], list[tuple[Addend, str]]]:
    """Leave out a 叠加汇总表 whose members are added themselves: it and its members are never both added."""
    addends: list[Addend] = []
    left_out: list[tuple[Addend, str]] = []
    own = {addend.code for addend in offered if addend.kind != "叠加汇总表"}
    for addend in offered:
        inside = sorted(addend.members & own) if addend.kind == "叠加汇总表" else []
        if inside:
            left_out.append((addend, f"其成员 {'、'.join(inside)} 已分别计入，叠加汇总表不再计入"))
        else:
            addends.append(addend)
    return addends, left_out


def _empty(profile: Profile, department: tuple[str, str], year: int) -> Submission:
    return Submission(
        file="", sha256="", kind="部门汇总", profile=profile.code, catalogue_hash=profile.forms.hash,
        unit_code=department[0], unit_name=department[1], year=year,
    )  # fmt: skip


def summed_forms(profile: Profile) -> list[str]:
    """Codes of the forms whose amounts and counts are added up."""
    return [
        form.code
        for form in profile.forms.values()
        if form.shape == SUMMED_FORMS_SHAPE and form.code not in NEVER_SUMMED
    ]


def _add(profile: Profile, addends: Sequence[Addend]) -> dict[Address, list[tuple[int, int]]]:
    sources: dict[Address, list[tuple[int, int]]] = defaultdict(list)
    forms = {code: profile.forms[code] for code in summed_forms(profile)}
    for position, addend in enumerate(addends):
        for cell in addend.submission.cells:
            form = forms.get(cell.form)
            if form is None or cell.amount is None:
                continue
            if form.kind_of(cell.row, cell.column) in (Kind.FEN, Kind.COUNT):
                sources[cell.form, cell.row, cell.column].append((position, addend.sign * cell.amount))
    return dict(sources)


def _fill(
    profile: Profile, total: Submission, addends: Sequence[Addend], sources: Mapping[Address, list[tuple[int, int]]]
) -> None:
    """Write sums, presence, projects, unit of amounts and row names into the department's submission."""
    for code in summed_forms(profile):
        total.presence[code] = _presence(code, addends)
    total.projects = [project for addend in addends for project in addend.submission.projects]
    total.presence["自评表"] = Presence.PRESENT if total.projects else Presence.ABSENT
    order = {code: position for position, code in enumerate(profile.forms)}
    addresses = sorted(sources, key=lambda address: (order[address[0]], address[1], address[2]))
    total.cells = [Cell(*address, sum(part for _, part in sources[address])) for address in addresses]
    for form, row in dict.fromkeys((address[0], address[1]) for address in addresses):
        if profile.forms[form].open_panel and row not in profile.forms[form].rows:
            total.row_names[form, row] = _row_name(profile, form, row, addends)
    for code in summed_forms(profile):
        shown = [addend.submission.display(code) for addend in addends if _has(addend.submission, code)]
        coarsest = max(shown, key=lambda display: display.quantum, default=Display())
        if coarsest.quantum > 1:
            total.displays[code] = coarsest
    total.unread = list(_unread(profile, total, addends))


def _words(profile: Profile, own: Submission | None, office: Submission | None) -> list[Cell]:
    """Texts of the department's workbook; of those that it leaves blank, what the office says for the department.

    They have no places in a file.
    """
    forms = set(summed_forms(profile))
    words: dict[Address, Cell] = {}
    for speaker, rows in ((own, ""), (office, OFFICE_ROWS)):
        for cell in speaker.cells if speaker is not None else ():
            known = cell.form in forms and cell.row.startswith(rows) and (cell.text or "").strip()
            if known and profile.forms[cell.form].kind_of(cell.row, cell.column) is Kind.TEXT:
                words.setdefault((cell.form, cell.row, cell.column), replace(cell, location=""))
    return list(words.values())


def _has(submission: Submission, form: str) -> bool:
    return submission.presence.get(form, Presence.ABSENT).usable


def _unread(profile: Profile, total: Submission, addends: Sequence[Addend]) -> dict[Unread, None]:
    """What some addend's reader could not read or place: a sum without it is not the department's."""
    found: dict[Unread, None] = {}
    for code in summed_forms(profile):
        form = profile.forms[code]
        numbers = {id(panel): number for number, panel in enumerate(form.panels)}
        rows = list(dict.fromkeys(cell.row for cell in total.form_cells(code)))
        for addend in addends:
            for row, column, stands in doubtful_cells(addend.submission, form, rows):
                panel = form.panel_of.get(row) or form.open_panel
                found[Unread(code, numbers[id(panel)], row, column, stands)] = None
            unplaced = (one for one in addend.submission.unread if one.form == code and not (one.row and one.column))
            found |= dict.fromkeys(unplaced)
    return found


def _row_name(profile: Profile, form: str, row: str, addends: Sequence[Addend]) -> str:
    """Official name of a subject; where the dictionary lacks it, the first one that a unit displays."""
    if subject := profile.functional.get(row):
        return subject.name
    return next((name for addend in addends if (name := addend.submission.row_names.get((form, row)))), row)


def _presence(form: str, addends: Sequence[Addend]) -> Presence:
    """Present when some unit has figures and none lacks the form; partial when one lacks it."""
    states = [addend.submission.presence.get(form, Presence.ABSENT) for addend in addends if addend.kind != "调整表"]
    usable = [state for state in states if state.usable]
    if not usable:
        return Presence.ABSENT
    if len(usable) < len(states):
        return Presence.PARTIAL
    return Presence.PRESENT if Presence.PRESENT in states else Presence.EMPTY
