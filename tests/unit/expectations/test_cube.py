"""Figures as arrays: blanks, dashes, what could not be read, and rows that only some units use."""

import pytest
from rule_cases import PROFILE, submission

from expectations.cube import Cube, Table, UnitData
from models.errors import RegistryError
from models.submission import Cell, Presence, Problem, Unread


def table(*units: UnitData, form: str = "公开03", prior: bool = False) -> Table:
    return Cube.build(PROFILE, units).table((prior, form))


def test_open_rows_are_the_union_of_all_units_in_order_of_codes() -> None:
    first = UnitData("1", submission({("公开03", "2080505", "基本支出"): 5, ("公开03", "合计", "基本支出"): 5}))
    second = UnitData("2", submission({("公开03", "208", "基本支出"): 7, ("公开03", "不明", "基本支出"): 7}))
    result = table(first, second)
    assert result.layout.rows == ["合计", "208", "2080505"]
    place = result.layout.flat("208", "基本支出")
    assert result.amounts[:, place].tolist() == [0, 7]
    assert result.shown[:, place].tolist() == [False, True]
    assert result.row_shown.tolist() == [[True, False, True], [False, True, False]]


def test_a_displayed_zero_is_shown_and_a_blank_is_not() -> None:
    result = table(UnitData("1", submission({("公开01", "201"): 0})), form="公开01")
    assert result.shown[0, result.layout.flat("201", "决算数")]
    assert not result.shown[0, result.layout.flat("202", "决算数")]


def test_dashes_are_unreadable_except_where_the_form_prints_them() -> None:
    figures = {("公开06", "309", "其中：基本支出"): "——", ("公开06", "301", "其中：基本支出"): "——"}
    result = table(UnitData("1", submission(figures)), form="公开06")
    assert not result.unreadable[0, result.layout.flat("309", "其中：基本支出")]
    assert result.unreadable[0, result.layout.flat("301", "其中：基本支出")]
    assert not result.shown.any()


def test_words_and_oversized_figures_are_no_zeros() -> None:
    result = table(UnitData("1", submission({("公开01", "201"): "约三万", ("公开01", "202"): 10**18})), form="公开01")
    for row in ("201", "202"):
        assert result.unreadable[0, result.layout.flat(row, "决算数")]
        assert result.shown[0, result.layout.flat(row, "决算数")]


def test_what_the_reader_could_not_read_is_marked_cell_row_or_column() -> None:
    missed = [
        Unread("公开03", 0, "208", "基本支出"),
        Unread("公开03", 0, "合计", "项目支出", False),
        Unread("公开05", 0, "208", "项目支出"),
    ]
    hint = Problem("R-移位", "hint", "", "公开03", "208", "经营支出")
    figures = {("公开03", "208", "本年支出合计"): 1}
    result = table(UnitData("1", submission(figures, problems=[hint], unread=missed)))
    flat = result.layout.flat
    assert result.unreadable[0, flat("208", "基本支出")] and result.shown[0, flat("208", "基本支出")]
    assert result.unreadable[0, flat("合计", "项目支出")] and not result.shown[0, flat("合计", "项目支出")]
    assert result.unreadable.sum() == 2


def test_a_row_that_could_not_be_placed_may_be_any_row_of_its_side_without_figures() -> None:
    figures = {("公开04", "208", "合计"): 1, ("公开04", "收入总计"): 1}
    result = table(UnitData("1", submission(figures, unread=[Unread("公开04", 1, "", "合计")])), form="公开04")
    flat, unreadable = result.layout.flat, result.unreadable[0]
    assert unreadable[flat("201", "合计")] and unreadable[flat("支出总计", "合计")]
    assert not unreadable[flat("201", "一般公共预算财政拨款")]
    assert not unreadable[flat("208", "合计")]
    assert not unreadable[flat("本年收入合计", "金额")]


def test_a_subject_that_could_not_be_placed_may_be_any_that_the_unit_does_not_show() -> None:
    other = UnitData("2", submission({("公开03", "210", "基本支出"): 7}))
    figures = {("公开03", "208", "基本支出"): 1}
    result = table(UnitData("1", submission(figures, unread=[Unread("公开03", 0, "", "基本支出")])), other)
    place = result.layout.flat("210", "基本支出")
    assert result.unreadable[:, place].tolist() == [True, False]
    assert not result.unreadable[0, result.layout.flat("208", "基本支出")]
    assert result.layout.at_level("类") == ["208", "210"]


def test_presence_and_quantum_per_unit() -> None:
    empty = submission({}, amount_unit="万元")
    empty.presence["公开03"] = Presence.EMPTY
    units = [UnitData("1", submission({})), UnitData("2", empty), UnitData("3", submission({}, absent=["公开03"]))]
    result = table(*units)
    assert result.usable.tolist() == [True, True, False]
    assert result.quantum.tolist() == [1, 10_000, 1]


def test_last_year_is_a_table_of_its_own() -> None:
    unit = UnitData("1", submission({("公开01", "201"): 1}), prior=submission({("公开01", "201"): 9}))
    alone = UnitData("2", submission({}))
    result = table(unit, alone, form="公开01", prior=True)
    assert result.amounts[:, result.layout.flat("201", "决算数")].tolist() == [9, 0]
    assert result.usable.tolist() == [True, False]


def test_of_a_cell_written_twice_the_first_counts() -> None:
    data = submission({("公开01", "201"): 1})
    data.cells.append(Cell("公开01", "201", "决算数", 2, None, "第 9 行"))
    unit = UnitData("1", data)
    result = table(unit, form="公开01")
    assert result.amounts[0, result.layout.flat("201", "决算数")] == 1
    assert unit.place("公开01", "201", "决算数") == "公开01!201/决算数"


def test_the_place_of_a_blank_is_its_row_where_the_row_is_known() -> None:
    data = submission({("公开03", "208", "基本支出"): 1})
    assert UnitData("1", data).place("公开03", "210", "项目支出") == ""
    data.cells[0] = Cell("公开03", "208", "基本支出", 1, None, "公开03!D12")
    assert UnitData("1", data).place("公开03", "208", "项目支出") == "公开03 第 12 行"
    data.cells[0] = Cell("公开03", "208", "基本支出", 1, None, "第 88 行")
    assert UnitData("1", data).place("公开03", "208", "项目支出") == "第 88 行"


def test_attributes_come_from_the_registry_and_then_from_the_cover() -> None:
    data = submission({("封面", "单位类型"): " 行政单位 ", ("封面", "预算级次"): "一级预算单位"})
    unit = UnitData("1", data, {"单位类型": "其他单位"})
    assert (unit.attribute("单位类型"), unit.attribute("预算级次")) == ("其他单位", "一级预算单位")
    assert unit.attribute("会计制度") == ""


def test_a_unit_twice_is_refused() -> None:
    with pytest.raises(RegistryError, match="单位代码“1”重复"):
        Cube.build(PROFILE, [UnitData("1", submission({})), UnitData("1", submission({}))])
