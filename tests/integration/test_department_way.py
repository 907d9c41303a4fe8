"""A department's way from 未通过 to released: what its units say carries up, and it speaks for itself. Figures by hand.

The payer has 400,000 of appropriations, 100,000 of its own, and 5,000 from last year, of which 3,000 were left then and
2,000 came back since. It pays 100,000 to the receiver, which has 300,000 of appropriations. Net income: 505,000 + 400,000
− 100,000 = 805,000. Last year the units had 480,000 + 380,000 = 860,000, and the department, net, 780,000.
"""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from cycles import EXAMPLE, YEAR, Place, status_of
from plain_cycle import MARK, run_plain, write_unit
from sqlmodel import col, select

from flows.summary import ending, find_cycle, verdict_name
from models.database import session_of
from models.profiles import load_profile
from models.submission import Cell, Explanation, Submission
from models.tables import CellRecord, Contribution, Document, FindingRecord, SubmissionVersion, Unit
from reports.workbook import CoverInfo, write_workbook
from tasks.disclose.gaps import open_gaps
from tasks.disclose.release import carry_out, note_statutory, waive_gaps
from tasks.step import cycle_by_id

sys.path.insert(0, str(EXAMPLE))
from ledger import GENERAL, OTHER, Ledger
from units import BASIC, PROJECT, budget

PROFILE = load_profile()
DEPARTMENT, NAME = "8", "云岭市综合服务局"
WORDS = {("概况/主要职责", "内容"): "承担服务工作。", ("概况/机构设置", "内容"): "内设综合科。"}
PAYER = Ledger(
    "800001", "综合服务局本级", "公益一类事业单位", "二级预算单位",
    income=[("2101550", GENERAL, 400_000), ("2101550", "事业收入", 100_000)],
    outlay=[("2101550", BASIC, GENERAL, 400_000), ("2101506", "对附属单位补助支出", OTHER, 100_000)],
    economic={"30101": (400_000, 400_000)}, opening={GENERAL: 5_000},
    supplement={
        ("上年/收入总计", "金额"): 480_000, ("上年/支出总计", "金额"): 480_000,
        ("上年/年末结转和结余", "金额"): 3_000, ("上年/年末财政拨款结转和结余", "金额"): 3_000,
        ("上年/财政拨款收入总计", "金额"): 390_000, ("上年/财政拨款支出总计", "金额"): 390_000,
        ("年初调整/收回以前年度支出", "金额"): 2_000, ("年初调整/收回以前年度支出", "其中：财政拨款"): 2_000,
        **budget({"210": "400000", "合计": "400000"}, {"210": "400000", "合计": "400000"}), **WORDS,
    },
    explanations=[Explanation("Y01-年初直接", "公开01", "年初结转和结余", "决算数", "收回以前年度支出")],
)  # fmt: skip
RECEIVER = Ledger(
    "800002", "第二服务中心", "公益一类事业单位", "二级预算单位",
    income=[("2101550", GENERAL, 300_000), ("2101599", "上级补助收入", 100_000)],
    outlay=[("2101550", BASIC, GENERAL, 300_000), ("2101599", PROJECT, OTHER, 100_000)],
    economic={"30101": (300_000, 300_000)},
    supplement={
        ("上年/收入总计", "金额"): 380_000, ("上年/支出总计", "金额"): 380_000,
        **budget({"210": "300000", "合计": "300000"}, {"210": "300000", "合计": "300000"}), **WORDS,
    },
)  # fmt: skip
PAID = ("对附属单位补助支出", "800002", "第二服务中心", "2101506", 100_000)
GOT = ("上级补助收入", "800001", "综合服务局本级", "2101599", 100_000)


def file_units(place: Place, *explanations: Explanation, itemised: bool) -> None:
    for unit, flow in ((PAYER, PAID), (RECEIVER, GOT)):
        ledger = replace(unit, flows=[flow] if itemised else [], explanations=[*unit.explanations, *explanations])
        write_unit(ledger, ledger.submission(PROFILE, YEAR), place.inbox, PROFILE)


