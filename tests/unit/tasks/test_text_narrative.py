"""Numbers in the 情况说明: each is found, named, signed, and told apart as declared or derived."""

import re
import time
from pathlib import Path

import pytest

from models.profiles import Profile
from models.submission import Fact
from tasks.collect.text.facts import NUMBER, PATTERNS, compile_patterns, subjects
from tasks.collect.text.narrative import read_facts
from tasks.collect.text.reader import read_text
from tasks.collect.text.source import Line

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
REAL_NAME = "xinzhou-2022-unit-accounts.txt"
D, T = True, False  # declared by the unit, derivable from tables

# name, value, unit, declared: typed by hand from the sentences
EXPECTED = [
    ("收入总计", "24416856.18", "元", T),
    ("支出总计", "24416856.18", "元", T),
    ("收入总计/较上年增减", "-3080382.58", "元", D),
    ("收入总计/较上年增减率", "-11.2", "%", D),
    ("收入合计", "24416856.18", "元", T),
    ("收入合计/财政拨款收入/占比", "100.00", "%", T),
    ("收入合计/其他收入", "0.00", "元", T),
    ("支出合计/基本支出", "3877991.62", "元", T),
    ("支出合计/基本支出/占比", "15.88", "%", T),
    ("支出合计/项目支出", "20538864.56", "元", T),
    ("支出合计/项目支出/占比", "84.12", "%", T),
    ("财政拨款收入总计", "24416856.18", "元", T),
    ("财政拨款支出总计/较上年增减", "-3080382.58", "元", D),
    ("财政拨款支出/占本年支出合计", "100.00", "%", T),
    ("财政拨款支出/较上年增减", "-3080382.58", "元", D),
    ("基本支出/人员经费/占比", "14.05", "%", T),
    ("基本支出/公用经费/占比", "1.83", "%", T),
    ("社会保障和就业支出", "292767.52", "元", T),
    ("卫生健康支出/占比", "97.74", "%", T),
    ("财政拨款支出/年初预算", "76536600", "元", D),
    ("财政拨款支出/完成年初预算", "31.90", "%", T),
    ("社会保障和就业支出/年初预算", "29.28", "万元", D),
    ("社会保障和就业支出/较上年增减", "0.32", "万元", D),
    ("卫生健康支出/支出决算", "2386.41", "万元", T),
    ("卫生健康支出/完成年初预算", "31.44", "%", T),
    ("卫生健康支出/较上年增减", "-313.02", "万元", D),
    ("卫生健康支出/较上年增减率", "-11.6", "%", D),
    ("住房保障支出/较上年增减率", "26.25", "%", D),
    ("年初预算项目/市直离休干部医药费", "800", "万元", D),
    ("基本支出", "3877991.62", "元", T),
    ("基本支出/工资福利支出", "3368348.99", "元", T),
    ("基本支出/对个人和家庭的补助", "62988.68", "元", T),
    ("基本支出/商品和服务支出", "446653.95", "元", T),
    ("三公经费/预算数", "0.00", "元", T),
    ("三公经费/决算数", "0.00", "元", T),
    ("公务用车购置费/完成预算", "0.00", "%", T),
    ("因公出国（境）费/决算数", "0.00", "元", T),
    ("因公出国（境）/团组数", "0", "个", D),
    ("因公出国（境）/人次", "0", "人次", D),
    ("公务用车/购置数", "0", "辆", D),
    ("公务用车/保有量", "0", "辆", D),
    ("公务接待/批次", "0", "批次", D),
    ("国（境）外接待费/人次", "0", "人次", D),
    ("机关运行经费", "446653.95", "元", T),
    ("机关运行经费/较上年增减", "-89291.01", "元", D),
    ("机关运行经费/较上年增减率", "-16.66", "%", D),
    ("政府采购支出", "57158.00", "元", T),
    ("政府采购支出/货物", "17820.00", "元", T),
    ("政府采购支出/服务", "39338.00", "元", T),
    ("授予中小企业合同金额", "57158", "元", D),
    ("授予小微企业合同金额/占比", "100.00", "%", T),
    ("车辆/合计", "0", "辆", T),
    ("车辆/离退休干部用车", "0", "辆", T),
    ("单价100万元以上设备", "0", "台（套）", T),
    ("绩效自评/二级项目数", "10", "个", D),
    ("绩效自评/涉及资金", "20399620.6", "元", D),
    ("绩效自评/占项目支出总额", "99.32", "%", T),
    ("整体支出绩效自评/涉及资金", "0", "元", D),
    ("部门评价/一般公共预算支出", "0", "元", D),
    ("二级项目绩效自评/个数", "10", "个", D),
    ("二级项目绩效自评/等级为优", "6", "个", D),
    ("二级项目绩效自评/等级为良", "4", "个", D),
    ("一级项目绩效自评/等级为差", "0", "个", D),
    ("项目自评/职工及城乡居民医疗保险经费/预算执行得分", "5.36", "分", T),
    ("项目自评/职工及城乡居民医疗保险经费/执行数", "16", "万元", T),
    ("项目自评/第一书记及驻村工作队员专项经费/指标得分", "89", "分", T),
    ("项目自评/市直困难企业职工基本医疗保险和大额医疗费用补助/执行率", "97.42", "%", T),
    ("项目自评/整体支出/预算数", "76536600", "元", T),
    ("项目自评/整体支出/执行率", "32", "%", T),
]


