"""Why rules are judged over sets of units: the whole catalogue over 1,000 units against unit by unit through GX."""

import random
import time

import pytest

from expectations.catalogue import load_rules
from expectations.cube import UnitData
from models.profiles import load_profile
from models.submission import Cell, Presence, Submission

UNITS, REPEATS, RATIO = 1_000, 3, 100
SUBJECTS = 100
"""项 under which the units of one department book, of the dictionary's 1,400: every unit gets a row for each."""


def generated_unit(number: int) -> UnitData:
    """A unit with some 400 figures that agree, all paid from the general public budget."""
    profile = load_profile()
    chance = random.Random(number)
    figures: dict[tuple[str, str, str], int] = {}

    def add(form: str, row: str, column: str, amount: int) -> None:
        figures[form, row, column] = figures.get((form, row, column), 0) + amount

    classes = [code for code in profile.forms["公开01"].rows if code.isdigit()]
    subjects = [code for code in profile.functional if len(code) == 7 and code[:3] in classes]
    subjects = random.Random("部门").sample(subjects, SUBJECTS)
    economic = [row.code for row in profile.forms["公开06"].rows.values() if len(row.code) == 5]
    economic = [code for code in economic if not profile.forms["公开06"].rows[code].not_applicable]
    for subject, detail in zip(chance.sample(subjects, 30), chance.sample(economic, 30), strict=True):
        kind, amount = chance.choice(["基本支出", "项目支出"]), chance.randrange(1, 10**9)
        for row in (subject, subject[:5], subject[:3], "合计"):
            for form, columns in (
                ("公开02", ("本年收入合计", "财政拨款收入")),
                ("公开03", ("本年支出合计", kind)),
                ("公开05", ("小计", kind)),
            ):
                for column in columns:
                    add(form, row, column, amount)
        for row in (subject[:3], "本年支出合计"):
            add("公开01", row, "决算数", amount)
            for column in ("合计", "一般公共预算财政拨款"):
                add("公开04", row, column, amount)
        for row in (detail, detail[:3], "人员经费合计" if detail[:3] in ("301", "303") else "公用经费合计"):
            for column in ("金额", "其中：基本支出")[: 2 if kind == "基本支出" else 1]:
                add("公开06", row, column, amount)
        for row in ("一般公共预算财政拨款收入", "本年收入合计", "收入/总计", "支出/总计"):
            add("公开01", row, "决算数", amount)
        for row in ("收入/一般公共预算财政拨款", "本年收入合计", "收入总计"):
            add("公开04", row, "金额", amount)
        for column in ("合计", "一般公共预算财政拨款"):
            add("公开04", "支出总计", column, amount)
    cells = [Cell(*address, amount, None, f"{address[0]}!B7") for address, amount in figures.items()]
    presence = {form: Presence.ABSENT if form == "财政对账单" else Presence.PRESENT for form in profile.forms}
    submission = Submission(
        f"{number}.xlsx", "", "填报工作簿", profile.code, profile.forms.hash, presence=presence, cells=cells
    )
    return UnitData(f"{number:06d}", submission, {"单位类型": "公益一类事业单位"})


@pytest.mark.benchmark
def test_one_validation_of_all_units_beats_one_validation_per_unit() -> None:
    """Within one run, at least a hundred times faster per unit."""
    from expectations import gx

    profile = load_profile()
    ruleset = load_rules(profile)
    units = [generated_unit(number) for number in range(UNITS)]
    gx.judge_with_gx(profile, ruleset, units[:1])  # GX's first run imports and registers more

    together, apart = {}, {}
    wholes, singles = [], []
    for repeat in range(REPEATS):
        started = time.perf_counter()
        together = gx.judge_with_gx(profile, ruleset, units)
        wholes.append(time.perf_counter() - started)
        started = time.perf_counter()
        apart |= gx.judge_with_gx(profile, ruleset, [units[repeat]])
        singles.append(time.perf_counter() - started)
    whole, single = min(wholes), min(singles)  # what else the machine does can only slow down

    cells = sum(len(unit.submission.cells) for unit in units)
    ratio = single * UNITS / whole
    print(
        f"\n{UNITS} 个单位 × {len(ruleset.rules)} 条规则（{cells} 个单元格）一次审核 {whole:.2f} 秒；"
        f"逐单位审核每个 {single:.2f} 秒，合 {single * UNITS:.0f} 秒；快 {ratio:.0f} 倍"
    )
    assert {code: together[code] for code in apart} == apart
    assert ratio >= RATIO
