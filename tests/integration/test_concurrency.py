"""Runs at the same time on one database: each ends as if it had been alone, and a reader sees only what stands."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import plain_cycle
import pytest
from cycles import YEAR, Place, state_of
from killing import barrier, run_whole, start
from plain_cycle import small_unit, write_department, write_small_unit
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, col, select

from flows.summary import CycleStatus, cycle_status, find_cycle
from models.database import read_session_of, session_of
from models.tables import Cycle, StepState, SubmissionVersion, Unit
from tasks.collect.collect import FileChangedError
from tasks.step import STEPS_OF


def undisturbed(folder: Path, registry: Path, inbox: Path) -> tuple[str, dict[str, bytes]]:
    """State of a run that was alone, on SQLite."""
    from models.schema_upgrade import upgrade_database

    place = Place(f"sqlite:///{folder / 'alone.db'}", folder / "alone", registry, inbox)
    upgrade_database(place.url)
    run_whole(place)
    return state_of(place)


def run_at_once(place: Place, *runs: tuple[str, ...]) -> list[int | None]:
    """Start several runs at the same moment; their exit codes."""
    go = barrier(len(runs))
    processes = [start(place, *units, go=go) for units in runs]
    for process in processes:
        process.join(180)
    return [process.exitcode for process in processes]


@contextmanager
def watched(place: Place) -> Iterator[list[CycleStatus]]:
    """Look at the cycle all the time, as ``juesuan status`` does; a reader is never turned away."""
    seen: list[CycleStatus] = []
    errors: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.02):
            try:
                with read_session_of(place.url) as session:
                    if session.exec(select(Cycle.id)).first() is not None:
                        seen.append(cycle_status(session, find_cycle(session, YEAR)))
            except BaseException as error:
                errors.append(error)
                return

    reader = threading.Thread(target=look)
    reader.start()
    try:
        yield seen
    finally:
        stop.set()
        reader.join()
    assert not errors


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    place = Place("", Path())
    return undisturbed(tmp_path_factory.mktemp("alone"), place.registry, place.inbox)


def test_two_annual_cycles_started_at_once(
    example: tuple[str, dict[str, bytes]], database_url: str, tmp_path: Path
) -> None:
    place = Place(database_url, tmp_path / "out")
    with watched(place) as seen:
        assert run_at_once(place, (), ()) == [0, 0]
    assert state_of(place) == example
    assert seen
    for status in seen:
        for unit in status.units:
            if unit.overall is StepState.DONE:
                assert {unit.states[step] for step in STEPS_OF[unit.kind]} == {"完成"}, unit


def test_two_units_of_one_department_run_again_at_once(database_url: str, tmp_path: Path) -> None:
    """Both corrected files end in the department's sum; nobody's part is lost."""
    registry, inbox = write_department(tmp_path / "department", 4)
    place = Place(database_url, tmp_path / "out", registry, inbox)
    run_whole(place)
    for number in (2, 3):
        write_small_unit(number, inbox, extra=1000 + number)
    assert run_at_once(place, (small_unit(2).code,), (small_unit(3).code,)) == [0, 0]
    with session_of(place.url) as session:
        income = newest_sum(session)
    wanted = [small_unit(n, 1000 + n if n in (2, 3) else 0) for n in range(1, 5)]
    assert income == sum(int(yuan) * 100 for unit in wanted for _, _, yuan in unit.income)
    # How many sums there were in between is chance; what stands in the end is not.
    state = state_of(place)
    run_whole(place)
    assert state_of(place) == state


OVERTAKEN_IN = (
    "tasks.collect.collect.read_submissions",
    "tasks.validate.validate.judge_with_gx",
    "tasks.score.score.load_submissions",
    "plain_cycle.aggregate_departments",
)
"""What a run is just doing when another one passes it."""


def test_a_run_that_is_overtaken_does_not_undo_the_newer_one(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one run works on a file, newer ones come in and other runs take them through all steps."""
    registry, inbox = write_department(tmp_path / "department", 2)
    place = Place(database_url, tmp_path / "out", registry, inbox)
    run_whole(place)
    for round_, where in enumerate(OVERTAKEN_IN, start=1):
        write_small_unit(2, inbox, extra=100 * round_)

        def overtake(extra: int = 100 * round_ + 1) -> None:
            write_small_unit(2, inbox, extra=extra)
            run_whole(place)

        with monkeypatch.context() as patch:
            overtaken = overtake_in(patch, where, overtake)
            try:
                plain_cycle.run_plain(place)
            except FileChangedError:
                assert where == OVERTAKEN_IN[0]
                plain_cycle.run_plain(place)  # as Prefect does after a moment
        assert overtaken == [where]
        with session_of(place.url) as session:
            wanted = [small_unit(1), small_unit(2, 100 * round_ + 1)]
            assert newest_sum(session) == sum(int(yuan) * 100 for unit in wanted for _, _, yuan in unit.income)
        assert not plain_cycle.run_plain(place).worked, f"{where}: something is left to mend"


