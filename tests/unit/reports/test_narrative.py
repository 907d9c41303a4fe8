import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

import accounts

from models.errors import CatalogueError
from models.profiles import load_profile
from models.submission import Cell, Presence, Submission
from reports.blocks import Block, ListBlock, Paragraph
from reports.figures import Figures
from reports.narrative import Narrator, inner_words, load_glossary, load_outline

PROFILE = load_profile()
SECTIONS = {section.title.split("、")[0]: section for section in load_outline(PROFILE.narrative).sections}


def tell(submission: Submission, section: str) -> tuple[str, list[str]]:
    narrator = Narrator(Figures(submission, PROFILE), year=2022)
    return "\n".join(lines(narrator.blocks(SECTIONS[section], "s"))), narrator.warnings


def lines(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, ListBlock):
            yield from block.items
        elif isinstance(block, Paragraph):
            yield block.text


def with_cells(*cells: Cell, supplement: bool = True, drop: tuple[str, ...] = ()) -> Submission:
    submission = accounts.submission(supplement=supplement)
    keys = {(cell.form, cell.row, cell.column) for cell in cells}
    kept = [c for c in submission.cells if (c.form, c.row, c.column) not in keys and c.row not in drop]
    submission.cells = [*kept, *cells]
    return submission


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("一", "2022年度收入总计24,416,856.18元，支出总计24,416,856.18元。"),
        ("一", "与上年相比，收入总计减少3,080,382.58元，下降11.20%；支出总计减少3,080,382.58元，下降11.20%。"),
        ("一", "主要原因是：外出就医减少，经办的医药费支出相应减少。"),
        ("二", "财政拨款收入24,416,856.18元，占100.00%；"),
        ("二", "其他收入0.00元，占0.00%。"),
        ("三", "基本支出3,877,991.62元，占15.88%；"),
        ("三", "项目支出20,538,864.56元，占84.12%；"),
        ("四", "2022年度财政拨款收入总计24,416,856.18元，支出总计24,416,856.18元。"),
        ("五", "2022年度一般公共预算财政拨款支出24,416,856.18元，占本年支出合计的100.00%。"),
        ("五", "社会保障和就业支出（类）292,767.52元，占1.20%；"),
        ("五", "卫生健康支出（类）23,864,084.66元，占97.74%；"),
        ("五", "农林水支出（类）36,000.00元，占0.15%；"),
        ("五", "住房保障支出（类）224,004.00元，占0.92%。"),
        ("五", "年初预算为76,536,600.00元，支出决算为24,416,856.18元，完成年初预算的31.90%。"),
        ("五", "卫生健康支出（类）年初预算为75,913,000.00元，支出决算为23,864,084.66元，完成年初预算的31.44%"),
        ("六", "2022年度一般公共预算财政拨款基本支出3,877,991.62元，其中："),
        ("六", "人员经费3,431,337.67元"),
        ("六", "公用经费446,653.95元"),
        ("七", "2022年度没有政府性基金预算财政拨款收入、支出和结转结余。"),
        ("八", "2022年度没有国有资本经营预算财政拨款支出。"),
        ("九", "全年预算为0.00元，支出决算为0.00元。其中："),
        ("十", "机关运行经费支出减少89,291.01元，下降16.66%。"),
        ("十", "2022年度政府采购支出总额57,158.00元，其中：政府采购货物支出17,820.00元"),
        ("十", "授予中小企业合同金额57,158.00元，占政府采购支出总额的100.00%"),
    ],
)
def test_sentences_of_the_real_accounts(section: str, sentence: str) -> None:
    assert sentence in tell(accounts.submission(), section)[0]


def test_without_last_year_nothing_is_said_of_it() -> None:
    for section in SECTIONS:
        text, warnings = tell(accounts.submission(supplement=False), section)
        assert "上年" not in text
        assert warnings == []


