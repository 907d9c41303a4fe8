"""Which version of last year's accounts counts: the approved one, else the newest if it passed."""

import datetime
import json
from pathlib import Path

from sqlmodel import Session

from models.database import session_of
from models.profiles import Profile
from models.submission import Submission
from models.tables import Cycle, StatutoryApproval, StepState
from tasks.collect.registry import read_registry, sync_registry
from tasks.collect.store.versions import store_submission
from tasks.step import set_step, units_of
from tasks.validate.validate import prior_versions

ROWS = (
    "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n9,甲局,,,,,\n901,一中心,9,,,,\n902,二中心,9,,,,\n"
)


def counted(session: Session, cycle: Cycle) -> dict[str, int]:
    found = prior_versions(session, cycle, units_of(session, cycle.id or 0))
    return {code: version.number for code, version in found.items()}


def test_what_stands_counts(database_url: str, tmp_path: Path, profile: Profile) -> None:
    (tmp_path / "r.csv").write_text(ROWS, "utf-8")
    with session_of(database_url) as session:
        registry = read_registry(tmp_path / "r.csv")
        cycle = sync_registry(session, registry, 2022, profile)
        assert counted(session, cycle) == {}
        before = sync_registry(session, registry, 2021, profile)
        first, second = units_of(session, before.id or 0, ["901", "902"])
        for unit in (first, second):
            store_submission(session, unit, Submission("a", "1", "填报工作簿", profile.code, profile.forms.hash))
            set_step(session, unit, "validate", StepState.DONE)
        assert counted(session, cycle) == {"901": 1, "902": 1}
        store_submission(session, first, Submission("a", "2", "填报工作簿", profile.code, profile.forms.hash))
        set_step(session, first, "validate", StepState.RETURNED, "不符")
        assert counted(session, cycle) == {"902": 1}
        covered = json.dumps({"901": 1})
        row = StatutoryApproval(
            cycle_id=before.id or 0, document_number="1", approved_on=datetime.date(2022, 8, 1), versions=covered
        )
        session.add(row)
        session.flush()
        assert counted(session, cycle) == {"901": 1, "902": 1}
        assert counted(session, before) == {}
