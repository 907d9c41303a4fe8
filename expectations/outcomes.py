"""Makes outcomes and findings of what was judged, with the sentence that the clerk reads."""

from collections.abc import Iterable, Sequence

from expectations.cube import Cube, UnitData
from expectations.language.expansion import Binding, Plan, cells_of
from expectations.language.syntax import Reference, Relation, Side
from expectations.language.wording import Wording, figure, row_name, subject_code, unit_word
from expectations.predicates import Judged
from expectations.rule import Rule
from models.findings import Finding, RuleOutcome, Status
from models.forms import Kind
from models.profiles import Profile
from models.submission import Display

_AGAINST = {"=": "应相等", "!=": "应不相等", "<=": "前者应不大于后者", ">=": "前者应不小于后者"}
_AGAINST |= {"<": "前者应小于后者", ">": "前者应大于后者"}
_BOUND = {"=": "应等于", "!=": "应不等于", "<=": "应不大于", ">=": "应不小于", "<": "应小于", ">": "应大于"}
_BY = {"=": "相差", "<=": "超出", "<": "超出", ">=": "少", ">": "少"}

_INT64 = 2**63 - 1


def _storable(value: int | None) -> int | None:
    return value if value is not None and abs(value) <= _INT64 else None


def not_applicable(rule: Rule, why: str) -> RuleOutcome:
    """The rule does not concern this unit."""
    return RuleOutcome(rule.id, rule.weight, Status.NOT_APPLICABLE, why=why)


def unchecked(rule: Rule, why: str, count: int = 0) -> RuleOutcome:
    """Nothing could be judged: *not checked*, with one finding that says why.

    Args:
        rule: The rule.
        why: Chinese, without full stop.
        count: Relations with a displayed figure.
    """
    return RuleOutcome(
        rule.id, rule.weight, Status.NOT_CHECKED, not_checked=count, why=why, findings=(_summary(rule, why),)
    )


def _summary(rule: Rule, why: str) -> Finding:
    return Finding(
        rule.id, rule.weight, Status.NOT_CHECKED, rule.title, f"“{rule.title}”未审核：{why}。", basis=rule.basis
    )


def concluded(rule: Rule, checked: int, not_checked: int, why: str, findings: Iterable[Finding]) -> RuleOutcome:
    """What was judged of a rule: violated if anything is, else not checked if anything could not be.

    Args:
        rule: The rule.
        checked: Number of relations judged.
        not_checked: Number of relations that could not be.
        why: Why some could not.
        findings: One for each violation.
    """
    wrong = tuple(findings)
    status = Status.VIOLATED if wrong else Status.NOT_CHECKED if not_checked or why else Status.HOLDS
    rest = (_summary(rule, why),) if why else ()
    return RuleOutcome(
        rule.id, rule.weight, status, checked, checked - len(wrong), not_checked, why, findings=wrong + rest
    )


def conclude(rule: Rule, unit: UnitData, profile: Profile, judged: Iterable[Judged]) -> RuleOutcome:
    """The outcome of a predicate's judgements."""
    checked, not_checked, wrong = 0, 0, []
    doubts: dict[str, None] = {}
    for item in judged:
        if item.holds is None:
            not_checked += 1
            doubts[item.message.rstrip("。") or "数据不全"] = None
            continue
        checked += 1
        if not item.holds:
            wrong.append(_predicate_finding(rule, unit, profile, item))
    why = "；".join(list(doubts)[:3]) + ("；等" if len(doubts) > 3 else "")
    return concluded(rule, checked, not_checked, why, wrong)


def _predicate_finding(rule: Rule, unit: UnitData, profile: Profile, item: Judged) -> Finding:
    both = item.left is not None and item.right is not None
    printed = unit.submission.row_names.get((item.form, item.row), "")
    return Finding(
        rule.id,
        item.severity or rule.weight,
        Status.VIOLATED,
        rule.title,
        item.message or rule.title,
        item.form,
        item.row,
        row_name(profile, item.form, item.row, printed),
        subject_code(profile, item.form, item.row),
        item.column,
        item.location,
        _storable(item.left),
        _storable(item.right),
        _storable(item.left - item.right) if both and item.left is not None and item.right is not None else None,
        item.unit_of_amount,
        rule.basis,
    )


def _unit_mistaken(kind: Kind, values: tuple[int, int]) -> str:
    """A word of advice when one amount is exactly ten thousand times the other: 万元 typed for 元."""
    small, large = sorted(map(abs, values))
    return (
        "两数正好相差一万倍，请核对是否把万元数填成了元。" if kind is Kind.FEN and 0 < small * 10_000 == large else ""
    )


