"""Predicates on points, scores and grades of 项目支出绩效自评表; those on its funding table register with them."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from expectations import predicates_funding as predicates_funding  # registers its predicates
from expectations.predicates import Judged, predicate
from expectations.predicates_funding import FORM, hundredths, said, scheme_projects
from expectations.scoring.assessment import Assessment, Basis, assess, target_of
from expectations.scoring.components import counted
from expectations.scoring.funding import claimed_execution_score
from expectations.scoring.projects import grade_of, points_total
from expectations.scoring.scheme import Part, Scheme, load_scheme
from models.exact import decimals_shown, plain, read_number, round_half_up
from models.forms.matching import bare_name
from models.profiles import Profile
from models.submission import Indicator, Project, place_of

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule


Sides = tuple[Decimal | int, Decimal | int] | None
"""The two numbers of points that a judgement compares."""


def _judged(holds: bool | None, place: tuple[str, str, str], message: str, sides: Sides) -> Judged:
    row, column, location = place
    left, right = (None, None) if sides is None else (hundredths(Decimal(side)) for side in sides)
    known = left is not None and right is not None
    return Judged(
        holds, FORM, row, column, location, left if known else None, right if known else None, "分" if known else "",
        said(holds, message),
    )  # fmt: skip


def judged_project(project: Project, column: str, holds: bool | None, message: str, sides: Sides = None) -> Judged:
    """A judgement on a whole form, or on its total."""
    place = (f"{project.name}/总分", column, project.total_location or project.location)
    return _judged(holds, place, f"项目《{project.name}》：{message}", sides)


def judged_indicator(
    project: Project, indicator: Indicator, column: str, holds: bool | None, message: str, sides: Sides = None
) -> Judged:
    """A judgement on one indicator's line."""
    place = (f"{project.name}/{indicator.name}", column, place_of(indicator, column) or project.location)
    return _judged(holds, place, f"项目《{project.name}》指标“{indicator.name}”：{message}", sides)


def _assessed(unit: "UnitData", profile: Profile) -> Iterator[tuple[Project, Indicator, Assessment]]:
    for project, scheme in scheme_projects(unit, profile):
        for indicator in counted(project, scheme):
            yield project, indicator, assess(indicator, scheme)


def _points(project: Project, scheme: Scheme) -> list[tuple[Indicator, Decimal]] | None:
    """Indicators with their points; ``None`` when one has none, so that sums cannot be judged."""
    found = [(indicator, read_number(indicator.points, "分")) for indicator in counted(project, scheme)]
    known = [(indicator, points) for indicator, points in found if points is not None]
    return known if len(known) == len(found) else None


