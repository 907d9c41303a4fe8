"""Profiles: one file per jurisdiction and year says which forms, rules, schemes, templates and names apply."""

from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from models.definitions import Definition, read_yaml, validate
from models.errors import UsageError
from models.forms import FormCatalogue, load_forms
from models.subjects import Subjects, load_subjects

PROFILES_ROOT = Path(__file__).parent
DEFAULT_PROFILE = "national-2022"


class Grade(Definition):
    """A grade and the lowest score that earns it (inclusive)."""

    name: str
    at_least: int = Field(alias="from")


class Profile(Definition):
    """What applies in one jurisdiction and year.

    Attributes:
        code: ``national-2022``. name: Chinese name. year: The layout's first year.
        form_set, functional_subjects, economic_subjects, rule_set, scheme, narrative: Names of the definitions.
        amount_unit: Unit in which documents show money (元 or 万元). decimals: Shown decimals.
        yoy_reason_threshold_pct: A change against last year of at least this needs a reason.
        grades: Best first.
    """

    code: str
    name: str
    year: int
    form_set: str
    functional_subjects: str
    economic_subjects: str
    rule_set: str
    scheme: str
    narrative: str
    amount_unit: str = "元"
    decimals: int = 2
    yoy_reason_threshold_pct: int = 20
    grades: tuple[Grade, ...]

    @model_validator(mode="after")
    def _grades_descend(self) -> Self:
        limits = [grade.at_least for grade in self.grades]
        if limits != sorted(set(limits), reverse=True) or not limits or limits[-1] != 0:
            raise ValueError("等级的分数线必须从高到低排列，最后一档从 0 分起")
        return self

    @property
    def forms(self) -> FormCatalogue:
        """The form catalogue of this profile."""
        return load_forms(self.form_set)

    @property
    def functional(self) -> Subjects:
        """Functional subjects by code."""
        return load_subjects(self.functional_subjects)

    @property
    def economic(self) -> Subjects:
        """Economic subjects by code."""
        return load_subjects(self.economic_subjects)


@lru_cache
def load_profile(code: str = DEFAULT_PROFILE, root: Path = PROFILES_ROOT) -> Profile:
    """Load a profile by its code.

    Raises:
        UsageError: There is no such profile.
        CatalogueError: The profile is malformed.
    """
    for file in sorted(root.glob("*.yaml")):
        data, lines = read_yaml(file)
        profile = validate(Profile, data, file, lines)
        if profile.code == code:
            return profile
    known = "、".join(file.stem.replace("_", "-") for file in sorted(root.glob("*.yaml")))
    raise UsageError(f"没有名为“{code}”的地区年度配置；可用的有：{known}")