def test_without_a_budget_the_sentence_still_reads() -> None:
    text, _ = tell(accounts.submission(supplement=False), "五")
    assert "2022年度一般公共预算财政拨款支出决算为24,416,856.18元。其中：" in text


def test_zero_bases_give_no_percentages() -> None:
    three = Cell("公开07", "三公经费", "决算数/合计", 500)
    hospitality = Cell("公开07", "三公经费", "决算数/公务接待费", 500)
    zeros = [Cell("补充信息", f"上年/{row}", "金额", 0) for row in ("三公经费", "公务接待费")]
    text, _ = tell(with_cells(three, hospitality, *zeros), "九")
    assert "“三公”经费支出增加5.00元。" in text
    assert "完成" not in text
    assert "增长" not in text
    assert "公务接待费全年预算为0.00元，支出决算为5.00元，占“三公”经费支出的100.00%，与上年相比增加5.00元。" in text


def test_a_blank_last_year_is_unknown_and_no_zero_to_grow_from() -> None:
    """Other figures of last year are filled in; that says nothing of the blank ones."""
    spent = [Cell("公开07", "三公经费", f"决算数/{column}", 500) for column in ("合计", "公务接待费")]
    text, _ = tell(with_cells(*spent), "九")
    assert "公务接待费全年预算为0.00元，支出决算为5.00元" in text and "与上年相比" not in text and "增加" not in text
    told = tell(with_cells(drop=("上年/机关运行经费",)), "十")[0]
    assert "机关运行经费支出446,653.95元。" in told and "与上年相比" not in told


def test_three_public_budget_gives_completion() -> None:
    cells = [Cell("公开07", "三公经费", "预算数/合计", 3000), Cell("公开07", "三公经费", "决算数/合计", 1000)]
    assert "支出决算为10.00元，完成全年预算的33.33%。" in tell(with_cells(*cells), "九")[0]


def test_a_class_without_initial_budget_is_measured_by_the_full_year_budget() -> None:
    submission = with_cells(Cell("补充信息", "预算/213", "全年预算数", 4_000_000), drop=("预算/213",))
    text, _ = tell(submission, "五")
    assert "农林水支出（类）年初未安排预算，全年预算为40,000.00元，支出决算为36,000.00元，完成全年预算的90.00%" in text


def test_a_class_with_budget_but_no_spending_is_listed() -> None:
    text, _ = tell(with_cells(Cell("补充信息", "预算/205", "年初预算数", 100_00)), "五")
    assert "教育支出（类）年初预算为100.00元，支出决算为0.00元，完成年初预算的0.00%" in text


def test_a_missing_reason_is_left_out_and_remembered() -> None:
    text, warnings = tell(accounts.submission(), "五")
    assert "支出决算小于年初预算52,119,743.82元。其中：" in text
    assert len(warnings) == 1
    assert "原因/预算执行差异" in warnings[0]


@pytest.mark.parametrize(
    "typed",
    [
        "政策调整",
        "主要原因：政策调整。",
        "原因是政策调整；。",
        "主要原因是：政\n策调整",
        "主要原因是主要是政策调整。。",
        "是由于政策调整",
        "变动原因是因为政策调整",
        "主要是政策调整",
    ],
)
def test_reasons_read_as_one_sentence(typed: str) -> None:
    text, _ = tell(with_cells(Cell("补充信息", "原因/收入支出总计变动", "内容", None, typed)), "一")
    assert text.endswith("主要原因是：政策调整。") or text.endswith("主要原因是：政 策调整。")


def test_equal_amounts_need_no_reason() -> None:
    same = 24_416_856_18
    cells = [Cell("补充信息", f"上年/{name}", "金额", same) for name in ("收入总计", "支出总计")]
    assert tell(with_cells(*cells), "一")[0].endswith("与上年相比，收入总计持平；支出总计持平。")


