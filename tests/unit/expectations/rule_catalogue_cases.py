"""Consistent accounts and, for every formula of the catalogue, one named cell whose change breaks it.

Amounts are in 万元 unless told otherwise (a department of 1,788 元 would be asked whether it typed 万元). ``WHOLE`` is an administrative unit with all three budgets, so that every
relation shows a figure; ``PLAIN`` a public institution without funds; ``PRIOR`` last year's accounts of ``WHOLE``.
"""

import sys
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from fixtures.projects import RETIRED, with_funding
from rule_cases import PROFILE, submission

from expectations.cube import UnitData
from models.forms import Kind
from models.money import parse_fen
from models.submission import Cell, Presence, Submission

sys.path.append(str(Path(__file__).resolve().parents[3] / "deploy" / "example"))

from ledger import CAPITAL, FUND, GENERAL, OTHER, Ledger

BASIC, PROJECT = "基本支出", "项目支出"
CARS = "公务用车购置及运行维护费/"
ABROAD = "因公出国（境）费"

LEDGER = Ledger(
    "001", "甲局", "行政单位", "一级预算单位",
    income=[
        ("2010301", GENERAL, 1000), ("2080505", GENERAL, 100), ("2080506", GENERAL, 50), ("2101101", GENERAL, 60),
        ("2210201", GENERAL, 80), ("2120801", FUND, 300), ("2230105", CAPITAL, 40), ("2010399", "上级补助收入", 20),
        ("2010399", "事业收入", 30), ("2010399", "经营收入", 70), ("2010399", "附属单位上缴收入", 10),
        ("2010399", "其他收入", 5),
    ],
    outlay=[
        ("2010301", BASIC, GENERAL, 900), ("2010302", PROJECT, GENERAL, 80), ("2080505", BASIC, GENERAL, 100),
        ("2080506", BASIC, GENERAL, 50), ("2101101", BASIC, GENERAL, 60), ("2210201", BASIC, GENERAL, 80),
        ("2120801", PROJECT, FUND, 280), ("2230105", PROJECT, CAPITAL, 40), ("2010399", "经营支出", OTHER, 65),
        ("2010399", "上缴上级支出", OTHER, 15), ("2010399", "对附属单位补助支出", OTHER, 12),
        ("2010399", PROJECT, OTHER, 8),
    ],
    economic={
        "30101": (500, 500), "30108": (100, 100), "30109": (50, 50), "30110": (60, 60), "30113": (80, 80),
        "30302": (40, 40), "30201": (180, 180), "30212": (10, 10), "30217": (20, 20), "30231": (30, 30),
        "30227": (60, 0), "30701": (5, 5), "30902": (7, 0), "31002": (60, 60), "31013": (15, 15), "31101": (4, 0),
        "31204": (25, 25), "31302": (9, 0), "39999": (15, 15),
    },
    opening={GENERAL: 10, FUND: 6, OTHER: 4}, used=3, distributed=2,
    three={
        ABROAD: (12, 10), CARS + "公务用车购置费": (20, 15), CARS + "公务用车运行维护费": (40, 30), "公务接待费": (25, 20)
    },
    stock={
        "政府采购/合计": 100, "政府采购/货物": 50, "政府采购/工程": 20, "政府采购/服务": 30, "机关运行经费/行政单位": 360,
        "国有资产/车辆数合计": 3, "国有资产/机要通信用车": 1, "国有资产/应急保障用车": 2,
    },
    supplement={
        **{
            (f"上年/{row}", "金额"): yuan
            for row, yuan in {
                "收入总计": 1500, "支出总计": 1500, "本年收入合计": 1450, "本年支出合计": 1470, "年末结转和结余": 20,
                "财政拨款收入总计": 1400, "财政拨款支出总计": 1400, "年末财政拨款结转和结余": 16,
                "年末政府性基金预算财政拨款结转和结余": 6, "一般公共预算财政拨款支出": 1100, "三公经费": 70,
                ABROAD: 9, "公务用车购置费": 16, "公务用车运行维护费": 25, "公务接待费": 20, "机关运行经费": 350,
            }.items()
        },
        ("预算/201", "年初预算数"): 950, ("预算/208", "年初预算数"): 150, ("预算/合计", "年初预算数"): 1100,
        ("数量/因公出国（境）团组", "数量"): 1, ("数量/因公出国（境）人次", "数量"): 4, ("数量/公务用车购置", "数量"): 1,
        ("数量/公务用车保有量", "数量"): 3, ("数量/国内公务接待批次", "数量"): 5,
        ("数量/国内公务接待人次", "数量"): 30, ("数量/其中外事接待批次", "数量"): 1,
        ("数量/其中外事接待人次", "数量"): 6, ("数量/国（境）外公务接待批次", "数量"): 1,
        ("数量/国（境）外公务接待人次", "数量"): 3,
        ("采购/授予中小企业合同金额", "金额"): 60, ("采购/其中授予小微企业合同金额", "金额"): 30,
        ("采购/年度采购计划金额", "金额"): 120,
        ("概况/主要职责", "内容"): "办理日常事务。", ("概况/机构设置", "内容"): "设一个办公室。",
    },
    flows=[
        ("上级补助收入", "002", "乙局", "2010399", 20), ("上缴上级支出", "002", "乙局", "2010399", 15),
        ("对附属单位补助支出", "003", "丙中心", "2010399", 12), ("附属单位上缴收入", "003", "丙中心", "2010399", 10),
    ],
)  # fmt: skip

