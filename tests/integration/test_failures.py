"""Open failures on a real Prefect server: one run per unit that needs somebody, closed by whoever mends it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from corrected import correct_301005, without_301006
from cycles import EXAMPLE, YEAR, Place, command, run_flow
from openpyxl import load_workbook
from plain_cycle import run_plain
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterTags,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed, Failed
from serving import until

from flows import failures, unit_runs
from flows.names import ANNUAL
from flows.settings import settings, use_database
from flows.summary import cycle_status, find_cycle
from models.database import session_of
from models.errors import JuesuanError
from models.schema_upgrade import upgrade_database
from tasks.step import STEPS, reset_steps, units_of

pytestmark = pytest.mark.prefect

RETURNED = "2022 云岭市医疗保障局 · 301005 云岭市医保基金稽核中心 · 审核退回"


@dataclass
class Office:
    """A place whose unit deployment is on the server of this test run."""

    place: Place
    client: SyncPrefectClient
    deployment: Any = None

    def deploy(self, *tags: str) -> None:
        from flows.cycle import unit_cycle

        made: Any = unit_cycle.to_deployment("unit-cycle", tags=["juesuan", *tags])
        self.deployment = made.apply()

    def reconcile(self, own_unit: str = "") -> list[FlowRun]:
        with session_of(self.place.url) as session:
            cycle = find_cycle(session, YEAR)
            failures.reconcile(cycle_status(session, cycle), self.place.parameters().sources(), own_unit)
        return self.runs()

    def runs(self) -> list[FlowRun]:
        """Oldest first."""
        wanted = DeploymentFilter(id=DeploymentFilterId(any_=[self.deployment]))
        found = self.client.read_flow_runs(deployment_filter=wanted, sort=FlowRunSort.ID_DESC, limit=200)
        return sorted(found, key=lambda run: str(run.created))

    def annual_runs(self) -> list[tuple[str, str]]:
        """Type and name of the states of this office's runs of the whole year."""
        return states(
            self.client.read_flow_runs(
                flow_filter=FlowFilter(name=FlowFilterName(any_=[ANNUAL])),
                flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[failures.database_tag()])),
                sort=FlowRunSort.ID_DESC,
                limit=200,
            )
        )


def states(runs: list[FlowRun]) -> list[tuple[str, str]]:
    return [(run.state.type.value, run.state.name or "") for run in runs if run.state]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    inbox = shutil.copytree(EXAMPLE / "inbox", tmp_path / "inbox")
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", inbox=inbox)
    use_database(place.url)
    upgrade_database(place.url)
    with get_client(sync_client=True) as client:
        one = Office(place, client)
        yield one
        if one.deployment is not None:
            for run in one.runs():
                client.delete_flow_run(run.id)
            client.delete_deployment(one.deployment)


def test_a_returned_unit_gets_one_run_with_all_an_operator_needs(office: Office) -> None:
    office.deploy(failures.database_tag())
    run_plain(office.place)
    (run,) = office.reconcile()  # 301006 is missing: there is nothing to retry
    message = run.state.message if run.state else ""
    assert states([run]) == [("FAILED", "退回")] and run.name == RETURNED
    assert message and message.startswith("审核：强制性不符 4 处")
    assert {"年度:2022", "部门:301", "单位:301005", "退回"} <= set(run.tags)
    sources = office.place.parameters().sources()
    assert run.parameters == {"unit": "301005", "year": 2022, **sources}, "a retry needs no answer from anybody"
    assert not any("juesuan.db" in str(value) or "sqlite" in str(value) for value in run.parameters.values())
    wanted = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]))
    logs = office.client.read_logs(log_filter=wanted, limit=10, offset=0)
    assert [log.message for log in logs] == [message]
    body = {"artifacts": {"flow_run_id": {"any_": [str(run.id)]}}}
    (page,) = office.client.request("POST", "/artifacts/filter", json=body).json()
    assert "/2022-301/单位/301005/审核报告.html" in page["data"] and "按本次运行页面上的 Retry" in page["data"]
    again = office.reconcile()
    assert [(one.id, states([one])) for one in again] == [(run.id, [("FAILED", "退回")])], "idempotent"


def test_a_mended_unit_closes_its_run_and_a_new_failure_opens_another(office: Office) -> None:
    office.deploy(failures.database_tag())
    file = next(office.place.inbox.glob("301005*"))
    wrong = file.read_bytes()
    run_plain(office.place)
    office.reconcile()
    correct_301005(office.place.inbox)
    # Mended by the command or the next annual run: no Retry was pressed.
    assert run_flow(office.place, "301005")[0] == "有待处理单位"
    assert states(office.runs()) == [("COMPLETED", "已处理")]
    assert "退回" not in office.runs()[0].tags, "who filters by 退回 sees what is open"
    file.write_bytes(wrong)
    run_plain(office.place, "301005")
    assert states(office.reconcile()) == [("COMPLETED", "已处理"), ("FAILED", "退回")]


