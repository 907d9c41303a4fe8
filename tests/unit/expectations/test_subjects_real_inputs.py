"""Codes and names that real documents print are subjects of the dictionaries under these names: no alarm about them."""

import re
from pathlib import Path

import pytest
from rule_cases import PROFILE

from expectations.catalogue import load_rules
from expectations.cube import Cube, UnitData
from expectations.evaluator import evaluate
from models.findings import Status
from tasks.collect.reading import read_submission

INPUTS = Path(__file__).resolve().parents[3].parent / "shared" / "inputs"
DOCUMENT = INPUTS / "xinzhou-2022-unit-accounts.txt"
PAIR = re.compile(r"(?:^|\t)([23]\d{2}(?:\d{2}){0,2})\t([^\t\d—]+)", re.MULTILINE)
PUTUO = {
    "201": "一般公共服务支出", "20106": "财政事务", "2010601": "行政运行", "2010602": "一般行政管理事务",
    "2010607": "信息化建设", "2010608": "财政委托业务支出", "208": "社会保障和就业支出", "20805": "行政事业单位养老支出",
    "2080501": "行政单位离退休", "2080505": "机关事业单位基本养老保险缴费支出",
    "2080506": "机关事业单位职业年金缴费支出", "2080599": "其他行政事业单位养老支出", "210": "卫生健康支出",
    "21011": "行政事业单位医疗", "2101101": "行政单位医疗", "221": "住房保障支出", "22102": "住房改革支出",
    "2210201": "住房公积金", "2210203": "购房补贴", "30108": "机关事业单位基本养老保险缴费", "30212": "因公出国（境）费用",
    "30224": "被装购置费", "30304": "抚恤金", "31007": "信息网络及软件购置更新",
}  # fmt: skip
"""What the accounts of 2024 in putuo-2024-finance-department-accounts.pdf print, a format that is not read yet."""

pytestmark = pytest.mark.real_inputs


def unknown(pairs: set[tuple[str, str]], year: int) -> list[tuple[str, str]]:
    subjects = PROFILE.functional | PROFILE.economic
    return sorted(
        (code, name)
        for code, name in pairs
        if code not in subjects or not subjects[code].in_use(year) or not subjects[code].known_as(name, year)
    )


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the real documents are not here")
def test_every_pair_that_the_texts_print() -> None:
    pairs = {pair for file in INPUTS.glob("*.txt") for pair in PAIR.findall(file.read_text("utf-8"))}
    functional = {code for code, _ in pairs if code.startswith("2")}
    economic = {code for code, _ in pairs if code.startswith("3")}
    assert len(functional) == 15, "公开02, 公开03 and 公开05 of Xinzhou print the same 15 subjects"
    assert len(economic) == len([row for row in PROFILE.forms["公开06"].rows.values() if row.code])
    assert unknown(pairs, 2022) == [("30901", "房屋构筑物构建"), ("31001", "房屋构筑物构建")], (
        "Xinzhou's own words for 房屋建筑物购建, a synonym of the form's rows and no subject's name"
    )


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the real documents are not here")
def test_the_rules_on_subjects_hold() -> None:
    cube = Cube.build(PROFILE, [UnitData("甲", read_submission(DOCUMENT, PROFILE))])
    outcomes = {outcome.rule: outcome.status for outcome in evaluate(load_rules(PROFILE), cube)["甲"]}
    assert (outcomes["R-科目"], outcomes["R-科目名称"]) == (Status.HOLDS, Status.HOLDS)


def test_every_pair_of_another_place_and_year() -> None:
    assert unknown(set(PUTUO.items()), 2024) == []
