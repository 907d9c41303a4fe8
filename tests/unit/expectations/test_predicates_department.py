"""What is told of added-up accounts, and which cells declare last year's figures."""

from dataclasses import replace

from rule_cases import PROFILE, submission
from rule_catalogue_cases import PRIOR, WHOLE

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from expectations.prior_year import declared_last_year, figure_of
from models.findings import Severity, Status
from models.submission import Cell, Presence, Problem

RULES = load_rules(PROFILE)
SOURCES = declared_last_year(RULES)


def unknown(row: str, why: str) -> Problem:
    return Problem("A-上年", "hint", why, "补充信息", f"上年/{row}", "金额")


def test_last_years_that_cannot_be_compared_are_one_hint_with_their_reasons() -> None:
    data = submission(
        {},
        problems=[
            unknown("收入总计", "甲没有填列"),
            unknown("支出总计", "甲没有填列"),
            unknown("三公经费", "乙没有填列"),
        ],
    )
    outcomes = evaluate([RULES["A-上年"]], Cube.build(PROFILE, [UnitData("10", data, scope="部门")]))
    (finding,) = outcomes["10"][0].findings
    assert finding.severity is Severity.HINT
    assert "收入总计、支出总计（甲没有填列）；三公经费（乙没有填列）。" in finding.message
    assert "部门工作簿" in finding.message, "says the way out"
    clean = evaluate([RULES["A-上年"]], Cube.build(PROFILE, [UnitData("10", submission({}), scope="部门")]))["10"][0]
    assert (clean.status, clean.checked) == (Status.HOLDS, 0)


def test_the_rules_say_where_last_years_accounts_hold_each_declared_figure() -> None:
    """Every figure that WHOLE declares is the one that PRIOR, its accounts of last year, shows."""
    declared = {(c.form, c.row, c.column): c.amount for c in WHOLE.cells if c.row.startswith("上年/")}
    assert SOURCES["补充信息", "上年/收入总计", "金额"] == ((1, ("公开01", "收入/总计", "决算数")),)
    assert len(SOURCES["补充信息", "上年/机关运行经费", "金额"]) == 2
    assert len(SOURCES) >= 11
    for address, cells in SOURCES.items():
        assert figure_of(PRIOR, cells) == declared[address], address


def test_a_figure_of_an_absent_or_unreadable_form_is_unknown() -> None:
    cells = SOURCES["补充信息", "上年/收入总计", "金额"]
    absent = replace(PRIOR, presence=PRIOR.presence | {"公开01": Presence.ABSENT})
    assert figure_of(absent, cells) is None
    assert figure_of(submission({("公开01", "收入/总计"): "约"}), cells) is None
    assert figure_of(submission({}), cells) == 0
    assert figure_of(replace(PRIOR, cells=[Cell("公开01", "收入/总计", "决算数", 7)]), cells) == 7


def test_no_unit_calls_itself_a_department() -> None:
    cells = [replace(c, text="部门汇总") if (c.form, c.row) == ("封面", "报表类型") else c for c in WHOLE.cells]
    unit = UnitData("甲", replace(WHOLE, cells=cells))
    (finding,) = evaluate([RULES["R-必填"]], Cube.build(PROFILE, [unit]))["甲"][0].findings
    assert "“部门汇总”，不在可选范围内" in finding.message and "部门汇总。" not in finding.message.split("可选：")[1]
