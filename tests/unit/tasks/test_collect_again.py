"""A file that was refused is looked at again when what it was held against has changed, though it is the same file."""

from pathlib import Path

from models.database import session_of
from models.profiles import Profile
from models.tables import StepState
from tasks.collect.collect import collect_units
from tasks.collect.registry import read_registry, sync_registry
from tasks.step import steps_of, units_of

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
HEAD = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n301,云岭市医疗保障局,,,,,\n"


def test_a_name_put_right_in_the_registry(database_url: str, tmp_path: Path, profile: Profile) -> None:
    def registered(name: str) -> int:
        (tmp_path / "r.csv").write_text(f"{HEAD}301002,{name},301,,,,\n", "utf-8")
        with session_of(database_url) as session:
            return sync_registry(session, read_registry(tmp_path / "r.csv"), 2022, profile).id or 0

    def collected(cycle_id: int) -> tuple[list[str], list[str], list[str]]:
        report = collect_units(database_url, cycle_id, {"301002": str(FILE)})
        return report.done, list(report.returned), report.unchanged

    wrong = registered("云岭市医疗保险中心")
    assert collected(wrong) == ([], ["301002"], [])
    assert collected(wrong) == ([], ["301002"], ["301002"])
    right = registered("云岭市医疗保险服务中心")
    assert collected(right) == (["301002"], [], [])
    assert collected(right) == ([], [], ["301002"])
    with session_of(database_url) as session:
        state = steps_of(session, units_of(session, right, ["301002"]), "collect")
        assert [row.state for row in state.values()] == [StepState.DONE]
