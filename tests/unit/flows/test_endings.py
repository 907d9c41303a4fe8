"""What a run says in the end: its state, its page and the exit code agree, and advice goes by the cause."""

import json

import pytest

from flows.artifacts import _file_lines, _file_rows
from flows.summary import CycleStatus, RefusedFile, UnitStatus, ending, status_text
from flows.unit_runs import after_retry, what_to_do
from models.tables import StepState

PASSED = UnitStatus("301001", "甲", "单位", {"collect": "完成", "validate": "完成"})
MISSING = UnitStatus("301002", "乙", "单位", {"collect": "未报送"}, {"collect": "乙尚未报送。"})
FAILED = UnitStatus(
    "301",
    "甲局",
    "部门",
    {"aggregate": "完成", "validate": "退回"},
    {"validate": "强制性不符 1 处。"},
    provisional=True,
)
NOTICE = RefusedFile("通知.pdf", "文件《通知.pdf》：不能读取“.pdf”类型的文件。", "无法读取")
SECRET = RefusedFile("机密★1.xlsx", "文件《机密★1.xlsx》：请立即移出。", "涉密")
REGISTRY = RefusedFile("registry.csv", "第 3 行重复。", "登记表")


def status(*units: UnitStatus, refused: tuple[RefusedFile, ...] = (), folders: tuple[str, ...] = ()) -> CycleStatus:
    passed_over = [RefusedFile(name, f"子文件夹“{name}”没有读取。", "子文件夹") for name in folders]
    return CycleStatus(2022, "301", "甲局", list(units), list(refused), {}, passed_over)


@pytest.mark.parametrize(
    ("given", "name", "message", "attention"),
    [
        (status(PASSED), "Completed", "全部单位通过", False),
        (status(PASSED, folders=("旧",)), "Completed", "全部单位通过", False),
        (status(PASSED, refused=(NOTICE,)), "有未接收文件", "全部单位通过；收件夹中未接收的文件：《通知.pdf》", True),
        (
            status(FAILED, PASSED), "部门未通过",
            "全部单位通过；部门 301 甲局 未通过，汇总数暂定：审核：强制性不符 1 处", True,
        ),
        (
            status(PASSED, MISSING, refused=(SECRET, NOTICE, REGISTRY)), "有待处理单位",
            "1 户待处理：301002 乙；标有密级、必须立即移出收件夹的文件：《机密★1.xlsx》；"
            "收件夹中未接收的文件：《通知.pdf》；有误的单位登记表：《registry.csv》", True,
        ),
        (
            status(PASSED, refused=tuple(RefusedFile(f"{n}.pdf", "") for n in range(7))), "有未接收文件",
            "全部单位通过；收件夹中未接收的文件：《0.pdf》、《1.pdf》、《2.pdf》、《3.pdf》、《4.pdf》 等 7 个", True,
        ),
    ],
)  # fmt: skip
def test_the_state_of_a_run_agrees_with_its_exit_code(
    given: CycleStatus, name: str, message: str, attention: bool
) -> None:
    assert ending(given) == (name, message)
    assert given.needs_attention is attention is (name != "Completed")


def test_the_terminal_and_the_status_call_a_doubtful_sum_provisional() -> None:
    given = status(FAILED, PASSED)
    assert "  部门 301 甲局　[未通过，汇总数暂定]" in status_text(given)
    assert (given.as_json()["provisional"], given.as_json()["departments_not_passed"]) == (["301"], ["301"])


def test_a_page_shows_what_no_unit_answers_for_escaped_and_bounded() -> None:
    wild = RefusedFile("[点我](http://x.cn)|.pdf", "文件《[点我](http://x.cn)|.pdf》：不能读取。")
    given = status(PASSED, refused=(SECRET, wild, *[NOTICE] * 23), folders=("旧",))
    page, rows = "\n".join(_file_lines(given)), _file_rows(given)
    assert page.index("机密★1") < page.index("点我") and "未接收的文件（25 个）" in page
    assert "\\[点我\\]\\(http\\://x\\.cn\\)\\|" in page and "[点我](" not in page + json.dumps(rows, ensure_ascii=False)
    assert page.count("通知") == 18 and "等 25 个" in page and "子文件夹“旧”没有读取" in page
    assert [row["结论"] for row in rows] == ["未接收"] * 21 + ["未读取"]
    assert "机密★1" in str(rows[0]["单位"]) and rows[20]["情况"] == "全部列在审核报告的“收件”中"
    assert _file_lines(status(PASSED)) == _file_rows(status(PASSED)) == []


def test_the_terminal_tells_files_registry_and_folders_apart() -> None:
    text = status_text(status(PASSED, refused=(NOTICE, REGISTRY), folders=("旧",)))
    assert text.splitlines()[-3:] == [
        f"  收件夹中未接收的文件《通知.pdf》：{NOTICE.message}",
        "  单位登记表《registry.csv》：第 3 行重复。",
        "  子文件夹“旧”没有读取。",
    ]


def test_advice_goes_by_the_cause() -> None:
    """Whoever follows it literally is through: two files of one unit beside each other would be refused."""
    judged = UnitStatus(
        "301005", "丙", "单位", {"collect": "完成", "validate": "退回"}, {"collect": "《301005_丙.xlsx》第 12 版"}
    )
    assert what_to_do(judged) == (
        "请单位更正后，用新文件替换收件夹中原来的文件《301005\\_丙\\.xlsx》（不要让两个并存），再按本次运行页面上的 Retry。"
    )
    collected = UnitStatus("301005", "丙", "单位", {"collect": "退回"}, {"collect": "单位登记表有误。"})
    assert what_to_do(collected) == "请按以上说明处理，再按本次运行页面上的 Retry。"
    fault = UnitStatus("301005", "丙", "单位", {"collect": StepState.FAULT.value})
    assert what_to_do(fault) == "请查明并排除故障，再按本次运行页面上的 Retry。"


def test_after_a_retry_nothing_is_said_of_a_file_that_is_not_there() -> None:
    judged = UnitStatus(
        "301005", "丙", "单位", {"collect": "完成", "validate": "退回"}, {"validate": "强制性不符 1 处。"}
    )
    trouble = "审核：强制性不符 1 处。"
    assert after_retry(judged, changed=True, has_file=True) == trouble
    assert after_retry(judged, changed=False, has_file=True).startswith("文件未更新：")
    gone = after_retry(judged, changed=False, has_file=False)
    assert gone == f"收件夹中没有该单位的文件。上次收到的文件：{trouble}"
    collected = UnitStatus("301005", "丙", "单位", {"collect": "退回"}, {"collect": "单位登记表有误。"})
    told = after_retry(collected, changed=False, has_file=True)
    assert "文件未更新" not in told and told.endswith("收集：单位登记表有误。")
