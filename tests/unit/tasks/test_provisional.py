"""Who may be on the other side of what nobody itemised; figures by hand, amounts in fen."""

from models.submission import Counterparty
from tasks.aggregate.flows_between_units import FLOW_KINDS, Flow, Pair
from tasks.aggregate.provisional import NotItemised, provisional_problems, same_amount_problems

PAID, GOT = "对附属单位补助支出", "上级补助收入"
NAMES = {"101": "本级", "103": "中心", "104": "学校"}


def test_two_silent_units_with_the_same_amount_are_named_to_each_other() -> None:
    silent = [NotItemised("101", PAID, 50_000), NotItemised("103", GOT, 50_000), NotItemised("104", GOT, 40_000)]
    payer, receiver, other = provisional_problems(silent, [], NAMES)
    assert "101 本级的对附属单位补助支出有 500.00 元" in payer.message
    assert "对方可能是 103 中心（上级补助收入 500.00 元，同样没有列明）" in payer.message and "104" not in payer.message
    assert "对方可能是 101 本级" in receiver.message
    assert "可能是" not in other.message and "暂定数" in other.message
    assert {(one.rule, one.severity) for one in (payer, receiver, other)} == {("A-暂定", "mandatory")}


def test_the_same_kind_is_no_counterpart() -> None:
    both_got = [NotItemised("103", GOT, 50_000), NotItemised("104", GOT, 50_000)]
    assert all("可能是" not in one.message for one in provisional_problems(both_got, [], NAMES))


def test_whoever_itemises_the_amount_is_named() -> None:
    line = Counterparty(PAID, "103", "中心", "2101506", 50_000)
    flow = Flow(Pair("101", "103", FLOW_KINDS[0]), (line,), ())
    (told,) = provisional_problems([NotItemised("103", GOT, 50_000)], [flow], NAMES)
    assert "对方可能是 101 本级（已列明本单位）" in told.message
    (told,) = provisional_problems([NotItemised("103", GOT, 60_000)], [flow], NAMES)
    assert "可能是" not in told.message


def test_two_units_that_explained_the_same_amount_are_told_to_be_compared() -> None:
    explained = [
        NotItemised("101", PAID, 50_000, settled=True), NotItemised("103", GOT, 50_000, settled=True),
        NotItemised("104", GOT, 40_000, settled=True), NotItemised("104", PAID, 50_000, settled=True),
    ]  # fmt: skip
    first, second = same_amount_problems(explained, NAMES)
    assert "101 本级的对附属单位补助支出和 103 中心的上级补助收入都是 500.00 元" in first.message
    assert second.message.startswith("104 学校") and {one.severity for one in (first, second)} == {"hint"}