def file_department(place: Place, *explanations: Explanation, year: int = YEAR, **last_year: int) -> None:
    """The department's workbook, with last year's figures in 元."""
    data = Submission("", "", "填报工作簿", PROFILE.code, PROFILE.forms.hash, explanations=list(explanations))
    data.cells = [Cell("补充信息", f"上年/{row}", "金额", yuan * 100) for row, yuan in last_year.items()]
    data.cells.append(Cell("补充信息", "原因/收入支出总计变动", "内容", None, "业务量增加"))
    cover = CoverInfo(code=DEPARTMENT, name=NAME, year=year, report_type="部门汇总")
    write_workbook(PROFILE, place.inbox / "部门说明.xlsx", unit=cover, submission=data)


def department(url: str, folder: Path) -> Place:
    (folder / "inbox").mkdir()
    rows = ["单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型", f"{DEPARTMENT},{NAME},,,,,"]
    rows += [
        f"{unit.code},{unit.name},{DEPARTMENT},{unit.unit_type},政府会计准则制度,{unit.level},"
        for unit in (PAYER, RECEIVER)
    ]
    (folder / "registry.csv").write_text("\n".join(rows) + "\n", "utf-8-sig")
    return Place(url, folder / "out", folder / "registry.csv", folder / "inbox")


def states(place: Place) -> dict[str, str]:
    return {unit.code: verdict_name(unit) for unit in status_of(place).units}


def findings(place: Place) -> dict[str, FindingRecord]:
    """Violated rules of the department's newest sum."""
    with session_of(place.url) as session:
        newest = session.exec(
            select(SubmissionVersion).where(SubmissionVersion.role == "汇总").order_by(col(SubmissionVersion.id))
        ).all()[-1]
        query = select(FindingRecord).where(
            FindingRecord.submission_id == newest.id, FindingRecord.status == "violated"
        )
        return {row.rule: row for row in session.exec(query)}


def page(place: Place) -> str:
    return (place.out / f"{YEAR}-{DEPARTMENT}" / "部门" / DEPARTMENT / "决算公开.html").read_text("utf-8")


def test_what_nobody_itemised_keeps_the_sum_provisional(database_url: str, tmp_path: Path) -> None:
    place = department(database_url, tmp_path)
    file_units(place, itemised=False)
    run_plain(place)
    assert states(place) == {DEPARTMENT: "未通过，汇总数暂定", "800001": "退回", "800002": "退回"}
    with session_of(place.url) as session:
        told = [
            row.message for row in session.exec(select(FindingRecord).where(FindingRecord.rule == "A-暂定"))
        ]  # fmt: skip
    assert len(told) == 2 and "对方可能是 800002 第二服务中心（上级补助收入 100,000.00 元" in told[0]
    assert "汇总数是<b>暂定数</b>" in (place.out / f"{YEAR}-{DEPARTMENT}" / "审核报告.html").read_text("utf-8")
    status = status_of(place)
    assert status.needs_attention and "部门 8 云岭市综合服务局 未通过，汇总数暂定" in ending(status)[1]

    file_units(place, Explanation("N-未列明", "", "", "", "与市外单位之间的往来"), itemised=False)
    run_plain(place)
    assert states(place) == {DEPARTMENT: "通过", "800001": "通过", "800002": "通过"}, "a statement settles it"
    assert "都是 100,000.00 元" in findings(place)["A-往来核对"].message, "but the same amount is told"
    assert "收入总计905,000.00元" in page(place)


