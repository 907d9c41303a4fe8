"""Predicates on the funding table of 项目支出绩效自评表: rate, score, remainder, sources, and the tie to 公开03."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from expectations.predicates import Judged, predicate
from expectations.scoring.funding import FundingScale, allowed_scores, execution_rate, scored_line
from expectations.scoring.scheme import Scheme, load_scheme
from models.errors import AmountError
from models.exact import Interval, plain, read_number, round_half_up
from models.money import FEN_PER_UNIT, displayed_interval, exact_text, to_fen
from models.profiles import Profile
from models.submission import FundingLine, Presence, Project, place_of
from models.unread import doubtful_cells

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule

FORM = "自评表"
_COLUMNS = {
    "目标申报数": "declared_budget",
    "预算编制数": "initial_budget",
    "全年预算数": "budget",
    "全年执行数": "executed",
    "资金结（转）余": "remainder",
}


_MAX_HUNDREDTHS = 10**12
"""Beyond, a percentage or a score is told in words only: the columns of findings end at int64."""


def scheme_projects(unit: "UnitData", profile: Profile) -> Iterator[tuple[Project, Scheme]]:
    """Projects of the form family that the profile's scheme scores, each with that scheme."""
    scheme = load_scheme(profile.scheme)
    return ((project, scheme) for project in unit.submission.projects if project.family == scheme.code)


def said(holds: bool | None, message: str) -> str:
    """The sentence of a judgement; what holds needs none."""
    return "" if holds else message


def judged_line(
    project: Project,
    line: FundingLine,
    column: str,
    holds: bool | None,
    message: str,
    sides: tuple[int | None, int | None] = (None, None),
    unit_of_amount: str = "",
) -> Judged:
    """A judgement on one figure of the funding table."""
    left, right = sides
    known = left is not None and right is not None
    return Judged(
        holds, FORM, f"{project.name}/{line.source}", column, place_of(line, column) or project.location,
        left if known else None, right if known else None, unit_of_amount if known else "",
        said(holds, f"项目《{project.name}》{line.source}：{message}"),
    )  # fmt: skip


def repeats_total(project: Project, line: FundingLine, *fields: str) -> bool:
    """Whether a line is the project's only source and shows what the total shows: one cause is told once."""
    if len(project.funding) != 2 or line is not project.funding[1]:
        return False

    def figure(of: FundingLine, name: str) -> Decimal | None:
        return read_number((getattr(of, name) or "").rstrip("%％分 "))

    return all(figure(line, name) == figure(project.funding[0], name) for name in fields)


def _fen(number: Decimal | None) -> int | None:
    try:
        return None if number is None else to_fen(number, "万元")
    except AmountError:
        return None


def hundredths(number: Decimal | Fraction | None) -> int | None:
    """A percentage or a score as findings carry it: in 1/100 % or 1/100 分; ``None`` also for what no form holds."""
    exact = None if number is None else Fraction(number)
    if exact is None or abs(exact) >= _MAX_HUNDREDTHS:
        return None
    return int(round_half_up(exact * 100, 0))


