"""``juesuan check`` on the bundled example: what a clerk reads, and the keys that scripts rely on."""

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.cli import main

INBOX = Path(__file__).resolve().parents[3] / "deploy" / "example" / "inbox"
DECIMAL = re.compile(r"-?\d+(\.\d+)?")

# Copied by hand from the design's section on the edges.
CHECK = {
    "file", "sha256", "profile", "kind", "verdict", "findings", "scores", "checked", "held", "not_checked"
}  # fmt: skip
FINDING = {
    "rule", "severity", "status", "title", "message", "form", "row", "subject_code", "column", "location", "left",
    "right", "difference", "unit_of_amount", "basis",
}  # fmt: skip
SCORE = {
    "project", "scheme", "claimed_total", "total", "recomputed_points", "accepted_points", "unscorable_points",
    "grade_claimed", "grade", "indicators",
}  # fmt: skip
INDICATOR = {"name", "points", "claimed", "score", "basis", "why"}


def example(code: str) -> Path:
    return next(INBOX.glob(f"{code}_*"))


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["check", *arguments])
    return code, capsys.readouterr().out


def check_json(capsys: pytest.CaptureFixture[str], path: Path) -> tuple[int, dict[str, Any]]:
    code, out = check(capsys, "--json", str(path))
    return code, json.loads(out)


@pytest.mark.parametrize(
    ("unit", "code", "verdict"),
    [("301001", 0, "pass"), ("301002", 0, "pass_with_warnings"), ("301005", 1, "fail")],
)
def test_json_has_exactly_the_promised_keys(
    unit: str, code: int, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    got, answer = check_json(capsys, example(unit))
    assert (got, set(answer), answer["verdict"]) == (code, CHECK, verdict)
    for finding in answer["findings"]:
        assert set(finding) == FINDING
        figures = [finding[key] for key in ("left", "right", "difference")]
        assert all(figure is None or DECIMAL.fullmatch(figure) for figure in figures)
    for score in answer["scores"]:
        assert set(score) == SCORE
        assert all(set(indicator) == INDICATOR for indicator in score["indicators"])


def test_an_unreadable_file_says_why_within_the_same_keys(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "坏.xlsx"
    file.write_bytes(b"no workbook")
    code, answer = check_json(capsys, file)
    assert (code, set(answer), answer["verdict"]) == (2, CHECK, "unreadable")
    (finding,) = answer["findings"]
    assert (finding["rule"], finding["severity"], finding["status"]) == ("R-文件", "mandatory", "violated")
    assert "坏.xlsx" in finding["message"]
    assert answer["sha256"] and (answer["checked"], answer["held"]) == (0, 0)


def test_the_planted_errors_are_told_with_cell_figures_and_difference(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = check(capsys, str(example("301005")))
    assert code == 1
    assert (
        "多条不符涉及同一处，请先核对：\n    公开01　本年支出合计　决算数（公开01!F34）　2 条（T01-支出、X13-合计）"
        in text
    )
    assert (
        "公开01“本年支出合计”为 1,647,509.00 元，公开03“合计”的“本年支出合计”为 1,647,500.00 元，应相等，相差 9.00 元。"
        in text
    )
    assert "请在《说明》表填写审核编号和说明内容后再报。" in text


def test_many_places_of_one_rule_are_gathered_under_its_title(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(example("301001"))
    total = next(row for row in book["公开08"].iter_rows() if row[1].value == "合计")
    for cell in total[2:]:
        cell.value = None
    book.save(tmp_path / "漏填合计.xlsx")
    _, text = check(capsys, str(tmp_path / "漏填合计.xlsx"))
    # 年初 300,000, 收入 2,400,000, 小计 and 项目 2,150,000, 年末 550,000; 基本支出 is zero
    assert text.count("T08-合计 政府性基金") == 1
    assert "合计行等于各类之和（5 处）" in text


def test_ten_thousand_times_too_little_is_recognised(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(example("301001"))
    sheet = book["公开01"]
    assert sheet["C15"].value == 600000, "其他收入"
    sheet["C15"] = 60
    book.save(tmp_path / "万元.xlsx")
    _, text = check(capsys, str(tmp_path / "万元.xlsx"))
    assert text.count("两数正好相差一万倍，请核对是否把万元数填成了元。") == 1