def pages(office: Office, run: FlowRun) -> list[str]:
    """What the run's own pages say."""
    body = {"artifacts": {"flow_run_id": {"any_": [str(run.id)]}}}
    return [page["data"] for page in office.client.request("POST", "/artifacts/filter", json=body).json()]


def test_a_failure_that_reads_differently_now_is_told_by_the_same_run(office: Office) -> None:
    office.deploy(failures.database_tag())
    run_plain(office.place)
    (before,) = office.reconcile()
    file = next(office.place.inbox.glob("301005*"))
    book = load_workbook(file)
    book["公开10"]["C8"] = 30000  # one of its four mistakes is gone
    book.save(file)
    run_plain(office.place, "301005")
    (after,) = office.reconcile()
    assert after.id == before.id and states([after]) == [("FAILED", "退回")] and after.name == RETURNED
    message = after.state.message if after.state else ""
    assert message and "强制性不符 3 处" in message
    (page,) = pages(office, after)
    assert "强制性不符 3 处" in page and "4 处" not in page, "what it said before is gone"


@pytest.mark.parametrize("ended", [Crashed(name="中断"), Failed(name="无法运行", message="单位登记表打不开")])
def test_an_interrupted_or_refused_retry_is_no_end(office: Office, ended: State[object]) -> None:
    """The unit still is returned: whoever looks next, the run says so again and can be retried."""
    office.deploy(failures.database_tag())
    run_plain(office.place)
    (run,) = office.reconcile()
    office.client.set_flow_run_state(run.id, ended, force=True)
    (after,) = office.reconcile()
    assert (after.id, states([after]), after.name) == (run.id, [("FAILED", "退回")], RETURNED)
    assert len(pages(office, after)) == 1


def test_a_unit_that_nobody_has_looked_at_keeps_its_interrupted_run(office: Office) -> None:
    office.deploy(failures.database_tag())
    run_plain(office.place)
    (run,) = office.reconcile()
    office.client.set_flow_run_state(run.id, Crashed(name="中断"), force=True)
    with session_of(office.place.url) as session:
        cycle = find_cycle(session, YEAR)
        (unit,) = units_of(session, cycle.id or 0, ["301005"])
        reset_steps(session, unit, *STEPS)
    assert states(office.reconcile()) == [("CRASHED", "中断")]


def test_a_failure_that_comes_back_unchanged_opens_its_run_again(office: Office) -> None:
    """Struck from the registry, and put back: the run of before is the unit's run again."""
    office.deploy(failures.database_tag())
    run_plain(office.place)
    (run,) = office.reconcile()
    whole = office.place.registry.read_text("utf-8-sig")
    registry = office.place.out.parent / "registry.csv"
    registry.write_text("\n".join(line for line in whole.splitlines() if "301005" not in line), "utf-8")
    office.place = replace(office.place, registry=registry)
    run_plain(office.place)
    assert states(office.reconcile()) == [("COMPLETED", "已处理")]
    registry.write_text(whole, "utf-8")
    run_plain(office.place)
    (after,) = office.reconcile()
    assert (after.id, states([after])) == (run.id, [("FAILED", "退回")])
    assert "退回" in after.tags


def test_a_deployment_made_anew_has_a_run_that_can_be_retried(office: Office) -> None:
    """Deleted in the UI, and back with the next start of the service: the old run has nowhere to go."""
    office.deploy(failures.database_tag())
    run_plain(office.place)
    (before,) = office.reconcile()
    office.client.delete_deployment(office.deployment)
    office.deploy(failures.database_tag())
    (after,) = office.reconcile()
    office.client.delete_flow_run(before.id)
    assert after.id != before.id and states([after]) == [("FAILED", "退回")]


def test_of_two_runs_about_one_unit_one_stays_open(office: Office) -> None:
    office.deploy(failures.database_tag())
    run_plain(office.place)
    (first,) = office.reconcile()
    parameters = {"unit": "301005", "year": YEAR}
    by_hand = office.client.create_flow_run_from_deployment(
        office.deployment, parameters=parameters, state=Failed(name="退回"), tags=list(first.tags)
    )
    open_ = [run for run in office.reconcile() if run.state and run.state.is_failed()]
    assert len(open_) == 1 and open_[0].id in (first.id, by_hand.id)
    assert open_[0].state and open_[0].state.message == (first.state.message if first.state else "")


def test_the_unit_that_is_run_itself_opens_nothing(office: Office) -> None:
    office.deploy(failures.database_tag())
    run_plain(office.place)
    assert office.reconcile(own_unit="301005") == []


