"""Sessions and bulk writes on both databases: whole or not at all, several writers at once, forked workers."""

import multiprocessing
import os
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from models.database import bulk_insert, database_label, engine_for, read_session_of, session_of
from models.errors import UsageError
from models.tables import Cycle, Event, Unit, UnitStep
from models.trail import record


def add_units(url: str, worker: int, count: int) -> None:
    """One transaction per unit, as steps do."""
    for number in range(count):
        with session_of(url) as session:
            cycle = session.exec(select(Cycle)).one()
            session.add(Unit(cycle_id=cycle.id or 0, code=f"{worker}-{number}", name=f"单位{worker}-{number}"))
            record(session, "增加单位", cycle_id=cycle.id)


def add_cycle(url: str) -> int:
    with session_of(url) as session:
        cycle = Cycle(year=2022, department_code="101", profile="national-2022")
        session.add(cycle)
        session.flush()
        return cycle.id or 0


def test_a_block_that_raises_leaves_nothing(database_url: str) -> None:
    add_cycle(database_url)

    def write_and_fail() -> None:
        with session_of(database_url) as session:
            session.add(Unit(cycle_id=1, code="1", name="甲"))
            bulk_insert(session, Unit, ("cycle_id", "code", "name", "kind", "unit_type", "accounting", "level",
                                        "report_type", "position", "active"),
                        [(1, "2", "乙", "单位", "", "", "", "单户表", 0, True)])  # fmt: skip
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with session_of(database_url) as session:
        assert session.exec(select(Unit)).all() == []


def test_bulk_insert_takes_times_and_truth_values_and_streams(database_url: str) -> None:
    at = datetime(2023, 3, 31, 8, 30, 0, 123456, tzinfo=UTC)
    cycle_id = add_cycle(database_url)
    columns = ("cycle_id", "code", "name", "kind", "unit_type", "accounting", "level", "report_type", "position",
               "active")  # fmt: skip
    with session_of(database_url) as session:
        rows = (
            (cycle_id, f"{n:05}", f"单位\t{n}\\", "单位", "", "", "", "单户表", n, n % 2 == 0) for n in range(25_000)
        )
        assert bulk_insert(session, Unit, columns, rows) == 25_000
        assert bulk_insert(session, Unit, columns, []) == 0
        unit = session.exec(select(Unit).where(Unit.code == "24999")).one()
        steps = [(unit.id, "collect", "待处理", "", "", 0, at)]
        names = ("unit_id", "step", "state", "message", "input_key", "attempt", "changed_at")
        assert bulk_insert(session, UnitStep, names, steps) == 1
    with read_session_of(database_url) as session:
        assert session.exec(select(func.count()).select_from(Unit).where(col(Unit.active))).one() == 12_500
        assert session.exec(select(Unit.name).where(Unit.code == "00007")).one() == "单位\t7\\"
        assert session.exec(select(UnitStep)).one().changed_at == at


@pytest.mark.parametrize("form", ["postgresql://", "postgresql+psycopg://"])
@pytest.mark.postgres
def test_both_forms_of_a_postgresql_address_copy(postgres_cluster, postgres_template, form) -> None:  # type: ignore[no-untyped-def]
    url = postgres_cluster.create(postgres_template).replace("postgresql://", form)
    add_cycle(url)
    with session_of(url) as session:
        assert bulk_insert(session, Event, ("unit_code", "action", "detail", "actor", "run", "at"),
                           [("1", "试", "", "", "", datetime.now(UTC))]) == 1  # fmt: skip
    engine_for(url).dispose()
    postgres_cluster.drop(url)


def test_processes_and_threads_write_at_once(database_url: str) -> None:
    add_cycle(database_url)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=add_units, args=(database_url, n, 25)) for n in range(2)]
    threads = [threading.Thread(target=add_units, args=(database_url, n, 25)) for n in range(2, 5)]
    for worker in (*workers, *threads):
        worker.start()
    for worker in (*workers, *threads):
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with session_of(database_url) as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 125
        assert session.exec(select(func.count()).select_from(Event)).one() == 125


def test_a_forked_worker_has_connections_of_its_own(database_url: str) -> None:
    add_cycle(database_url)
    parent = engine_for(database_url)
    assert engine_for(database_url) is parent
    pid = os.fork()
    if pid == 0:
        try:
            assert engine_for(database_url) is not parent
            add_units(database_url, 1, 5)
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    add_units(database_url, 2, 5)
    with session_of(database_url) as session:
        assert session.exec(select(func.count()).select_from(Unit)).one() == 10


def test_a_reader_waits_for_no_writer(database_url: str) -> None:
    add_cycle(database_url)
    with session_of(database_url) as writer:
        writer.add(Unit(cycle_id=1, code="1", name="甲"))
        writer.flush()
        with read_session_of(database_url) as reader:
            assert reader.exec(select(Unit)).all() == []


@pytest.mark.postgres
def test_a_reading_session_cannot_write_on_postgresql(postgres_cluster, postgres_template) -> None:  # type: ignore[no-untyped-def]
    url = postgres_cluster.create(postgres_template)
    with pytest.raises(DBAPIError), read_session_of(url) as session:
        session.execute(text("INSERT INTO event (action) VALUES ('x')"))
    with session_of(url) as session:
        add_cycle(url)
        assert session.exec(select(Cycle)).all()
    engine_for(url).dispose()
    postgres_cluster.drop(url)


def test_events_are_neither_changed_nor_deleted(database_url: str) -> None:
    with session_of(database_url) as session:
        record(session, "退回", unit_code="101001", detail="缺封面", actor="审核人")
    for statement in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
        with pytest.raises(DBAPIError, match="append-only"), session_of(database_url) as session:
            session.execute(text(statement))

    def change(session: Session) -> None:
        session.exec(select(Event)).one().actor = "别人"

    with pytest.raises(DBAPIError, match="append-only"), session_of(database_url) as session:
        change(session)
    with session_of(database_url) as session:
        assert session.exec(select(Event.actor)).one() == "审核人"


def test_a_label_tells_the_database_without_secrets() -> None:
    assert database_label("postgresql://a:b@h:1/d?password=c") == "postgresql://a:***@h:1/d"
    assert database_label("sqlite:///x.db") == "sqlite:///x.db"
    assert database_label("sqlite:////srv/a@b/c@d.db") == "sqlite:////srv/a@b/c@d.db"


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:App@Geheim:1/2%x@127.0.0.1:5432/d", "postgresql://u:Ab@Geheim@h/d", "postgresql://u:p@h:43x50/d"],
)
def test_an_address_that_reads_two_ways_is_refused_without_showing_it(url: str) -> None:
    """The part after the first @ may be the rest of a password."""
    with pytest.raises(UsageError, match="%40") as refused:
        engine_for(url)
    assert "Geheim" not in str(refused.value) and "43x50" not in str(refused.value)
    assert "Geheim" not in database_label(url)


def test_figures_of_a_statement_stay_out_of_its_errors(database_url: str) -> None:
    with pytest.raises(DBAPIError) as error, engine_for(database_url).begin() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "机密单位"})
    assert "机密单位" not in str(error.value)
