"""Great Expectations binding: one expectation per rule, judged by the one evaluator over sets of units.

Importing this takes seconds; only flows do. Verdicts are read from GX's validation result and nowhere else: a rule
whose expectation is missing from the result, or failed inside GX, is *not checked* for every unit.
"""

import logging
import os
import threading

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read by GX when it is imported

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar
from uuid import uuid4

import great_expectations as gx
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration

from expectations.catalogue import CompiledRule, RuleSet
from expectations.cube import Cube, UnitData
from expectations.evaluator import judge
from expectations.outcomes import unchecked
from models.findings import RuleOutcome, Severity, Status
from models.profiles import Profile

logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells of its temporary folders otherwise

SEVERITIES = {
    Severity.MANDATORY: FailureSeverity.CRITICAL,
    Severity.VERIFIABLE: FailureSeverity.WARNING,
    Severity.HINT: FailureSeverity.INFO,
}
_ONE_AT_A_TIME = threading.Lock()
"""The context is shared by the process; validations in threads would not be faster anyway."""

UNIT_COLUMN, DATA_COLUMN = "unit_code", "unit_data"

_RULESETS: dict[str, tuple[Profile, RuleSet]] = {}
"""Rule sets by hash: GX passes only plain values to metrics."""


class UnitsCube(TableMetricProvider):  # type: ignore[misc]
    """The batch's units as a cube; GX computes it once for all rules of a suite."""

    metric_name = "juesuan.cube"
    value_keys = ("ruleset_hash",)

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> Cube:
        frame, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)
        profile, _ = _RULESETS[metric_value_kwargs["ruleset_hash"]]
        return Cube.build(profile, list(frame[DATA_COLUMN]))


class RuleOutcomes(TableMetricProvider):  # type: ignore[misc]
    """One rule's outcome for every unit of the batch, by unit code."""

    metric_name = "juesuan.rule_outcomes"
    value_keys = ("rule_id", "ruleset_hash")

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> dict[str, RuleOutcome]:
        _, ruleset = _RULESETS[metric_value_kwargs["ruleset_hash"]]
        cube: Cube = metrics["juesuan.cube"]
        outcomes = judge(ruleset[metric_value_kwargs["rule_id"]], cube)
        return {unit.code: outcome for unit, outcome in zip(cube.units, outcomes, strict=True)}

    @classmethod
    def _get_evaluation_dependencies(
        cls, metric: MetricConfiguration, configuration: Any = None, execution_engine: Any = None, **kwargs: Any
    ) -> dict[str, MetricConfiguration]:
        return {
            "juesuan.cube": MetricConfiguration(
                "juesuan.cube",
                metric.metric_domain_kwargs,
                {"ruleset_hash": metric.metric_value_kwargs["ruleset_hash"]},
            )
        }


class ExpectUnitsToSatisfyRule(BatchExpectation):  # type: ignore[misc]
    """Every unit of the batch satisfies one rule of the catalogue.

    The rule's id is a field, not meta: GX merges expectations that differ only in meta.
    """

    rule_id: str
    ruleset_hash: str

    metric_dependencies: ClassVar[tuple[str, ...]] = ("juesuan.rule_outcomes",)
    success_keys: ClassVar[tuple[str, ...]] = ("rule_id", "ruleset_hash")
    args_keys: ClassVar[tuple[str, ...]] = ("rule_id", "ruleset_hash")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        """Success when no unit violates the rule; ``details`` holds each unit's outcome."""
        outcomes: dict[str, RuleOutcome] = metrics["juesuan.rule_outcomes"]
        violating = sum(outcome.status is Status.VIOLATED for outcome in outcomes.values())
        return {
            "success": violating == 0,
            "result": {"observed_value": f"{violating} / {len(outcomes)}", "details": outcomes},
        }


