"""The rule catalogue: rules as data, read from YAML, parsed and checked against the forms when loaded."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from string import Formatter

from expectations.cube import ATTRIBUTES
from expectations.language.expansion import expand, iterating
from expectations.language.layout import Layout, require_form, subject_like
from expectations.language.parser import parse_condition, parse_formula
from expectations.language.syntax import (
    Belongs,
    Both,
    Condition,
    Either,
    FormulaError,
    HasForm,
    Not,
    Relation,
)
from expectations.predicates import PREDICATES
from expectations.rule import Rule
from models.definitions import Definition, content_hash, line_of, read_yaml, validate
from models.errors import CatalogueError
from models.profiles import Profile

RULES_ROOT = Path(__file__).parent / "rules"
PREDICATE_MODULES = sorted(file.stem for file in Path(__file__).parent.glob("predicates_*.py"))
"""Modules of this room that register further predicates."""

MESSAGE_WORDS = frozenset({"left", "right", "difference", "row", "column"})
_SAMPLE_CODES = ("208", "20805", "2080505")


class _RuleFile(Definition):
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class CompiledRule:
    """A rule with its formula and condition parsed; ``relation`` is ``None`` for predicates."""

    rule: Rule
    relation: Relation | None
    condition: Condition | None


@dataclass(frozen=True)
class RuleSet:
    """All rules of a profile.

    Attributes:
        profile: Whose forms they speak of. compiled: In the order of the files.
        hash: Of the rules' exact content; findings and results name it.
    """

    profile: Profile
    compiled: tuple[CompiledRule, ...]
    hash: str

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules as written."""
        return tuple(item.rule for item in self.compiled)

    def __getitem__(self, rule_id: str) -> CompiledRule:
        """The rule of that id.

        Raises:
            KeyError: There is none.
        """
        for item in self.compiled:
            if item.rule.id == rule_id:
                return item
        raise KeyError(rule_id)


def conditions_in(condition: Condition | None) -> Iterator[Relation | Belongs | HasForm]:
    """The single facts of a condition."""
    match condition:
        case None:
            return
        case Not(fact):
            yield from conditions_in(fact)
        case Both(first, second) | Either(first, second):
            yield from conditions_in(first)
            yield from conditions_in(second)
        case _:
            yield condition


def compile_rule(rule: Rule, profile: Profile) -> CompiledRule:
    """Parse a rule and check every name in it.

    Raises:
        FormulaError: Formula, condition, message or check name is wrong.
    """
    relation = condition = None
    with _in_field("formula" if rule.formula else "check"):
        if rule.formula:
            relation = parse_formula(rule.formula)
            _check_relation(relation, profile)
        elif rule.check not in PREDICATES:
            raise FormulaError(f"没有名为“{rule.check}”的检查；可用的有：{'、'.join(sorted(PREDICATES))}")
    with _in_field("when"):
        condition = parse_condition(rule.when) if rule.when else None
        for fact in conditions_in(condition):
            _check_fact(fact, profile)
    with _in_field("message"):
        _check_message(rule)
    return CompiledRule(rule, relation, condition)


@contextmanager
def _in_field(name: str) -> Iterator[None]:
    """Note in which field of the rule a fault lies."""
    try:
        yield
    except FormulaError as error:
        error.field = name
        raise


def _check_relation(relation: Relation, profile: Profile) -> None:
    if not relation.references:
        raise FormulaError("公式没有引用任何表")
    layouts = {ref.slot: Layout(require_form(profile.forms, ref.form), _codes(relation)) for ref in relation.references}
    if not expand(relation, layouts).bindings:
        raise FormulaError("公式所指的单元格都不适用（——）或不存在，没有可审核的内容")


def _codes(relation: Relation) -> Iterable[str]:
    named = (ref.row.first for ref in relation.references)
    return (*_SAMPLE_CODES, *(code for code in named if subject_like(code)))


def _check_fact(fact: Relation | Belongs | HasForm, profile: Profile) -> None:
    match fact:
        case Relation():
            if any(iterating(fact)):
                raise FormulaError("条件里不能用每行、每列")
            _check_relation(fact, profile)
        case HasForm((_, form)):
            if form not in profile.forms:
                raise FormulaError(f"没有表“{form}”；可用的表：{'、'.join(profile.forms)}")
        case Belongs(attribute, values):
            if attribute not in ATTRIBUTES:
                raise FormulaError(f"没有单位属性“{attribute}”；可用的有：{'、'.join(ATTRIBUTES)}")
            cover = profile.forms.get("封面")
            row = cover.rows.get(attribute) if cover is not None else None
            for value in values:
                if row is not None and row.options and value not in row.options:
                    raise FormulaError(f"{attribute}没有“{value}”；可用的有：{'、'.join(row.options)}")


def _check_message(rule: Rule) -> None:
    try:
        parts = list(Formatter().parse(rule.message))
    except ValueError as error:
        raise FormulaError(f"message 的花括号不成对：{error}") from None
    for _, name, spec, conversion in parts:
        if name is not None and (name not in MESSAGE_WORDS or spec or conversion):
            raise FormulaError(f"message 里只能用 {'、'.join(sorted(MESSAGE_WORDS))}，不能用“{{{name}}}”")


def build_ruleset(profile: Profile, files: Iterable[Path]) -> RuleSet:
    """Read and compile rules.

    Raises:
        CatalogueError: With file, line and reason; also when an id is used twice.
    """
    for module in PREDICATE_MODULES:
        import_module(f"{__package__}.{module}")
    compiled: list[CompiledRule] = []
    places: dict[str, str] = {}
    for file in files:
        data, lines = read_yaml(file)
        for index, rule in enumerate(validate(_RuleFile, data, file, lines).rules):
            if rule.id in places:
                raise CatalogueError(
                    file, line_of(("rules", index, "id"), lines), f"规则“{rule.id}”已在 {places[rule.id]} 声明"
                )
            places[rule.id] = f"{file.name} 第 {line_of(('rules', index, 'id'), lines)} 行"
            try:
                compiled.append(compile_rule(rule, profile))
            except FormulaError as error:
                line = line_of(("rules", index, error.field), lines)
                raise CatalogueError(file, line, f"规则“{rule.id}”：{error}") from None
    return RuleSet(profile, tuple(compiled), content_hash([item.rule.model_dump(mode="json") for item in compiled]))


@lru_cache
def _load(profile: Profile, root: Path) -> RuleSet:
    folder = root / profile.rule_set
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise CatalogueError(folder, 0, "没有任何审核规则")
    return build_ruleset(profile, files)


def load_rules(profile: Profile, root: Path = RULES_ROOT) -> RuleSet:
    """Load the rule set of a profile from ``root/<rule_set>/*.yaml``.

    Raises:
        CatalogueError: A rule is malformed, names something unknown, or two share an id; or there are none.
    """
    return _load(profile, root)
