"""After any one definition or source has changed, running again leads to the state of a fresh run, by those steps only."""

import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any, NamedTuple

import pytest
from cycles import EXAMPLE, REPOSITORY

FLOORS = ("models", "expectations", "reports", "tasks", "deploy")
UNITS = ("301002", "301003")
RULES = ("T01-收入", "R-移位", "R-行次", "Y01-年初直接", "A-缺户")
"""Kept besides those on performance forms, which go by the weights: a run of all takes seconds."""
JUDGED = {"validate", "部门"}
RULED = {"aggregate"}
"""Adding up asks the rules which figures of last year are declared."""
ALL = {"collect", "validate", "score", "aggregate", "部门", "disclose"}
FORMS, NARRATIVE = "models/forms/national_2022", "reports/templates/narrative/national_2022"
PROFILE = "models/profiles/national_2022.yaml"


SCHEME = "expectations/schemes/F-SX22.yaml"
WEIGHTS = re.findall(r"points: 20\}.*?points: 10\}", (REPOSITORY / SCHEME).read_text("utf-8"), re.DOTALL)[0]
"""Two weights of one group, which are exchanged."""


class Change(NamedTuple):
    """What is written instead of what (behind the file's end, when of nothing), and the steps that it concerns.

    ``versions``: How many new ones it makes: of a sum, whose rows have other names, or that a unit falls out of; of a
    workbook that is now one of other forms, and of the sum it stands in.
    """

    name: str
    file: str
    old: str
    new: str
    steps: set[str]
    versions: int = 0


CHANGES = [
    Change("文字模板", f"{NARRATIVE}/income.j2", "年度收入合计", "年度的收入合计", {"disclose"}),
    Change("名词解释", f"{NARRATIVE}/glossary.yaml", "本级财政当年拨付", "本级财政本年拨付", {"disclose"}),
    Change("文稿模板", "reports/templates/style.css", "", "\np { orphans: 3 }\n", {"disclose"}),
    Change("审核报告模板", "reports/templates/review_parts.html.j2", "", "{# 说明 #}", {"disclose"}),
    Change("表单", f"{FORMS}/03_公开03.yaml", "本表反映部门本年度各项支出情况。", "本表反映各项支出。", ALL, 2),
    Change("规则", "expectations/rules/national_2022/10_表内.yaml", "severity: 强制", "severity: 核实", JUDGED | RULED),
    Change("权重", SCHEME, WEIGHTS, WEIGHTS.replace("20", "…").replace("10", "20").replace("…", "10"), JUDGED | RULED | {"score"}),
    Change("科目名称", "models/subjects/functional_2022.csv", ",社会保障和就业支出,", ",社会保障与就业支出,", ALL, 1),
    Change("显示单位", PROFILE, "amount_unit: 元", "amount_unit: 万元", ALL),
    Change("小数位数", PROFILE, "decimals: 2", "decimals: 1", ALL),
    Change("等级", PROFILE, "{name: 优, from: 90}", "{name: 优, from: 95}", ALL, 1),
    Change("变动说明的界限", PROFILE, "threshold_pct: 20", "threshold_pct: 1", ALL),
    Change("收集", "tasks/collect/collect.py", "", "\n# changed\n", {"collect"}),
    Change("审核", "tasks/validate/validate.py", "", "\n# changed\n", JUDGED),
    Change("评分", "tasks/score/score.py", "", "\n# changed\n", {"score"}),
    Change("汇总", "tasks/aggregate/consolidate.py", "", "\n# changed\n", {"aggregate"}),
    Change("公开文稿", "tasks/disclose/disclose.py", "", "\n# changed\n", {"disclose"}),
    Change("语法", "expectations/language/grammar.lark", "", "\n// changed\n", JUDGED | RULED),
]  # fmt: skip
MENDED = """

_as_before = read_submissions


def read_submissions(paths, profile):  # finds something else in the files
    readings = _as_before(paths, profile)
    for reading in readings.values():
        reading.facts[:] = reading.facts[:1]
    return readings
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script told of every change, in a copy of the program with two of the example's units."""
    copy = tmp_path_factory.mktemp("copy")
    for floor in FLOORS:
        shutil.copytree(REPOSITORY / floor, copy / floor, ignore=shutil.ignore_patterns("__pycache__", "inbox"))
    for file in (copy / "expectations/rules/national_2022").iterdir():
        if "自评表" not in file.name:
            head, *rules = file.read_text("utf-8").split("  - id: ")
            file.write_text("  - id: ".join([head, *(r for r in rules if r.split("\n")[0] in RULES)]), "utf-8")
            if len(file.read_text("utf-8")) == len(head):
                file.unlink()
    inbox = copy / "work" / "inbox"
    inbox.mkdir(parents=True)
    head, *rows = (EXAMPLE / "registry.csv").read_text("utf-8-sig").splitlines(keepends=True)
    (copy / "work" / "registry.csv").write_text(
        head + "".join(r for r in rows if r[:6] in ("301,云岭", *UNITS)), "utf-8"
    )
    for file in (EXAMPLE / "inbox").iterdir():
        if file.name[:6] in UNITS:
            shutil.copy(file, inbox)
    changes = [change._asdict() | {"steps": sorted(change.steps)} for change in CHANGES]
    changes.append({"name": "读取", "file": "tasks/collect/reading.py", "old": "", "new": MENDED})
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "tests/integration/redoing.py")], input=json.dumps(changes), text=True, cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def test_a_run_without_a_change_does_nothing(told: dict[str, Any]) -> None:
    assert set(told["again"].pop("done")) == ALL
    first = {name: value for name, value in told["first"].items() if name != "done"}
    assert told["again"] == first and first["findings"] > 0 and len(first["documents"]) == 7


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_after_a_change_the_state_is_that_of_a_fresh_run(told: dict[str, Any], change: Change) -> None:
    after, fresh = (dict(told["changes"][change.name][run]) for run in ("after", "fresh"))
    worked = {name.split()[1] for name, key in after["keys"].items() if key != told["first"]["keys"][name]}
    assert worked == {step for step in change.steps if step != "部门"}
    assert {step for step, codes in after.pop("done").items() if codes} <= change.steps
    assert set(fresh.pop("done")) == ALL
    assert_fresh(after, fresh, new_versions=change.versions)


