"""A scoring scheme (weights, qualitative levels, thresholds), declared once in ``expectations/schemes``."""

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from expectations.scoring.measures import measure_of
from models.definitions import Definition, content_hash, read_yaml, validate
from models.errors import CatalogueError
from models.forms.matching import bare_name

SCHEMES_ROOT = Path(__file__).parent.parent / "schemes"

OperatorName = Literal["≥", ">", "≤", "<", "="]


class Part(Definition):
    """A second-level indicator and its points. ``synonyms``: other names under which forms print it."""

    name: str
    synonyms: tuple[str, ...] = ()
    points: int = Field(gt=0)

    def is_named(self, text: str) -> bool:
        """Whether ``text`` as printed (spaces, enumeration, ``（50分）``) names it."""
        return _stem(text) in {_stem(name) for name in (self.name, *self.synonyms)}


class Group(Part):
    """A first-level indicator; ``parts`` only where the form fixes them."""

    parts: tuple[Part, ...] = ()

    @model_validator(mode="after")
    def _parts_add_up(self) -> Self:
        if self.parts and sum(part.points for part in self.parts) != self.points:
            raise ValueError(f"“{self.name}”的二级指标分值之和不等于 {self.points} 分")
        return self


class Level(Definition):
    """A band of qualitative achievement in percent of the points, and the words by which it is recognised."""

    name: str
    from_pct: int = Field(ge=0, le=100)
    to_pct: int = Field(ge=0, le=100)
    phrases: tuple[str, ...] = Field(min_length=1)


class BareTarget(Definition):
    """The comparison meant by a target without a sign, for one second-level indicator and kind of unit.

    ``operator`` left out: unclear, so that only an equal actual value can be scored.
    """

    part: str
    measure: Literal["金额", "比率", "时间", "数量"]
    operator: OperatorName | None = None


class ExecutionRate(Definition):
    """The first indicator, 预算执行率, and its points."""

    name: str
    points: int = Field(gt=0)


class Scheme(Definition):
    """How one form family is scored.

    Attributes:
        code: Form family, ``F-SX22``. name: Title. basis: Regulation.
        decimals: Decimals of a score, rounded half up.
        total_points: Points of the whole form, with 预算执行率.
        execution: 预算执行率. groups: First-level indicators.
        bare_operator: Comparison meant by a target without a sign. bare_targets: exceptions.
        over_achievement_pct: An actual above this percentage of a lower bound needs an analysis of its causes.
        amount_decimals: Least number of decimals (万元) to which the funding table is exact.
        grade_synonyms: Other words for the profile's grades.
        levels: Qualitative bands, in the order in which they are recognised.
    """

    code: str
    name: str
    basis: str
    decimals: int = Field(ge=0, le=6)
    total_points: int = Field(gt=0)
    execution: ExecutionRate
    groups: tuple[Group, ...] = Field(min_length=1)
    bare_operator: OperatorName
    bare_targets: tuple[BareTarget, ...] = ()
    over_achievement_pct: int = Field(gt=100)
    amount_decimals: int = Field(ge=0, le=6)
    grade_synonyms: dict[str, str] = Field(default_factory=dict)
    levels: tuple[Level, ...] = ()

    @model_validator(mode="after")
    def _points_add_up(self) -> Self:
        total = self.execution.points + sum(group.points for group in self.groups)
        if total != self.total_points:
            raise ValueError(f"各项分值之和为 {total} 分，不等于总分 {self.total_points} 分")
        names = [group.name for group in self.groups] + [part.name for group in self.groups for part in group.parts]
        if len(set(names)) != len(names):
            raise ValueError("指标名称重复")
        if unknown := {bare.part for bare in self.bare_targets} - set(names):
            raise ValueError(f"bare_targets 提到不存在的指标：{sorted(unknown)}")
        return self

    @cached_property
    def hash(self) -> str:
        """Hash of the scheme's exact content."""
        return content_hash(self.model_dump(mode="json"))

    def __hash__(self) -> int:
        return hash(self.hash)

    def group_of(self, level1: str) -> Group | None:
        """The first-level indicator that a printed name means."""
        return next((group for group in self.groups if group.is_named(level1)), None)

    def part_of(self, level1: str, level2: str) -> Part | None:
        """The second-level indicator that printed names mean, where the form fixes one."""
        group = self.group_of(level1)
        return next((part for part in group.parts if part.is_named(level2)), None) if group else None

    def operator_for(self, level1: str, level2: str, unit: str) -> OperatorName | None:
        """The comparison meant by a target of that indicator and base unit without a sign; ``None``: unclear."""
        part = self.part_of(level1, level2)
        for bare in self.bare_targets:
            if part is not None and bare.part == part.name and bare.measure == measure_of(unit):
                return bare.operator
        return self.bare_operator

    def level_of(self, statement: str) -> Level | None:
        """The band that a statement such as 达成预期指标 claims, or ``None``."""
        return next((level for level in self.levels if any(phrase in statement for phrase in level.phrases)), None)


@lru_cache(maxsize=4096)
def _stem(text: str) -> str:
    return bare_name(text).split("（")[0]


@lru_cache
def load_scheme(name: str, root: Path = SCHEMES_ROOT) -> Scheme:
    """Load a scheme by its code.

    Raises:
        CatalogueError: There is no such scheme, its code is another one, or it is malformed (file and line).
    """
    file = root / f"{name}.yaml"
    data, lines = read_yaml(file)
    scheme = validate(Scheme, data, file, lines)
    if scheme.code != name:
        raise CatalogueError(file, lines.get(("code",), 1), f"评分方案的代码“{scheme.code}”与文件名不一致")
    return scheme