INSTITUTION = Ledger(
    "003", "丙中心", "公益一类事业单位", "二级预算单位",
    income=[("2010350", GENERAL, 100)],
    outlay=[("2010350", BASIC, GENERAL, 100)],
    economic={
        "30101": (40, 40), "30212": (10, 10), "30217": (5, 5), "30231": (15, 15), "31013": (30, 30),
    },
    three={
        ABROAD: (10, 10), CARS + "公务用车购置费": (30, 30), CARS + "公务用车运行维护费": (15, 15), "公务接待费": (5, 5)
    },
    supplement={
        ("数量/因公出国（境）团组", "数量"): 1, ("数量/因公出国（境）人次", "数量"): 2, ("数量/公务用车购置", "数量"): 1,
        ("数量/公务用车保有量", "数量"): 1, ("数量/国内公务接待批次", "数量"): 2, ("数量/国内公务接待人次", "数量"): 9,
        ("概况/主要职责", "内容"): "承担技术服务。", ("概况/机构设置", "内容"): "设两个科室。",
    },
    stock={"国有资产/车辆数合计": 1, "国有资产/其他用车": 1},
)  # fmt: skip

SMALL = dict.fromkeys(("declared_budget", "initial_budget", "budget", "executed"), "0.04")
"""One project of 400 元 within the 408 元 of 项目支出."""

LAST_YEAR = {
    ("公开01", "收入/总计"): 1500, ("公开01", "支出/总计"): 1500, ("公开01", "本年收入合计"): 1450,
    ("公开01", "本年支出合计"): 1470, ("公开01", "年末结转和结余"): 20, ("公开04", "收入总计"): 1400,
    ("公开04", "支出总计", "合计"): 1400, ("公开04", "年末财政拨款结转和结余", "合计"): 16,
    ("公开04", "年末财政拨款结转和结余", GENERAL): 10, ("公开04", "年末财政拨款结转和结余", FUND): 6,
    ("公开04", "年末财政拨款结转和结余", CAPITAL): 0,
    ("公开05", "合计", "小计"): 1100, ("公开07", "三公经费", "决算数/合计"): 70,
    ("公开10", "机关运行经费/行政单位"): 350,
}  # fmt: skip

WAN = 10_000
"""元 in the unit in which the ledgers and cases here are written."""


def accounts(ledger: Ledger) -> Submission:
    """The ledger's forms, its amounts taken as 万元."""
    made = ledger.submission(PROFILE, 2022)
    made.cells = [_enlarged(cell) for cell in made.cells]
    made.counterparties = [replace(line, amount_fen=line.amount_fen * WAN) for line in made.counterparties]
    return made


def _enlarged(cell: Cell) -> Cell:
    money = cell.amount is not None and PROFILE.forms[cell.form].kind_of(cell.row, cell.column) is Kind.FEN
    return replace(cell, amount=(cell.amount or 0) * WAN) if money else cell