@pytest.fixture(params=["fixture", pytest.param("real", marks=pytest.mark.real_inputs)])
def document(request: pytest.FixtureRequest) -> Path:
    if request.param == "real":
        return request.getfixturevalue("shared_inputs") / REAL_NAME
    return FIXTURE


def key(fact: Fact) -> tuple[str, str, str, bool]:
    return (fact.name, fact.value, fact.unit, fact.declared)


def test_known_facts(document: Path, profile: Profile) -> None:
    found = {key(fact) for fact in read_text(document, profile).facts}
    assert [expected for expected in EXPECTED if expected not in found] == []


def test_every_amount_and_percent_is_in_a_fact_once(document: Path, profile: Profile) -> None:
    """Counted plainly in the lines of 第三部分; “单价100万元以上” names a kind of equipment and is no amount."""
    lines = document.read_text("utf-8").split("\n")
    start, stop = lines.index("第三部分 情况说明"), lines.index("第四部分 名词解释")
    text = "\n".join(lines[start:stop]).replace("单价100万元", "")
    printed = sorted(number.replace(",", "") for number in re.findall(NUMBER + "(?=万元|元|%)", text))
    facts = read_text(document, profile).facts
    read = sorted(fact.value.lstrip("-") for fact in facts if fact.unit in ("元", "万元", "%"))
    assert read == printed


def test_few_facts_have_no_name_of_their_own(document: Path, profile: Profile) -> None:
    facts = read_text(document, profile).facts
    others = [fact.name for fact in facts if fact.name.startswith("其他/")]
    assert len(facts) > 200 and len(others) <= 6
    assert not any("未指明" in fact.name for fact in facts)


def test_a_fact_stands_in_its_sentence_and_line(document: Path, profile: Profile) -> None:
    lines = document.read_text("utf-8").split("\n")
    for fact in read_text(document, profile).facts:
        line = lines[int(re.match(r"第 (\d+) 行", fact.location)[1]) - 1].replace(",", "")
        assert fact.value.lstrip("-") in line
        assert fact.value.lstrip("-") in fact.sentence.replace(",", "")


# -- single sentences -------------------------------------------------------------------------------------------------


def facts_in(profile: Profile, heading: str, *paragraphs: str) -> dict[str, str]:
    lines = [Line(number, (text,)) for number, text in enumerate([heading, *paragraphs], start=1)]
    return {fact.name: f"{fact.value}{fact.unit}" for fact in read_facts(lines, profile)}


def test_increase_has_no_sign_and_decrease_has_one(profile: Profile) -> None:
    found = facts_in(
        profile,
        "一、收入支出决算总体情况说明",
        "与2021年相比，收入总计增加5.00元，增长1.5%，支出总计减少3.00元，下降2%。",
    )
    assert found == {
        "收入总计/较上年增减": "5.00元",
        "收入总计/较上年增减率": "1.5%",
        "支出总计/较上年增减": "-3.00元",
        "支出总计/较上年增减率": "-2%",
    }


