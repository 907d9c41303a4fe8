"""Composes a unit's consistent forms from its leaf entries, so that an example is written as a ledger, not as cells.

Amounts are given in 元 (int or str) and become fen. Only the example and tests use this; the product never invents figures.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from models.money import parse_fen
from models.profiles import Profile
from models.subjects import parent_of
from models.submission import Cell, Counterparty, Explanation, Presence, Project, Submission

GENERAL, FUND, CAPITAL = "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"
FISCAL = (GENERAL, FUND, CAPITAL)
OTHER = ""
"""Money that is no appropriation."""

Yuan = int | str


def fen(yuan: Yuan) -> int:
    """元 to fen."""
    return parse_fen(str(yuan))


@dataclass
class Ledger:
    """Leaf entries of one unit's year.

    Attributes:
        income: (functional 项, column of 公开02 or fund, 元); a fund counts as 财政拨款收入.
        outlay: (functional 项, column of 公开03, fund or OTHER, 元).
        economic: economic 款 to (金额, 其中：基本支出) of general-budget outlay, 元.
        opening: fund or OTHER to 元. used: 使用非财政拨款结余. distributed: 结余分配.
        three: 公开07 column below 预算数/决算数 to (预算, 决算). stock: 公开10 row to value as displayed.
        supplement: (row, column) of 补充信息 to 元, number or text.
    """

    code: str
    name: str
    unit_type: str
    level: str
    income: list[tuple[str, str, Yuan]]
    outlay: list[tuple[str, str, str, Yuan]]
    economic: dict[str, tuple[Yuan, Yuan]]
    opening: dict[str, Yuan] = field(default_factory=dict)
    used: Yuan = 0
    distributed: Yuan = 0
    three: dict[str, tuple[Yuan, Yuan]] = field(default_factory=dict)
    stock: dict[str, Yuan] = field(default_factory=dict)
    supplement: dict[tuple[str, str], Yuan] = field(default_factory=dict)
    flows: list[tuple[str, str, str, str, Yuan]] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    report_type: str = "单户表"

    def submission(self, profile: Profile, year: int) -> Submission:
        """The forms that these entries make."""
        return _Composer(self, profile, year).compose()


class _Composer:
    def __init__(self, ledger: Ledger, profile: Profile, year: int) -> None:
        self.ledger, self.profile, self.year = ledger, profile, year
        self.amounts: dict[tuple[str, str, str], int] = defaultdict(int)
        self.texts: dict[tuple[str, str, str], str] = {}

    def add(self, form: str, row: str, column: str, amount: int) -> None:
        self.amounts[form, row, column] += amount

    def add_subject(self, form: str, code: str, columns: tuple[str, ...], amount: int) -> None:
        """Add to a subject, the subjects above it and the total row."""
        rows = ["合计"]
        while code:
            rows.append(code)
            code = parent_of(code)
        for row in rows:
            for column in columns:
                self.add(form, row, column, amount)

    def compose(self) -> Submission:
        self._income()
        self._outlay()
        self._balances()
        self._economic()
        self._three()
        self._rest()
        return self._submission()

    def _income(self) -> None:
        for code, source, yuan in self.ledger.income:
            amount = fen(yuan)
            column = "财政拨款收入" if source in FISCAL else source
            self.add_subject("公开02", code, ("本年收入合计", column), amount)
            self.add("公开01", f"{source}收入" if source in FISCAL else source, "决算数", amount)
            self.add("公开01", "本年收入合计", "决算数", amount)
            if source in FISCAL:
                self.add("公开04", f"收入/{source}", "金额", amount)
                self.add("公开04", "本年收入合计", "金额", amount)
                self.add_subject("财政对账单", code, ("合计", source), amount)
                if source == FUND:
                    self.add_subject("公开08", code, ("本年收入",), amount)

    def _outlay(self) -> None:
        for code, nature, fund, yuan in self.ledger.outlay:
            amount = fen(yuan)
            self.add_subject("公开03", code, ("本年支出合计", nature), amount)
            for row in (code[:3], "本年支出合计"):
                self.add("公开01", row, "决算数", amount)
                if fund:
                    self.add("公开04", row, fund, amount)
                    self.add("公开04", row, "合计", amount)
            if fund == GENERAL:
                self.add_subject("公开05", code, ("小计", nature), amount)
            elif fund == FUND:
                self.add_subject("公开08", code, ("小计", nature), amount)
            elif fund == CAPITAL:
                self.add_subject("公开09", code, ("合计", nature), amount)

    def _balances(self) -> None:
        got = self.amounts
        opening = {fund: fen(yuan) for fund, yuan in self.ledger.opening.items()}
        used, distributed = fen(self.ledger.used), fen(self.ledger.distributed)
        total = got["公开01", "本年收入合计", "决算数"] + used + sum(opening.values())
        for row, amount in (
            ("使用非财政拨款结余", used),
            ("年初结转和结余", sum(opening.values())),
            ("收入/总计", total),
            ("结余分配", distributed),
            ("年末结转和结余", total - distributed - got["公开01", "本年支出合计", "决算数"]),
            ("支出/总计", total),
        ):
            self.add("公开01", row, "决算数", amount)
        for fund in FISCAL:
            begin, income = opening.get(fund, 0), got["公开04", f"收入/{fund}", "金额"]
            end = begin + income - got["公开04", "本年支出合计", fund]
            self.add("公开04", f"年初结转/{fund}", "金额", begin)
            self.add("公开04", "年初财政拨款结转和结余", "金额", begin)
            self.add("公开04", "收入总计", "金额", begin + income)
            for column in (fund, "合计"):
                self.add("公开04", "年末财政拨款结转和结余", column, end)
                self.add("公开04", "支出总计", column, begin + income)
        self._fund_balances(opening.get(FUND, 0))

    def _fund_balances(self, opening: int) -> None:
        """Opening balances of the fund stand under the first fund subject that is spent."""
        spent = [code for code, _, fund, _ in self.ledger.outlay if fund == FUND]
        if spent:
            self.add_subject("公开08", spent[0], ("年初结转和结余",), opening)
        for row in {row for form, row, _ in list(self.amounts) if form == "公开08"}:
            got = self.amounts
            end = got["公开08", row, "年初结转和结余"] + got["公开08", row, "本年收入"] - got["公开08", row, "小计"]
            self.add("公开08", row, "年末结转和结余", end)

    def _economic(self) -> None:
        for code, (total, basic) in self.ledger.economic.items():
            whole = "人员经费合计" if code[:3] in ("301", "303") else "公用经费合计"
            for row in (code, code[:3], whole):
                self.add("公开06", row, "金额", fen(total))
                self.add("公开06", row, "其中：基本支出", fen(basic))
        spent = self.amounts["公开05", "合计", "小计"], self.amounts["公开05", "合计", "基本支出"]
        booked = tuple(
            sum(self.amounts["公开06", row, column] for row in ("人员经费合计", "公用经费合计"))
            for column in ("金额", "其中：基本支出")
        )
        if spent != booked:
            raise ValueError(f"{self.ledger.name}: functional {spent} and economic {booked} outlay differ")

    def _three(self) -> None:
        cars = "公务用车购置及运行维护费/"
        for key, sides in self.ledger.three.items():
            for side, yuan in zip(("预算数", "决算数"), sides, strict=True):
                self.add("公开07", "三公经费", f"{side}/{key}", fen(yuan))
                self.add("公开07", "三公经费", f"{side}/合计", fen(yuan))
                if key.startswith(cars):
                    self.add("公开07", "三公经费", f"{side}/{cars}小计", fen(yuan))

    def _rest(self) -> None:
        for row, value in self.ledger.stock.items():
            count = row.startswith("国有资产/")
            self.add(
                "公开10",
                row,
                "采购金额" if row.startswith("政府采购/") else "统计数",
                int(value) if count else fen(value),
            )
        form = self.profile.forms["补充信息"]
        for (row, column), value in self.ledger.supplement.items():
            kind = form.kind_of(row, column).value
            if kind == "text":
                self.texts["补充信息", row, column] = str(value)
            else:
                self.add("补充信息", row, column, int(value) if kind == "count" else fen(value))
        cover = {
            "单位代码": self.ledger.code, "单位名称": self.ledger.name, "年度": str(self.year),
            "单位类型": self.ledger.unit_type, "会计制度": "政府会计准则制度", "预算级次": self.ledger.level,
            "报表类型": self.ledger.report_type,
            "单位负责人": "示例负责人", "填表人": "示例填表人", "联系电话": "示例电话",
        }  # fmt: skip
        self.texts |= {("封面", row, "内容"): text for row, text in cover.items()}

    def _submission(self) -> Submission:
        cells = [Cell(*address, amount) for address, amount in self.amounts.items() if amount]
        cells += [Cell(*address, None, text) for address, text in self.texts.items()]
        filled = {cell.form for cell in cells}
        return Submission(
            file="", sha256="", kind="填报工作簿", profile=self.profile.code, catalogue_hash=self.profile.forms.hash,
            unit_code=self.ledger.code, unit_name=self.ledger.name, year=self.year,
            presence={code: Presence.PRESENT if code in filled else Presence.EMPTY for code in self.profile.forms},
            cells=cells,
            row_names={
                (cell.form, cell.row): self.profile.functional[cell.row].name
                for cell in cells
                if self.profile.forms[cell.form].open_panel and cell.row in self.profile.functional
            },
            projects=list(self.ledger.projects),
            counterparties=[
                Counterparty(direction, other, name, subject, fen(yuan))
                for direction, other, name, subject, yuan in self.ledger.flows
            ],
            explanations=list(self.ledger.explanations),
        )  # fmt: skip
