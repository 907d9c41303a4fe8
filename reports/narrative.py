"""Sentences of a disclosure document, generated from figures by the profile's templates.

A line of a template becomes a paragraph; ``- `` makes it a list item. What a unit typed enters as a
value only: its line breaks are folded, so it can forge no further line, and it is never rendered as a template.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateRuntimeError
from jinja2.loaders import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

from models.definitions import Definition, read_yaml, validate
from models.forms import Form
from models.money import format_fen, percent
from models.submission import Presence
from reports.blocks import Block, Heading, ListBlock, Paragraph
from reports.figures import SUPPLEMENT, Figures
from reports.projects import ProjectSummary, summarise

NARRATIVE_ROOT = Path(__file__).parent / "templates" / "narrative"
NOT_COMPARABLE = (
    "上年可比数不全（空白是不知道，不是零），文中有的地方未写与上年的比较，可由部门在部门工作簿中填列上年数"
)
"""Warning of a department's document."""

_LEAD = re.compile(
    r"^(?:(?:(?:其?主要)?(?:变动|变化|增减|增加|增长|减少|下降|差异)?的?(?:主要)?原因(?:(?:是|为|在于)[：:，,]?|[：:])"
    r"|(?:主要)?(?:是|系)?(?:由于|因为)|主要(?:是|系|用于|为了?)|用于)[：:，,\s]*)+"
)
_OWN_LEAD = re.compile(r"原因(?:是|为|在于|[：:])")
"""A lead inside a unit's words (收入增加的主要原因是……；支出……): there ours would double it."""
_REPEATED = re.compile(r"([，。；：、])\1+")


class Part(Definition):
    """A piece of a section: its template, and the forms without which nothing can be said."""

    template: str
    needs: tuple[str, ...] = ()
    title: str = ""


class Section(Definition):
    """One section of 第三部分 情况说明."""

    title: str
    parts: tuple[Part, ...]


class Outline(Definition):
    """Sections in order."""

    sections: tuple[Section, ...]


class Term(Definition):
    """An entry of 第四部分 名词解释."""

    term: str
    text: str


class Glossary(Definition):
    """Entries in order."""

    terms: tuple[Term, ...]


@lru_cache
def load_outline(narrative: str, root: Path = NARRATIVE_ROOT) -> Outline:
    """Read the sections of a narrative set such as ``national_2022``.

    Raises:
        CatalogueError: The outline is missing or malformed.
    """
    file = root / narrative / "outline.yaml"
    data, lines = read_yaml(file)
    return validate(Outline, data, file, lines)


@lru_cache
def load_glossary(narrative: str, root: Path = NARRATIVE_ROOT) -> Glossary:
    """Read the terms explained in 第四部分.

    Raises:
        CatalogueError: The glossary is missing or malformed.
    """
    file = root / narrative / "glossary.yaml"
    data, lines = read_yaml(file)
    return validate(Glossary, data, file, lines)


def _folded(value: Any) -> Any:
    """What a template prints: never ``None``, and no line breaks from a value."""
    if value is None:
        raise TemplateRuntimeError("a sentence would print a missing figure")
    return " ".join(str(value).split())


@lru_cache
def _environment(folder: Path) -> SandboxedEnvironment:
    """One for all documents of a process: compiling the templates costs more than filling them."""
    return SandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # writers escape; a document model holds plain text
        finalize=_folded,
    )


def inner_words(typed: str) -> str:
    """What a unit typed, fit for the middle of a sentence of ours.

    Our sentence brings lead (主要原因是, 主要用于) and full stop, so the unit's own go, and so do doubled signs.
    """
    return _LEAD.sub("", _REPEATED.sub(r"\1", " ".join(typed.split()))).rstrip("。；;.，, ")


