"""Predicate on personal data (手机号、身份证号、银行账号、护照号) in whatever a unit wrote."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from expectations.predicates import Judged, predicate
from expectations.predicates_funding import FORM
from models.personal_data import personal_data
from models.profiles import Profile
from models.submission import Project, Submission

if TYPE_CHECKING:
    from expectations.cube import UnitData
    from expectations.rule import Rule


class _Text(NamedTuple):
    """What a unit wrote in one place."""

    form: str
    row: str
    column: str
    location: str
    text: str


@predicate("personal_data")
def personal_data_in_texts(unit: "UnitData", rule: "Rule", profile: Profile) -> Iterator[Judged]:
    """No text holds a personal number; cells that the form itself keeps private (联系电话) are never published.

    A text is no relation: only what is found is yielded, so that counts of relations stay what they are.
    """
    for place in _texts(unit.submission, profile):
        found = dict.fromkeys((datum.kind, datum.masked) for datum in personal_data(place.text))
        if not found:
            continue
        named = "、".join(f"{kind} {shown}" for kind, shown in found)
        where = "　".join(filter(None, (place.form, place.row, place.column)))
        message = (
            f"“{where}”中有个人信息：{named}。决算要公开，请删去或改为不指向个人的写法；"
            "确需保留的请说明，公开文稿中一律只显示以上形式。"
        )
        yield Judged(False, place.form, place.row, place.column, place.location, message=message)


def _texts(submission: Submission, profile: Profile) -> Iterator[_Text]:
    """Everything that a unit wrote in words, blanks left out."""
    private = {(form.code, row.key) for form in profile.forms.values() for row in form.rows.values() if row.private}
    places = [
        _Text(cell.form, cell.row, cell.column, cell.location, cell.text)
        for cell in submission.cells
        if cell.text and (cell.form, cell.row) not in private
    ]
    places += [_Text(form, code, "科目名称", "", name) for (form, code), name in submission.row_names.items()]
    for project in submission.projects:
        places += _project_texts(project)
    places += [
        _Text("往来明细", line.counterpart, "对方单位名称", line.location, line.counterpart_name)
        for line in submission.counterparties
    ]
    for item in submission.explanations:
        places += [
            _Text("说明", item.rule, column, item.location, text)
            for column, text in (("说明内容", item.text), ("说明人", item.author))
        ]
    places += [_Text("", "", "情况说明", fact.location, fact.sentence) for fact in submission.facts]
    return (place for place in places if place.text.strip())


def _project_texts(project: Project) -> Iterator[_Text]:
    name = project.name
    for column, text in (
        ("项目名称", name), ("主管部门及代码", project.department), ("预算单位", project.unit),
        ("年度目标", project.goal), ("实际完成情况", project.achieved), ("等级", project.grade),
        *project.analysis,
    ):  # fmt: skip
        yield _Text(FORM, name, column, project.location, text)
    for line in project.funding:
        yield _Text(FORM, f"{name}/{line.source}", "项目资金", line.location or project.location, line.source)
    for item in project.indicators:
        for column, text in (
            ("一级指标", item.level1), ("二级指标", item.level2), ("三级指标", item.name),
            ("年初指标值", item.initial_target), ("调整后指标值", item.target), ("实际完成值", item.actual),
            ("偏差原因分析及改进措施", item.reason),
        ):  # fmt: skip
            yield _Text(FORM, f"{name}/{item.name}", column, item.location or project.location, text)
