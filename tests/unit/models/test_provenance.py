"""What a step's results are made with is found by what its package imports, and misses nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models import provenance
from models.profiles import PROFILES_ROOT, Profile
from models.provenance import HOUSE, files_of
from tasks.step import STEPS

LOADED = """
import importlib, json, pathlib, sys
for file in pathlib.Path("tasks", sys.argv[1]).rglob("*.py"):
    if file.stem != "child":  # a script of its own
        importlib.import_module(".".join(file.with_suffix("").parts))
if rules := sys.modules.get("expectations.catalogue"):
    rules.load_rules(sys.modules["models.profiles"].load_profile())  # imports checks by their files' names
floors = ("models", "expectations", "reports", "tasks")
print(json.dumps([module.__file__ for name, module in sys.modules.items() if name.split(".")[0] in floors]))
"""


@pytest.mark.parametrize("step", STEPS)
def test_every_module_that_a_step_runs_counts(step: str, profile: Profile) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, step], cwd=HOUSE, capture_output=True, text=True, check=True)
    loaded = {Path(file) for file in json.loads(done.stdout.splitlines()[-1])}
    counted = files_of(f"tasks.{step}", profile)
    assert loaded - counted == set() and len(loaded) > 20
    assert set((HOUSE / "tasks" / step).rglob("*.py")) <= counted


def named(step: str, profile: Profile) -> set[str]:
    return {file.relative_to(HOUSE).as_posix() for file in files_of(f"tasks.{step}", profile)}


def test_definitions_count_where_they_are_used(profile: Profile) -> None:
    rules, scheme = "expectations/rules/national_2022/10_表内.yaml", "expectations/schemes/F-SX22.yaml"
    text = "reports/templates/narrative/national_2022/income.j2"
    users = {file: {step for step in STEPS if file in named(step, profile)} for file in (rules, scheme, text)}
    # Adding up asks the rules which figures of last year are declared, and with them loads every check.
    assert {step: users[step] & {"disclose"} for step in (rules, scheme)} == {rules: set(), scheme: set()}
    assert (
        users[rules] == {"validate", "aggregate"}
        and {"validate", "score"} <= users[scheme]
        and users[text] == {"disclose"}
    )
    for step in STEPS:
        assert {"models/forms/national_2022/01_公开01.yaml", "models/subjects/functional_2022.csv"} <= named(
            step, profile
        )


def test_definitions_of_another_profile_do_not_count(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = (PROFILES_ROOT / "national_2022.yaml").read_text("utf-8")
    (tmp_path / "national_2022.yaml").write_text(own, "utf-8")
    other = (
        own.replace("national-2022", "other").replace("scheme: F-SX22", "scheme: F-XX").replace("economic_2022", "x")
    )
    (tmp_path / "other.yaml").write_text(other, "utf-8")
    monkeypatch.setattr(provenance, "PROFILES_ROOT", tmp_path)
    before = named("score", profile)
    second = profile.model_copy(update={"code": "other", "scheme": "F-XX", "economic_subjects": "x"})
    assert named("score", profile) == before
    gone = {"expectations/schemes/F-SX22.yaml", "models/subjects/economic_2022.csv"}
    assert before - named("score", second) == gone and gone <= before
