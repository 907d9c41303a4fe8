"""The disclosure document (决算公开) of a unit or of the department, in its statutory parts.

Basis: 预算法第十四条 and 财预〔2016〕143号 name what must be public; the order of the parts is the customary one.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.profiles import Profile
from models.submission import Submission
from reports.blocks import Block, Document, Heading, ListBlock, PageBreak, Paragraph
from reports.figures import Figures
from reports.narrative import Narrator, load_glossary, load_outline
from reports.projects import project_tables
from reports.tables import form_table, list_table

_HERE = Path(__file__).parent
_SOURCES = (
    "blocks.py",
    "disclosure.py",
    "figures.py",
    "gaps.py",
    "html.py",
    "narrative.py",
    "projects.py",
    "tables.py",
)
_NUMERALS = "零一二三四五六七八九十"
PROJECT_FORM = "自评表"


@dataclass(frozen=True, slots=True)
class DepartmentScope:
    """Which units a department's accounts cover.

    Attributes:
        covered: Pairs (unit code, unit name) that are added up.
        missing: Pairs of units that belong to the department but are not in the figures.
    """

    covered: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...] = ()


def numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese, for enumerations: 12 is 十二."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens]}十"
    return head + (_NUMERALS[ones] if ones or not tens else "")


def build_disclosure(
    profile: Profile,
    submission: Submission,
    *,
    unit_name: str,
    unit_code: str,
    year: int,
    draft: bool = True,
    mark: str = "",
    department: DepartmentScope | None = None,
) -> tuple[Document, list[str]]:
    """Build the disclosure document.

    Args:
        profile: Forms, narrative templates, unit of display.
        submission: The figures: a unit's submission, or the department's sums as one.
        unit_name: Name of the unit or department.
        unit_code: Its code.
        year: Of the accounts.
        draft: Whether 草稿 stands across every page.
        mark: Further mark on every page, for example 示例数据.
        department: Given for the department's document: which units it covers.

    Returns:
        The document, and what the reviewer should know about it: Chinese sentences on missing forms, texts, reasons,
        and on figures that no form has a place for.
    """
    figures = Figures(submission, profile)
    narrator = Narrator(figures, year=year, department=department is not None)
    builder = _Builder(figures, narrator, unit_name, year, department)
    kind = "部门" if department else "单位"
    document = Document(
        title=unit_name,
        subtitle=f"{year}年度{kind}决算公开",
        draft=draft,
        mark=mark,
        meta=((f"{kind}名称", unit_name), (f"{kind}代码", unit_code), ("年度", str(year))),
        blocks=tuple(builder.blocks()),
    )
    return document, [*builder.warnings, *narrator.warnings]


class _Builder:
    """Yields the five parts in order and collects warnings of its own."""

    def __init__(
        self, figures: Figures, narrator: Narrator, name: str, year: int, department: DepartmentScope | None
    ) -> None:
        self.figures, self.narrator, self.name, self.year, self.department = figures, narrator, name, year, department
        self.profile = figures.profile
        self.warnings: list[str] = []

    def blocks(self) -> Iterator[Block]:
        """All blocks."""
        yield from self._about()
        yield PageBreak()
        yield from self._tables()
        yield PageBreak()
        yield from self._explanation()
        yield PageBreak()
        yield from self._glossary()
        yield PageBreak()
        yield from self._attachments()

    def _about(self) -> Iterator[Block]:
        yield Heading(1, "第一部分 概况", "p1")
        titles = ("一、主要职责", "二、机构设置及决算单位构成" if self.department else "二、机构设置情况")
        for number, (title, row) in enumerate(zip(titles, ("概况/主要职责", "概况/机构设置"), strict=True), start=1):
            yield Heading(2, title, f"p1-{number}")
            typed = [line.strip() for line in self.figures.text(row).splitlines() if line.strip()]
            yield from (Paragraph(line) for line in typed)
            if not typed:
                self.warnings.append(f"补充信息“{row}”未填写")
                yield Paragraph(f"未取得“{row.rsplit('/', 1)[-1]}”的内容，此处暂缺。", notice=True)
        if self.department:
            yield from self._scope(self.department)

    def _scope(self, scope: DepartmentScope) -> Iterator[Block]:
        count = len(scope.covered) + len(scope.missing)
        yield Paragraph(f"纳入{self.year}年度部门决算编报范围的单位共{count}个，本决算已汇总{len(scope.covered)}个：")
        records = [(str(number), code, name) for number, (code, name) in enumerate(scope.covered, start=1)]
        yield list_table("已汇总单位", ("序号", "单位代码", "单位名称"), records, widths=(5, 12, 40))
        if scope.missing:
            yield Paragraph(f"尚有{len(scope.missing)}个单位未纳入汇总，本决算各项数据不包括这些单位：", notice=True)
            yield ListBlock(tuple(f"{name}（{code}）" for code, name in scope.missing))
            self.warnings.append(f"部门决算未包括{len(scope.missing)}个单位")

    def _tables(self) -> Iterator[Block]:
        yield Heading(1, f"第二部分 {self.year}年度{'部门' if self.department else '单位'}决算表", "p2")
        holder = f"{'部门' if self.department else '单位'}名称：{self.name}"
        notes: tuple[str, ...] = ()
        if self.department and self.department.missing:
            notes = (f"说明：本表未包括尚未纳入汇总的{len(self.department.missing)}个单位，名单见第一部分。",)
        for number, form in enumerate(self.profile.forms.published, start=1):
            for place in self.figures.unplaced(form):
                self.warnings.append(f"{form.code}表的“{place}”不在表式中，未能列入本文件")
            yield Heading(2, f"{numeral(number)}、{form.name}", f"p2-{number}")
            yield form_table(form, self.figures, holder=holder, year=self.year, notes=notes)

    def _explanation(self) -> Iterator[Block]:
        yield Heading(1, f"第三部分 {self.year}年度决算情况说明", "p3")
        for number, section in enumerate(load_outline(self.profile.narrative).sections, start=1):
            yield from self.narrator.blocks(section, f"p3-{number}")

    def _glossary(self) -> Iterator[Block]:
        yield Heading(1, "第四部分 名词解释", "p4")
        for number, entry in enumerate(load_glossary(self.profile.narrative).terms, start=1):
            yield Paragraph(f"{numeral(number)}、{entry.term}：{entry.text}")

    def _attachments(self) -> Iterator[Block]:
        yield Heading(1, "第五部分 附件", "p5")
        projects = self.figures.submission.projects
        form = self.profile.forms.get(PROJECT_FORM)
        if not projects or form is None:
            yield Paragraph(
                "项目支出绩效自评表由各单位随单位决算公开，本文件不再列示。"
                if self.department
                else f"{self.year}年度没有项目支出绩效自评表。"
            )
            return
        for number, project in enumerate(projects, start=1):
            if number > 1:
                yield PageBreak()
            yield Heading(2, f"附件{number} {project.name}", f"p5-{number}")
            yield from project_tables(form, project, year=self.year)


def template_hash() -> str:
    """sha256 over the templates and the modules that make documents, so that a document can name what wrote it."""
    digest = hashlib.sha256()
    files = [_HERE / name for name in _SOURCES]
    files += sorted(path for path in (_HERE / "templates").rglob("*") if path.is_file())
    for file in files:
        digest.update(file.relative_to(_HERE).as_posix().encode("utf-8") + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
