import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree, html

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

import accounts

from models.profiles import load_profile
from models.submission import Cell, Presence, Problem, Submission
from reports.blocks import Document, Heading, check_tiling
from reports.disclosure import DepartmentScope, build_disclosure, numeral
from reports.gaps import gaps_of
from reports.html import render_html

PROFILE = load_profile()
HOSTILE = '<script>alert("x")</script>{{ 7*191 }}{% raw %}&amp;\x00\u202e'


def build(submission: Submission | None = None, **settings: object) -> tuple[Document, list[str]]:
    return build_disclosure(
        PROFILE,
        submission or accounts.submission(),
        unit_name=str(settings.pop("unit_name", accounts.UNIT_NAME)),
        unit_code=accounts.UNIT_CODE,
        year=2022,
        **settings,  # type: ignore[arg-type]
    )


def hostile() -> Submission:
    submission = accounts.submission()
    submission.cells = [replace(c, text=HOSTILE) if c.text is not None else c for c in submission.cells]
    submission.cells.append(Cell("补充信息", "用途/公务接待", "内容", None, HOSTILE))
    submission.row_names = dict.fromkeys(submission.row_names, HOSTILE)
    project = accounts.project()
    indicators = tuple(replace(item, name=HOSTILE, reason=HOSTILE, score=HOSTILE) for item in project.indicators)
    submission.projects = [
        replace(
            project,
            name=HOSTILE,
            goal=HOSTILE,
            grade=HOSTILE,
            total=HOSTILE,
            indicators=indicators,
            analysis=((HOSTILE, HOSTILE),),
        )
    ]
    return submission


def test_five_parts_ten_tables_ten_sections() -> None:
    document, _ = build()
    headings = [block for block in document.blocks if isinstance(block, Heading)]
    assert [h.text[:4] for h in headings if h.level == 1] == [
        "第一部分",
        "第二部分",
        "第三部分",
        "第四部分",
        "第五部分",
    ]
    assert [t.number_label for t in document.tables() if t.number_label] == [f"公开{n:02}表" for n in range(1, 11)]
    assert sum(h.anchor.startswith("p3-") and h.level == 2 for h in headings) == 10
    assert len({h.anchor for h in headings}) == len(headings)


def test_every_table_of_the_document_tiles() -> None:
    for submission in (accounts.submission(), hostile()):
        for table in build(submission)[0].tables():
            assert check_tiling(table) == []


def test_page_is_well_formed_and_fetches_nothing() -> None:
    page = render_html(build()[0])
    tree = html.document_fromstring(page)
    strict = etree.fromstring(page.encode(), etree.HTMLParser(recover=False))
    assert tree.get("lang") == "zh-CN"
    assert strict is not None
    assert not re.search(r"https?:|//[a-z]|url\(|@import", page)
    assert not tree.xpath("//script|//link|//img|//iframe|//@onclick")
    ids = [str(value) for value in tree.xpath("//@id")]
    assert len(ids) == len(set(ids))
    assert {str(link)[1:] for link in tree.xpath("//a/@href")} <= set(ids)


def test_tables_read_back_with_every_figure() -> None:
    tree = html.document_fromstring(render_html(build()[0]))
    (table,) = tree.xpath("//table[@aria-label='支出决算表']")
    rows = [[cell.text_content() for cell in row.xpath("./td")] for row in table.xpath("./tbody/tr")]
    assert rows[0] == ["合计", "24,416,856.18", "3,877,991.62", "20,538,864.56", "", "", ""]
    assert rows[4][:3] == ["210", "卫生健康支出", "23,864,084.66"]
    assert len(rows) == 16


def test_draft_and_mark_stand_on_every_page_only_when_asked() -> None:
    draft = render_html(build(draft=True, mark="示例数据")[0])
    final = render_html(build(draft=False)[0])
    assert 'class="watermark"' in draft
    assert "草稿" in draft
    assert "示例数据" in draft
    assert 'class="watermark"' not in final
    assert "草稿" not in final


def test_hostile_text_is_inert() -> None:
    page = render_html(build(hostile(), unit_name=HOSTILE, mark=HOSTILE)[0])
    tree = html.document_fromstring(page)
    assert not tree.xpath("//script")
    assert "<script" not in page
    assert "1337" not in page
    assert "{{ 7*191 }}" in page
    assert "\x00" not in page
    assert "\u202e" not in page


