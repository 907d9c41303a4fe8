"""A consistent document stays free of contradictions when something in it cannot be read: unread is not zero."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from models.findings import Severity, Status
from models.profiles import Profile
from tasks.collect.text.reader import read_text

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
LINES = FIXTURE.read_text("utf-8").split("\n")
TABLES = range(LINES.index("公开01表"), LINES.index("第三部分 情况说明"))

_AMOUNT = re.compile(r"[\d,]{4,}\.\d\d")
_EVERY = 9
"""One change in so many is tried; all of them were, once."""


def damaged() -> Iterator[tuple[str, list[str]]]:
    """The document with a row's name, a column's title or an amount that nobody knows, or with a row twice."""
    for at in TABLES:
        cells = LINES[at].split("\t")
        amounts = [index for index, cell in enumerate(cells) if _AMOUNT.fullmatch(cell)]
        for index, cell in enumerate(cells[:-1]):
            words = cell and not any(letter.isdigit() for letter in cell)
            if words and any(index < amount < index + 8 for amount in amounts):
                coded = index and cells[index - 1].isdigit() and len(cells[index - 1]) >= 3
                row = [*cells[: index - 1], "", "某某杂项"] if coded else [*cells[:index], "某某杂项"]
                yield f"第 {at + 1} 行行名{index}", _with(at, [*row, *cells[index + 1 :]])
            elif words and len(cells) > 2 and not amounts and cell.endswith(("支出", "合计", "决算数", "收入", "金额")):
                yield f"第 {at + 1} 行列名{index}", _with(at, [*cells[:index], "某某栏", *cells[index + 1 :]])
        for amount in amounts:
            yield f"第 {at + 1} 行数{amount}", _with(at, [*cells[:amount], "见附注3", *cells[amount + 1 :]])
        if amounts:
            yield f"第 {at + 1} 行两次", [*LINES[: at + 1], *LINES[at:]]


def _with(at: int, cells: list[str]) -> list[str]:
    return [*LINES[:at], "\t".join(cells), *LINES[at + 1 :]]


CASES = list(damaged())


@pytest.mark.parametrize(("what", "lines"), CASES[::_EVERY], ids=[what for what, _ in CASES[::_EVERY]])
def test_nothing_is_contradicted_by_what_was_not_read(
    tmp_path: Path, profile: Profile, what: str, lines: list[str]
) -> None:
    path = tmp_path / "文本.txt"
    path.write_text("\n".join(lines), "utf-8")
    unit = UnitData("303002", read_text(path, profile))
    outcomes = evaluate(load_rules(profile), Cube.build(profile, [unit]))["303002"]
    violated = [
        outcome for outcome in outcomes if outcome.status is Status.VIOLATED and outcome.severity is not Severity.HINT
    ]
    assert [outcome.rule for outcome in violated if not outcome.rule.startswith("R-")] == []
    told = any(outcome.rule.startswith("R-") for outcome in violated)
    assert told or "列名" in what  # some titles only stand over others
