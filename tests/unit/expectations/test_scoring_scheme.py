"""The scoring scheme as data: what it says, and that a malformed one is refused with its line."""

from pathlib import Path

import pytest

from expectations.scoring.scheme import SCHEMES_ROOT, load_scheme
from models.errors import CatalogueError
from models.profiles import Profile


def test_scheme_of_the_profile_has_the_regulation_s_weights(profile: Profile) -> None:
    scheme = load_scheme(profile.scheme)
    assert {group.name: group.points for group in scheme.groups} == {"产出指标": 50, "效益指标": 30, "满意度指标": 10}
    assert scheme.execution.points == 10 and scheme.total_points == 100
    assert {part.name: part.points for part in scheme.groups[0].parts} == {
        "数量指标": 20, "质量指标": 10, "时效指标": 10, "成本指标": 10,
    }  # fmt: skip
    assert len(scheme.hash) == 64


def test_printed_names_are_recognised(profile: Profile) -> None:
    scheme = load_scheme(profile.scheme)
    group = scheme.group_of("产出指标(50分)")
    assert group is not None and group.name == "产出指标"
    part = scheme.part_of("产 出", "（一）数量指标")
    assert part is not None and part.points == 20
    assert scheme.group_of("其他") is None and scheme.part_of("效益指标", "数量指标") is None


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("达成预期指标", "达成年度指标"),
        ("部分达成预期指标并具有一定效果", "部分达成年度指标并具有一定效果"),
        ("未达成预期指标且效果较差", "未达成年度指标且效果较差"),
        ("尚未完成", "未达成年度指标且效果较差"),
        ("明显改善", None),
    ],
)
def test_levels_are_recognised_by_their_words(statement: str, name: str | None, profile: Profile) -> None:
    level = load_scheme(profile.scheme).level_of(statement)
    assert (level.name if level else None) == name


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("points: 30}", "points: 40}", "不等于总分"),
        (
            "name: 数量指标, synonyms: [产出数量指标, 数量], points: 20",
            "name: 数量指标, points: 25",
            "二级指标分值之和",
        ),
        ("decimals: 2\n", "decimals: two\n", "decimals"),
        ("over_achievement_pct: 130", "over_achievement_pct: 130\nbonus: 5", "bonus"),
        ("part: 时效指标", "part: 速度指标", "速度指标"),
        ("code: F-SX22", "code: F-XX", "不一致"),
    ],
)
def test_a_malformed_scheme_is_refused_with_its_line(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = (SCHEMES_ROOT / "F-SX22.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "F-SX22.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError, match=reason) as error:
        load_scheme("F-SX22", tmp_path)
    assert error.value.path.endswith("F-SX22.yaml") and error.value.line >= 1


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(CatalogueError):
        load_scheme("F-无")