def test_same_accounts_give_the_same_bytes() -> None:
    pages = {render_html(build(mark="示例数据")[0]).encode() for _ in range(3)}
    shuffled = accounts.submission()
    shuffled.cells.reverse()
    pages.add(render_html(build(shuffled, mark="示例数据")[0]).encode())
    assert len(pages) == 1


def test_department_says_whom_it_covers_and_whom_not() -> None:
    scope = DepartmentScope((("303001", "本级"), ("303002", "服务中心")), (("303003", "信息中心"),))
    document, warnings = build(department=scope)
    page = render_html(document)
    assert document.subtitle == "2022年度部门决算公开"
    assert "编报范围的单位共3个，本决算已汇总2个" in page
    assert "信息中心（303003）" in page
    assert "部门名称：云岭市医疗保险服务中心" in page
    assert all(t.notes[-1].startswith("说明：本表未包括") for t in document.tables() if t.number_label)
    assert any("未包括1个单位" in warning for warning in warnings)


def test_complete_department_carries_no_such_note() -> None:
    page = render_html(build(department=DepartmentScope((("303001", "本级"),)))[0])
    assert "未包括" not in page


def test_sums_of_some_units_are_not_compared_with_the_whole_department() -> None:
    """Where a unit files no 补充信息, last year's and the budget's sums are of other units than this year's."""
    submission = accounts.submission()
    submission.presence["补充信息"] = Presence.PARTIAL
    rows = [row for row in PROFILE.forms["补充信息"].rows if row.startswith("上年/")]
    submission.problems = [Problem("A-上年", "hint", "中心没有填列", "补充信息", row, "金额") for row in rows]
    document, warnings = build(submission, department=DepartmentScope((("303001", "本级"),)))
    page = render_html(document)
    assert "与上年相比，" not in page and "完成年初预算" not in page and "年初预算为" not in page
    assert "上年可比数暂缺，未作比较。" in page
    assert any("上年可比数不全" in warning for warning in warnings)
    assert "部分单位没有报送预算数，预算完成情况暂缺。" in page
    assert any("没有报补充信息" in warning for warning in warnings)


def test_what_the_department_knows_of_last_year_is_compared_although_a_unit_lacks_it() -> None:
    submission = accounts.submission()
    submission.presence["补充信息"] = Presence.PARTIAL
    page = render_html(build(submission, department=DepartmentScope((("303001", "本级"),)))[0])
    assert "与上年相比，收入总计减少3,080,382.58元，下降11.20%；" in page and "完成年初预算" not in page


def test_a_department_does_not_deny_its_units_projects() -> None:
    submission = accounts.submission()
    submission.projects = []
    page = render_html(build(submission, department=DepartmentScope((("303001", "本级"),)))[0])
    assert "没有项目支出绩效自评表" not in page and "未报送项目支出绩效自评表" not in page
    assert "各单位项目支出绩效自评结果见各单位的决算公开。" in page


def test_missing_words_and_misplaced_figures_are_warned_of() -> None:
    submission = accounts.submission(supplement=False)
    submission.cells.append(Cell("公开01", "没有的行", "决算数", 1))
    _, warnings = build(submission)
    assert any("概况/主要职责" in warning for warning in warnings)
    assert any("没有的行/决算数" in warning for warning in warnings)


@pytest.mark.parametrize(("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (23, "二十三")])
def test_numerals(number: int, text: str) -> None:
    assert numeral(number) == text


def test_personal_data_of_a_unit_never_reach_its_document() -> None:
    number, identity = "王某某13900000000", "身份证11010519491231002X"
    submission = accounts.submission()
    submission.cells = [replace(c, text=number) if c.text is not None else c for c in submission.cells]
    submission.cells.append(Cell("补充信息", "用途/公务接待", "内容", None, identity))
    submission.row_names = dict.fromkeys(submission.row_names, number)
    form = accounts.project()
    items = tuple(
        replace(item, name=number, actual=number, target=identity, reason=identity) for item in form.indicators
    )
    submission.projects = [
        replace(form, name=number, goal=identity, achieved=number, indicators=items, analysis=((number, identity),))
    ]
    document, warnings = build(submission, department=DepartmentScope(((accounts.UNIT_CODE, number),)))
    told = render_html(document) + "".join(gap.text for gap in gaps_of(document, [*warnings, number]))
    assert "139****0000" in told and "11*************02X" in told
    assert "13900000000" not in told and "11010519491231002X" not in told
