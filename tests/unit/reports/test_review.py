from dataclasses import replace

from lxml import html

from expectations.verdicts import summarise
from models.findings import Finding, RuleOutcome, Severity, Status, Verdict
from models.submission import Explanation
from reports.review import (
    ContributionLine,
    EliminationLine,
    ReceiptLine,
    ReviewData,
    ScoreLine,
    UnitReview,
    UnitState,
    build_review,
    build_unit_review,
    place_text,
    shown_figure,
)

HOSTILE = "<script>x</script>{{ 7*191 }}\x00"

BROKEN = Finding(
    "T01-1",
    Severity.MANDATORY,
    Status.VIOLATED,
    "本年收入合计等于各项收入之和",
    "相差3,000.00元",
    form="公开01",
    row="本年收入合计",
    row_name="本年收入合计",
    column="决算数",
    location="公开01!C30",
    left=24_416_856_18,
    right=24_413_856_18,
    difference=3_000_00,
    unit_of_amount="元",
)
HINT = replace(BROKEN, rule="A02", severity=Severity.HINT, subject_code="208", row_name="社会保障和就业支出")
OPEN = Finding("X610", Severity.VERIFIABLE, Status.NOT_CHECKED, "机关运行经费等于公用经费", "未报送公开10表")
OUTCOMES = (
    RuleOutcome("T01-1", Severity.MANDATORY, Status.VIOLATED, 12, 11),
    RuleOutcome("X610", Severity.VERIFIABLE, Status.NOT_CHECKED, why="未报送公开10表"),
    RuleOutcome("X24", Severity.MANDATORY, Status.HOLDS, 3, 3),
)
RETURNED = UnitReview(
    "303002",
    "服务中心",
    UnitState.RETURNED,
    Verdict.FAIL,
    version=2,
    outcomes=OUTCOMES,
    findings=(HINT, OPEN, BROKEN),
    scores=(ScoreLine("系统维护", "F-SX22", "91.97", "90.97", "42.97", "48", "0", "优", "优"),),
    explanations=(Explanation("X-soft", "公开05", "208", "小计", "口径不同", "财务科"),),
    versions=(("版本", "2"),),
    page="units/303002.html",
)
PASSED = UnitReview("303001", "本级", UnitState.PASSED, Verdict.PASS, version=1, outcomes=OUTCOMES[2:])
MISSING = UnitReview("303003", "信息中心", UnitState.MISSING)
FAULT = UnitReview("303004", "监测站", UnitState.FAULT, message="读取进程中断")
REVIEW = ReviewData(
    "303",
    "医疗保障局",
    2022,
    (PASSED, MISSING, RETURNED, FAULT),
    receipts=(ReceiptLine("旧.xls", "拒收", "不是工作簿"),),
    eliminations=(EliminationLine("303001", "本级", "303002", "服务中心", "对附属单位补助支出", "2101506", 50_000_00),),
    contributions=(
        ContributionLine("303001", "本级", "单户表", 1, True),
        ContributionLine("303002", "服务中心", "单户表", 2, False, "审核未通过"),
    ),
)


def page(review: ReviewData = REVIEW) -> html.HtmlElement:
    return html.document_fromstring(build_review(review))


