"""Adding up: signed sums with sources, flows between units, proposals and what replaces them. Figures by hand."""

from copy import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.catalogue import load_rules
from expectations.prior_year import declared_last_year
from models.profiles import Profile, load_profile
from models.submission import Cell, Counterparty, Display, Explanation, Presence, Problem, Project, Submission, Unread
from models.unread import doubtful_cells
from tasks.aggregate.consolidate import Addend, Background, Consolidation, consolidate, summed_forms
from tasks.aggregate.flows_between_units import FLOW_KINDS, Pair, pairs_adjusted_by

PROFILE = load_profile()
NAMES = {"10": "部门", "101": "本级", "102": "中心", "103": "信息中心", "109": "调整"}
ALL_PRESENT = {code: Presence.PRESENT for code in summed_forms(PROFILE)}


def submission(
    cells: dict[tuple[str, str, str], int], flows: list[tuple[str, str, str, int]] | None = None, **presence: Presence
) -> Submission:
    """A submission with amounts in fen; flows are (direction, counterpart, subject, fen)."""
    return Submission(
        file="x", sha256="x", kind="填报工作簿", profile=PROFILE.code, catalogue_hash=PROFILE.forms.hash, year=2022,
        presence=ALL_PRESENT | presence, cells=[Cell(*address, amount) for address, amount in cells.items()],
        counterparties=[Counterparty(direction, other, "", subject, amount) for direction, other, subject, amount in flows or []],
    )  # fmt: skip


def add(*addends: Addend, missing: tuple[tuple[str, str], ...] = ()) -> Consolidation:
    return consolidate(PROFILE, ("10", "部门"), 2022, addends, NAMES, missing)


def cells(result: Consolidation) -> dict[tuple[str, str, str], int]:
    return {(c.form, c.row, c.column): c.amount or 0 for c in result.submission.cells}


# The department office pays 500.00 to the information centre, which books it as income from above.
PAYER = submission(
    {
        ("公开01", "210", "决算数"): 150_000,
        ("公开01", "本年支出合计", "决算数"): 150_000,
        ("公开01", "支出/总计", "决算数"): 150_000,
        ("公开03", "合计", "本年支出合计"): 150_000,
        ("公开03", "合计", "对附属单位补助支出"): 50_000,
        ("公开03", "2101506", "对附属单位补助支出"): 50_000,
        ("公开03", "2101506", "本年支出合计"): 50_000,
    },
    [("对附属单位补助支出", "103", "2101506", 50_000)],
)
RECEIVER = submission(
    {
        ("公开01", "上级补助收入", "决算数"): 50_000,
        ("公开01", "本年收入合计", "决算数"): 80_000,
        ("公开01", "收入/总计", "决算数"): 80_000,
        ("公开02", "合计", "上级补助收入"): 50_000,
        ("公开02", "合计", "本年收入合计"): 80_000,
        ("公开02", "2101599", "上级补助收入"): 50_000,
        ("公开02", "2101599", "本年收入合计"): 50_000,
    },
    [("上级补助收入", "101", "2101599", 50_000)],
)


def test_a_cell_is_the_sum_of_its_sources() -> None:
    address = ("公开01", "年初结转和结余", "决算数")
    result = add(
        Addend("101", "单户表", submission({address: 1_05})), Addend("102", "单户表", submission({address: 2_10}))
    )
    assert cells(result)[address] == 3_15
    assert result.sources[address] == [(0, 1_05), (1, 2_10)]
    assert result.submission.problems == []


def test_matched_flows_propose_an_adjustment_that_removes_them_once_on_both_sides() -> None:
    result = add(Addend("101", "单户表", PAYER), Addend("103", "单户表", RECEIVER))
    got = cells(result)
    assert got["公开03", "合计", "对附属单位补助支出"] == 0
    assert got["公开03", "合计", "本年支出合计"] == 100_000
    assert got["公开01", "210", "决算数"] == 100_000
    assert got["公开01", "支出/总计", "决算数"] == 100_000
    assert got["公开02", "合计", "上级补助收入"] == 0
    assert got["公开01", "上级补助收入", "决算数"] == 0
    assert got["公开01", "收入/总计", "决算数"] == 30_000
    assert result.proposal is not None
    proposed = {(c.form, c.row, c.column): c.amount for c in result.proposal.cells}
    assert proposed["公开03", "21015", "对附属单位补助支出"] == -50_000, "subjects above are adjusted too"
    assert proposed["公开02", "210", "本年收入合计"] == -50_000
    traces = [(line.booked_by, line.direction, line.counterpart) for line in result.proposal.counterparties]
    assert traces == [("101", "对附属单位补助支出", "103"), ("103", "上级补助收入", "101")]
    assert result.addends[-1].submission is result.proposal