@predicate("project_family")
def project_family(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """The form is of the family that the profile's scheme scores; another one is not checked by any of these rules."""
    scheme = load_scheme(profile.scheme)
    for project in unit.submission.projects:
        known = project.family == scheme.code
        message = f"表样为 {project.family or '未知'}，本地区采用 {scheme.code}，没有对应的评分方案，未评分、未审核。"
        yield judged_project(project, "", True if known else None, message)


@predicate("project_points_total")
def project_points_total(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Points of all indicators and of 预算执行率 add up to the scheme's total."""
    for project, scheme in scheme_projects(unit, profile):
        total = points_total(project, scheme)
        if total is None:
            yield judged_project(project, "分值", None, "有指标没有填写分值，未核对分值合计。")
            continue
        difference = plain(total - scheme.total_points)
        message = f"分值合计（含预算执行率 {scheme.execution.points} 分）为 {plain(total)} 分，"
        message += f"应为 {scheme.total_points} 分，相差 {difference} 分。"
        sides = (total, scheme.total_points)
        yield judged_project(project, "分值", total == scheme.total_points, message, sides)


@predicate("project_group_weights")
def project_group_weights(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Points of each first-level indicator are the scheme's (产出 50, 效益 30, 满意度 10)."""
    for project, scheme in scheme_projects(unit, profile):
        points = _points(project, scheme)
        if points is None:
            yield judged_project(project, "分值", None, "有指标没有填写分值，未核对一级指标权重。")
            continue
        for indicator, _ in points:
            if scheme.group_of(indicator.level1) is None:
                message = f"一级指标“{indicator.level1}”无法识别，未核对其权重。"
                yield judged_indicator(project, indicator, "一级指标", None, message)
        for group in scheme.groups:
            given = sum((value for i, value in points if group.is_named(i.level1)), Decimal(0))
            yield _weight(project, group, given)


@predicate("project_part_weights")
def project_part_weights(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Points of each second-level indicator are the scheme's where it fixes them (数量 20, 质量 10 …)."""
    for project, scheme in scheme_projects(unit, profile):
        points = _points(project, scheme)
        for part in [part for group in scheme.groups for part in group.parts] if points is not None else []:
            given = sum((v for i, v in points or [] if scheme.part_of(i.level1, i.level2) == part), Decimal(0))
            yield _weight(project, part, given)


def _weight(project: Project, part: Part, given: Decimal) -> Judged:
    message = f"{part.name}的分值合计为 {plain(given)} 分，统一权重为 {part.points} 分。"
    return judged_project(project, "分值", given == part.points, message, (given, part.points))


@predicate("project_score_range")
def project_score_range(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Each claimed score is between zero and its points, that of 预算执行率 too."""
    for project, scheme in scheme_projects(unit, profile):
        claimed = claimed_execution_score(project)
        if claimed is not None:
            holds = 0 <= claimed <= scheme.execution.points
            message = f"预算执行率得分 {plain(claimed)} 分，应在 0 至 {scheme.execution.points} 分之间。"
            yield judged_project(project, "得分", holds, message, (claimed, scheme.execution.points))
        for indicator in counted(project, scheme):
            points, score = read_number(indicator.points, "分"), read_number(indicator.score, "分")
            if points is not None and score is not None:
                message = f"得分 {plain(score)} 分，应在 0 至 {plain(points)} 分之间。"
                yield judged_indicator(project, indicator, "得分", 0 <= score <= points, message, (score, points))


@predicate("project_total")
def project_total(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Claimed 总分 = claimed scores of the indicators and of 预算执行率."""
    for project, scheme in scheme_projects(unit, profile):
        total = read_number(project.total, "分")
        scores = [claimed_execution_score(project), *(read_number(i.score, "分") for i in counted(project, scheme))]
        known = [score for score in scores if score is not None]
        if total is None or len(known) < len(scores):
            yield judged_project(project, "得分", None, "总分或某项得分没有填写或无法识别，未核对总分。")
            continue
        right = sum(known, Decimal(0))
        message = f"总分为 {plain(total)} 分，各项得分（含预算执行率）合计为 {plain(right)} 分，"
        message += f"相差 {plain(total - right)} 分。"
        yield judged_project(project, "得分", total == right, message, (total, right))


@predicate("project_grade")
def project_grade(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """The claimed grade is the one that the claimed total earns."""
    for project, scheme in scheme_projects(unit, profile):
        total, grade = read_number(project.total, "分"), _grade(project.grade, scheme)
        if total is None or not grade:
            yield judged_project(project, "等级", None, "总分或等级没有填写或无法识别，未核对等级。")
            continue
        if points_total(project, scheme) not in (None, scheme.total_points):
            message = f"分值合计不是 {scheme.total_points} 分，等级的分数线不适用，未核对等级。"
            yield judged_project(project, "等级", None, message)
            continue
        right = grade_of(total, profile)
        message = f"总分 {plain(total)} 分，等级为“{project.grade}”，应为“{right}”。"
        yield judged_project(project, "等级", grade == right, message)


def _grade(text: str, scheme: Scheme) -> str:
    stem = bare_name(text).split("（")[0]
    return scheme.grade_synonyms.get(stem, stem)


@predicate("project_met_not_full")
def project_met_not_full(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """A quantitative target that is met earns its full points."""
    for project, indicator, judged in _assessed(unit, profile):
        met = judged.achievement is not None and judged.achievement.met and judged.basis is Basis.RECOMPUTED
        if met and judged.claimed is not None and judged.points is not None:
            message = f"定量指标已完成（指标值{target_of(indicator)}，实际{indicator.actual.strip()}），"
            message += f"应得满分 {plain(judged.points)} 分，表中得分 {plain(judged.claimed)} 分。"
            sides = (judged.claimed, judged.points)
            yield judged_indicator(project, indicator, "得分", judged.claimed >= judged.points, message, sides)


@predicate("project_unmet_full")
def project_unmet_full(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """A quantitative target that is not met, or a deadline that is missed, does not earn full points."""
    for project, indicator, judged in _unmet(unit, profile):
        claimed, points = judged.claimed or Decimal(0), judged.points or Decimal(0)
        full = claimed >= points and (judged.score is None or judged.score < points)
        message = f"没有完成指标值（指标值{target_of(indicator)}，实际{indicator.actual.strip()}），"
        message += f"却得满分 {plain(claimed)} 分"
        message += "。" if judged.score is None else f"，按比例应为 {plain(judged.score)} 分。"
        sides = None if judged.score is None else (claimed, judged.score)
        yield judged_indicator(project, indicator, "得分", not full, message, sides)


@predicate("project_above_share")
def project_above_share(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """The score of an unmet quantitative target is not above its proportion (full points are another rule's matter)."""
    for project, indicator, judged in _unmet(unit, profile):
        claimed, score = judged.claimed, judged.score
        if claimed is None or score is None or judged.points is None or claimed >= judged.points:
            continue
        rounded = decimals_shown(claimed) > 0 and claimed == round_half_up(_exact(judged), decimals_shown(claimed))
        message = f"得分 {plain(claimed)} 分，高于按完成比例计算的 {plain(score)} 分，多 {plain(claimed - score)} 分。"
        yield judged_indicator(project, indicator, "得分", claimed <= score or rounded, message, (claimed, score))


def _exact(judged: Assessment) -> Fraction:
    ratio = judged.achievement.ratio if judged.achievement else Fraction(0)
    return Fraction(judged.points or 0) * ratio


def _unmet(unit: "UnitData", profile: Profile) -> Iterator[tuple[Project, Indicator, Assessment]]:
    for project, indicator, judged in _assessed(unit, profile):
        unmet = judged.achievement is not None and not judged.achievement.met
        if judged.claimed is not None and (unmet or judged.late):
            yield project, indicator, judged


@predicate("project_deduction_reason")
def project_deduction_reason(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """A deduction has a reason in 偏差原因 (deductions from met quantities are another rule's matter)."""
    for project, indicator, judged in _assessed(unit, profile):
        met = judged.achievement is not None and judged.achievement.met
        if judged.claimed is None or judged.points is None or met or judged.claimed >= judged.points:
            continue
        lost = plain(judged.points - judged.claimed)
        message = f"扣了 {lost} 分，没有填写偏差原因分析及改进措施。"
        yield judged_indicator(project, indicator, "偏差原因分析及改进措施", bool(indicator.reason.strip()), message)


@predicate("project_over_achievement")
def project_over_achievement(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """An actual value far above its target has its causes analysed; nothing is deducted."""
    threshold = load_scheme(profile.scheme).over_achievement_pct
    for project, indicator, judged in _assessed(unit, profile):
        if judged.achievement is None or judged.achievement.over is None:
            continue
        pct = plain(round_half_up(judged.achievement.over * 100, 2))
        message = f"完成值为指标值的 {pct}%，超过 {threshold}%，请在偏差原因中分析原因（不自动扣分）。"
        column = "偏差原因分析及改进措施"
        yield judged_indicator(project, indicator, column, not judged.unexplained_excess, message)


@predicate("project_qualitative_band")
def project_qualitative_band(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """The score of a stated achievement lies in the band of its words (100–80, 80–60, 60–0 % of the points)."""
    for project, indicator, judged in _assessed(unit, profile):
        level = judged.level
        if level is None or judged.claimed is None or not judged.points:
            continue
        low, high = judged.points * level.from_pct, judged.points * level.to_pct
        message = f"实际完成值为“{indicator.actual.strip()}”，属{level.name}，"
        message += f"应得分值的 {level.from_pct}% 至 {level.to_pct}%，"
        message += f"得分 {plain(judged.claimed)} 分（分值 {plain(judged.points)} 分）与此不符。"
        yield judged_indicator(project, indicator, "得分", low <= judged.claimed * 100 <= high, message)


@predicate("project_scorable")
def project_scorable(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """Every indicator can be scored: target, actual value and points are there, and figures are comparable.

    A missed deadline that claims full points is another rule's matter.
    """
    for project, indicator, judged in _assessed(unit, profile):
        if judged.late and judged.claimed is not None and judged.points is not None and judged.claimed >= judged.points:
            continue
        yield judged_indicator(
            project, indicator, "实际完成值", judged.basis is not Basis.UNSCORABLE, f"{judged.why}。"
        )
