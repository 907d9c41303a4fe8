"""What an operator finds, however old; and what a page from elsewhere, open in the same browser, does not."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from corrected import correct_301005
from operator_ui import Operator
from playwright.sync_api import Locator, expect
from serving import Installation, until

pytestmark = [pytest.mark.browser, pytest.mark.prefect]

UNIT = "2022 云岭市医疗保障局 · 301005 云岭市医保基金稽核中心 · 审核退回"
REFUSED = "2022年度决算（参数有误）"


def run(office: Installation, **parameters: object) -> None:
    started = office.launch(year=2022, **parameters)
    until(lambda: office.state(started)["type"] in ("COMPLETED", "FAILED", "CRASHED"), 90, "the run")


def age(office: Installation, name: str, days: int) -> None:
    """Let a run be older than it is, in the database of the Prefect server."""
    then = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(office.home / "prefect" / "prefect.db", timeout=30) as database:
        sql = "UPDATE flow_run SET created = :t, start_time = :t, expected_start_time = :t WHERE name = :n"
        changed = database.execute(sql, {"t": then, "n": name}).rowcount
    database.close()
    assert changed == 1


def listed(operator: Operator, name: str) -> Locator:
    return operator.page.locator('a[href*="/runs/flow-run/"]', has_text=name)


def counted(operator: Operator, count: int) -> None:
    expect(operator.page.get_by_text(re.compile(rf"^{count} runs?$"))).to_be_visible()


def loaded(operator: Operator, link: str, name: str) -> bool:
    operator.page.goto(link)
    operator.page.wait_for_timeout(3000)
    return listed(operator, name).count() > 0


def test_the_link_of_serve_shows_all_that_waits_and_nothing_else(operator: Operator, office: Installation) -> None:
    run(office)
    run(office, registry="/没有/这个.csv")
    age(office, UNIT, 200)
    link = next(line.split("：", 1)[1] for line in office.said.splitlines() if "待处理的单位和审批：" in line)

    # A page loaded in the very moment a run ends shows it a little later.
    until(lambda: loaded(operator, link, REFUSED), 90, "the page is up to date")
    counted(operator, 2)
    expect(listed(operator, UNIT)).to_be_visible()
    expect(listed(operator, REFUSED)).to_be_visible()

    # What the guide says of the UI's own filters; when this no longer holds, the guide is to be changed.
    operator.page.goto(f"{operator.ui}/runs?state=Failed")
    operator.expect_text("No flow runs")
    operator.page.goto(f"{operator.ui}/runs")
    expect(listed(operator, REFUSED)).to_be_visible()
    expect(listed(operator, UNIT)).to_have_count(0)
    operator.page.goto(f"{operator.ui}/deployments")
    operator.page.locator('a[href*="/deployments/deployment/"]', has_text="unit-cycle").first.click()
    operator.expect_text("All except scheduled")
    operator.expect_text("No runs found")
    operator.page.locator(".state-name-select svg").first.click()
    operator.page.get_by_text("All run states", exact=True).click()
    expect(listed(operator, UNIT)).to_be_visible()

    correct_301005(Path(office.extra["INBOX"]))
    run(office)
    operator.page.goto(link)
    counted(operator, 1)
    expect(listed(operator, REFUSED)).to_be_visible()
    expect(listed(operator, UNIT)).to_have_count(0)


def test_nothing_in_the_ui_advertises(operator: Operator) -> None:
    page = operator.page
    page.goto(f"{operator.ui}/dashboard")
    expect(page.get_by_text("Event Feed")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(re.compile("V2 UI|Upgrade|Ready to scale|Join the Community"))).to_have_count(0)


OPENS = """address => new Promise(done => {
    const socket = new WebSocket(address);
    socket.onopen = () => { socket.close(); done(true) };
    socket.onerror = () => done(false);
})"""


def test_a_page_from_elsewhere_gets_nothing(operator: Operator, office: Installation) -> None:
    """``anderswo.example`` leads to this machine: see ``conftest.py``."""
    page, elsewhere = operator.page, f"http://anderswo.example:{office.port}"
    answer = page.goto(elsewhere)
    assert answer is not None and answer.status == 421
    operator.expect_text("请用 juesuan serve 显示的地址访问。")
    assert page.evaluate("fetch('/api/csrf-token?client=x').then(answer => answer.status)") == 421
    assert page.evaluate(OPENS, f"ws://anderswo.example:{office.port}/api/events/out") is False
    right_name = f"ws://127.0.0.1:{office.port}/api/events/out"
    assert page.evaluate(OPENS, right_name) is False, "under the right name, but from a foreign page"
    page.goto(operator.ui)
    assert page.evaluate(OPENS, right_name) is True
