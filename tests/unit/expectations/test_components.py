"""Component rows (其中…) belong to the indicator above: kept and shown, but no part of sums and never unscorable."""

from dataclasses import replace

import pytest
from fixtures.projects import OUT, QTY, RETIRED

from expectations.scoring import Scheme, load_scheme, score_project
from expectations.scoring.components import counted
from models.profiles import Profile
from models.submission import Indicator, Project


@pytest.fixture(scope="module")
def scheme(profile: Profile) -> Scheme:
    return load_scheme(profile.scheme)


def row(
    name: str, points: str | None = None, score: str | None = None, value: str = "12亩", level2: str = QTY
) -> Indicator:
    return Indicator(OUT, level2, name, value, value, value, points, score)


def with_rows(*rows: Indicator, instead: int = 1) -> Project:
    """The real project with these rows in place of its first indicators (数量 20 points first)."""
    return replace(RETIRED, indicators=(*rows, *RETIRED.indicators[instead:]))


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ((row("种植面积", "20", "20"), row("其中桃树"), row("其中：苹果树")), ["种植面积"]),
        ((row("种植面积", "20", "20"), row("桃树"), row("苹果树")), ["种植面积"]),
        ((row("种植面积", "20", "20"), row("（1）桃树"), row("")), ["种植面积"]),
        ((row("种植面积", "12", "12"), row("其中：桃树"), row("养殖", "8", "8"), row("其中猪")), ["种植面积", "养殖"]),
        ((row("种植面积", "20", "20"), row("其中：桃树", "12", "12"), row("其中：苹果树", "8", "8")), ["种植面积"]),
        ((row("种植面积", "8", "8"), row("其中：重点村", "12", "12")), ["种植面积", "其中：重点村"]),
        (
            (row("种植面积"), row("其中：桃树", "12", "12"), row("其中：苹果树", "8", "8")),
            ["其中：桃树", "其中：苹果树"],
        ),
    ],
    ids=["其中", "unmarked", "numbered-and-unnamed", "two", "points-once", "points-demanded", "a-heading"],
)
def test_what_counts(rows: tuple[Indicator, ...], names: list[str], scheme: Scheme, profile: Profile) -> None:
    project = with_rows(*rows)
    assert [one.name for one in counted(project, scheme)][: len(names)] == names
    scored = score_project(project, scheme, profile)
    assert (scored.total, scored.unscorable_points, scored.grade) == ("98", "0", "优")


def test_an_indicator_whose_points_were_forgotten_is_no_component(scheme: Scheme, profile: Profile) -> None:
    project = with_rows(row("种植面积", "10", "10"), row("成活率"))
    assert [one.name for one in counted(project, scheme)][:2] == ["种植面积", "成活率"]
    assert score_project(project, scheme, profile).grade == "待定"


def test_parts_that_add_up_count_once_also_where_other_points_are_wrong(scheme: Scheme) -> None:
    rows = (row("种植面积", "30", "30"), row("其中：桃树", "20", "20"), row("其中：苹果树", "10", "10"))
    assert [one.name for one in counted(with_rows(*rows), scheme)][:2] == ["种植面积", "工作效率提升度"]


def test_a_row_of_another_second_level_is_no_component(scheme: Scheme) -> None:
    project = with_rows(row("种植面积", "20", "20"), row("其中：成活率", level2="质量指标"))
    assert "其中：成活率" in [one.name for one in counted(project, scheme)]


def test_tens_of_thousands_of_rows_are_looked_through_once(scheme: Scheme) -> None:
    many = tuple(row("其中：桃树", *((None, None) if at % 2 else ("1", "1"))) for at in range(40_000))
    assert len(counted(replace(RETIRED, indicators=many), scheme)) == 20_000