def test_units_explanations_and_the_departments_own_lead_to_its_release(database_url: str, tmp_path: Path) -> None:
    place = department(database_url, tmp_path)
    file_units(place, itemised=True)
    run_plain(place)
    assert states(place) == {DEPARTMENT: "通过", "800001": "通过", "800002": "通过"}
    found = findings(place)
    assert set(found) == {"Y01-年初直接", "A-上年"}
    assert found["Y01-年初直接"].difference == 2_000_00
    assert found["Y01-年初直接"].explanation == "各单位的说明：800001 综合服务局本级：收回以前年度支出"
    assert "收入总计、支出总计（本年数已抵销内部往来" in found["A-上年"].message
    assert "收入总计805,000.00元，支出总计805,000.00元。上年可比数暂缺，未作比较。" in page(place)
    assert ending(status_of(place)) == ("Completed", "全部单位通过")

    last = {"收入总计": 780_000, "支出总计": 780_000, "年末政府性基金预算财政拨款结转和结余": 500}
    file_department(place, **last)
    run_plain(place)
    assert states(place)[DEPARTMENT] == "未通过"
    assert ending(status_of(place))[0] == "部门未通过" and status_of(place).needs_attention
    assert findings(place)["Y04-基金"].difference == -500_00 and "A-上年" in findings(place)
    assert "收入总计" not in findings(place)["A-上年"].message.replace("财政拨款收入总计", "")

    file_department(place, Explanation("Y04-基金", "", "", "", "机构划转"), **last)
    run_plain(place)
    found = findings(place)
    assert states(place)[DEPARTMENT] == "通过" and found["Y04-基金"].explanation == "机构划转"
    assert (
        "与上年相比，收入总计增加25,000.00元，增长3.21%；支出总计增加25,000.00元，增长3.21%。主要原因是：业务量增加。"
        in page(place)
    )
    with session_of(place.url) as session:
        kinds = session.exec(select(Contribution.kind).order_by(col(Contribution.id))).all()
    assert kinds[-1] == "部门汇总", "the sum names the workbook that it took from"
    run_plain(place)
    assert states(place)[DEPARTMENT] == "通过"

    with session_of(place.url) as session:
        cycle = find_cycle(session, YEAR).id or 0
    note_statutory(place.url, cycle, "云财决批〔2023〕15号", date(2023, 8, 15), "甲", str(place.out), MARK)
    with session_of(place.url) as session:
        lacking = sorted({gap.unit_code for gap in open_gaps(session, cycle_by_id(session, cycle))})
    waive_gaps(place.url, cycle, lacking, "审核人甲", "首次使用，上年数另行公开", str(place.out), MARK)
    carry_out(place.url, cycle, "同意", "审核人甲", "同意公开", str(place.out), MARK)
    with session_of(place.url) as session:
        assert not any(session.exec(select(Document.draft).where(Document.kind == "决算公开")))


def test_a_workbook_of_the_department_that_is_wrong_is_told_and_others_are_not_it(
    database_url: str, tmp_path: Path
) -> None:
    place = department(database_url, tmp_path)
    file_units(place, itemised=True)
    file_department(place, year=YEAR - 1)
    run_plain(place)
    (own,) = [unit for unit in status_of(place).units if unit.code == DEPARTMENT]
    assert verdict_name(own) == "未通过" and "应报 2022 年度决算" in own.trouble
    (place.inbox / "部门说明.xlsx").unlink()
    run_plain(place)
    assert states(place)[DEPARTMENT] == "通过", "none is needed"
    cover = CoverInfo(code=DEPARTMENT, name=NAME, year=YEAR, report_type="单户表")
    write_workbook(PROFILE, place.inbox / "部门的账.xlsx", unit=cover)
    run_plain(place)
    (refused,) = status_of(place).refused
    assert "是部门的代码" in refused.message and "juesuan template --unit 8" in refused.message


def test_last_years_accounts_give_last_years_figures(database_url: str, tmp_path: Path) -> None:
    """They are the department's, net; that its units' declarations add up to 860,000 contradicts nothing."""
    place = department(database_url, tmp_path)
    file_units(place, itemised=True)
    run_plain(place)
    with session_of(place.url) as session:
        before = find_cycle(session, YEAR)
        before.year = YEAR - 1
        session.add(before)
    run_plain(place)
    with session_of(place.url) as session:
        query = (
            select(CellRecord.amount)
            .join(SubmissionVersion, col(SubmissionVersion.id) == CellRecord.submission_id)
            .join(Unit, col(Unit.id) == SubmissionVersion.unit_id)
            .where(Unit.cycle_id == find_cycle(session, YEAR).id, SubmissionVersion.role == "汇总")
            .where(CellRecord.form == "补充信息", CellRecord.row == "上年/收入总计")
        )
        assert list(session.exec(query)) == [805_000_00], "the same accounts serve as last year's here"
    assert "Y-收入总计" not in findings(place)