def test_a_sentence_cut_by_a_page_break_is_whole(profile: Profile) -> None:
    found = facts_in(profile, "二、收入决算情况说明", "收入合计10.00元，其中：事业收入5.00元，占比", "50.00%。")
    assert found["收入合计/事业收入/占比"] == "50.00%"


def test_counts_of_trips_and_receptions(profile: Profile) -> None:
    found = facts_in(
        profile,
        "九、财政拨款“三公”经费支出决算情况说明",
        "1、因公出国（境）费支出12.30元，出国团组共2个，5人次。",
        "4、公务接待费支出8.00元，共接待3批次，21人次。",
    )
    assert found == {
        "因公出国（境）费/决算数": "12.30元",
        "因公出国（境）/团组数": "2个",
        "因公出国（境）/人次": "5人次",
        "公务接待费/决算数": "8.00元",
        "公务接待/批次": "3批次",
        "公务接待/人次": "21人次",
    }


def test_half_width_brackets_and_colons(profile: Profile) -> None:
    found = facts_in(profile, "五、一般公共预算财政拨款支出决算情况说明", "农林水支出(类)7.00元,占比3.50%。")
    assert found == {"农林水支出": "7.00元", "农林水支出/占比": "3.50%"}


def test_an_unknown_sentence_is_not_lost(profile: Profile) -> None:
    found = facts_in(profile, "三、支出决算情况说明", "其中食堂补贴支出1,234.50元。")
    assert found == {"其他/其中食堂补贴支出": "1234.50元"}


def test_patterns_compile_with_the_profile(profile: Profile) -> None:
    compiled = compile_patterns(profile.code, tuple(subjects(profile).items()))
    assert len(compiled) == len(PATTERNS)


@pytest.mark.parametrize("filler", ["1,", "“", "收入总计", "1", "预算执行", "，", "农林水支出年初预算"])
def test_hostile_text_takes_linear_time(profile: Profile, filler: str) -> None:
    lines = [Line(1, ("五、一般公共预算财政拨款支出决算情况说明",)), Line(2, (filler * (200_000 // len(filler)),))]
    start = time.process_time()
    read_facts(lines, profile)
    assert time.process_time() - start < 10


CARS = "三、“三公”经费财政拨款支出决算情况说明"


@pytest.mark.parametrize(
    ("heading", "paragraph", "name", "value"),
    [
        (CARS, "公务用车购置费25万元，比2021年预算减少35万元，下降58.33%。", "公务用车购置费/预算数", "25"),
        (CARS, "公务接待费支出5万元，较上年年初预算增加1万元。", "公务接待费/预算数", "5"),
        (CARS, "“三公”经费支出预算为79万元。其中公务接待费4万元。", "公务接待费/预算数", "4"),
        ("三、“三公”经费预算情况说明", "公务接待费4万元，比上年减少1万元。", "公务接待费/预算数", "4"),
        ("三、“三公”经费预算情况说明", "公务接待费4万元。", "公务接待费/预算数", "4"),
        (CARS, "“三公”经费预算79万元。公务接待费4万元，比上年减少1万元。", "公务接待费/决算数", "4"),
        (CARS, "公务接待费支出2万元，完成预算的50%。", "公务接待费/决算数", "2"),
        (CARS, "公务接待费2万元，比上年减少3万元。", "公务接待费/决算数", "2"),
        (CARS, "“三公”经费支出预算为79万元，支出决算为60万元。公务接待费4万元。", "公务接待费/决算数", "4"),
        ("五、一般公共预算财政拨款支出决算情况说明", "一般公共预算财政拨款支出60万元。", "财政拨款支出", "60"),
    ],
)
def test_a_budget_is_no_final_figure(profile: Profile, heading: str, paragraph: str, name: str, value: str) -> None:
    facts = facts_in(profile, heading, paragraph)
    assert facts[name] == f"{value}万元"
    other = name.replace("预算数", "决算数") if "预算数" in name else name.replace("决算数", "预算数")
    assert other == name or other not in facts