WHOLE: Submission = accounts(LEDGER)
WHOLE.projects.append(with_funding(with_funding(RETIRED, 0, **SMALL), 1, **SMALL))
PLAIN: Submission = accounts(INSTITUTION)
PLAIN.cells.append(Cell("公开10", "机关运行经费/行政单位", "统计数", 0, None, "公开10!C14"))
BARE: Submission = replace(
    WHOLE,
    presence=WHOLE.presence | {"补充信息": Presence.ABSENT},
    cells=[cell for cell in WHOLE.cells if cell.form != "补充信息"],
)
"""What is published: nothing but the tables."""
BASES = {"whole": WHOLE, "plain": PLAIN, "bare": BARE}
PRIOR: Submission = submission({address: wan * WAN * 100 for address, wan in LAST_YEAR.items()})


@dataclass(frozen=True)
class Case:
    """A change that breaks one rule.

    Attributes:
        cell: ``form|row|column``.
        to: New content in the cell's own scale (万元, or a number of things); empty deletes the cell.
        difference: left - right of the finding, likewise; empty when the formula compares with a bare bound.
        base: Accounts that are changed. scope: 单位 or 部门.
    """

    cell: str
    to: str
    difference: str = ""
    base: str = "whole"
    scope: str = "单位"

    def unit(self, changed: bool) -> UnitData:
        """The unit before or after the change."""
        data = copy(BASES[self.base])
        data.cells = list(data.cells)
        if changed:
            _put(data, *self.cell.split("|"), text=self.to)
        return UnitData("甲", data, prior=None if self.base == "plain" else PRIOR, scope=self.scope)

    @property
    def scaled(self) -> int | None:
        """The difference as findings carry it."""
        form, row, column = self.cell.split("|")
        return _scaled(form, row, column, self.difference) if self.difference else None


def _scaled(form: str, row: str, column: str, text: str) -> int:
    return int(text) if PROFILE.forms[form].kind_of(row, column).value == "count" else parse_fen(text, "万元")


def _put(data: Submission, form: str, row: str, column: str, text: str) -> None:
    amount = _scaled(form, row, column, text) if text else None
    for index, cell in enumerate(data.cells):
        if (cell.form, cell.row, cell.column) == (form, row, column):
            if amount is None:
                del data.cells[index]
            else:
                data.cells[index] = replace(cell, amount=amount)
            return
    if amount is None:
        raise LookupError(f"{form} {row} {column} is blank already")
    data.cells.append(Cell(form, row, column, amount, None, f"{form}!A1"))


def _spent(key: str, side: str = "决算数") -> str:
    return f"公开07|三公经费|{side}/{key}"


def _last(row: str) -> str:
    return f"补充信息|上年/{row}|金额"


def _count(row: str) -> str:
    return f"补充信息|数量/{row}|数量"