def overtake_in(patch: pytest.MonkeyPatch, where: str, overtake: Callable[[], None]) -> list[str]:
    """Let another run pass while this one is in a function, once; told in the list that is returned."""
    module_name, _, name = where.rpartition(".")
    module, overtaken = import_module(module_name), list[str]()
    work = getattr(module, name)

    def slow(*arguments: Any) -> Any:
        if overtaken:
            return work(*arguments)
        overtaken.append(where)
        done = work(*arguments) if module is not plain_cycle else None
        overtake()
        return work(*arguments) if done is None else done

    patch.setattr(module, name, slow)
    return overtaken


def newest_sum(session: Session) -> int | None:
    """本年收入合计 of the department's newest sum, in fen."""
    from models.tables import CellRecord

    total = session.exec(
        select(SubmissionVersion).where(SubmissionVersion.role == "汇总").order_by(col(SubmissionVersion.id).desc())
    ).first()
    assert total is not None
    cell = session.get(CellRecord, (total.id, "公开01", "本年收入合计", "决算数"))
    return cell.amount if cell else None


def rows_of_others(url: str, *own: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, with ids and moments, that does not belong to one of these units, sorted."""
    with session_of(url) as session:
        mine = set(session.exec(select(Unit.id).where(col(Unit.code).in_(own))))
        versions = set(session.exec(select(SubmissionVersion.id).where(col(SubmissionVersion.unit_id).in_(mine))))
        found: dict[str, list[tuple[Any, ...]]] = {}
        inner: dict[str, set[Any]] = {"unit": mine, "submissionversion": versions}
        for table in SQLModel.metadata.sorted_tables:
            kept, dropped = [], set()
            for row in session.execute(sa_select(table)):
                values = row._mapping
                if values.get("unit_code") in own or (table.name == "unit" and values["code"] in own):
                    continue
                if table.name == "document" and not values["unit_code"]:  # the department's own review report
                    continue
                owners = [(key.column.table.name, values[key.parent.name]) for key in table.foreign_keys]
                if any(value in inner.get(name, ()) for name, value in owners):
                    dropped.add(values.get("id"))
                    continue
                kept.append(tuple(row))
            inner.setdefault(table.name, set()).update(dropped)
            found[table.name] = sorted(kept, key=repr)
    return found


def test_a_units_run_touches_no_other_units_rows(database_url: str, tmp_path: Path) -> None:
    """Also when other units' new, bad and strange files lie in the inbox and the registry has changed."""
    registry, inbox = write_department(tmp_path / "department", 6, absent=(6,))
    place = Place(database_url, tmp_path / "out", registry, inbox)
    run_whole(place)
    one, root = small_unit(2).code, "8"
    before = rows_of_others(place.url, one, root)
    files = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pages(place, one)}

    write_small_unit(2, inbox, extra=5000)
    write_small_unit(3, inbox, extra=7000)  # new
    write_small_unit(6, inbox)  # no longer missing
    next(inbox.glob("800004*")).write_bytes(b"PK broken")
    shutil.copy(next(inbox.glob("800005*")), inbox / "800005_第5服务中心（改）.txt")  # twice, and no text
    (inbox / "照片.jpg").write_bytes(b"\xff\xd8")
    lines = registry.read_text("utf-8-sig").splitlines()
    lines[2] = lines[2].replace("第1服务中心", "第一服务中心")
    registry.write_text("\n".join([*lines[:5], "800009,新设中心,8,行政单位,,,单户表", *lines[5:]]) + "\n", "utf-8-sig")

    run_whole(place, one)
    assert rows_of_others(place.url, one, root) == before
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pages(place, one)} == files
    with session_of(place.url) as session:
        wanted = [small_unit(1), small_unit(2, 5000), small_unit(3), small_unit(4), small_unit(5)]
        assert newest_sum(session) == sum(int(yuan) * 100 for unit in wanted for _, _, yuan in unit.income)


def pages(place: Place, one: str) -> list[Path]:
    """Pages of the other units."""
    return sorted(path for path in place.out.rglob("单位/*/*.html") if path.parent.name != one)
