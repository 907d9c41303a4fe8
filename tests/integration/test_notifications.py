"""What a webhook is told, and that it can neither stop a run nor leak its address."""

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corrected import correct_301005, without_301006
from cycles import EXAMPLE, Place
from plain_cycle import run_plain
from webhook import SECRET, Webhook, webhook

from flows.notifications import notify
from flows.settings import settings, use_database
from flows.summary import CycleStatus

pytestmark = pytest.mark.prefect

STATUS = CycleStatus(2022, "301", "云岭市医疗保障局", [], [])


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as one:
        monkeypatch.setenv("JUESUAN_WEBHOOK", one.address)
        # A flow's helper sets it for this process; the next test shall not find it.
        monkeypatch.setenv("JUESUAN_DATABASE", "")
        settings.cache_clear()
        yield one
    monkeypatch.undo()
    settings.cache_clear()


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Every log line of this process and of all runs on the server."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import LogSort

    with get_client(sync_client=True) as client:
        stored = [log.message for log in client.read_logs(limit=200, offset=0, sort=LogSort.TIMESTAMP_DESC)]
    return "\n".join([*stored, *(record.getMessage() for record in caplog.records)])


def broken_place(tmp_path: Path) -> Place:
    """A folder stands where the document of 301003 should go: a fault of the machine, not of the data."""
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out")
    (place.results / "单位" / "301003" / "决算公开.html").mkdir(parents=True)
    return place


def test_a_fault_is_told_with_unit_and_link_and_without_a_leak(
    hook: Webhook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from flows.cycle import annual_cycle

    place = broken_place(tmp_path)
    use_database(place.url)
    with caplog.at_level(logging.DEBUG):
        state = annual_cycle(**place.parameters().for_flow(), return_state=True)
    assert state.name == "故障" and "301003" in (state.message or "")
    (told,) = hook.of("故障")
    assert told["msgtype"] == "text" and (told["year"], told["department"]) == (2022, "301")
    assert told["message"] == "1 户处理故障：301003 云岭市医疗保障信息中心"
    assert told["text"]["content"].startswith("【决算·故障】2022 年度 云岭市医疗保障局：1 户处理故障")
    assert told["link"].endswith("/2022-301/审核报告.html") and told["link"] in told["text"]["content"]
    assert SECRET not in logged(caplog) and SECRET not in repr(settings())


def test_a_fault_that_is_known_already_is_not_told_again(hook: Webhook, tmp_path: Path) -> None:
    from flows.cycle import annual_cycle, unit_cycle

    place = broken_place(tmp_path)
    use_database(place.url)
    annual_cycle(**place.parameters().for_flow(), return_state=True)
    sources = {k: v for k, v in place.parameters().for_flow().items() if k != "units"}
    unit_cycle(unit="301001", **sources, return_state=True)
    assert len(hook.of("故障")) == 1


def test_a_start_that_cannot_run_is_told(hook: Webhook, tmp_path: Path) -> None:
    """The yearly start comes when nobody looks."""
    from flows.cycle import annual_cycle

    wrong = {"year": 2022, "registry": str(tmp_path / "登记表.csv"), "inbox": str(tmp_path), "out": str(tmp_path)}
    state = annual_cycle(**wrong, return_state=True)
    assert state.name == "无法运行"
    (told,) = hook.of("故障")
    assert "年度周期无法运行：单位登记表" in told["message"] and "文件或文件夹不存在" in told["message"]
    assert "/runs/flow-run/" in told["link"] and told["year"] is None


def test_a_run_that_breaks_off_is_told(hook: Webhook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import cycle

    def breaks(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(cycle, "_scope", breaks)
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out")
    use_database(place.url)
    state = cycle.annual_cycle(**place.parameters().for_flow(), return_state=True)
    assert state.is_failed()
    (told,) = hook.of("故障")
    assert "意外中断" in told["message"] and "/runs/flow-run/" in told["link"]


def test_a_webhook_that_fails_is_told_in_the_log_of_the_run(hook: Webhook, tmp_path: Path) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId

    from flows.cycle import annual_cycle

    hook.answer = 500
    state = annual_cycle(year=2022, registry="没有.csv", inbox=str(tmp_path), out=str(tmp_path), return_state=True)
    run = state.state_details.flow_run_id
    assert run is not None
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run]))
    with get_client(sync_client=True) as client:
        lines: list[str] = []
        end = time.monotonic() + 20
        while not any("通知" in line for line in lines) and time.monotonic() < end:
            lines = [log.message for log in client.read_logs(of_run, limit=50, offset=0)]
            time.sleep(0.5)
    assert "通知没有送达：接收通知的服务回答 500。" in lines


def test_a_release_that_waits_is_told(hook: Webhook, tmp_path: Path) -> None:
    from flows.release import release

    inbox = shutil.copytree(EXAMPLE / "inbox", tmp_path / "inbox")
    correct_301005(inbox)
    registry = without_301006(EXAMPLE / "registry.csv", tmp_path / "registry.csv")
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", registry, inbox)
    use_database(place.url)
    from models.schema_upgrade import upgrade_database

    upgrade_database(place.url)
    run_plain(place)
    # Without 批复 nobody is told to approve.
    state = release(year=2022, return_state=True)
    assert state.name == "不能公开" and hook.received == []
    waived = {"waive": "301 301002", "waived_by": "审核人乙", "waived_why": "历史文本，另行公开"}
    # Only a deployed run can be suspended: this one ends there, after the word went out.
    release(year=2022, document_number="云财决批〔2023〕15号", approved_on="2023-08-15", **waived, return_state=True)
    (told,) = hook.of("等待批准")
    assert told["message"] == "部门决算等待公开审批" and "/runs/flow-run/" in told["link"]


@pytest.mark.parametrize("answer", [500, 404])
def test_a_webhook_that_refuses_is_no_fault_and_is_not_named(
    hook: Webhook, caplog: pytest.LogCaptureFixture, answer: int
) -> None:
    hook.answer = answer
    with caplog.at_level(logging.DEBUG):
        assert notify("故障", "试", STATUS) is False
    assert "通知没有送达" in caplog.text and SECRET not in caplog.text and hook.address not in caplog.text


@pytest.mark.parametrize("address", [
    f"http://127.0.0.1:9/send?key={SECRET}", f"not an address {SECRET}", f"http://no-such-host.invalid/{SECRET}",
    f"http://127.0.0.1:x/{SECRET}", f"http:// {SECRET}/a b", f"ftp://127.0.0.1/{SECRET}",
])  # fmt: skip
def test_no_address_stops_a_run_or_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    monkeypatch.setenv("JUESUAN_WEBHOOK", address)
    settings.cache_clear()
    try:
        with caplog.at_level(logging.DEBUG):
            assert notify("故障", "试", STATUS) is False
        assert "通知没有送达" in caplog.text and SECRET not in caplog.text
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_nothing_is_sent_without_an_address() -> None:
    assert notify("故障", "试", STATUS) is False
