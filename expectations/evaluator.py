"""The one evaluator: judges rules for all units of a cube at once.

Figures are gathered and added as arrays; Python loops only over rules, over units, and over what does not hold.
"""

from collections.abc import Iterable

import numpy as np

from expectations.arithmetic import Compared, compare
from expectations.catalogue import CompiledRule, RuleSet
from expectations.conditions import FALSE, TRUE, judge_condition, unusable
from expectations.cube import Cube
from expectations.language.expansion import Plan, expand
from expectations.language.syntax import Relation
from expectations.outcomes import RelationFindings, conclude, concluded, not_applicable, unchecked
from expectations.predicates import PREDICATES
from models.findings import Finding, RuleOutcome

_FAULT = "审核规则执行出错（{error}），请联系系统管理员"
_DOUBT = "有 {count} 项关系含“——”、不能识别或没有读到的数字"


def evaluate(rules: RuleSet | Iterable[CompiledRule], cube: Cube) -> dict[str, list[RuleOutcome]]:
    """Judge every rule for every unit.

    A rule that fails itself (a predicate raises) is *not checked* for the units concerned, never passed.

    Returns:
        For each unit code the outcomes, one per rule in the rules' order.
    """
    compiled = rules.compiled if isinstance(rules, RuleSet) else tuple(rules)
    outcomes: dict[str, list[RuleOutcome]] = {unit.code: [] for unit in cube.units}
    for rule in compiled:
        for unit, outcome in zip(cube.units, judge(rule, cube), strict=True):
            outcomes[unit.code].append(outcome)
    return outcomes


def judge(compiled: CompiledRule, cube: Cube) -> list[RuleOutcome]:
    """Judge one rule for every unit of the cube, in the cube's order."""
    try:
        outcomes, doubts = _applicability(compiled, cube)
        if compiled.relation is None:
            _judge_predicate(compiled, cube, outcomes, doubts)
        else:
            _judge_formula(compiled, compiled.relation, cube, outcomes, doubts)
        return [outcomes[index] for index in range(len(cube.units))]
    except Exception as error:  # a rule that breaks is shown as not checked; it must not stop the others
        why = _FAULT.format(error=f"{type(error).__name__}：{error}")
        return [unchecked(compiled.rule, why) for _ in cube.units]


def _applicability(compiled: CompiledRule, cube: Cube) -> tuple[dict[int, RuleOutcome], dict[int, str]]:
    """Outcomes of units that the rule does not concern, and for units of which that is not known, why not."""
    rule = compiled.rule
    condition = judge_condition(compiled.condition, cube)
    outcomes: dict[int, RuleOutcome] = {}
    doubts: dict[int, str] = {}
    # What is the same for thousands of units is one object: making and keeping track of them costs more than judging.
    elsewhere = not_applicable(rule, f"本条只审核{rule.scope}")
    exempt = not_applicable(rule, "不符合本条的适用条件")
    for index, (unit, truth) in enumerate(zip(cube.units, condition.truth.tolist(), strict=True)):
        if rule.scope not in ("全部", unit.scope):
            outcomes[index] = elsewhere
        elif truth == FALSE:
            outcomes[index] = exempt
        elif truth != TRUE:
            doubts[index] = f"不能确定本条是否适用（{condition.missing.get(index, '数据不全')}）"
    return outcomes, doubts


def _judge_predicate(
    compiled: CompiledRule, cube: Cube, outcomes: dict[int, RuleOutcome], doubts: dict[int, str]
) -> None:
    rule, check = compiled.rule, PREDICATES[compiled.rule.check]
    for index, unit in enumerate(cube.units):
        if index in doubts:
            outcomes[index] = unchecked(rule, doubts[index])
        elif index not in outcomes:
            try:
                outcomes[index] = conclude(rule, unit, cube.profile, check(unit, rule, cube.profile))
            except Exception as error:  # one unit's data must not stop the others, and a broken check passes nothing
                outcomes[index] = unchecked(rule, _FAULT.format(error=f"{type(error).__name__}：{error}"))


def _judge_formula(
    compiled: CompiledRule, relation: Relation, cube: Cube, outcomes: dict[int, RuleOutcome], doubts: dict[int, str]
) -> None:
    plan = expand(relation, {ref.slot: cube.table(ref.slot).layout for ref in relation.references})
    missing = {**unusable(relation, cube), **doubts}
    findings = RelationFindings(compiled.rule, relation, plan, cube)
    holding: dict[int, RuleOutcome] = {}
    for compared in compare(plan, relation.sign, cube):
        counted = compared.counted
        if compiled.condition is not None:  # the condition demands a figure, and none is there
            nothing = ~compared.left_shown & ~compared.right_shown & ~np.asarray(plan.unplaced, np.bool_)
            counted = counted | (compared.fails & nothing)
        checked = counted & ~compared.unreadable
        violated = checked & compared.fails
        totals = (mask.sum(axis=1).tolist() for mask in (counted, checked, violated))
        for place, (unit, count, done, wrong) in enumerate(zip(compared.units.tolist(), *totals, strict=True)):
            if unit in outcomes:
                continue
            if unit in missing:
                outcomes[unit] = unchecked(compiled.rule, missing[unit], count)
                continue
            if not wrong and count == done:
                if done not in holding:
                    holding[done] = concluded(compiled.rule, done, 0, "", ())
                outcomes[unit] = holding[done]
                continue
            numbers = _apart(np.flatnonzero(violated[place]).tolist(), plan, compared, place) if wrong else {}
            outcomes[unit] = concluded(
                compiled.rule,
                done - (wrong - len(numbers)),
                count - done,
                _DOUBT.format(count=count - done) if count > done else "",
                (_finding(findings, compared, place, unit, number, alike) for number, alike in numbers.items()),
            )


def _apart(numbers: list[int], plan: Plan, compared: Compared, place: int) -> dict[int, list[str]]:
    """Violated relations, each with the columns of those of the same row that say the same: one cause is told once.

    Where all money comes from one source, its column repeats the total's figures. Blanks that are to be filled are
    places of their own.
    """
    first: dict[tuple[str, int, int], int] = {}
    apart: dict[int, list[str]] = {}
    for number in numbers:
        binding, at = plan.bindings[number], (place, number)
        key = (binding.row, int(compared.left[at]), int(compared.right[at]))
        both = compared.left_shown[at] and compared.right_shown[at]
        if binding.column and both and key in first:
            apart[first[key]].append(binding.column)
        else:
            if both:
                first.setdefault(key, number)
            apart[number] = []
    return apart


def _finding(
    findings: RelationFindings, compared: Compared, place: int, unit: int, number: int, alike: list[str]
) -> Finding:
    at = (place, number)
    return findings.finding(
        unit,
        number,
        (int(compared.left[at]), int(compared.right[at])),
        (bool(compared.left_shown[at]), bool(compared.right_shown[at])),
        int(compared.tolerance[at]),
        alike,
    )