class RelationFindings:
    """Writes the findings of one formula.

    Args:
        rule: The rule. relation: Its parsed formula. plan: Its plain relations. cube: The units.
    """

    def __init__(self, rule: Rule, relation: Relation, plan: Plan, cube: Cube) -> None:
        self._rule, self._relation, self._plan, self._cube = rule, relation, plan, cube

    def finding(
        self,
        index: int,
        number: int,
        values: tuple[int, int],
        shown: tuple[bool, bool],
        tolerance: int,
        alike: Sequence[str] = (),
    ) -> Finding:
        """The finding for one violated plain relation.

        Args:
            index: The unit's place in the cube.
            number: The plain relation's.
            values: Left and right.
            shown: Whether each side shows a figure.
            tolerance: Rounding allowed for, in fen.
            alike: Other columns of the row that show the same figures.
        """
        unit, binding, rule = self._cube.units[index], self._plan.bindings[number], self._rule
        reference, row, column = self._address(index, binding)
        display = self._display(index, reference)
        word = unit_word(self._cube.profile.forms[reference.form], row, column, display.unit)
        difference = values[0] - values[1]
        wording = Wording(self._cube.profile, lambda form, key: unit.submission.row_names.get((form, key), ""))
        return Finding(
            rule.id,
            rule.weight,
            Status.VIOLATED,
            rule.title,
            self._message(wording, index, number, (row, column, reference.form, word), values, shown, tolerance)
            + (f"{'、'.join(f'“{other}”' for other in alike)}栏相同。" if alike else ""),
            reference.form,
            row,
            row_name(self._cube.profile, reference.form, row, unit.submission.row_names.get((reference.form, row), "")),
            subject_code(self._cube.profile, reference.form, row),
            column,
            "" if reference.prior else unit.place(reference.form, row, column),
            _storable(values[0]),
            _storable(values[1]),
            _storable(difference),
            word,
            rule.basis,
        )

    def _address(self, index: int, binding: Binding) -> tuple[Reference, str, str]:
        """The cell that a finding points to: the left figure; where its row is not there, the right one.

        Single figures come before sums, this year before the last, displayed figures before blanks.
        """
        best: tuple[tuple[bool, ...], tuple[Reference, str, str]] | None = None
        for right, side in enumerate((self._relation.left, self._relation.right)):
            for term in side.terms:
                for ref in term.references:
                    table = self._cube.table(ref.slot)
                    for row, column in cells_of(ref, binding, table.layout):
                        there = table.layout.declared(row) or table.row_shown[index, table.layout.row_index[row]]
                        blank = not table.shown[index, table.layout.flat(row, column)]
                        rank = (not there, ref.prior, term.summed, bool(right), bool(blank))
                        if best is None or rank < best[0]:
                            best = rank, (ref, row, column)
        if best is None:
            raise LookupError("不符的关系没有任何单元格")
        return best[1]

    def _display(self, index: int, reference: Reference) -> Display:
        """How the table of a reference shows money; this year's where there is no other."""
        submission = self._cube.submission(index, reference.prior) or self._cube.units[index].submission
        return submission.display(reference.form)

    def _told(self, index: int, side: Side, value: int, kind: Kind, word: str) -> str:
        """A figure as the table shows it from which its side comes; of several the first."""
        reference = next((ref for term in side.terms for ref in term.references), None)
        if kind is not Kind.FEN or reference is None:
            reference = next(ref for ref in self._relation.references)
        display = self._display(index, reference)
        return figure(value, kind, display.unit if kind is Kind.FEN else word, display.decimals)

    def _message(
        self,
        wording: Wording,
        index: int,
        number: int,
        place: tuple[str, str, str, str],
        values: tuple[int, int],
        shown: tuple[bool, bool],
        tolerance: int,
    ) -> str:
        row, column, form, word = place
        kind, binding, sign = self._plan.kinds[number], self._plan.bindings[number], self._relation.sign
        sides = (self._relation.left, self._relation.right)
        left, right = (self._told(index, side, value, kind, word) for side, value in zip(sides, values, strict=True))
        apart = self._told(index, sides[0], abs(values[0] - values[1]), kind, word)
        if self._rule.message:
            return self._rule.message.format_map(
                {"left": left, "right": right, "difference": apart, "row": wording.row(form, row), "column": column}
            )
        by = f"，{_BY[sign]} {apart}" if sign in _BY and values[0] != values[1] else ""
        rounding = f"（舍入误差至多 {self._told(index, sides[0], tolerance, kind, word)}）" if tolerance and by else ""
        first, second = (
            f"{wording.side(side, binding)}{f'为 {text}' if seen or not side.terms else '未填列（按零计）'}"
            for side, text, seen in zip(sides, (left, right), shown, strict=True)
        )
        if not self._relation.right.terms:
            return f"{first}，{_BOUND[sign]} {right}{by}{rounding}。"
        return f"{first}，{second}，{_AGAINST[sign]}{by}{rounding}。{_unit_mistaken(kind, values)}"
