"""A run killed in the middle of any step, or cut off from its database, is mended by running it again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cycles import Place, state_of, status_of
from killing import Kill, run_killed, run_whole
from sqlmodel import Session

from models.errors import SubmissionError
from models.tables import SubmissionVersion

KILLS = {
    "准备": Kill("tasks.collect.prepare", "record_receipts"),
    "收集，版本写了一半": Kill("tasks.collect.store.versions", "bulk_insert", 12),
    "收集，版本已写未提交": Kill("tasks.collect.collect", "record_receipt", 2, after=True),
    "审核，结果已写未提交": Kill("tasks.validate.validate", "store_outcomes", 2, after=True),
    "审核，旧结果已删": Kill("tasks.validate.validate", "bulk_insert", 5),
    "评分，分数写了一半": Kill("tasks.score.score", "bulk_insert", 2),
    "汇总，单元格来源未写": Kill("tasks.aggregate.aggregate", "bulk_insert"),
    "汇总，已写未提交": Kill("tasks.aggregate.aggregate", "set_step", after=True),
    "部门审核": Kill("tasks.validate.validate", "store_outcomes", after=True),
    "公开文稿，文件已写未提交": Kill("tasks.disclose.files", "stored_document", 2),
    "公开文稿，临时文件未改名": Kill("os", "replace", 3),
    "审核报告，写了一半": Kill("tasks.disclose.review", "put_document", 4, after=True),
}
"""One point in the middle of each transaction, in the order of the steps: every later one meets what the earlier
left behind."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """State of an undisturbed run on SQLite."""
    from models.schema_upgrade import upgrade_database

    folder = tmp_path_factory.mktemp("whole")
    place = Place(f"sqlite:///{folder / 'j.db'}", folder / "out")
    upgrade_database(place.url)
    run_whole(place)
    return state_of(place)


def test_killed_in_the_middle_of_every_step_and_run_again(
    whole: tuple[str, dict[str, bytes]], database_url: str, tmp_path: Path
) -> None:
    place = Place(database_url, tmp_path / "out")
    for kill in KILLS.values():
        run_killed(place, kill)
        if kill.module != "tasks.collect.prepare":
            status_of(place)
    run_whole(place)
    assert state_of(place) == whole
    assert not [path for path in place.out.rglob("*") if path.name.endswith(".tmp")], "nothing half-written stays"


def fail_for(monkeypatch: pytest.MonkeyPatch, code: str, error: Exception) -> list[str]:
    """Let storing the scores of one unit fail; the codes of all units whose scores were about to be stored."""
    import tasks.score.score as score
    from models.tables import Unit

    calls: list[str] = []
    whole = score.store_scores

    def failing(session: Session, version: SubmissionVersion, *rest: Any) -> None:
        unit = session.get_one(Unit, version.unit_id)
        calls.append(unit.code)
        if unit.code == code:
            raise error
        whole(session, version, *rest)

    monkeypatch.setattr(score, "store_scores", failing)
    return calls


@pytest.fixture
def one_chunk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All units in one task."""
    from flows.settings import settings

    monkeypatch.setenv("JUESUAN_MOST_TASKS", "1")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.prefect
@pytest.mark.usefixtures("one_chunk")
def test_only_the_culprit_of_a_failed_chunk_is_marked_and_a_rerun_mends_it(
    whole: tuple[str, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cycles import run_flow

    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out")
    broken = "磁盘读写错误 " + "x" * 5000 + '\n  File "score.py", line 1'
    with monkeypatch.context() as patch:
        calls = fail_for(patch, "301003", OSError(broken))
        assert run_flow(place)[0] == "故障"
    # Three tries of the chunk, three of the unit alone; each of the others is stored once.
    assert calls.count("301003") == 6
    assert {code: calls.count(code) for code in set(calls) - {"301003"}} == dict.fromkeys(
        ("301001", "301002", "301004", "301005"), 1
    )
    units = {unit.code: unit for unit in status_of(place).units}
    assert [code for code, unit in units.items() if unit.overall.value == "故障"] == ["301003"]
    said = units["301003"].trouble
    assert said.startswith("评分：评分时发生故障，已自动重试仍未成功。OSError：磁盘读写错误") and len(said) < 400
    assert "\n" not in said and "Traceback" not in said
    assert {unit.states.get("score") for unit in units.values()} >= {"完成", "故障"}
    assert "故障" in (place.results / "审核报告.html").read_text("utf-8")

    assert run_flow(place)[0] == "有待处理单位"
    assert state_of(place) == whole


@pytest.mark.prefect
@pytest.mark.usefixtures("one_chunk")
def test_a_fault_of_the_data_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cycles import run_flow

    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out")
    calls = fail_for(monkeypatch, "301003", SubmissionError("甲.xlsx", "分值写不下。"))
    assert run_flow(place)[0] == "故障"
    assert calls.count("301003") == 2, "once in the chunk, once alone"
    said = next(unit.trouble for unit in status_of(place).units if unit.code == "301003")
    assert "文件《甲.xlsx》：分值写不下。" in said


@pytest.mark.prefect
@pytest.mark.postgres
def test_postgresql_restarted_midway(
    whole: tuple[str, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backend that dies makes PostgreSQL cut off everybody and recover, as an immediate restart does."""
    from cycles import run_flow
    from postgres import running_cluster

    import tasks.collect.collect as collect
    import tasks.disclose.disclose as disclose
    import tasks.validate.validate as validate
    from models.database import engine_for

    crashes: list[str] = []

    def crash_at(module: Any, name: str, call: int) -> None:
        whole_function, count = getattr(module, name), 0

        def crashing(session: Session, *rest: Any) -> Any:
            nonlocal count
            count += 1
            mine = count
            result = whole_function(session, *rest)
            if mine == call:
                crashes.append(name)
                raw: Any = session.connection().connection.driver_connection
                os.kill(raw.info.backend_pid, signal.SIGKILL)
            return result

        monkeypatch.setattr(module, name, crashing)

    with running_cluster(durable=True) as cluster:
        place = Place(cluster.create(), tmp_path / "out")
        crash_at(collect, "store_submission", 3)
        crash_at(validate, "store_outcomes", 2)
        crash_at(disclose, "put_document", 2)
        assert run_flow(place) == ("有待处理单位", True)
        assert crashes == ["store_submission", "store_outcomes", "put_document"]
        state = state_of(place)
        engine_for(place.url).dispose()
    assert state == whole
