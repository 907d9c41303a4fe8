"""Rules as data: what the catalogue refuses, and with which file, line and words."""

import time
from pathlib import Path

import pytest
from rule_cases import PROFILE, rule, ruleset

from expectations.catalogue import RULES_ROOT, build_ruleset, load_rules
from expectations.language.syntax import FormulaError
from models.errors import CatalogueError
from models.findings import Severity

GOOD = """rules:
  - id: A1
    title: 收支平衡
    severity: 强制
    formula: 公开01[收入/总计] = 公开01[支出/总计]
  - id: A2
    title: 公车
    severity: 核实
    formula: 公开10[国有资产/车辆数合计] >= 0
    when: 当 单位类型 属于 (行政单位)
"""


def test_a_set_has_rules_in_order_and_a_hash_of_their_content(tmp_path: Path) -> None:
    rules = ruleset(tmp_path, GOOD)
    assert [item.id for item in rules.rules] == ["A1", "A2"]
    assert [item.weight for item in rules.rules] == [Severity.MANDATORY, Severity.VERIFIABLE]
    assert rules["A2"].condition is not None
    assert rules.hash == ruleset(tmp_path, GOOD + "# nothing but a comment\n").hash
    assert rules.hash != ruleset(tmp_path, GOOD.replace(">= 0", "> 0")).hash


def test_a_rule_id_twice_is_told_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        ruleset(tmp_path, GOOD.replace("A2", "A1"))
    assert (caught.value.line, caught.value.path) == (6, str(tmp_path / "试验.yaml"))
    assert "已在 试验.yaml 第 2 行 声明" in caught.value.reason


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("公开01[支出/总计]", "公开01[支出/总记]", 5, "公开01没有行“支出/总记”；相近的有：支出/总计"),
        ("公开01[支出/总计]", "公开01[支出/总计", 5, "读不懂"),
        ("公开01[支出/总计]", "公开11[支出/总计]", 5, "没有表“公开11”"),
        ("属于 (行政单位)", "属于 (机关)", 10, "单位类型没有“机关”"),
        ("单位类型 属于", "单位性质 属于", 10, "没有单位属性“单位性质”"),
        ("severity: 核实", "severity: 一般", 8, "severity"),
        ("title: 公车", "titel: 公车", 0, "title"),
        ("formula: 公开10[国有资产/车辆数合计] >= 0", "basis: 无", 6, "只能写一个"),
        ("formula: 公开10[国有资产/车辆数合计] >= 0", "check: 没有", 9, "没有名为“没有”的检查"),
        ("title: 公车", "title: 公车\n    message: '{left.__class__}'", 8, "不能用“{left.__class__}”"),
        ("title: 公车", "title: 公车\n    message: '{left!r}'", 8, "message 里只能用"),
        ("title: 公车", "title: 公车\n    message: '{left'", 8, "花括号不成对"),
    ],
)
def test_faults_are_told_with_line_and_reason(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        ruleset(tmp_path, GOOD.replace(old, new))
    assert said in caught.value.reason
    if line:
        assert caught.value.line == line


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("公开03[208, 基本支初] = 0", "没有列“基本支初”；相近的有：基本支出"),
        ("公开03[208] = 0", "有 6 列，应写明哪一列"),
        ("公开03[20, 基本支出] = 0", "公开03没有行“20”"),
        ("公开01[290] = 0", "公开01没有行“290”"),
        ("合计(公开01[本年收入合计 : 201]) = 0", "不在同一栏目"),
        ("合计(公开01[其他收入 : 事业收入]) = 0", "前后颠倒"),
        ("合计(公开03[208, 项目支出 : 基本支出]) = 0", "前后颠倒"),
        ("公开03[每行, 同列] = 0", "用了同列，但没有每列"),
        ("公开03[合计, 基本支出] = 公开03[同行, 项目支出]", "没有每行"),
        ("公开03[合计, 基本支出] = 公开03[每行, 项目支出]", "应写在关系号左边"),
        ("公开03[每行, 每列] = 公开03[每行, 每列]", "只能写一次"),
        ("公开03[每款, 每列] = 合计(公开03[所属款, 同列])", "更高一级"),
        ("公开03[每行, 每列] = 合计(公开03[所属款, 同列])", "更高一级"),
        ("公开03[每行, 本年支出合计] = 公开01[同科目]", "应写“每类”"),
        ("公开03[每列, 基本支出] = 0", "应先写行"),
        ("公开10[国有资产/车辆数合计] = 公开10[政府采购/合计]", "混在一起"),
        ("封面[单位代码] = 0", "文字不能计算"),
        ("往来明细[1, 金额] = 0", "不是行列固定的表"),
        ("公开06[309, 其中：基本支出] = 0", "不适用"),
        ("1 = 1", "没有引用任何表"),
        ("公开01[201] = 0.001", "小数位数过多"),
        ("公开01[201] = 99999999999999999999", "超出"),
        ("公开06[每项, 金额] = 0", "没有符合“每项”的行"),
        ("公开03[每行, 每列] = 公开05[同行, 同列]", "没有列“本年支出合计”"),
    ],
)
def test_formulas_that_do_not_fit_the_forms(formula: str, said: str) -> None:
    with pytest.raises(FormulaError) as caught:
        rule(formula)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "formula",
    [
        "公开01[本年收入合计] = 合计(公开01[一般公共预算财政拨款收入 : 其他收入])",
        "公开04[年初财政拨款结转和结余] = 合计(公开04[年初结转/一般公共预算财政拨款 : 年初结转/国有资本经营预算财政拨款])",
        "公开04[本年支出合计, 每列] = 合计(公开04[201 : 234, 同列])",
        "公开04[每行, 合计] = 公开04[同行, 一般公共预算财政拨款] + 公开04[同行, 政府性基金预算财政拨款]",
        "公开04[每行(201 : 支出总计), 合计] >= 0",
        "公开03[每行, 本年支出合计] = 合计(公开03[同行, 基本支出 : 对附属单位补助支出])",
        "公开03[每类, 每列] = 合计(公开03[所属款, 同列])",
        "公开03[每类, 每列] = 合计(公开03[所属项, 同列])",
        "公开06[每类, 每列] = 合计(公开06[所属款, 同列])",
        "公开03[合计, 每列] = 合计(公开03[各类, 同列])",
        "公开01[每行(201 : 234)] = 公开03[同科目, 本年支出合计]",
        "公开05[每行, 小计] <= 公开03[同科目, 本年支出合计]",
        "公开03[每类, 本年支出合计] >= 公开01[同科目]",
        "公开07[三公经费, 决算数/合计] <= 2 * 公开07[三公经费, 预算数/合计]",
        "上年.公开01[年末结转和结余] = 公开01[年初结转和结余]",
        "公开05[2080505, 小计] >= 0",
        "公开03[每行, 每列(基本支出 : 项目支出)] >= 公开05[同行, 同列]",
    ],
)
def test_formulas_of_the_brief_fit(formula: str) -> None:
    assert rule(formula).relation is not None


def test_the_national_catalogue_loads_quickly_and_completely() -> None:
    load_rules(PROFILE)  # the first parse also builds the parser's tables
    started = time.perf_counter()
    again = build_ruleset(PROFILE, sorted((RULES_ROOT / PROFILE.rule_set).glob("*.yaml")))
    assert time.perf_counter() - started < 2
    assert len(again.rules) > 100
    assert again.hash == load_rules(PROFILE).hash


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="没有任何审核规则"):
        load_rules(PROFILE, tmp_path)