@lru_cache
def _context() -> Any:
    """One context in memory per process; each would leave a folder of its own in the temporary directory."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def expectation_for(compiled: CompiledRule, ruleset: RuleSet) -> ExpectUnitsToSatisfyRule:
    """The expectation that stands for a rule; severity 强制, 核实, 提示 becomes critical, warning, info."""
    return ExpectUnitsToSatisfyRule(
        rule_id=compiled.rule.id,
        ruleset_hash=ruleset.hash,
        severity=SEVERITIES[compiled.rule.weight],
        meta={"title": compiled.rule.title},
    )


def suite_for(ruleset: RuleSet) -> gx.ExpectationSuite:
    """The suite of all rules, one expectation each."""
    _context()  # a suite belongs to one
    # Given at once: adding one by one compares each with all before it.
    return gx.ExpectationSuite(
        name=f"juesuan-{ruleset.hash[:12]}",
        expectations=[expectation_for(compiled, ruleset) for compiled in ruleset.compiled],
    )


def validate_suite(
    profile: Profile, ruleset: RuleSet, units: Sequence[UnitData], suite: gx.ExpectationSuite | None = None
) -> list[ExpectationValidationResult]:
    """Run a suite over a set of units in GX, in memory.

    Args:
        profile: Whose forms the rules speak of.
        ruleset: The rules.
        units: One row of the frame each.
        suite: The suite; of all rules when left out.

    Returns:
        GX's results, one per expectation.
    """
    _RULESETS[ruleset.hash] = (profile, ruleset)
    frame = pd.DataFrame({UNIT_COLUMN: [unit.code for unit in units], DATA_COLUMN: list(units)})
    sources, name = _context().data_sources, f"juesuan-{uuid4()}"
    asset = sources.add_pandas(name).add_dataframe_asset("units")
    try:
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        return list(batch.validate(suite if suite is not None else suite_for(ruleset)).results)
    finally:
        sources.delete(name)


def read_outcomes(
    results: Sequence[ExpectationValidationResult], ruleset: RuleSet, units: Sequence[UnitData]
) -> dict[str, list[RuleOutcome]]:
    """Outcomes per unit from GX's results alone, one per rule in the rules' order."""
    by_rule = {str(result.expectation_config.kwargs.get("rule_id")): result for result in results}
    outcomes: dict[str, list[RuleOutcome]] = {unit.code: [] for unit in units}
    for compiled in ruleset.compiled:
        result = by_rule.get(compiled.rule.id)
        details, why = _details(result)
        for code in outcomes:
            outcomes[code].append(details.get(code) or unchecked(compiled.rule, why))
    return outcomes


def _details(result: ExpectationValidationResult | None) -> tuple[dict[str, RuleOutcome], str]:
    """Per-unit outcomes of one expectation, or why there are none; a contradicting result counts as none."""
    if result is None:
        return {}, "审核引擎没有执行本条规则"
    details = result.result.get("details")
    if result.exception_info.get("raised_exception", True) or not isinstance(details, dict):
        return {}, "本条规则在审核引擎中执行出错，请联系系统管理员"
    if result.success is not all(outcome.status is not Status.VIOLATED for outcome in details.values()):
        return {}, "审核引擎对本条规则的结论前后矛盾，请联系系统管理员"
    return details, "审核引擎没有给出本单位的结果"


def judge_with_gx(profile: Profile, ruleset: RuleSet, cube_units: Sequence[UnitData]) -> dict[str, list[RuleOutcome]]:
    """Judge all units against all rules in GX, in one validation.

    Args:
        profile: Whose forms the rules speak of.
        ruleset: The rules.
        cube_units: The units.

    Returns:
        For each unit code one outcome per rule; the same as :func:`expectations.evaluator.evaluate` gives.

    Raises:
        RegistryError: A unit code comes twice.
    """
    Cube.build(profile, cube_units)
    if not cube_units:
        return {}
    with _ONE_AT_A_TIME:
        results = validate_suite(profile, ruleset, cube_units)
    return read_outcomes(results, ruleset, cube_units)
