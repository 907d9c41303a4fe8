"""A reviewer's decision in the browser: returned, approved, void once a figure's file has changed."""

from pathlib import Path

import pytest
from corrected import change_301004, correct_301005, without_301006
from cycles import EXAMPLE, Place
from operator_ui import Operator
from plain_cycle import run_plain
from playwright.sync_api import expect
from serving import Installation
from sqlmodel import select

from models.database import session_of
from models.tables import Approval

pytestmark = [pytest.mark.browser, pytest.mark.prefect]

ACCOUNTS = ("2022-301/部门/301/决算公开.html", "2022-301/单位/301004/决算公开.html")
APPROVED = {"批复文号": "云财决批〔2023〕15号", "批复日期": "2023-08-15"}
WAIVED = {"豁免缺项": "301 301002", "豁免人": "审核人乙", "豁免理由": "历史文本，另行公开"}


def drafts(operator: Operator) -> list[bool]:
    return ["草稿" in operator.read(path) for path in ACCOUNTS]


def decisions(place: Place) -> list[tuple[str, str, str]]:
    with session_of(place.url) as session:
        return [(a.decision, a.reviewer, a.comment) for a in session.exec(select(Approval).order_by(Approval.id))]  # type: ignore[arg-type]


def test_release_is_returned_then_approved_then_void(operator: Operator, office: Installation) -> None:
    inbox = Path(office.extra["INBOX"])
    correct_301005(inbox)
    registry = without_301006(EXAMPLE / "registry.csv", office.folder / "registry.csv")
    # The annual cycle's own way through the UI is the operator's test.
    place = Place(f"sqlite:///{office.home / 'juesuan.db'}", office.out, registry, inbox)
    run_plain(place)
    assert drafts(operator) == [True, True]

    operator.start("release", 年度="2022", **APPROVED, **WAIVED)
    operator.open_run("2022年度决算公开审批")
    operator.expect_state("Suspended")
    operator.expect_text("请按本次运行页面上的 Resume 填写")
    operator.page.get_by_role("button", name="Resume").click()
    form = operator.page.locator(".p-modal__card")
    for title in ("决定 (Optional)", "审核人", "意见 (Optional)"):
        expect(form.get_by_text(title, exact=True)).to_be_visible()
    expect(form.get_by_text("301005 云岭市医保基金稽核中心：第 1 版")).to_be_visible()
    expect(form.get_by_text("文号 云财决批〔2023〕15号，日期 2023-08-15")).to_be_visible()
    form.get_by_role("button", name="Close").click()
    operator.decide("退回", "审核人甲", "请核对附表")
    operator.expect_state("已退回")
    assert decisions(place) == [("退回", "审核人甲", "请核对附表")] and drafts(operator) == [True, True]

    operator.start("release", 年度="2022")
    operator.open_run("2022年度决算公开审批", "Suspended")
    operator.page.goto(next(line.split("：", 1)[1] for line in office.said.splitlines() if "待处理" in line))
    operator.page.locator('a[href*="/runs/flow-run/"]', has_text="2022年度决算公开审批").click()  # the only one
    operator.decide("同意", "审核人乙", "同意公开")
    operator.expect_state("已同意")
    assert decisions(place)[1:] == [("同意", "审核人乙", "同意公开")] and drafts(operator) == [False, False]

    change_301004(inbox)
    run_plain(place)
    assert drafts(operator) == [True, True], "what was approved is not what stands there now"
    operator.start("release", 年度="2022")
    operator.open_run("2022年度决算公开审批", "不能公开")
    operator.tab("Details")
    operator.expect_text("批复（云财决批〔2023〕15号）之后有单位的数据发生变化")
