"""Personal data in a submission: told once for each place in masked form, wherever a unit can write."""

from dataclasses import replace

import pytest
from fixtures.projects import RETIRED
from rule_cases import PROFILE
from rule_catalogue_cases import WHOLE

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from expectations.verdicts import explain_outcomes
from models.findings import Finding, Severity, Verdict, verdict_of
from models.submission import Cell, Explanation, Fact, Submission

RULE = "R-个人信息"
MOBILE = "王某某13900000000"


def found(submission: Submission, explanations: tuple[Explanation, ...] = ()) -> list[Finding]:
    unit = UnitData("001", submission)
    outcomes = evaluate(load_rules(PROFILE), Cube.build(PROFILE, [unit]))["001"]
    explained = explain_outcomes(outcomes, explanations)
    return [finding for outcome in explained if outcome.rule == RULE for finding in outcome.findings]


def with_cell(form: str, row: str, text: str) -> Submission:
    cells = [cell for cell in WHOLE.cells if (cell.form, cell.row) != (form, row)]
    return replace(WHOLE, cells=[*cells, Cell(form, row, "内容", None, text, f"{form}!C9")])


@pytest.mark.parametrize("row", ["概况/主要职责", "概况/机构设置", "原因/收入支出总计变动", "用途/公务接待"])
def test_words_of_the_supplement(row: str) -> None:
    (finding,) = found(with_cell("补充信息", row, f"由{MOBILE}负责。"))
    assert (finding.severity, finding.location) == (Severity.VERIFIABLE, "补充信息!C9")
    assert "手机号 139****0000" in finding.message and "13900000000" not in finding.message


def test_what_the_form_keeps_private_is_not_told() -> None:
    assert found(with_cell("封面", "联系电话", "13900000000")) == []
    assert len(found(with_cell("封面", "单位名称", f"甲局（{MOBILE}）"))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"name": f"某项目（{MOBILE}）"},
        {"department": MOBILE},
        {"unit": MOBILE},
        {"goal": MOBILE},
        {"achieved": MOBILE},
        {"analysis": (("主要经验做法", MOBILE),)},
    ],
)
def test_words_of_a_performance_form(change: dict[str, object]) -> None:
    (finding,) = found(replace(WHOLE, projects=[replace(RETIRED, **change)]))  # type: ignore[arg-type]
    shown = (finding.message, finding.row, finding.row_name, finding.location)
    assert "139****0000" in finding.message and "13900000000" not in "".join(shown)


@pytest.mark.parametrize("name", ["name", "initial_target", "target", "actual", "reason"])
def test_words_of_an_indicator(name: str) -> None:
    first, *rest = RETIRED.indicators
    changed = replace(RETIRED, indicators=(replace(first, **{name: MOBILE}), *rest))  # type: ignore[arg-type]
    assert len(found(replace(WHOLE, projects=[changed]))) == 1


def test_words_elsewhere() -> None:
    explanation = Explanation("T01-收入", "公开01", "", "", f"已与{MOBILE}核对。")
    line = replace(WHOLE.counterparties[0], counterpart_name=f"乙局{MOBILE}")
    fact = Fact(f"由{MOBILE}经办，支出1元。", "支出", "1", "元", False)
    whole = replace(WHOLE, explanations=[explanation], counterparties=[line], facts=[fact])
    assert len(found(whole)) == 3


def test_an_explained_finding_passes_and_stays_masked() -> None:
    changed = replace(WHOLE, projects=[replace(RETIRED, name=f"某项目（{MOBILE}）")])
    written = Explanation(RULE, "自评表", f"某项目（{MOBILE}）", "项目名称", f"{MOBILE}同意公开。")
    (finding,) = found(changed, (written,))
    assert verdict_of([finding]) is Verdict.PASS_WITH_WARNINGS
    assert finding.explanation == "王某某139****0000同意公开。"