def assert_fresh(after: dict[str, Any], fresh: dict[str, Any], new_versions: int) -> None:
    """The whole state is the fresh one's, but that nothing is overwritten: earlier versions stay, with their findings."""
    assert after["versions"] == fresh["versions"] + new_versions
    if not new_versions:
        assert after == fresh
        return
    again = {name: [state, message.replace("第 2 版", "第 1 版")] for name, (state, message) in after["states"].items()}
    assert again == fresh["states"]
    shown = {name: text for name, text in fresh["documents"].items() if "审核报告" not in name}
    assert shown and shown.items() <= after["documents"].items()


def test_a_mended_reader_reads_again_and_makes_versions_of_what_it_finds(told: dict[str, Any]) -> None:
    after, fresh = (told["changes"]["读取"][run] for run in ("after", "fresh"))
    assert after["done"]["collect"] == ["301002"]
    assert_fresh(after, fresh, new_versions=2)


def test_the_two_weights_matter(told: dict[str, Any]) -> None:
    assert told["changes"]["权重"]["after"]["findings"] != told["first"]["findings"]


def test_a_file_read_again_without_another_figure_leaves_its_approval(told: dict[str, Any]) -> None:
    (after,), (_, approved) = told["read again"], told["approved"]
    assert after["versions"] == approved["versions"] + 2
    published = {name: text for name, text in approved["documents"].items() if name.endswith("决算公开.html")}
    assert published.items() <= after["documents"].items()
    assert "已批准公开。" in after["documents"]["2022-301/审核报告.html"]


def test_an_approved_document_stays_as_it_was_approved(told: dict[str, Any]) -> None:
    decided, approved = told["approved"]
    assert decided["stands"] and len(decided["changed"]) == 3
    (updated,) = told["updated"]
    published = {name: text for name, text in approved["documents"].items() if name.endswith("决算公开.html")}
    assert len(published) == 3 and published.items() <= updated["documents"].items()
    assert all("须重新批准公开" in message for name, (_, message) in updated["states"].items() if "disclose" in name)
    assert "现仍保持批准时的文稿" in updated["documents"]["2022-301/审核报告.html"]
    decided, again = told["approved again"]
    assert decided["stands"] and len(decided["changed"]) == 3
    for name in published:
        assert "年度的收入合计" in again["documents"][name] and "草稿" not in again["documents"][name]
