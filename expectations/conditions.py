"""Three-valued truth of rules' conditions: true, false, or unknown when what they ask for is missing."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from expectations.arithmetic import compare
from expectations.cube import MOST_SUBJECTS, Cube, Slot
from expectations.language.expansion import expand
from expectations.language.syntax import Belongs, Both, Condition, Either, HasForm, Not, Relation
from models.submission import Presence

TRUE, UNKNOWN, FALSE = 1, 0, -1
"""非 changes the sign, 且 is the minimum, 或 the maximum."""

Truth = NDArray[np.int8]


@dataclass(frozen=True)
class Judged:
    """Truth of a condition per unit, and for units where something was missing what it was (Chinese)."""

    truth: Truth
    missing: dict[int, str] = field(default_factory=dict)


UNUSABLE = {Presence.ABSENT: "缺表", Presence.UNREADABLE: "无法读取", Presence.PARTIAL: "不完整（有的单位没有报）"}
"""Why a form in such a state leaves rules not checked."""


def why_unusable(cube: Cube, unit: int, slot: Slot) -> str:
    """Why nothing can be computed on a unit's table, in Chinese; empty when it is usable."""
    prior, form = slot
    submission = cube.submission(unit, prior)
    if submission is None:
        return "没有上年决算"
    presence = submission.presence.get(form, Presence.ABSENT)
    if presence.usable:
        return "" if cube.table(slot).usable[unit] else f"{form}的科目行超过 {MOST_SUBJECTS} 行"
    return f"{'上年' if prior else ''}{form}{UNUSABLE[presence]}"


def unusable(relation: Relation, cube: Cube) -> dict[int, str]:
    """Units for which a table of the relation is absent or unreadable, with the reason."""
    reasons: dict[int, list[str]] = {}
    for slot in dict.fromkeys(ref.slot for ref in relation.references):
        for unit in np.flatnonzero(~cube.table(slot).usable).tolist():
            reason = why_unusable(cube, unit, slot)
            if reason not in reasons.setdefault(unit, []):
                reasons[unit].append(reason)
    return {unit: "、".join(texts) for unit, texts in reasons.items()}


def judge_condition(condition: Condition | None, cube: Cube) -> Judged:
    """Truth of a condition for every unit of the cube; no condition is true."""
    match condition:
        case None:
            return Judged(np.full(len(cube.units), TRUE, np.int8))
        case Not(fact):
            inner = judge_condition(fact, cube)
            return Judged((-inner.truth).astype(np.int8), inner.missing)
        case Both(first, second):
            return _joined(np.minimum, judge_condition(first, cube), judge_condition(second, cube))
        case Either(first, second):
            return _joined(np.maximum, judge_condition(first, cube), judge_condition(second, cube))
        case Belongs(attribute, values):
            return _belongs(attribute, values, cube)
        case HasForm(slot):
            return Judged(np.where(cube.table(slot).usable, TRUE, FALSE).astype(np.int8))
        case Relation():
            return _relation(condition, cube)


def _joined(function: np.ufunc, first: Judged, second: Judged) -> Judged:
    return Judged(function(first.truth, second.truth), {**second.missing, **first.missing})


def _belongs(attribute: str, values: tuple[str, ...], cube: Cube) -> Judged:
    own = [unit.attribute(attribute) for unit in cube.units]
    truth = [UNKNOWN if not value else TRUE if value in values else FALSE for value in own]
    missing = {index: f"没有填写{attribute}" for index, value in enumerate(own) if not value}
    return Judged(np.array(truth, np.int8), missing)


def _relation(relation: Relation, cube: Cube) -> Judged:
    """A comparison of figures; blanks of usable tables are zeros."""
    plan = expand(relation, {ref.slot: cube.table(ref.slot).layout for ref in relation.references})
    truth = np.full(len(cube.units), FALSE, np.int8)
    missing = unusable(relation, cube)
    for compared in compare(plan, relation.sign, cube):
        truth[compared.units[~compared.fails[:, 0]]] = TRUE
        doubtful = compared.units[compared.unreadable[:, 0]]
        truth[doubtful] = UNKNOWN
        missing = {**dict.fromkeys(doubtful.tolist(), "条件所用的单元格没有可用的数字"), **missing}
    truth[list(unusable(relation, cube))] = UNKNOWN
    return Judged(truth, missing)