def test_faults_have_a_name_of_their_own_and_all_pages_are_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.deploy(failures.database_tag())
    in_the_way = office.place.results / "单位" / "301003" / "决算公开.html"
    in_the_way.mkdir(parents=True)
    assert run_flow(office.place)[0] == "故障"
    monkeypatch.setattr(unit_runs, "MOST_AT_ONCE", 1)
    runs = office.reconcile()
    assert sorted(states(runs)) == [("FAILED", "故障"), ("FAILED", "退回")]
    fault = next(run for run in runs if run.state and run.state.name == "故障")
    assert "301003" in fault.name and fault.name.endswith("公开文稿故障") and "故障" in fault.tags
    assert office.annual_runs() == [("FAILED", "故障")]

    def told() -> str:
        return "\n".join(log.message for log in office.client.read_logs(log_filter=None, limit=200, offset=0))

    # Lines of a log are sent in lots.
    logs = until(lambda: text if "不是文件。请把 " in (text := told()) else "", 30, "the log says where the record is")
    assert "发生故障，稍后自动重试。" in logs and "决算公开.html”这是文件夹，不是文件。请把 " in logs
    assert "Traceback" not in logs and "Errno" not in logs
    assert "IsADirectoryError" in (settings().home / "错误记录.txt").read_text("utf-8"), "for whoever mends it"
    in_the_way.rmdir()
    assert run_flow(office.place, "301003")[0] == "有待处理单位"
    assert sorted(states(office.runs())) == [("COMPLETED", "已处理"), ("FAILED", "退回")]
    assert sorted(office.annual_runs()) == [("COMPLETED", "已处理"), ("COMPLETED", "有待处理单位")], "by the later run"


def test_a_year_that_could_not_start_is_closed_by_the_one_that_did(office: Office) -> None:
    missing = office.place.out.parent / "registry.csv"
    other = replace(office.place, registry=office.place.out.parent / "anderswo.csv")
    for place in (other, replace(office.place, registry=missing)):
        with pytest.raises(JuesuanError, match="登记表"):
            run_flow(place)
    office.client.set_flow_run_state(_interrupted(office), Crashed(name="中断"), force=True)
    shutil.copy(office.place.registry, missing)
    some = run_flow(replace(office.place, registry=missing), "301003")
    assert some[0] == "有待处理单位", "nobody has looked at the others"
    assert [kind for kind, _ in sorted(office.annual_runs())] == ["COMPLETED", "CRASHED", "FAILED", "FAILED"], (
        "most units were not looked at"
    )
    run_flow(replace(office.place, registry=missing))
    office.client.set_flow_run_state(_interrupted(office), Crashed(name="中断"), force=True)
    run_flow(replace(office.place, registry=missing), "301003")
    assert ("CRASHED", "中断") in office.annual_runs(), "who looks at one unit does not know what came for the others"
    run_flow(replace(office.place, registry=missing))
    assert sorted(office.annual_runs()) == [
        ("COMPLETED", "已处理"),
        *[("COMPLETED", "已处理")] * 2, *[("COMPLETED", "有待处理单位")] * 4,
        ("FAILED", "无法运行"),
    ], "another registry may be another department's"  # fmt: skip


def test_a_unit_run_that_could_not_start_is_known_by_its_registry(office: Office) -> None:
    office.deploy(failures.database_tag())
    run_plain(office.place)
    parameters = {"unit": "301003", "year": YEAR, **office.place.parameters().sources()}
    for given in (parameters, parameters | {"registry": "/没有/这个.csv"}):
        office.client.create_flow_run_from_deployment(
            office.deployment, parameters=given, state=Failed(name="无法运行"), tags=["年度:2022", "单位:301003"]
        )
    assert sorted(states(office.reconcile())) == [("COMPLETED", "已处理"), ("FAILED", "无法运行"), ("FAILED", "退回")]


def _interrupted(office: Office) -> UUID:
    """A run of the whole year that knew its department, as a killed process leaves it."""
    tags = ["年度:2022", "部门:301", failures.database_tag()]
    from flows.cycle import annual_cycle

    return office.client.create_flow_run(annual_cycle, parameters={"year": YEAR}, tags=tags).id


def test_nothing_is_opened_where_no_retry_would_reach_the_unit(office: Office) -> None:
    run_plain(office.place)
    with session_of(office.place.url) as session:
        cycle = find_cycle(session, YEAR)
        failures.reconcile(cycle_status(session, cycle), office.place.parameters().sources())
    office.deploy("库:000000000000")
    assert office.reconcile() == [], "a server of another database"
    office.deploy(failures.database_tag())
    use_database(office.place.url.replace("sqlite:", "sqlite+pysqlite:"))
    assert len(office.reconcile()) == 1, "the same database by another address"
    office.deploy()
    assert len(office.reconcile()) == 1, "deployed by prefect.yaml: it does not say which database its workers use"


def test_retry_of_all_that_failed_by_command(tmp_path: Path) -> None:
    inbox = shutil.copytree(EXAMPLE / "inbox", tmp_path / "inbox")
    registry = without_301006(EXAMPLE / "registry.csv", tmp_path / "registry.csv")
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", registry, inbox)
    upgrade_database(place.url)
    run_plain(place)

    def retry(*words: str) -> tuple[int, str]:
        process = command("retry", "--year", "2022", "--database", place.url, *words, home=tmp_path / "home")
        output, _ = process.communicate(timeout=300)
        return process.returncode, output

    code, output = retry()
    assert code == 2 and "--all-failed" in output
    correct_301005(inbox)
    code, output = retry("--all-failed")
    assert code == 0 and "审核：处理 1 户" in output and "通过 5 户" in output, output
    code, output = retry("--all-failed")
    assert code == 0 and "没有需要重新处理的单位。" in output
