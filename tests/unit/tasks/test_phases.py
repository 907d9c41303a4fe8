"""Phases follow from where units and approvals stand."""

import datetime
from pathlib import Path

from models.database import session_of
from models.profiles import Profile
from models.submission import Submission
from models.tables import StepState, Unit
from tasks.collect.registry import read_registry, sync_registry
from tasks.collect.store.versions import store_content_version, store_submission
from tasks.disclose.approval import decide, record_statutory, statutory_approval
from tasks.phases import phases_of, update_phases
from tasks.step import set_step, units_of

ROWS = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n9,甲局,,,,,\n901,甲局本级,9,,,,\n"


def submission(profile: Profile, sha256: str) -> Submission:
    return Submission("a", sha256, "填报工作簿", profile.code, profile.forms.hash, year=2022)


def test_phases_advance_with_the_year(database_url: str, tmp_path: Path, profile: Profile) -> None:
    (tmp_path / "r.csv").write_text(ROWS, "utf-8")
    with session_of(database_url) as session:
        cycle = sync_registry(session, read_registry(tmp_path / "r.csv"), 2022, profile)
        assert set(update_phases(session, cycle).values()) == {"未开始"}
        units = {unit.code: unit for unit in units_of(session, cycle.id or 0)}

        def states() -> list[str]:
            update_phases(session, cycle)
            return list(phases_of(session, cycle).values())

        def done(unit: Unit, step: str, state: StepState = StepState.DONE) -> None:
            set_step(session, unit, step, state)

        store_submission(session, units["901"], submission(profile, "1"))
        done(units["901"], "collect")
        assert states() == ["完成", "未开始", "未开始", "未开始", "未开始", "未开始"]
        done(units["901"], "validate", StepState.RETURNED)
        assert states()[1] == "进行中"
        done(units["901"], "validate")
        store_content_version(session, units["9"], submission(profile, ""), "汇总", "部门汇总")
        done(units["9"], "aggregate")
        assert states()[1:3] == ["完成", "进行中"]
        done(units["9"], "validate")
        assert states()[2:] == ["完成", "进行中", "进行中", "未开始"]
        record_statutory(session, cycle, "甲财〔2023〕1号", datetime.date(2023, 8, 15), "某人")
        assert states()[3:] == ["完成", "完成", "进行中"]
        decide(session, cycle, "同意", "某人", "")
        assert states() == ["完成"] * 6
        approval = statutory_approval(session, cycle)
        assert approval is not None
        approval.versions = '{"9": 99}'
        assert states()[3:] == ["进行中", "进行中", "未开始"], "other figures: handed up and approved anew"