def test_growth_is_worded() -> None:
    submission = with_cells(Cell("补充信息", "上年/机关运行经费", "金额", 400_000_00), drop=("原因/机关运行经费变动",))
    assert "机关运行经费支出增加46,653.95元，增长11.66%。" in tell(submission, "十")[0]


def test_a_form_not_submitted_is_said_to_be_missing() -> None:
    submission = accounts.submission()
    submission.presence["公开02"] = Presence.ABSENT
    text, warnings = tell(submission, "二")
    assert text == "未取得《收入决算表》（公开02表）的数据，此处暂缺。"
    assert len(warnings) == 1


def test_grades_are_counted_and_amounts_added() -> None:
    submission = accounts.submission()
    submission.projects = [accounts.project(), replace(accounts.project(), name="乙", grade="良好", total="88")]
    text, _ = tell(submission, "十")
    assert "共对2个项目开展绩效自评，涉及全年预算200,000.00元、全年执行79,380.00元" in text
    assert "“优”1个、“良”1个、“中”0个、“差”0个。" in text


def test_an_unreadable_project_amount_is_remembered() -> None:
    submission = accounts.submission()
    bad = replace(accounts.project().funding[0], executed="约4")
    submission.projects = [replace(accounts.project(), funding=(bad,))]
    assert any("约4" in warning for warning in tell(submission, "十")[1])


@pytest.mark.parametrize("hostile", ["{{ 7*191 }}", "{% for x in () %}", "{# 注 #}", "甲\n- 伪造的条目\n第六部分"])
def test_typed_text_is_never_a_template_nor_a_line_of_its_own(hostile: str) -> None:
    submission = with_cells(
        Cell("补充信息", "原因/收入支出总计变动", "内容", None, hostile),
        Cell("补充信息", "概况/绩效管理工作开展情况", "内容", None, hostile),
        Cell("补充信息", "用途/公务接待", "内容", None, hostile),
    )
    submission.row_names[("公开05", "208")] = hostile
    folded = " ".join(hostile.split())
    for section, number in (("一", 1), ("五", 2), ("九", 1), ("十", 1)):
        text, _ = tell(submission, section)
        assert text.count(folded) >= number
        assert "1337" not in text
        assert not any(line.startswith(("伪造", "第六部分")) for line in text.splitlines())


def test_every_term_is_explained_once() -> None:
    terms = [entry.term for entry in load_glossary(PROFILE.narrative).terms]
    assert len(terms) == len(set(terms)) == 14


def test_every_needed_form_and_template_exists() -> None:
    root = Path(__file__).parents[3] / "reports" / "templates" / "narrative" / PROFILE.narrative
    parts = [part for section in SECTIONS.values() for part in section.parts]
    assert {part.template for part in parts} == {path.name for path in root.glob("*.j2")}
    assert {code for part in parts for code in part.needs} <= set(PROFILE.forms)


def test_a_malformed_outline_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "outline.yaml").write_text("sections:\n  - title: 一\n    parst: []\n", "utf-8")
    with pytest.raises(CatalogueError, match="outline"):
        load_outline("x", tmp_path)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("主要用于接待上级来访。", "接待上级来访"), ("用于，，车辆维修；", "，车辆维修"), ("主要领导变动", "主要领导变动"),
        ("原因不明", "原因不明"), ("因公出国增加", "因公出国增加"), ("为了落实政策", "为了落实政策"),
    ],
)  # fmt: skip
def test_only_a_lead_and_doubled_signs_are_taken_from_what_was_typed(typed: str, kept: str) -> None:
    assert inner_words(typed) == kept.lstrip("，")


def test_reasons_that_bring_leads_of_their_own_keep_them() -> None:
    typed = "收入增加的主要原因是拨款增加；支出增加的主要原因是项目增加。"
    text, _ = tell(with_cells(Cell("补充信息", "原因/收入支出总计变动", "内容", None, typed)), "一")
    assert text.endswith("。" + typed)
