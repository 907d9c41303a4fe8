"""An operator's year-end in the browser: start the annual cycle, see who was returned, retry, see the new figure."""

from pathlib import Path

import pytest
from corrected import correct_301005
from operator_ui import RUN_SECONDS, Operator
from playwright.sync_api import expect
from serving import Installation

pytestmark = [pytest.mark.browser, pytest.mark.prefect]

RUN = "2022年度决算·云岭市医疗保障局"
ACCOUNTS = "2022-301/部门/301/决算公开.html"
WRONG = "公开10!C8：“约3万元”是约数。"


def test_a_returned_unit_is_mended_from_the_ui(operator: Operator, office: Installation) -> None:
    page = operator.page
    operator.open_form("annual-cycle")
    for title in ("年度", "单位登记表", "收件夹", "结果文件夹", "单位代码", "地区年度配置", "标记"):
        expect(page.get_by_text(f"{title} (Optional)", exact=True)).to_be_visible()
    operator.expect_text("单位登记表（CSV）的路径；留空用本机设置")
    operator.start("annual-cycle", 年度="2022")

    operator.open_run(f"{RUN}$")
    operator.expect_state("有待处理单位")
    table = operator.artifact("各单位情况")
    for words in ("301 云岭市医疗保障局", "未通过", "301005 云岭市医保基金稽核中心", "退回", "301006", "未报送", WRONG):
        assert words in table
    link = page.locator(f'a[href^="{operator.site}"][href*="301005"]', has_text="打开")
    assert "约3万元" in operator.read(str(link.get_attribute("href")).removeprefix(f"{operator.site}/"))
    operator.open_run(f"{RUN}$")
    assert WRONG in operator.artifact("2022 年度 云岭市医疗保障局 决算"), "escaped, and still readable"

    accounts = operator.read(ACCOUNTS)
    assert "43,649,756.68" in accounts and "45,297,256.68" not in accounts

    unit = "2022 云岭市医疗保障局 · 301005 云岭市医保基金稽核中心 · 审核退回"
    operator.open_run(unit)
    address = page.url
    operator.expect_state("退回")
    operator.expect_text(WRONG)  # among the logs
    advice = operator.artifact("301005")
    assert "替换收件夹中原来的文件《301005" in advice and "再按本次运行页面上的 Retry" in advice
    page.goto(address)
    operator.tab("Details")
    operator.expect_text("审核：强制性不符 4 处")

    page.goto(address)
    operator.retry()
    operator.expect_text("文件未更新：收件夹中没有该单位的新文件。", RUN_SECONDS)
    operator.expect_state("退回")
    assert "Traceback" not in page.inner_text("body")

    correct_301005(Path(office.extra["INBOX"]))
    operator.retry()
    operator.expect_state("Completed")
    accounts = operator.read(ACCOUNTS)
    assert "45,297,256.68" in accounts and "43,649,756.68" not in accounts
    page.goto(operator.site)
    page.get_by_role("link", name="2022-301").click()
    page.get_by_role("link", name="审核报告.html").click()
    expect(page.get_by_role("row", name="301005").first).to_contain_text("通过，有提示")


def test_a_mistake_in_the_form_is_told_without_a_traceback(operator: Operator) -> None:
    operator.start("annual-cycle", 年度="2022", 单位登记表="/没有/这个.csv")
    operator.open_run("2022年度决算（参数有误）")
    operator.expect_state("无法运行")
    operator.expect_text("单位登记表“/没有/这个.csv”打不开：文件或文件夹不存在")
    operator.page.reload()
    operator.expect_text("Finished in state 无法运行")
    assert "Traceback" not in operator.page.inner_text("body")
