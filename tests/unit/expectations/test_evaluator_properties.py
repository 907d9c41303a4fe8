"""Whatever the figures: consistent trees hold, and one changed figure is found in the right relation and place."""

from hypothesis import given
from hypothesis import strategies as st
from rule_cases import PROFILE, rule, submission

from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from models.findings import RuleOutcome, Status

COLUMNS = ["基本支出", "项目支出", "经营支出"]
RULES = {
    "行": rule("公开03[每行, 本年支出合计] = 合计(公开03[同行, 基本支出 : 对附属单位补助支出])", id="行"),
    "类": rule("公开03[每类, 每列] = 合计(公开03[所属款, 同列])", id="类"),
    "款": rule("公开03[每款, 每列] = 合计(公开03[所属项, 同列])", id="款"),
    "合计": rule("公开03[合计, 每列] = 合计(公开03[各类, 同列])", id="合计"),
    "05": rule("公开05[每行, 小计] <= 公开03[同科目, 本年支出合计]", id="05"),
}
ITEMS = st.tuples(st.sampled_from(["201", "208", "210"]), st.integers(1, 3), st.integers(1, 3)).map(
    lambda parts: f"{parts[0]}{parts[1]:02}{parts[2]:02}"
)
TREES = st.dictionaries(
    st.tuples(ITEMS, st.sampled_from(COLUMNS)), st.integers(-(10**15), 10**15).filter(bool), min_size=1, max_size=12
)
Figures = dict[tuple[str, str, str], int]


def consistent(leaves: dict[tuple[str, str], int]) -> Figures:
    """Form 公开03 with every sum of these leaves, and 公开05 with half of a leaf's row."""
    figures: Figures = {}
    for (item, column), amount in leaves.items():
        for row in (item, item[:5], item[:3], "合计"):
            for key in (column, "本年支出合计"):
                figures["公开03", row, key] = figures.get(("公开03", row, key), 0) + amount
    return figures


def judged(*many: Figures) -> list[dict[str, RuleOutcome]]:
    units = [UnitData(str(number), submission(figures)) for number, figures in enumerate(many)]
    outcomes = evaluate(RULES.values(), Cube.build(PROFILE, units))
    return [dict(zip(RULES, outcomes[unit.code], strict=True)) for unit in units]


@given(st.lists(TREES, min_size=1, max_size=3))
def test_consistent_trees_hold_for_all_units_at_once(trees: list[dict[tuple[str, str], int]]) -> None:
    for leaves, outcomes in zip(trees, judged(*map(consistent, trees)), strict=True):
        assert {outcome.status for outcome in outcomes.values()} == {Status.HOLDS}
        items = {item for item, _ in leaves}
        rows = {row for item in items for row in (item, item[:5], item[:3], "合计")}
        assert outcomes["行"].checked == outcomes["行"].held == len(rows)
        sections = {(item[:5], column) for item, column in leaves} | {(item[:5], "本年支出合计") for item in items}
        assert outcomes["款"].checked == len(sections)


@given(TREES, st.integers(1, 10**9), st.data())
def test_one_changed_figure_is_found_where_it_stands(
    leaves: dict[tuple[str, str], int], change: int, data: st.DataObject
) -> None:
    figures = consistent(leaves)
    form, row, column = data.draw(st.sampled_from(sorted(figures)))
    changed = figures | {(form, row, column): figures[form, row, column] + change}
    right, wrong = judged(figures, changed)
    assert {outcome.status for outcome in right.values()} == {Status.HOLDS}

    places = {
        (name, finding.row, finding.column, finding.difference)
        for name, outcome in wrong.items()
        for finding in outcome.findings
    }
    expected = {("行", row, "本年支出合计", change if column == "本年支出合计" else -change)}
    own = {3: "类", 5: "款"}.get(len(row)) if row != "合计" else "合计"
    if own:
        expected.add((own, row, column, change))
    above = {3: ("合计", "合计"), 5: ("类", row[:3]), 7: ("款", row[:5])}.get(len(row)) if row != "合计" else None
    if above:
        expected.add((*above, column, -change))
    assert places == expected


@given(TREES, st.sets(st.integers(0, 11), max_size=4))
def test_a_part_is_never_more_than_the_whole(leaves: dict[tuple[str, str], int], dropped: set[int]) -> None:
    figures = consistent({key: abs(amount) for key, amount in leaves.items()})
    part = consistent({key: abs(amount) for n, (key, amount) in enumerate(leaves.items()) if n not in dropped})
    totals = {("公开05", row, "小计"): amount for (_, row, column), amount in part.items() if column == "本年支出合计"}
    (outcomes,) = judged(figures | totals)
    assert outcomes["05"].status is Status.HOLDS
    assert outcomes["05"].checked == sum(row != "合计" for _, row, _ in totals)
