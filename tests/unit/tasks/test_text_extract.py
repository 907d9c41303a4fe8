"""The JSON of ``juesuan extract``: exactly the shape that scripts rely on."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models.profiles import Profile
from models.submission import Cell, Submission
from tasks.collect.extract import extract_json
from tasks.collect.text.reader import read_text

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"


@pytest.fixture
def extracted(profile: Profile) -> dict[str, Any]:
    return json.loads(json.dumps(extract_json(read_text(FIXTURE, profile), profile), ensure_ascii=False))


def test_keys(extracted: dict[str, Any]) -> None:
    assert list(extracted) == ["file", "kind", "unit_name", "year", "amount_unit", "cells", "facts", "projects"]
    assert set(extracted["cells"][0]) == {"form", "row", "subject_code", "column", "value"}
    assert set(extracted["facts"][0]) == {"sentence", "name", "value", "unit", "declared_or_derived", "location"}
    assert set(extracted["projects"][0]) == {"name", "budget", "executed", "rate", "score", "grade", "indicators"}
    assert set(extracted["projects"][0]["indicators"][0]) == {
        *("level1", "level2", "name", "target", "actual", "points", "score")
    }


def test_head(extracted: dict[str, Any]) -> None:
    assert extracted["file"] == FIXTURE.name and extracted["kind"] == "单位决算公开文本"
    assert (extracted["unit_name"], extracted["year"]) == ("云岭市医疗保险服务中心", 2022)
    assert extracted["amount_unit"] == "元"


@pytest.mark.parametrize(
    ("form", "row", "code", "column", "value"),
    [
        ("公开01", "一般公共预算财政拨款收入", "", "决算数", "24416856.18"),
        ("公开01", "收入/总计", "", "决算数", "24416856.18"),
        ("公开01", "社会保障和就业支出", "208", "决算数", "292767.52"),
        ("公开03", "医疗保障经办事务", "2101506", "项目支出", "20502864.56"),
        ("公开04", "收入/一般公共预算财政拨款", "", "金额", "24416856.18"),
        ("公开04", "农林水支出", "213", "一般公共预算财政拨款", "36000.00"),
        ("公开06", "工资福利支出", "301", "其中：基本支出", "3368348.99"),
        ("公开06", "公务用车购置", "30913", "其中：基本支出", "——"),
        ("公开06", "公用经费合计", "", "金额", "855874.55"),
        ("公开10", "政府采购/货物", "", "采购金额", "17820.00"),
    ],
)
def test_cells(extracted: dict[str, Any], form: str, row: str, code: str, column: str, value: str) -> None:
    assert {"form": form, "row": row, "subject_code": code, "column": column, "value": value} in extracted["cells"]


def test_number_of_cells(extracted: dict[str, Any]) -> None:
    """9 + 32 + 35 + 15 + 35 + (50 figures, 20 dashes) + 4, counted in the document."""
    counted = Counter(cell["form"] for cell in extracted["cells"])
    assert counted == {
        "公开01": 9, "公开02": 32, "公开03": 35, "公开04": 15, "公开05": 35, "公开06": 70, "公开10": 4,
    }  # fmt: skip


def test_facts_and_projects(extracted: dict[str, Any]) -> None:
    by_name = {fact["name"]: fact for fact in extracted["facts"]}
    assert by_name["机关运行经费/较上年增减"]["value"] == "-89291.01"
    assert by_name["机关运行经费/较上年增减"]["declared_or_derived"] == "declared"
    assert by_name["收入总计"]["declared_or_derived"] == "derived"
    last = extracted["projects"][-1]
    assert (last["budget"], last["executed"], last["rate"]) == ("2052", "1999.04", "97.42")
    assert (last["score"], last["grade"], len(last["indicators"])) == ("98.74", "优", 7)


def test_ten_thousands_counts_and_unknown_subjects(profile: Profile) -> None:
    submission = Submission("f.txt", "0" * 64, "单位决算公开文本", profile.code, profile.forms.hash, amount_unit="万元")
    submission.cells = [
        Cell("公开02", "合计", "本年收入合计", 2_441_690_000),
        Cell("公开02", "2219999", "本年收入合计", 123),
        Cell("公开10", "国有资产/车辆数合计", "统计数", 3),
    ]
    submission.row_names = {("公开02", "2219999"): "别的住房支出"}
    cells = extract_json(submission, profile)["cells"]
    assert [(c["row"], c["subject_code"], c["value"]) for c in cells] == [
        ("合计", "", "2441.69"),
        ("别的住房支出", "2219999", "0.000123"),
        ("国有资产/车辆数合计", "", "3"),
    ]
