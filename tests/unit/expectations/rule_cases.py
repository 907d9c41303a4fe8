"""Small hand-made submissions and rules for the tests of the rule language."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from expectations.catalogue import CompiledRule, RuleSet, build_ruleset, compile_rule
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from expectations.rule import Rule
from models.findings import RuleOutcome
from models.profiles import load_profile
from models.submission import Cell, Display, Presence, Problem, Submission, Unread

PROFILE = load_profile()

Figures = Mapping[tuple[str, ...], int | str | None]
"""Address (form, row[, column]) to amount, or text such as ——; the column may be left out where there is only one."""


def column_of(address: tuple[str, ...]) -> str:
    """The column of an address, or the only one of the row's panel."""
    return address[2] if len(address) > 2 else PROFILE.forms[address[0]].columns_of(address[1])[0].key


def submission(
    figures: Figures,
    *,
    absent: Iterable[str] = (),
    problems: Iterable[Problem] = (),
    unread: Iterable[Unread] = (),
    displays: Mapping[str, Display] | None = None,
    amount_unit: str = "元",
    decimals: int = 2,
    names: Mapping[tuple[str, str], str] | None = None,
) -> Submission:
    """A submission with these figures; every form is there except the absent ones. Places tell row and column."""
    cells = []
    for address, value in figures.items():
        form, row, column = address[0], address[1], column_of(address)
        amount, text = (value, None) if isinstance(value, int) else (None, value)
        cells.append(Cell(form, row, column, amount, text, f"{form}!{row}/{column}"))
    presence = dict.fromkeys(PROFILE.forms, Presence.PRESENT) | dict.fromkeys(absent, Presence.ABSENT)
    return Submission(
        "甲.xlsx",
        "00",
        "填报工作簿",
        PROFILE.code,
        PROFILE.forms.hash,
        amount_unit=amount_unit,
        decimals=decimals,
        presence=presence,
        cells=cells,
        problems=list(problems),
        unread=list(unread),
        displays=dict(displays or {}),
        row_names=dict(names or {}),
    )


def rule(formula: str = "", **fields: object) -> CompiledRule:
    """A mandatory rule with that formula."""
    return compile_rule(
        Rule.model_validate({"id": "R1", "title": "试验", "severity": "强制", "formula": formula, **fields}), PROFILE
    )


def judge_one(formula: str, unit: UnitData | Figures, **fields: object) -> RuleOutcome:
    """Outcome of one formula for one unit."""
    data = unit if isinstance(unit, UnitData) else UnitData("001", submission(unit))
    return evaluate([rule(formula, **fields)], Cube.build(PROFILE, [data]))[data.code][0]


def ruleset(folder: Path, text: str) -> RuleSet:
    """A rule set of one file with that text."""
    file = folder / "试验.yaml"
    file.write_text(text, "utf-8")
    return build_ruleset(PROFILE, [file])