def test_elimination_leaves_appropriation_tables_alone() -> None:
    result = add(Addend("101", "单户表", PAYER), Addend("103", "单户表", RECEIVER))
    assert result.proposal is not None
    assert {cell.form for cell in result.proposal.cells} == {"公开01", "公开02", "公开03"}


def test_unequal_sides_are_a_finding_and_nothing_is_removed() -> None:
    other = submission({}, [("上级补助收入", "101", "2101599", 40_000)])
    result = add(Addend("101", "单户表", PAYER), Addend("103", "单户表", other))
    assert result.proposal is None
    (problem,) = result.submission.problems
    assert problem.rule == "A-往来" and "500.00" in problem.message and "400.00" in problem.message
    assert "100.00" in problem.message


def test_a_counterpart_that_is_not_added_is_told_apart() -> None:
    result = add(Addend("101", "单户表", PAYER), missing=(("103", "未报送"),))
    assert [problem.rule for problem in result.submission.problems] == ["A-缺户", "A-往来未核"]
    assert "103 信息中心" in result.submission.problems[0].message


def test_what_goes_to_a_unit_outside_the_node_is_no_flow_within_it() -> None:
    """A node below the department is not asked about units that only the department above adds up."""
    result = consolidate(
        PROFILE,
        ("10", "部门"),
        2022,
        [Addend("101", "单户表", PAYER)],
        NAMES,
        (),
        Background(elsewhere=frozenset({"103"})),
    )
    assert result.submission.problems == [] and result.flows == []
    assert cells(result)["公开03", "合计", "对附属单位补助支出"] == 50_000


@pytest.mark.parametrize("kind", ["经费差额表", "汇总录入表", "叠加汇总表"])
def test_what_any_kind_of_sheet_itemises_is_removed(kind: str) -> None:
    result = add(Addend("101", kind, PAYER), Addend("103", "单户表", RECEIVER))
    assert cells(result)["公开03", "合计", "对附属单位补助支出"] == 0


def test_a_filed_adjustment_for_the_pair_replaces_the_proposal() -> None:
    filed = submission(
        {("公开03", "合计", "对附属单位补助支出"): -50_000, ("公开02", "合计", "上级补助收入"): -50_000},
    )
    filed.counterparties = [
        Counterparty("对附属单位补助支出", "103", "", "2101506", 50_000, booked_by="101"),
        Counterparty("上级补助收入", "101", "", "2101599", 50_000, booked_by="103"),
    ]
    assert pairs_adjusted_by(filed) == {Pair("101", "103", FLOW_KINDS[0])}
    result = add(Addend("101", "单户表", PAYER), Addend("103", "单户表", RECEIVER), Addend("109", "调整表", filed))
    assert result.proposal is None and len(result.replaced) == 1
    assert cells(result)["公开03", "合计", "对附属单位补助支出"] == 0, "removed once, not twice"


def test_an_overlay_and_its_members_are_never_both_added() -> None:
    address = ("公开01", "本年收入合计", "决算数")
    single, overlay = submission({address: 7_00}), submission({address: 7_00})
    both = add(Addend("101", "单户表", single), Addend("102", "叠加汇总表", overlay, members=frozenset({"101"})))
    assert cells(both)[address] == 7_00 and "101" in both.left_out[0][1]
    assert [problem.rule for problem in both.submission.problems] == ["A-叠加"]
    alone = add(Addend("102", "叠加汇总表", overlay, members=frozenset({"101"})))
    assert cells(alone)[address] == 7_00 and alone.left_out == []


def test_a_difference_sheet_adds() -> None:
    address = ("公开01", "本年收入合计", "决算数")
    result = add(
        Addend("101", "单户表", submission({address: 7_00})), Addend("109", "经费差额表", submission({address: 1_00}))
    )
    assert cells(result)[address] == 8_00


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Presence.PRESENT, Presence.EMPTY, Presence.PRESENT),
        (Presence.EMPTY, Presence.EMPTY, Presence.EMPTY),
        (Presence.PRESENT, Presence.ABSENT, Presence.PARTIAL),
        (Presence.PRESENT, Presence.UNREADABLE, Presence.PARTIAL),
        (Presence.ABSENT, Presence.ABSENT, Presence.ABSENT),
    ],
)
def test_a_form_that_a_unit_lacks_makes_the_departments_incomplete(
    first: Presence, second: Presence, expected: Presence
) -> None:
    one, two = submission({}), submission({})
    one.presence["补充信息"], two.presence["补充信息"] = first, second
    result = add(Addend("101", "单户表", one), Addend("102", "单户表", two))
    assert result.submission.presence["补充信息"] is expected
    assert not Presence.PARTIAL.usable