@predicate("project_rate")
def project_rate(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """执行率 = 全年执行数 ÷ 全年预算数, in every line that shows a rate, by interval of the displayed figures."""
    for project, scheme in scheme_projects(unit, profile):
        scale = FundingScale.of(project, scheme)
        for line in project.funding:
            shown, number = scale.rate(line.rate), read_number(line.rate, "%")
            budget, executed = read_number(line.budget), read_number(line.executed)
            if not (line.rate or "").strip() or (not number and not budget and not executed):
                continue
            rate = execution_rate(line, scale)
            if shown is None or rate is None or not budget or executed is None:
                yield judged_line(
                    project, line, "执行率", None, "执行率、全年预算数或全年执行数缺失或无法识别，未核对执行率"
                )
                continue
            right = Fraction(executed) / Fraction(budget) * 100
            message = (
                f"执行率为 {line.rate}%，按全年执行数 {plain(executed)} 万元、全年预算数 {plain(budget)} 万元计算应为"
            )
            message = f"{message} {round_half_up(right, 2)}%。"
            sides = (hundredths(number), hundredths(right))
            holds = rate.meets(shown)
            if holds or not repeats_total(project, line, "budget", "executed", "rate"):
                yield judged_line(project, line, "执行率", holds, message, sides, "%")


@predicate("project_execution_score")
def project_execution_score(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """得分 of 预算执行率 = rate × points, rounded half up.

    Judged in the total line and, where there is only one source, in its line too: with several sources their
    scores have no fixed meaning.
    """
    for project, scheme in scheme_projects(unit, profile):
        scale = FundingScale.of(project, scheme)
        lines = project.funding if len(project.funding) <= 2 else project.funding[:1]
        if lines and not any((line.score or "").strip() for line in lines):
            yield judged_line(project, lines[0], "得分", None, "没有填写预算执行率得分，未核对。")
        for line in lines:
            if not (line.score or "").strip():
                continue
            claimed = read_number(line.score, "分")
            rates = [rate for rate in (execution_rate(line, scale), scale.rate(line.rate)) if rate is not None]
            if claimed is None or not rates:
                yield judged_line(project, line, "得分", None, "得分无法识别，或缺预算数、执行数和执行率，未核对得分。")
                continue
            ranges = [allowed_scores(rate, scheme) for rate in rates]
            holds = any(low <= claimed <= high for low, high in ranges)
            middle = round_half_up(Fraction(sum(ranges[0])) / 2, scheme.decimals)
            message = f"预算执行率得分为 {plain(claimed)} 分，按执行率 × {scheme.execution.points} 分计算应为"
            sides = (hundredths(claimed), hundredths(middle))
            if holds or not repeats_total(project, line, "budget", "executed", "rate", "score"):
                yield judged_line(project, line, "得分", holds, f"{message} {plain(middle)} 分。", sides, "分")


@predicate("project_remainder")
def project_remainder(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """资金结（转）余 = 全年预算数 - 全年执行数, by interval."""
    for project, scheme in scheme_projects(unit, profile):
        scale = FundingScale.of(project, scheme)
        for line in project.funding:
            if not (line.remainder or "").strip():
                continue
            shown = scale.amount(line.remainder)
            budget, executed = scale.budget(line.budget), scale.amount(line.executed)
            if shown is None or budget is None or executed is None:
                if read_number(line.remainder) != 0:
                    yield judged_line(
                        project, line, "资金结（转）余", None, "预算数、执行数或结余缺失或无法识别，未核对结余。"
                    )
                continue
            left = read_number(line.remainder) or Decimal(0)
            right = (read_number(line.budget) or Decimal(0)) - (read_number(line.executed) or Decimal(0))
            message = f"资金结（转）余为 {plain(left)} 万元，全年预算数减全年执行数为 {plain(right)} 万元，"
            message += f"相差 {plain(left - right)} 万元。"
            holds = (budget - executed).meets(shown)
            if holds or not repeats_total(project, line, "budget", "executed", "remainder"):
                yield judged_line(project, line, "资金结（转）余", holds, message, (_fen(left), _fen(right)), "万元")


@predicate("project_sources")
def project_sources(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """资金总额 = sum of the lines by source, in every column in which sources give figures."""
    for project, scheme in scheme_projects(unit, profile):
        if len(project.funding) < 2:
            continue
        scale = FundingScale.of(project, scheme)
        total, *sources = project.funding
        for column, field in _COLUMNS.items():
            texts = [getattr(line, field) for line in sources]
            parts = [read_number(text) for text in texts if (text or "").strip()]
            whole = read_number(getattr(total, field))
            if not parts:
                continue
            if whole is None or any(part is None for part in parts):
                message = f"{column}的资金总额或各来源有缺失或无法识别的数，未核对合计。"
                yield judged_line(project, total, column, None, message)
                continue
            numbers = [part for part in parts if part is not None]
            # 同一张表里的数四舍五入到同一位，n 个加数至多差 n 个半单位
            summed = sum((scale.around(n) for n in numbers), Interval.exactly(Decimal(0)))
            holds = len(numbers) == 1 and numbers[0] == whole
            holds = holds or (len(numbers) > 1 and summed.meets(scale.around(whole)))
            right = sum(numbers, Decimal(0))
            message = (
                f"{column}为 {plain(whole)} 万元，各来源合计为 {plain(right)} 万元，相差 {plain(whole - right)} 万元。"
            )
            yield judged_line(project, total, column, holds, message, (_fen(whole), _fen(right)), "万元")


@predicate("project_over_budget")
def project_over_budget(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """全年执行数 of a project is not above its 全年预算数."""
    for project, scheme in scheme_projects(unit, profile):
        scale, line = FundingScale.of(project, scheme), scored_line(project)
        budget, executed = (scale.budget(line.budget), scale.amount(line.executed)) if line else (None, None)
        if line is None or budget is None or executed is None:
            continue
        left, right = read_number(line.executed), read_number(line.budget)
        message = f"全年执行数 {line.executed} 万元大于全年预算数 {line.budget} 万元。"
        holds = executed.low <= budget.high
        yield judged_line(project, line, "全年执行数", holds, message, (_fen(left), _fen(right)), "万元")


@predicate("project_low_rate")
def project_low_rate(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """An execution rate below ``params.below_pct`` is explained in the analysis of the budget's execution."""
    threshold = Fraction(str(rule.params["below_pct"]))
    for project, scheme in scheme_projects(unit, profile):
        line = scored_line(project)
        rate = execution_rate(line, FundingScale.of(project, scheme)) if line else None
        if line is None or rate is None or rate.low >= threshold:
            continue
        explained = any("执行" in heading and text.strip() for heading, text in project.analysis)
        message = f"执行率低于 {rule.params['below_pct']}%，而项目绩效分析没有填写预算执行情况，请说明原因。"
        yield judged_line(project, line, "执行率", explained, message)


@predicate("project_expenditure")
def project_expenditure(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """The sum of all projects' 全年执行数 is not above 项目支出 of 公开03 (合计)."""
    projects = list(scheme_projects(unit, profile))
    if not projects:
        return
    presence = unit.submission.presence.get("公开03")
    if presence is None or not presence.usable:
        yield Judged(None, FORM, message="没有可用的公开03表，未核对项目执行数与项目支出。")
        return
    low, shown, missing = _executed(projects)
    cell = unit.cell("公开03", "合计", "项目支出")
    unread = doubtful_cells(unit.submission, profile.forms["公开03"])
    if any((row, column) == ("合计", "项目支出") for row, column, _ in unread):
        yield Judged(None, FORM, message="公开03表项目支出合计未能读取，未核对项目执行数与项目支出。")
        return
    right = (cell.amount or 0) if cell else 0
    highest = displayed_interval(right, *unit.submission.display("公开03"))[1]
    holds = low * FEN_PER_UNIT["万元"] <= highest
    if holds and missing:
        yield Judged(None, FORM, message=f"项目《{missing}》缺全年执行数，未能核对项目执行数与项目支出。")
        return
    message = f"各项目自评表全年执行数合计 {plain(shown)} 万元，"
    message += f"大于公开03表项目支出合计 {exact_text(right, '万元')} 万元。"
    left = _fen(shown)
    right_or_none, unit_word = (None, "") if left is None else (right, "万元")
    place = cell.location if cell else ""
    text = said(holds, message)
    yield Judged(holds, "公开03", "合计", "项目支出", place, left, right_or_none, unit_word, text)


@predicate("project_self_evaluated")
def project_self_evaluated(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """A unit that spends on projects (公开03, 合计) hands in at least one performance form."""
    presence = unit.submission.presence
    if unit.submission.projects:
        yield Judged(True, FORM)
        return
    spent = presence.get("公开03")
    if spent is None or not spent.usable:
        yield Judged(None, FORM, message="没有可用的公开03表，未核对有项目支出而没有自评表。")
        return
    cell = unit.cell("公开03", "合计", "项目支出")
    amount, location = ((cell.amount or 0), cell.location) if cell else (0, "")
    if amount > 0 and presence.get(FORM) is Presence.UNREADABLE:
        yield Judged(None, FORM, message="自评表没有能够读取的，未核对有项目支出而没有自评表。")
    elif amount > 0:
        money = unit.submission.amount_unit
        message = f"项目支出 {exact_text(amount, money)} {money}没有一份自评表。"
        message += "项目支出应开展绩效自评，请补报项目支出绩效自评表。"
        yield Judged(False, "公开03", "合计", "项目支出", location, message=message)


def _executed(projects: list[tuple[Project, Scheme]]) -> tuple[Fraction, Decimal, str]:
    """Least sum of 全年执行数 in 万元 that the figures allow, their sum as displayed, and a project without one."""
    low, shown, missing = Fraction(0), Decimal(0), ""
    for project, scheme in projects:
        line = scored_line(project)
        executed = FundingScale.of(project, scheme).amount(line.executed) if line else None
        if line is None or executed is None:
            missing = project.name
            continue
        low, shown = low + executed.low, shown + (read_number(line.executed) or Decimal(0))
    return low, shown, missing