CASES: dict[str, Case] = {
    # 公开01: 本年收入 1765 = 1290+300+40+20+30+70+10+5; 本年支出 1690; 收入总计 1765+3+20 = 1788; 年末 1788-2-1690 = 96
    "T01-收入": Case("公开01|本年收入合计|决算数", "1765.01", "0.01"),
    "T01-支出": Case("公开01|208|决算数", "141", "9"),
    "T01-收入总计": Case("公开01|使用非财政拨款结余|决算数", "12", "-9"),
    "T01-支出总计": Case("公开01|结余分配|决算数", "", "2"),
    "T01-平衡": Case("公开01|支出/总计|决算数", "1878", "-90"),
    "T01-非负": Case("公开01|其他收入|决算数", "-5"),
    "T02-行": Case("公开02|2080505|本年收入合计", "109", "9"),
    "T02-类": Case("公开02|208|财政拨款收入", "150.01", "0.01"),
    "T02-款": Case("公开02|20805|财政拨款收入", "149", "-1"),
    "T02-合计": Case("公开02|合计|经营收入", "", "-70"),
    "T02-非负": Case("公开02|2080505|本年收入合计", "-100"),
    "T03-行": Case("公开03|2010399|上缴上级支出", "51", "-36"),
    "T03-类": Case("公开03|201|经营支出", "56", "-9"),
    "T03-款": Case("公开03|20103|对附属单位补助支出", "21", "9"),
    "T03-合计": Case("公开03|合计|基本支出", "1190.01", "0.01"),
    "T03-非负": Case("公开03|2010302|本年支出合计", "-80"),
    "T04-收入": Case("公开04|本年收入合计|金额", "1639", "9"),
    "T04-年初": Case("公开04|年初财政拨款结转和结余|金额", "", "-16"),
    "T04-收入总计": Case("公开04|收入总计|金额", "1646.01", "0.01"),
    "T04-支出": Case("公开04|本年支出合计|政府性基金预算财政拨款", "289", "9"),
    "T04-支出总计": Case("公开04|支出总计|一般公共预算财政拨款", "1310", "10"),
    "T04-平衡": Case("公开04|支出总计|合计", "1656", "-10"),
    "T04-行": Case("公开04|212|合计", "280.01", "0.01"),
    "T04-一般公共预算": Case("公开04|收入/一般公共预算财政拨款|金额", "1299", "9"),
    "T04-政府性基金": Case("公开04|年初结转/政府性基金预算财政拨款|金额", "", "-6"),
    "T04-国有资本": Case("公开04|支出总计|国有资本经营预算财政拨款", "4", "36"),
    "T04-年末非负": Case("公开04|年末财政拨款结转和结余|一般公共预算财政拨款", "-30"),
    "T05-行": Case("公开05|2010302|项目支出", "8", "72"),
    "T05-类": Case("公开05|221|基本支出", "80.01", "0.01"),
    "T05-款": Case("公开05|22102|小计", "", "-80"),
    "T05-合计": Case("公开05|合计|项目支出", "89", "9"),
    "T06-类": Case("公开06|302|金额", "309", "9"),
    "T06-人员": Case("公开06|人员经费合计|其中：基本支出", "830.01", "0.01"),
    "T06-公用": Case("公开06|313|金额", "", "9"),
    "T06-公用基本": Case("公开06|312|其中：基本支出", "52", "-27"),
    "T06-其中": Case("公开06|30227|其中：基本支出", "60.01", "0.01"),
    "T07-预算数合计": Case(_spent("合计", "预算数"), "96", "-1"),
    "T07-预算数公车": Case(_spent(CARS + "小计", "预算数"), "60.01", "0.01"),
    "T07-决算数合计": Case(_spent("合计"), "57", "-18"),
    "T07-决算数公车": Case(_spent(CARS + "小计"), "54", "9"),
    "T07-超预算": Case(_spent("合计"), "97.01", "0.01"),
    "T07-超预算出国": Case(_spent(ABROAD), "12.01", "0.01"),
    "T07-超预算购置": Case(_spent(CARS + "公务用车购置费"), "29", "9"),
    "T07-超预算运行": Case(_spent(CARS + "公务用车运行维护费", "预算数"), "", "30"),
    "T07-超预算接待": Case(_spent("公务接待费"), "26", "1"),
    "T07-非负": Case(_spent(ABROAD), "-10"),
    "T08-支出": Case("公开08|2120801|项目支出", "280.01", "-0.01"),
    "T08-结转": Case("公开08|2120801|年末结转和结余", "62", "36"),
    "T08-类": Case("公开08|212|本年收入", "309", "9"),
    "T08-款": Case("公开08|21208|小计", "", "-280"),
    "T08-合计": Case("公开08|合计|年初结转和结余", "6.01", "0.01"),
    "T09-行": Case("公开09|2230105|项目支出", "4", "36"),
    "T09-类": Case("公开09|223|合计", "49", "9"),
    "T09-款": Case("公开09|22301|项目支出", "40.01", "0.01"),
    "T09-合计": Case("公开09|合计|项目支出", "", "-40"),
    "T10-采购": Case("公开10|政府采购/工程|采购金额", "29", "-9"),
    "T10-车辆": Case("公开10|国有资产/应急保障用车|统计数", "", "2"),
    "T10-非负": Case("公开10|机关运行经费/行政单位|统计数", "-360"),
    "X12-合计": Case("公开02|合计|本年收入合计", "1675", "90"),
    "X12-财政拨款": Case("公开02|合计|财政拨款收入", "1630.01", "-0.01"),
    "X12-上级补助收入": Case("公开01|上级补助收入|决算数", "", "-20"),
    "X12-事业收入": Case("公开02|合计|事业收入", "39", "-9"),
    "X12-经营收入": Case("公开02|合计|经营收入", "7", "63"),
    "X12-附属单位上缴收入": Case("公开01|附属单位上缴收入|决算数", "10.01", "0.01"),
    "X12-其他收入": Case("公开01|其他收入|决算数", "-5", "-10"),
    "X13-合计": Case("公开03|合计|本年支出合计", "1960", "-270"),
    "X13-类": Case("公开03|221|本年支出合计", "80.01", "-0.01"),
    "X24": Case("公开04|本年收入合计|金额", "1629", "1"),
    "X14-一般公共预算": Case("公开01|一般公共预算财政拨款收入|决算数", "1299", "9"),
    "X14-政府性基金": Case("公开04|收入/政府性基金预算财政拨款|金额", "", "300"),
    "X14-国有资本": Case("公开01|国有资本经营预算财政拨款收入|决算数", "40.01", "0.01"),
    "X14-年初": Case("公开01|年初结转和结余|决算数", "15", "1"),
    "X14-年末": Case("公开04|年末财政拨款结转和结余|合计", "96.01", "0.01"),
    "X14-类": Case("公开04|208|合计", "159", "9"),
    "X45-合计": Case("公开05|合计|小计", "1207", "63"),
    "X45-类": Case("公开04|210|一般公共预算财政拨款", "60.01", "0.01"),
    "X48-支出": Case("公开08|合计|小计", "208", "72"),
    "X48-收入": Case("公开08|合计|本年收入", "", "300"),
    "X48-年初": Case("公开08|合计|年初结转和结余", "15", "-9"),
    "X48-年末": Case("公开08|合计|年末结转和结余", "26.01", "-0.01"),
    "X48-类": Case("公开08|212|小计", "271", "9"),
    "X28": Case("公开08|2120801|本年收入", "300.01", "0.01"),
    "X49-合计": Case("公开09|合计|合计", "4", "36"),
    "X49-类": Case("公开04|223|国有资本经营预算财政拨款", "49", "9"),
    "X35-小计": Case("公开05|2210201|小计", "80.01", "0.01"),
    "X35-基本支出": Case("公开03|2080506|基本支出", "5", "45"),
    "X35-项目支出": Case("公开05|2010302|项目支出", "89", "9"),
    "X34": Case("公开05|合计|小计", "1370.01", "0.01"),
    "X34-科目": Case("公开08|2120801|小计", "280.01", "0.01"),
    "X56-基本": Case("公开06|公用经费合计|其中：基本支出", "351", "9"),
    "X56-小计": Case("公开06|人员经费合计|金额", "", "830"),
    "X67-出国": Case("公开06|30212|其中：基本支出", "10.01", "0.01"),
    "X67-接待": Case(_spent("公务接待费"), "2", "18"),
    "X67-公车运行": Case("公开06|30231|其中：基本支出", "39", "9"),
    "X67-公车购置": Case("公开06|30913|金额", "0.01", "0.01"),
    "X67-出国相等": Case("公开06|30212|金额", "1", "-9", "plain"),
    "X67-接待相等": Case(_spent("公务接待费"), "5.01", "-0.01", "plain"),
    "X67-公车运行相等": Case("公开06|30231|金额", "51", "36", "plain"),
    "X67-公车购置相等": Case(_spent(CARS + "公务用车购置费"), "39", "-9", "plain"),
    "X610": Case("公开10|机关运行经费/行政单位|统计数", "630", "270"),
    "X610-事业": Case("公开10|机关运行经费/行政单位|统计数", "0.01", "", "plain"),
    "X610-部门": Case("公开10|机关运行经费/行政单位|统计数", "360.01", "0.01", scope="部门"),
    "S56-养老保险": Case("公开06|30108|其中：基本支出", "109", "-9"),
    "S56-职业年金": Case("公开05|2080506|基本支出", "50.01", "0.01"),
    "S56-医疗保险": Case("公开06|30110|其中：基本支出", "6", "54"),
    "S56-住房公积金": Case("公开05|2210201|基本支出", "89", "9"),
    "Y01-年初": Case("补充信息|年初调整/差错更正|金额", "9", "-9"),
    "Y01-年初直接": Case(_last("年末结转和结余"), "20.01", "-0.01"),
    "Y04-年初": Case("补充信息|年初调整/资金划转|其中：财政拨款", "-9", "9"),
    "Y04-基金": Case(_last("年末政府性基金预算财政拨款结转和结余"), "", "6"),
    "Y-基金年末": Case(_last("年末政府性基金预算财政拨款结转和结余"), "6.01", "0.01"),
    "Y01-上年年末": Case("公开01|年初结转和结余|决算数", "29", "9", base="bare"),
    "Y04-上年一般": Case("公开04|年初结转/一般公共预算财政拨款|金额", "", "-10", base="bare"),
    "Y04-上年基金": Case("公开04|年初结转/政府性基金预算财政拨款|金额", "6.01", "0.01", base="bare"),
    "Y04-上年国资": Case("公开04|年初结转/国有资本经营预算财政拨款|金额", "9", "9"),
    "Y-收入总计": Case(_last("收入总计"), "1500.01", "0.01"),
    "Y-支出总计": Case(_last("支出总计"), "1509", "9"),
    "Y-本年收入合计": Case(_last("本年收入合计"), "1405", "-45"),
    "Y-本年支出合计": Case(_last("本年支出合计"), "", "-1470"),
    "Y-年末结转和结余": Case(_last("年末结转和结余"), "29", "9"),
    "Y-财政拨款收入总计": Case(_last("财政拨款收入总计"), "1400.01", "0.01"),
    "Y-财政拨款支出总计": Case(_last("财政拨款支出总计"), "1409", "9"),
    "Y-年末财政拨款结转和结余": Case(_last("年末财政拨款结转和结余"), "61", "45"),
    "Y-一般公共预算财政拨款支出": Case(_last("一般公共预算财政拨款支出"), "1100.01", "0.01"),
    "Y-三公经费": Case(_last("三公经费"), "7", "-63"),
    "Y-机关运行经费": Case(_last("机关运行经费"), "359", "9"),
    "Y-合计": Case(_last("支出总计"), "1500.01", "-0.01"),
    "Y-财政拨款合计": Case(_last("财政拨款支出总计"), "1400.01", "-0.01"),
    "Y-收入构成": Case(_last("本年收入合计"), "1500.01", "0.01"),
    "Y-支出构成": Case(_last("本年支出合计"), "1480.01", "0.01"),
    "Y-财政拨款构成": Case(_last("财政拨款收入总计"), "1509", "9"),
    "Y-一般公共预算构成": Case(_last("一般公共预算财政拨款支出"), "1393", "9"),
    "Y-年末构成": Case(_last("年末财政拨款结转和结余"), "20.01", "0.01"),
    "Y-基金年末构成": Case(_last("年末政府性基金预算财政拨款结转和结余"), "60", "44"),
    "Y-三公构成": Case(_last("公务接待费"), "2", "18"),
    "Y-非负": Case(_last("机关运行经费"), "-350"),
    "D-行": Case("财政对账单|2120801|合计", "300.01", "0.01"),
    "D-合计": Case("财政对账单|2080505|一般公共预算财政拨款", "109", "-9"),
    "D-02": Case("财政对账单|2010301|合计", "1000.01", "-0.01"),
    "D-04-一般": Case("财政对账单|合计|一般公共预算财政拨款", "1920", "-630"),
    "D-04-政府": Case("财政对账单|合计|政府性基金预算财政拨款", "", "300"),
    "D-04-国有": Case("公开04|收入/国有资本经营预算财政拨款|金额", "49", "9"),
    "B-预算": Case("补充信息|预算/208|年初预算数", "159", "-9"),
    "B-中小企业": Case("补充信息|采购/授予中小企业合同金额|金额", "100.01", "0.01"),
    "B-小微企业": Case("补充信息|采购/其中授予小微企业合同金额|金额", "69", "9"),
    "B-采购非负": Case("补充信息|采购/年度采购计划金额|金额", "-120"),
    "B-外事批次": Case(_count("其中外事接待批次"), "6", "1"),
    "B-外事人次": Case(_count("其中外事接待人次"), "60", "30"),
    "B-出国人次": Case(_count("因公出国（境）人次"), "", "1"),
    "B-接待人次": Case(_count("国内公务接待人次"), "3", "2"),
    "B-外事接待人次": Case(_count("其中外事接待批次"), "7", "1"),
    "B-境外接待人次": Case(_count("国（境）外公务接待批次"), "4", "1"),
    "B-出国": Case(_count("因公出国（境）团组"), ""),
    "B-购置": Case(_count("公务用车购置"), ""),
    "B-运行": Case(_count("公务用车保有量"), ""),
    "B-车辆": Case(_count("公务用车保有量"), "4", "1"),
}
"""Rule to the change that breaks it. Where the same change breaks several rules, each is shown by its own."""