def test_covers_and_texts_are_not_added() -> None:
    text = submission({})
    text.cells += [Cell("封面", "单位名称", "内容", None, "甲"), Cell("公开06", "309", "其中：基本支出", None, "——")]
    assert add(Addend("101", "单户表", text)).submission.cells == []


def test_the_department_publishes_its_units_projects() -> None:
    one, two = submission({}), submission({})
    project = Project("F-SX22", "甲项目", "", "", (), "", "", (), "98", "优")
    two.projects = [project]
    result = add(Addend("101", "单户表", one), Addend("102", "单户表", two))
    assert result.submission.projects == [project]
    assert result.submission.presence["自评表"] is Presence.PRESENT


def test_the_office_speaks_for_the_department() -> None:
    office = submission({})
    office.cells.append(Cell("补充信息", "概况/主要职责", "内容", None, "拟订政策", "补充信息!B90"))
    other = submission({})
    other.cells.append(Cell("补充信息", "概况/主要职责", "内容", None, "别的单位"))
    addends = (Addend("101", "单户表", office), Addend("102", "单户表", other))
    result = consolidate(PROFILE, ("10", "部门"), 2022, addends, NAMES, (), Background(office="101"))
    assert [(cell.text, cell.location) for cell in result.submission.cells] == [("拟订政策", "")]


TOTAL = ("补充信息", "上年/收入总计", "金额")
SOURCES = declared_last_year(load_rules(PROFILE))


def told(result: Consolidation, rule: str = "A-上年") -> dict[str, str]:
    return {problem.row: problem.message for problem in result.submission.problems if problem.rule == rule}


def grown(*units: Submission, missing: tuple[tuple[str, str], ...] = (), **background: Submission) -> Consolidation:
    addends = [Addend(f"10{number}", "单户表", unit) for number, unit in enumerate(units, start=1)]
    return consolidate(
        PROFILE, ("10", "部门"), 2022, addends, NAMES, missing, Background(sources=SOURCES, **background)
    )  # fmt: skip


def test_last_year_is_the_units_sum_only_where_every_one_gave_it() -> None:
    both = grown(submission({TOTAL: 4_00}), submission({TOTAL: 0}))
    assert cells(both)[TOTAL] == 4_00 and told(both) == {}, "a zero that is typed is known"
    one = grown(submission({TOTAL: 4_00}), submission({}))
    assert told(one) == {"上年/收入总计": "102 中心没有填列"}
    assert cells(one)[TOTAL] == 4_00, "relations still add up what the units declared"
    assert told(grown(submission({}), submission({}))) == {}, "nobody gave any: nothing to be told"


def test_the_units_sum_is_not_net_where_this_years_is() -> None:
    payer, receiver = copy(PAYER), copy(RECEIVER)
    payer.cells = [*PAYER.cells, Cell(*TOTAL, 7_00), Cell("补充信息", "上年/三公经费", "金额", 1_00)]
    receiver.cells = [*RECEIVER.cells, Cell(*TOTAL, 3_00), Cell("补充信息", "上年/三公经费", "金额", 0)]
    addends = (Addend("101", "单户表", payer), Addend("103", "单户表", receiver))
    result = consolidate(PROFILE, ("10", "部门"), 2022, addends, NAMES, (), Background(sources=SOURCES))
    assert list(told(result)) == ["上年/收入总计"] and "没有抵销" in told(result)["上年/收入总计"]


def test_the_departments_own_figure_takes_the_place_of_the_units() -> None:
    own = submission({TOTAL: 9_50})
    result = grown(submission({TOTAL: 4_00}), submission({}), own=own)
    assert cells(result)[TOTAL] == 9_50 and told(result) == {}
    speaker = result.addends[-1]
    assert (speaker.code, speaker.kind) == ("10", "部门汇总")
    assert result.sources[TOTAL] == [(len(result.addends) - 1, 9_50)], "traced to the workbook"


def test_last_years_accounts_come_before_every_declaration() -> None:
    prior = submission({("公开01", "收入/总计", "决算数"): 8_00})
    result = grown(submission({TOTAL: 4_00}), submission({}), prior=prior, own=submission({TOTAL: 9_50}))
    assert cells(result)[TOTAL] == 8_00 and told(result) == {}
    assert "9.50 元" in told(result, "A-部门工作簿")["上年/收入总计"]
    assert [addend.kind for addend in result.addends[2:]] == ["上年决算", "部门汇总"]


def test_a_whole_department_is_not_compared_with_some_of_its_units() -> None:
    result = grown(submission({TOTAL: 4_00}), own=submission({TOTAL: 9_50}), missing=(("103", "未报送"),))
    assert "有单位未计入" in told(result)["上年/收入总计"]


