"""What a new user reads is what the program does: both READMEs and the changelog are compared with the code."""

import argparse
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from expectations.catalogue import RULES_ROOT, build_ruleset
from expectations.language.syntax import Pick, selector_of
from expectations.rule import Rule
from flows.cli import build_parser, main
from flows.judgement import judge, judgement_json
from flows.settings import Settings
from flows.summary import CycleStatus, RefusedFile, UnitStatus
from models.findings import Severity, Status, Verdict
from models.profiles import Profile
from tasks.collect.extract import extract_json
from tasks.collect.reading import read_submission
from tasks.collect.registry_csv import HEADERS

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
OWN_RULES_FROM = 60
"""Rule files numbered from here up are an office's own and not counted in the READMEs."""

RULE_ROW = re.compile(r"^\| `(\d\d_\S+)` \|.*\| (\d+) \|$", re.MULTILINE)
TOTAL_ROW = re.compile(r"^\| (?:all|合计) \|.*\| (\d+) \|$", re.MULTILINE)


@pytest.fixture(params=READMES)
def readme(request: pytest.FixtureRequest) -> str:
    """Each README in turn."""
    return str(request.param)


def text_of(readme: str) -> str:
    return (ROOT / readme).read_text("utf-8")


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def code_in(text: str) -> list[str]:
    """Command lines: of the fenced sh blocks, and those quoted within a sentence."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in fences(text, "sh") for line in block.splitlines() if line.strip()]
    return [*lines, *re.findall(r"`([^`\n]+)`", prose)]


def commands() -> dict[str, argparse.ArgumentParser]:
    (found,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(found.choices)


def section(text: str, command: str) -> str:
    found = re.search(rf"^### `juesuan {command}`\n(.*?)^##", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section for juesuan {command}"
    return found[1]


def table_row(text: str, first: str) -> list[str]:
    """Cells of the table row whose first cell quotes ``first``."""
    found = re.search(rf"^\| `{re.escape(first)}` \|(.*)\|$", text, re.MULTILINE)
    assert found, f"no row for {first}"
    return [cell.strip() for cell in found[1].split("|")]


# -- commands ---------------------------------------------------------------------------------------------------------


def test_every_command_has_a_section_and_every_section_a_command(readme: str) -> None:
    headed = re.findall(r"^### `juesuan ([^`]+)`$", text_of(readme), re.MULTILINE)
    assert sorted(headed) == sorted(commands())


def test_every_option_is_told_in_its_commands_section(readme: str) -> None:
    text = text_of(readme)
    for name, parser in commands().items():
        told = section(text, name) + text.split("### `juesuan")[0]
        options = {option for action in parser._actions for option in action.option_strings} - {"-h", "--help"}
        assert {option for option in options if f"`{option}`" not in told} == set(), name
        wrong = set(re.findall(r"`(--?[a-z][a-z-]*)`", section(text, name))) - options
        assert wrong == set(), name


def test_every_command_has_an_example_that_parses(readme: str) -> None:
    lines = [line for block in fences(text_of(readme), "sh") for line in block.splitlines()]
    shown = {build_parser().parse_args(shlex.split(line)[1:]).command for line in lines if line.startswith("juesuan")}
    assert shown == set(commands())


def test_the_finding_shown_is_what_check_prints(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown, _, after = section(text_of(readme), "check").partition("```text\n")
    (line,) = fences(shown, "sh")[0].splitlines()
    words = shlex.split(line)
    assert main([*words[1:-1], str(ROOT / words[-1])]) == 1
    assert after.split("```")[0] in capsys.readouterr().out


def test_no_unknown_command_is_named(readme: str) -> None:
    named = {found[1] for code in code_in(text_of(readme)) if (found := re.search(r"\bjuesuan ([a-z]\S*)", code))}
    assert named and named - set(commands()) == set()


def test_targets_named_stand_in_the_makefile(readme: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {found[1] for code in code_in(text_of(readme)) if (found := re.fullmatch(r"make ([a-z]+)", code))}
    assert {"demo", "test", "bundle"} <= named <= targets


# -- JSON shapes and words --------------------------------------------------------------------------------------------


def keys_by_place(place: str, value: Any) -> dict[str, set[str]]:
    """Keys of an object and of the objects in its lists, as the table of shapes names them."""
    found = {place: set(value)}
    for key, part in value.items():
        if isinstance(part, list) and part and isinstance(part[0], dict):
            found |= keys_by_place(f"{place}.{key}", part[0])
    return found


@pytest.fixture(scope="module")
def shapes(profile: Profile) -> dict[str, set[str]]:
    """Keys of every JSON answer, from a real file of the example."""
    (file,) = (ROOT / "deploy" / "example" / "inbox").glob("301002_*.txt")
    reading = read_submission(file, profile)
    refused = [RefusedFile("乙.xlsx", "不认识。")]
    status = CycleStatus(2022, "301", "甲局", [UnitStatus("301001", "甲", "单位")], refused)
    checked = keys_by_place("check", judgement_json(judge(file, reading, profile)))
    return (
        checked | keys_by_place("extract", extract_json(reading, profile)) | keys_by_place("status", status.as_json())
    )


def test_json_keys_are_told_completely(readme: str, shapes: dict[str, set[str]]) -> None:
    text = text_of(readme)
    for place, keys in shapes.items():
        assert set(re.findall(r"`([^`]+)`", table_row(text, place)[0])) == keys, place


def test_values_of_the_json_are_told(readme: str) -> None:
    text = text_of(readme)
    values = [*Verdict, *Severity, Status.VIOLATED, Status.NOT_CHECKED]
    assert [value for value in values if f"`{value.value}`" not in text] == []


def test_columns_of_the_registry_are_told_in_order(readme: str) -> None:
    assert f"`{','.join(HEADERS)}`" in text_of(readme)


# -- settings ---------------------------------------------------------------------------------------------------------


def test_every_setting_is_told_with_its_default_and_no_other(readme: str) -> None:
    text = text_of(readme)
    wanted = {f"JUESUAN_{name.upper()}": field for name, field in Settings.model_fields.items()}
    assert set(re.findall(r"^\| `(JUESUAN_\w+)` \|", text, re.MULTILINE)) == set(wanted)
    assert set(re.findall(r"JUESUAN_\w+", text)) == set(wanted)
    for name, field in wanted.items():
        if field.default and isinstance(field.default, int | str):
            assert table_row(text, name)[0] == f"`{field.default}`"


# -- rules ------------------------------------------------------------------------------------------------------------


def test_rules_are_counted(readme: str, profile: Profile) -> None:
    files = sorted((RULES_ROOT / profile.rule_set).glob("*.yaml"))
    counts = {
        file.stem: len(build_ruleset(profile, [file]).rules)
        for file in files
        if int(file.stem.split("_")[0]) < OWN_RULES_FROM
    }
    told = {name: int(count) for name, count in RULE_ROW.findall(text_of(readme))}
    assert told == counts, "write these numbers into the table of rule files"
    assert TOTAL_ROW.findall(text_of(readme)) == [str(sum(counts.values()))]


def test_the_example_rules_compile(readme: str, profile: Profile, tmp_path: Path) -> None:
    (block,) = fences(text_of(readme), "yaml")
    file = tmp_path / "60_本地.yaml"
    file.write_text(block, "utf-8")
    rules = build_ruleset(profile, [file])
    shipped = {rule.id for rule in build_ruleset(profile, (RULES_ROOT / profile.rule_set).glob("*.yaml")).rules}
    assert rules.rules and not shipped & {rule.id for rule in rules.rules}


def test_the_same_example_in_both_languages(readme: str) -> None:
    assert fences(text_of(readme), "yaml") == fences(text_of(READMES[0]), "yaml")


def test_fields_of_a_rule_are_told(readme: str) -> None:
    rows = re.findall(r"^\| ((?:`[a-z]+`(?:, |、)?)+) \|", text_of(readme), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([a-z]+)`", row)}
    assert set(Rule.model_fields) <= told


def test_words_of_the_language_are_words_of_the_language(readme: str) -> None:
    told = set(re.findall(r"`([每同各所属]+[行列类款项科目]+)`", text_of(readme)))
    assert len(told) == 13
    assert {word for word in told if selector_of(word).pick is Pick.ONE} == set()


# -- the rest ---------------------------------------------------------------------------------------------------------


def test_links_lead_somewhere(readme: str) -> None:
    text = text_of(readme)
    anchors = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", text, re.M)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        assert not file or (ROOT / file).exists(), target
        assert not anchor or file or anchor in anchors, target


def test_python_versions_and_licence_are_those_of_the_project(readme: str) -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'requires-python = ">=3.11,<3.14"' in project and "Python 3.11–3.13" in text_of(readme)
    assert 'license = "Apache-2.0"' in project and "[Apache-2.0](LICENSE)" in text_of(readme)


def test_both_languages_have_the_same_sections(readme: str) -> None:
    def outline(name: str) -> list[str]:
        heads = re.findall(r"^(#+) (.+)$", re.sub(r"^```.*?^```$", "", text_of(name), flags=re.M | re.S), re.M)
        return [level + (title if "`" in title else "") for level, title in heads]

    assert outline(readme) == outline(READMES[0])


def test_the_changelog_has_an_unreleased_section() -> None:
    changelog = text_of("CHANGELOG.md")
    found = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    assert found and re.findall(r"^- \S", found[1], re.MULTILINE)
    kinds = set(re.findall(r"^### (.+)$", changelog, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
