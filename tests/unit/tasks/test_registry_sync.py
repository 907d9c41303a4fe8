"""The registry in the database: doing it twice changes nothing, and every change leaves an event."""

from pathlib import Path

from sqlmodel import Session, col, select

from models.database import session_of
from models.fingerprint import fingerprint
from models.profiles import Profile
from models.tables import CyclePhase, Event, Unit, UnitStep
from tasks.collect.registry import Registry, read_registry, sync_registry

HEADER = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n"
FIRST = "101,某局,,,,,\n101001,某局本级,101,行政单位,,,\n101002,信息中心,101,,,,\n"
SECOND = "101,某局,,,,,\n101002,信息中心,101,公益一类事业单位,,,\n101003,服务中心,101,,,,\n"


def registry_of(tmp_path: Path, lines: str) -> Registry:
    file = tmp_path / "units.csv"
    file.write_text(HEADER + lines, "utf-8")
    return read_registry(file)


def events(session: Session) -> list[tuple[str, str, str]]:
    rows = session.exec(select(Event).order_by(col(Event.id))).all()
    return [(event.action, event.unit_code, event.detail) for event in rows]


def test_a_new_cycle_has_phases_units_and_waiting_steps(database_url: str, tmp_path: Path, profile: Profile) -> None:
    with session_of(database_url) as session:
        cycle = sync_registry(session, registry_of(tmp_path, FIRST), 2022, profile)
        assert (cycle.year, cycle.department_code, cycle.profile) == (2022, "101", "national-2022")
    with session_of(database_url) as session:
        phases = session.exec(select(CyclePhase).order_by(col(CyclePhase.id))).all()
        assert [phase.phase for phase in phases] == ["填报", "审核", "汇总", "上报", "批复", "公开"]
        units = session.exec(select(Unit).order_by(col(Unit.position))).all()
        assert [(unit.code, unit.kind, unit.parent_code) for unit in units] == [
            ("101", "部门", None),
            ("101001", "单位", "101"),
            ("101002", "单位", "101"),
        ]
        steps = session.exec(select(UnitStep)).all()
        assert {step.state for step in steps} == {"待处理"}
        assert len(steps) == 4 + 2 * 4, (
            "what a department says is collected, it is added up, judged, published; a unit collected, judged, scored, published"
        )
        assert [action for action, _, _ in events(session)] == ["建立年度", "增加单位", "增加单位", "增加单位"]


def test_twice_changes_nothing(database_url: str, tmp_path: Path, profile: Profile) -> None:
    registry = registry_of(tmp_path, FIRST)
    with session_of(database_url) as session:
        cycle = sync_registry(session, registry, 2022, profile)
        before = fingerprint(session), events(session)
    with session_of(database_url) as session:
        assert sync_registry(session, registry, 2022, profile).id == cycle.id
        assert (fingerprint(session), events(session)) == before


def test_a_changed_registry_is_followed(database_url: str, tmp_path: Path, profile: Profile) -> None:
    with session_of(database_url) as session:
        sync_registry(session, registry_of(tmp_path, FIRST), 2022, profile)
        known = len(events(session))
        cycle = sync_registry(session, registry_of(tmp_path, SECOND), 2022, profile)
        units = {unit.code: unit for unit in session.exec(select(Unit))}
        assert [code for code, unit in sorted(units.items()) if unit.active] == ["101", "101002", "101003"]
        assert units["101002"].unit_type == "公益一类事业单位"
        assert sorted(events(session)[known:]) == [
            ("停用单位", "101001", "登记表中已没有该单位"),
            ("变更单位", "101002", "单位类型由“”改为“公益一类事业单位”"),
            ("增加单位", "101003", "服务中心"),
            ("更新单位登记表", "", "units.csv"),
        ]
        sync_registry(session, registry_of(tmp_path, FIRST), 2022, profile)
        session.refresh(units["101001"])
        assert units["101001"].active
        assert ("恢复单位", "101001", "某局本级") in events(session)
        other = sync_registry(session, registry_of(tmp_path, FIRST), 2023, profile)
        assert other.id != cycle.id
