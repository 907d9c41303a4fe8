"""One rule as it stands in the catalogue, before its formula is parsed."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from models.definitions import Definition
from models.findings import Severity


class Rule(Definition):
    """One rule.

    Attributes:
        id: Unique in its set. title: What must be so, in a few words.
        severity: 强制 blocks, 核实 passes with a written explanation, 提示 is a hint.
        scope: 单位 or 部门 when it concerns only units or only the added-up department.
        formula: Relation in the rule language. check: Name of a predicate; a rule has exactly one of the two.
        when: Condition without which the rule does not apply.
        message: Own sentence with {left} {right} {difference} {row} {column}; empty for the general one.
        basis: Form note or regulation. explain: What it means, for clerks. params: For the predicate.
    """

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    severity: Literal["强制", "核实", "提示"]
    scope: Literal["单位", "部门", "全部"] = "全部"
    formula: str = ""
    check: str = ""
    when: str = ""
    message: str = ""
    basis: str = ""
    explain: str = ""
    params: Mapping[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_formula_and_check(self) -> Self:
        if bool(self.formula) == bool(self.check):
            raise ValueError("formula（公式）与 check（检查名）应当且只能写一个")
        if self.params and not self.check:
            raise ValueError("params 只用于 check")
        return self

    @property
    def weight(self) -> Severity:
        """The severity as findings carry it."""
        return {"强制": Severity.MANDATORY, "核实": Severity.VERIFIABLE, "提示": Severity.HINT}[self.severity]
