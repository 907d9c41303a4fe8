"""Two thousand consistent units: nothing mandatory, and nothing to explain that a reviewer would not ask about."""

from collections import Counter

from fixtures.generated import generated_units

from expectations.catalogue import load_rules
from expectations.cube import Cube
from expectations.evaluator import evaluate
from models.findings import Severity, Status
from models.profiles import Profile

UNITS = 2_000


def test_no_rule_cries_wolf_over_consistent_units(profile: Profile) -> None:
    units = generated_units(profile, UNITS, seed=20221231)
    outcomes = evaluate(load_rules(profile), Cube.build(profile, [one.unit for one in units]))
    false: Counter[str] = Counter()
    first: dict[str, str] = {}
    asked = 0
    for one in units:
        for outcome in outcomes[one.unit.code]:
            if outcome.status is not Status.VIOLATED or outcome.severity is Severity.HINT:
                continue
            if outcome.severity is Severity.VERIFIABLE and outcome.rule in one.asked:
                asked += 1
                continue
            false[outcome.rule] += 1
            first.setdefault(outcome.rule, f"{one.unit.code}: {outcome.findings[0].message}")
    assert not false, "\n".join(f"{count} × {rule}, first {first[rule]}" for rule, count in false.most_common())
    assert asked > UNITS // 50, "deficits and red entries were among them"
    kinds = Counter(one.unit.submission.amount_unit for one in units)
    assert (
        min(kinds["元"], kinds["万元"]) > UNITS // 4 and sum(one.unit.prior is not None for one in units) > UNITS // 5
    )
