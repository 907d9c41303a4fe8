"""What a document lacks is found wherever it stands, and nothing that is merely said."""

import pytest

from reports.blocks import Document, Grid, Heading, ListBlock, PageBreak, Paragraph
from reports.gaps import Gap, gaps_of

UNFIT = [
    "预算完成情况暂缺。", "主要原因是：待补。", "待填", "与上年相比增加（减少）5元。", "比上年增加/减少", "比上年持平或增加。",
    "与年初预算持平（减少）", "负责人：____", "{{ money }}", "由XXXX局负责。", "由ＸＸ局负责。", "××市××局", "请填写本单位职责。",
    "[单位名称]负责", "【填写原因】", "主要原因是：原因是人员增加。", "主要原因是主要是人员增加。", "主要用于用于接待。",
    "主要原因是：主要原因是人员增加", "说明：未报送本表",
]  # fmt: skip
FIT = [
    "与上年相比，支出增加5元，增长1.00%。主要原因是：人员增加。", "持平", "增加10元，减少5元。", "3×4=12", "等待补助的对象", "尺寸100×200",
    "A〔2022〕15号", "【2022】5号", "[1]", "主要用于接待上级来访。", "收入增加的主要原因是拨款增加；支出增加的主要原因是项目增加。",
    "XXL号服装", "无", "——", "按需要填写资料", "待遇补助", "1 待解决", "王某某139****0000",
]  # fmt: skip


def document(*blocks: object, title: str = "甲局") -> Document:
    return Document(title, "2022年度单位决算公开", False, "", (("单位名称", "甲局"),), blocks)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", UNFIT)
def test_what_is_unfit_is_found(text: str) -> None:
    (gap,) = gaps_of(document(Paragraph(text)), [])
    assert gap.text.endswith(text.strip("。")) or gap.text.endswith(text)


@pytest.mark.parametrize("text", FIT)
def test_what_is_fit_is_left_alone(text: str) -> None:
    assert gaps_of(document(Paragraph(text)), []) == []


def test_a_gap_names_its_place_and_only_its_sentence() -> None:
    blocks = (
        Heading(1, "第三部分 说明", "p3"), Heading(2, "一、总体", "p3-1"),
        Paragraph("收入5元。与上年的比较暂缺。其中："), Heading(3, "（一）细目", "x"), ListBlock(("好。", "待补。")),
        PageBreak(), Heading(1, "第四部分", "p4"), Paragraph("暂缺"),
    )  # fmt: skip
    found = gaps_of(document(*blocks), ["补充信息未填写"])
    assert found == [
        Gap("", "补充信息未填写"),
        Gap("第三部分 说明　一、总体", "“暂缺”：与上年的比较暂缺。"),
        Gap("第三部分 说明　（一）细目", "“待补”：待补。"),
        Gap("第四部分", "“暂缺”：暂缺"),
    ]
    assert len({gap.number for gap in found}) == 4
    same = gaps_of(document(blocks[0], blocks[1], Paragraph("收入7元。与上年的比较暂缺。")), [])
    assert same[0].number == found[1].number, "other figures around it make no other gap"


def test_a_notice_of_the_builder_is_told_by_its_warning_alone() -> None:
    notice = Paragraph("未取得“主要职责”的内容，此处暂缺。", notice=True)
    assert gaps_of(document(notice), ["补充信息“概况/主要职责”未填写"]) == [Gap("", "补充信息“概况/主要职责”未填写")]


def test_cells_captions_and_titles_are_looked_at() -> None:
    grid = Grid([10])
    grid.put(0, 0, "XXX项目")
    assert len(gaps_of(document(grid.table("××表", notes=("注：待补",))), [])) == 3
    assert len(gaps_of(document(title="××局"), [])) == 1