def test_the_department_speaks_for_itself_and_what_only_units_can_say_is_not_taken() -> None:
    own = submission({("补充信息", "预算/合计", "年初预算数"): 5_00})
    own.cells[0] = replace(own.cells[0], location="补充信息!C34")
    own.cells += [
        Cell("补充信息", row, "内容", None, text)
        for row, text in (("概况/主要职责", "管全局"), ("原因/三公经费变动", "压减"), ("概况/机构设置", " "))
    ]
    own.explanations = [Explanation("T01-非负", "", "", "", "红字冲销")]
    own.problems = [Problem("R-金额", "mandatory", "不是数字。", "补充信息", "上年/三公经费", "金额", "补充信息!C12")]
    office = submission({("补充信息", "预算/合计", "年初预算数"): 2_00})
    office.cells += [
        Cell("补充信息", row, "内容", None, "本级") for row in ("概况/主要职责", "概况/机构设置", "原因/预算执行差异")
    ]
    result = consolidate(
        PROFILE, ("10", "部门"), 2022, [Addend("101", "单户表", office)], NAMES, (), Background("101", own=own)
    )  # fmt: skip
    words = {cell.row: cell.text for cell in result.submission.cells if cell.text}
    assert words == {"概况/主要职责": "管全局", "原因/三公经费变动": "压减", "概况/机构设置": "本级"}
    assert cells(result)["补充信息", "预算/合计", "年初预算数"] == 2_00
    assert "补充信息!C34 的数没有采用" in told(result, "A-部门工作簿")[""]
    assert told(result, "R-金额") == {"上年/三公经费": "部门工作簿：不是数字。"}
    assert result.submission.explanations == own.explanations


amounts = st.dictionaries(
    st.sampled_from(["一般公共预算财政拨款收入", "事业收入", "本年收入合计", "年初结转和结余"]),
    st.integers(-(10**15), 10**15),
)


@given(st.lists(amounts, min_size=1, max_size=6))
def test_the_sum_does_not_depend_on_the_order_of_units(units: list[dict[str, int]]) -> None:
    def total(order: list[dict[str, int]]) -> dict[tuple[str, str, str], int]:
        return cells(
            add(
                *(
                    Addend(str(i), "单户表", submission({("公开01", row, "决算数"): v for row, v in unit.items()}))
                    for i, unit in enumerate(order)
                )
            )
        )

    expected: dict[tuple[str, str, str], int] = {}
    for unit in units:
        for row, value in unit.items():
            expected["公开01", row, "决算数"] = expected.get(("公开01", row, "决算数"), 0) + value
    assert total(units) == total(units[::-1]) == expected


def test_profile_fixture_matches(profile: Profile) -> None:
    assert "封面" not in summed_forms(profile) and "往来明细" not in summed_forms(profile)
    assert "补充信息" in summed_forms(profile) and "公开10" in summed_forms(profile)


def test_a_cell_in_which_some_units_figure_was_not_read_is_not_the_departments() -> None:
    first = submission({("公开01", "事业收入", "决算数"): 5, ("公开01", "本年收入合计", "决算数"): 9})
    first.unread = [Unread("公开01", 0, "", "决算数")]
    second = submission({("公开01", "其他收入", "决算数"): 7, ("公开01", "本年收入合计", "决算数"): 7})
    result = add(Addend("101", "单户表", first), Addend("102", "单户表", second))
    doubtful = {(row, column) for row, column, _ in doubtful_cells(result.submission, PROFILE.forms["公开01"])}
    assert ("其他收入", "决算数") in doubtful  # the first unit's row may be this one
    assert ("经营收入", "决算数") in doubtful
    assert doubtful.isdisjoint({("事业收入", "决算数"), ("本年收入合计", "决算数"), ("201", "决算数")})
    assert Unread("公开01", 0, "", "决算数") in result.submission.unread


def test_a_subject_that_one_unit_could_not_place_may_be_one_that_another_shows() -> None:
    first = submission({("公开03", "208", "基本支出"): 5})
    first.unread = [Unread("公开03", 0, "", "基本支出")]
    second = submission({("公开03", "208", "基本支出"): 7, ("公开03", "210", "基本支出"): 7})
    unread = add(Addend("101", "单户表", first), Addend("102", "单户表", second)).submission.unread
    assert Unread("公开03", 0, "210", "基本支出", False) in unread
    assert not [one for one in unread if one.row == "208"]


def test_each_form_of_the_department_is_known_as_well_as_its_coarsest_addend() -> None:
    first = submission({("公开07", "三公经费", "决算数/合计"): 1})
    first.displays = {"公开07": Display("万元", 2)}
    second = submission({("公开07", "三公经费", "决算数/合计"): 1})
    total = add(Addend("101", "单户表", first), Addend("102", "单户表", second)).submission
    assert total.display("公开07") == Display("万元", 2)
    assert total.display("公开01") == Display("元", 2)