def text(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def test_tally_counts_units() -> None:
    assert REVIEW.tally() == [
        ("应报", 4),
        ("已报", 2),
        ("通过", 1),
        ("有提示", 0),
        ("退回", 1),
        ("未报送", 1),
        ("故障", 1),
    ]


def test_units_stand_worst_first_and_link_to_their_sections() -> None:
    links = [str(link) for link in page().xpath("//main/details//a[starts-with(@href, '#')]/@href")]
    assert links == ["#u-303004", "#u-303002", "#u-303003", "#u-303001"]
    assert len(page().xpath("//section[@id='u-303002']")) == 1


def test_every_link_within_the_page_has_its_target() -> None:
    ids = {str(value) for value in page().xpath("//@id")}
    assert {str(link)[1:] for link in page().xpath("//a/@href") if str(link).startswith("#")} <= ids


def test_finding_shows_both_sides_and_its_place_blocking_first() -> None:
    (section,) = page().xpath("//section[@id='u-303002']")
    first = [text(cell) for cell in section.xpath(".//table[1]/tbody/tr")[0].xpath("./td")]
    assert first[:7] == [
        "强制",
        "T01-1本年收入合计等于各项收入之和",
        "公开01 / 本年收入合计 / 决算数",
        "公开01!C30",
        "24,416,856.18",
        "24,413,856.18",
        "3,000.00元",
    ]


def test_not_checked_stands_apart_from_passed() -> None:
    (section,) = page().xpath("//section[@id='u-303002']")
    (box,) = section.xpath(".//div[@class='unchecked']")
    assert text(box) == "未审核（1条规则，不等于通过） 因未报送公开10表，1条规则未审核：X610 机关运行经费等于公用经费"
    assert "已审核15处，相符14处，未审核1条规则。" in text(section)
    several = replace(RETURNED, outcomes=(OUTCOMES[0], replace(OUTCOMES[1], not_checked=5)))
    whole = page(replace(REVIEW, units=(several,)))
    assert (several.unchecked_rules, several.unchecked) == (1, 5)
    assert "未审核1条规则（5处）。" in text(whole) and "1条规则（5处）" in text(whole.xpath("//details//table")[0])


def test_the_page_counts_as_the_command_does() -> None:
    outcomes = (*OUTCOMES, RuleOutcome("X25", Severity.HINT, Status.NOT_CHECKED, 4, 4, 2))
    review = replace(RETURNED, outcomes=outcomes)
    _, checked, held, not_checked = summarise(outcomes)
    assert (review.checked, review.held, review.unchecked) == (checked, held, not_checked) == (19, 18, 2)


def test_a_unit_without_outcomes_is_not_shown_as_checked() -> None:
    (section,) = page().xpath("//section[@id='u-303004']")
    assert "尚未审核" in text(section)
    assert "读取进程中断" in text(section)


def test_scores_show_recomputed_and_accepted_parts() -> None:
    (table,) = page().xpath("//section[@id='u-303002']//div[@aria-label='绩效自评复核']")
    assert [text(cell) for cell in table.xpath(".//td")][:6] == ["系统维护", "91.97", "90.97", "42.97", "48", "0"]


def test_missing_units_refused_files_and_eliminations_are_named() -> None:
    whole = text(page())
    assert "尚有1户未报送：信息中心（303003）。" in whole
    assert "未计入1份" in whole
    assert "50,000.00" in whole
    assert "旧.xls" in whole


def test_department_s_own_findings_have_a_section() -> None:
    (section,) = page(replace(REVIEW, department=RETURNED)).xpath("//section[@id='department-findings']")
    assert "T01-1" in text(section)


def test_a_department_is_not_returned_to_anybody() -> None:
    department = replace(RETURNED, is_department=True)
    for whole in (
        page(replace(REVIEW, units=(), department=department)),
        html.document_fromstring(build_unit_review(department, department_name="局", year=2022)),
    ):
        assert [text(badge) for badge in whole.xpath("//span[@class='badge s1']")] == ["未通过"]
    (section,) = page().xpath("//section[@id='u-303002']")
    assert [text(badge) for badge in section.xpath(".//span[@class='badge s1']")] == ["退回"]


def test_hostile_text_is_inert() -> None:
    unit = replace(
        RETURNED,
        code=HOSTILE,
        name=HOSTILE,
        message=HOSTILE,
        findings=(replace(BROKEN, message=HOSTILE, location=HOSTILE, row_name=HOSTILE, explanation=HOSTILE),),
        page="javascript:alert(1)//.html",
    )
    review = replace(REVIEW, department_name=HOSTILE, units=(unit,), receipts=(ReceiptLine(HOSTILE, HOSTILE, HOSTILE),))
    for produced in (build_review(review), build_unit_review(unit, department_name=HOSTILE, year=2022)):
        assert "<script" not in produced
        assert "javascript:" not in produced
        assert "1337" not in produced
        assert "\x00" not in produced


def test_only_plain_relative_addresses_become_links() -> None:
    assert RETURNED.link == "units/303002.html"
    for address in ("//host/x.html", "/etc/x.html", "http://a/x.html", "a.html?x", "units/../../x.html"):
        assert replace(RETURNED, page=address).link == ""


def test_long_lists_are_cut_on_the_department_s_page_and_said_so() -> None:
    unit = replace(RETURNED, findings=(BROKEN,) * 305)
    produced = build_review(replace(REVIEW, units=(unit,)))
    assert "这里列出前300条，另有5条" in produced
    assert build_unit_review(unit, department_name="局", year=2022).count("相差3,000.00元") == 305


def test_three_hundred_units_fit_one_page() -> None:
    units = tuple(replace(RETURNED, code=f"{n:06}") for n in range(300))
    produced = build_review(replace(REVIEW, units=units))
    assert len(html.document_fromstring(produced).xpath("//section")) == 300
    assert len(produced.encode()) < 5_000_000


def test_same_review_gives_the_same_bytes() -> None:
    turned = replace(REVIEW, units=tuple(reversed(REVIEW.units)))
    assert build_review(REVIEW) == build_review(REVIEW) == build_review(turned)


def test_page_of_a_unit_lists_its_files() -> None:
    receipt = ReceiptLine("a.xlsx", "已接收", unit_code="303002", version=2, sha256="ab" * 32)
    produced = build_unit_review(RETURNED, department_name="医疗保障局", year=2022, receipts=[receipt])
    assert "a.xlsx" in produced
    assert "服务中心 2022年度决算审核报告" in produced
    assert "http" not in produced.replace("http-equiv", "")


def test_figures_read_in_their_own_unit() -> None:
    assert shown_figure(-123_456_78, "元") == "-123,456.78"
    assert shown_figure(2_000_031_415, "万元") == "2,000.031415"
    assert shown_figure(1588, "%") == "15.88%"
    assert shown_figure(1200, "辆") == "1,200"
    assert shown_figure(None, "元") == ""


def test_place_names_form_row_and_column() -> None:
    assert place_text(HINT) == "公开01 / 208 社会保障和就业支出 / 决算数"


def test_personal_data_are_masked_on_every_page() -> None:
    number = "王某某13900000000"
    unit = replace(
        RETURNED,
        message=number,
        findings=(replace(BROKEN, message=number, location=number, row_name=number, explanation=number),),
        scores=(ScoreLine(number, "F-SX22", "90", "90", "50", "40", "0", notes=(number,)),),
        explanations=(Explanation("T01", "", number, "", number, number),),
        versions=(("报送文件", f"{number}.xlsx"),),
    )
    review = replace(REVIEW, units=(unit,), receipts=(ReceiptLine(f"{number}.xlsx", "退回", number),))
    for produced in (build_review(review), build_unit_review(unit, department_name="局", year=2022)):
        assert "王某某139****0000" in produced and "13900000000" not in produced
