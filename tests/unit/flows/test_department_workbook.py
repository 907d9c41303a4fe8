"""The workbook of a department: what the template gives, and what check says of it."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from flows.cli import main

REGISTRY = (
    "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型\n8,某局,,,,,\n801,某局本级,8,行政单位,,,{type}\n"
)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    registry, file = tmp_path / "registry.csv", tmp_path / "部门.xlsx"
    registry.write_text(REGISTRY.format(type=""), "utf-8-sig")
    assert main(["template", "--unit", "8", "--registry", str(registry), "-o", str(file)]) == 0
    return file


def test_the_template_of_a_department_has_what_it_may_say(workbook: Path) -> None:
    book = load_workbook(workbook)
    assert book.sheetnames == ["填报说明", "封面", "补充信息", "说明"]
    cover = {row[0]: row[1] for row in book["封面"].iter_rows(max_col=2, values_only=True)}
    assert (cover["单位代码"], cover["单位名称"], cover["报表类型"]) == ("8", "某局", "部门汇总")


def test_check_judges_how_it_was_filled_and_nothing_else(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(workbook)]) == 0
    assert "这是部门工作簿" in capsys.readouterr().out
    book = load_workbook(workbook)
    sheet = book["补充信息"]
    row = next(cells[0].row for cells in sheet.iter_rows() if cells[0].value == "收入总计")
    sheet.cell(row, 3).value = "约三百万"
    book.save(workbook)
    assert main(["check", "--json", str(workbook)]) == 1
    told = json.loads(capsys.readouterr().out)["findings"]
    assert [finding["rule"] for finding in told] == ["R-金额", "R-签署"]


def test_no_unit_is_a_department(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry = tmp_path / "registry.csv"
    registry.write_text(REGISTRY.format(type="部门汇总"), "utf-8-sig")
    assert main(["template", "--unit", "8", "--registry", str(registry), "-o", str(tmp_path / "x.xlsx")]) == 2
    captured = capsys.readouterr()
    assert "报表类型“部门汇总”不在可选范围内" in captured.out + captured.err
