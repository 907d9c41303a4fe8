"""Words for nothing, yes, no, sums and checks are known; words that only begin like them are not."""

import pytest

from models.words import answer_of, is_check, is_nil, is_sign, is_total


@pytest.mark.parametrize(
    "text",
    ["无", "没有", "暂无", "零", "/", "—", "——", "-", "－", "–", "……", "不涉及", "不适用", "本年无", "本年无此项", "无。", "（无）",
     "本单位本年度无内部往来", "本年度未发生往来业务", "没有需要说明的事项", "N/A", "　无　", "\u200b无"],
)  # fmt: skip
def test_nothing(text: str) -> None:
    assert is_nil(text)


@pytest.mark.parametrize(
    "text", ["", "0", "无偿调拨", "无线电管理中心", "没有完成的原因是疫情", "有", "-5", "指标", "A/B"]
)
def test_something(text: str) -> None:
    assert not is_nil(text)


def test_signs_are_no_words() -> None:
    assert (is_sign("—"), is_sign("无"), is_sign("-5"), is_sign("")) == (True, False, False, False)


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        (True, ["有", "是", "有数据", "Y", "yes", "√", "✓", "对", "本表有数据", " 有 "]),
        (False, ["无", "否", "无数据", "没有", "没有数据", "N", "×", "x", "本表无数据", "不涉及", "空表", "无。"]),
        (None, ["有/无", "是否", "待定", "1", "?", "", "—"]),
    ],
)
def test_answers(answer: bool | None, texts: list[str]) -> None:
    assert {text: answer_of(text) for text in texts} == dict.fromkeys(texts, answer)


def test_sums_and_checks_of_ones_own() -> None:
    assert all(map(is_total, ["合计", "小 计", "总计"]))
    assert not is_total("本年收入合计")
    assert all(map(is_check, ["核对", "校验列", "差额", "核对（应为0）", "check"]))
    assert not any(map(is_check, ["税务检查支出", "差额补助", "调整数", ""]))
