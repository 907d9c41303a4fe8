"""The published document of a real unit: no false alarm, and no figure that can be changed unnoticed."""

import copy
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from rule_cases import PROFILE

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from models.findings import RuleOutcome, Severity, Status
from models.submission import Submission
from tasks.collect.reading import read_submission

DOCUMENT = Path(__file__).resolve().parents[3].parent / "shared" / "inputs" / "xinzhou-2022-unit-accounts.txt"
pytestmark = [
    pytest.mark.real_inputs,
    pytest.mark.skipif(not DOCUMENT.exists(), reason="the real documents are not here"),
]


@pytest.fixture(scope="module")
def document() -> Submission:
    return read_submission(DOCUMENT, PROFILE)


def serious(outcomes: Iterable[RuleOutcome]) -> list[str]:
    """Messages of violations that are more than hints."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    return [f.message for f in findings if f.status is Status.VIOLATED and f.severity is not Severity.HINT]


def test_a_correct_document_gives_no_alarm(document: Submission) -> None:
    outcomes = evaluate(load_rules(PROFILE), Cube.build(PROFILE, [UnitData("甲", document)]))["甲"]
    assert serious(outcomes) == []
    by_rule = {outcome.rule: outcome for outcome in outcomes}
    # Every subject that 公开05 prints is compared with 公开03.
    shown = {cell.row for cell in document.form_cells("公开05") if cell.column == "小计" and cell.row.isdigit()}
    assert by_rule["X35-小计"].checked == by_rule["X35-小计"].held == len(shown)
    # T01: 本年收入合计, 本年支出合计 and the two totals are displayed, and so is each relation among them.
    for rule in ("T01-收入", "T01-支出", "T01-收入总计", "T01-支出总计", "T01-平衡"):
        assert (by_rule[rule].checked, by_rule[rule].held) == (1, 1)
    assert by_rule["D-02"].status is Status.NOT_CHECKED, "the unit's treasury statement is not published"


def test_every_single_figure_changed_by_one_fen_is_noticed(document: Submission) -> None:
    units = []
    for index, cell in enumerate(document.cells):
        if cell.amount is not None:
            changed = copy.copy(document)
            changed.cells = [
                *document.cells[:index],
                replace(cell, amount=cell.amount + 1),
                *document.cells[index + 1 :],
            ]
            units.append(UnitData(f"{cell.form}/{cell.row}/{cell.column}", changed))
    outcomes = evaluate(load_rules(PROFILE), Cube.build(PROFILE, units))
    assert len(units) > 150
    assert [code for code in outcomes if not serious(outcomes[code])] == []