class Narrator:
    """Writes the sections for one submission and remembers what is missing.

    Attributes:
        warnings: Chinese sentences for the reviewer: missing forms, missing reasons.
    """

    def __init__(self, figures: Figures, *, year: int, department: bool = False, root: Path = NARRATIVE_ROOT) -> None:
        self.figures, self.year, self.department = figures, year, department
        self.forms = figures.profile.forms
        self.partial = figures.presence(SUPPLEMENT) is Presence.PARTIAL
        self.warnings: list[str] = []
        if self.partial:
            self.warnings.append("有的单位没有报补充信息，文中未写预算完成情况和各项数量")
        self._environment = _environment(root / figures.profile.narrative)

    def blocks(self, section: Section, anchor: str) -> Iterator[Block]:
        """Blocks of one section; a part whose forms were not submitted says so and warns."""
        yield Heading(2, section.title, anchor)
        for number, part in enumerate(section.parts, start=1):
            if part.title:
                yield Heading(3, part.title, f"{anchor}-{number}")
            missing = [code for code in part.needs if not self.figures.usable(code)]
            if missing:
                names = "、".join(f"《{self.forms[code].name}》（{code}表）" for code in missing)
                self.warnings.append(f"{section.title}{part.title}：缺少{names}，未能生成说明")
                yield Paragraph(f"未取得{names}的数据，此处暂缺。", notice=True)
            else:
                yield from _parsed(self._render(part.template))

    def _render(self, template: str) -> str:
        return self._environment.get_template(template).render(
            f=self.figures,
            form=self.forms.__getitem__,
            year=self.year,
            money=self.money,
            percent=_percent,
            change=self.change,
            completion=self.completion,
            compared=self.compared,
            because=self.because,
            classes=self.classes,
            lines=self.lines,
            purpose=self.purpose,
            projects=self.projects,
            supplement=SUPPLEMENT,
            partial=self.partial,
            department=self.department,
        )

    def money(self, fen: int) -> str:
        """An amount with its unit, as tables display it: ``3,877,991.62元``."""
        profile = self.figures.profile
        return format_fen(fen, profile.amount_unit, profile.decimals) + profile.amount_unit

    def change(self, now: int, last: int) -> str:
        """A change in words; no percentage against a base of zero."""
        if now == last:
            return "持平"
        verb, rate_verb = ("增加", "增长") if now > last else ("减少", "下降")
        rate = f"，{rate_verb}{percent(abs(now - last), last)}%" if last > 0 else ""
        return f"{verb}{self.money(abs(now - last))}{rate}"

    @staticmethod
    def completion(actual: int, budget: int | None, name: str) -> str:
        """Completion of a budget in words (with a comma before it), empty when the budget is zero or unknown."""
        return f"，完成{name}的{percent(actual, budget)}%" if budget and budget > 0 else ""

    def compared(self, reason: str, *pairs: tuple[str, int, int | None]) -> str:
        """Sentence on the change against last year, with its reason; empty when last year is unknown.

        A department says so: its units' figures may be there, and yet not be comparable.

        Args:
            reason: Row of 补充信息 原因/….
            pairs: (name, this year in fen, last year in fen or ``None``).
        """
        known = [(name, now, last) for name, now, last in pairs if last is not None]
        if not known:
            if self.department and NOT_COMPARABLE not in self.warnings:
                self.warnings.append(NOT_COMPARABLE)
            return "上年可比数暂缺，未作比较。" if self.department else ""
        text = "；".join(f"{name}{self.change(now, last)}" for name, now, last in known)
        return f"与上年相比，{text}。{self.because(reason, *((now, last) for _, now, last in known))}"

    def because(self, reason: str, *pairs: tuple[int, int]) -> str:
        """The unit's reason for differences, as a sentence; empty when there is no difference or no reason.

        A missing reason is remembered when a difference reaches the profile's threshold.
        """
        differing = [(now, base) for now, base in pairs if now != base]
        if not differing:
            return ""
        typed = inner_words(self.figures.text(f"原因/{reason}"))
        if typed:
            return f"{typed}。" if _OWN_LEAD.search(typed) else f"主要原因是：{typed}。"
        threshold = self.figures.profile.yoy_reason_threshold_pct
        if any(abs(now - base) * 100 >= abs(base) * threshold for now, base in differing):
            self.warnings.append(f"补充信息“原因/{reason}”未填写，而变动达到或超过{threshold}%，文中未写原因")
        return ""

    def purpose(self, name: str) -> str:
        """The unit's words on what something was for (用途/…), without its final stop; empty when blank."""
        return inner_words(self.figures.text(f"用途/{name}"))

    def classes(self) -> list[dict[str, Any]]:
        """Classes (类) of 公开05 that were budgeted or spent: budgets, amount and items (项), in fen."""
        form = self.forms["公开05"]
        spent = {code: amount for code, _, amount in self.figures.subjects(form, "小计", "类")}
        budgets = {
            row.code: tuple(self.figures.given(SUPPLEMENT, row.key, column) for column in ("年初预算数", "全年预算数"))
            for row in self.forms[SUPPLEMENT].rows.values()
            if row.code and row.key.startswith("预算/")
        }
        known = sorted(set(spent) | {code for code, amounts in budgets.items() if any(amounts)})
        return [
            {
                "name": self.figures.subject_name("公开05", code) or code,
                "initial": budgets.get(code, (None, None))[0],
                "full": budgets.get(code, (None, None))[1],
                "spent": spent.get(code, 0),
                "items": self.figures.subjects(form, "小计", "项", code),
            }
            for code in known
        ]

    def lines(self, form: Form, column: str, *classes: str) -> list[tuple[str, int]]:
        """Rows of 款 (5 digits) below economic classes with a non-zero amount: (name, fen)."""
        found = [
            (row.name, self.figures.given(form.code, row.key, column) or 0)
            for row in form.rows.values()
            if len(row.code) == 5 and row.code[:3] in classes
        ]
        return [(name, amount) for name, amount in found if amount]

    def projects(self) -> ProjectSummary:
        """Summary of the submitted self-evaluations."""
        summary = summarise(self.figures.submission.projects, self.figures.profile)
        self.warnings += summary.warnings
        return summary


def _percent(part: int, whole: int) -> str:
    """Share as text with %, ``0.00%`` of nothing."""
    return f"{percent(part, whole) or '0.00'}%"


def _parsed(text: str) -> Iterator[Block]:
    """Blocks of a rendered template."""
    items: list[str] = []
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("- "):
            items.append(line[2:])
            continue
        if items:
            yield ListBlock(tuple(items))
            items = []
        if line:
            yield Paragraph(line)
    if items:
        yield ListBlock(tuple(items))
