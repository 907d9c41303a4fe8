"""Predicates on subjects: what the dictionary does not know is told once per code, with every place."""

import pytest
from rule_cases import PROFILE, judge_one, submission

from expectations.catalogue import load_rules
from expectations.cube import UnitData
from models.findings import RuleOutcome, Severity, Status
from models.submission import Problem

load_rules(PROFILE)  # registers the predicates of every module


def outcome(check: str, unit: UnitData) -> RuleOutcome:
    return judge_one("", unit, check=check, params={"rule": "R-科目"} if check == "subject_codes" else {})


def unit(names: dict[tuple[str, str], str], year: int = 2022, **fields: object) -> UnitData:
    data = submission(
        {(form, code, "基本支出"): 1 for form, code in names if form in ("公开03", "公开05")}, names=names
    )
    data.year = year
    return UnitData("1", data, **fields)  # type: ignore[arg-type]


def messages(check: str, names: dict[tuple[str, str], str], year: int = 2022) -> list[str]:
    return [finding.message for finding in outcome(check, unit(names, year)).findings]


class TestCodes:
    @pytest.mark.parametrize(
        "code", ["2040501", "2050202", "2100201", "2130705", "2120803", "2240106", "2320301", "234"]
    )
    def test_subjects_of_the_year(self, code: str) -> None:
        assert outcome("subject_codes", unit({("公开03", code): ""})).status is Status.HOLDS

    def test_an_unknown_code_is_told_once_with_its_places(self) -> None:
        data = unit({("公开02", "2219999"): "别的支出", ("公开03", "2219999"): "别的支出", ("公开05", "2219999"): ""})
        (finding,) = outcome("subject_codes", data).findings
        assert (finding.row, finding.location) == ("2219999", "")
        assert "科目编码 2219999（别的支出）不在 2022 年功能分类科目字典中" in finding.message
        assert finding.message.endswith("见：公开02、公开03!2219999/基本支出、公开05!2219999/基本支出。")

    def test_a_name_that_has_another_code_is_told_with_it(self) -> None:
        (message,) = messages("subject_codes", {("公开03", "2050209"): "小学教育"})
        assert "名称“小学教育”的科目编码是 2050202。" in message

    @pytest.mark.parametrize(
        ("code", "year", "words"),
        [
            ("2010308", 2024, "已自 2024 年起停用"),
            ("2089901", 2022, "已自 2021 年起停用"),
            ("2011602", 2022, "所属的 20116 质量技术监督与检验检疫事务已自 2019 年起停用"),
            ("2013901", 2022, "自 2024 年起才启用"),
            ("2340101", 2019, "自 2020 年起才启用"),
        ],
    )
    def test_a_code_of_other_years(self, code: str, year: int, words: str) -> None:
        (message,) = messages("subject_codes", {("公开03", code): ""}, year)
        assert message.startswith(f"科目编码 {code}{words}")

    def test_a_code_of_other_years_is_right_in_its_own(self) -> None:
        assert messages("subject_codes", {("公开03", "2013901"): "行政运行"}, 2024) == []
        assert messages("subject_codes", {("公开03", "2089901"): "其他社会保障和就业支出"}, 2020) == []

    def test_what_the_reader_met_is_told_too(self) -> None:
        data = submission({}, problems=[Problem("R-科目", "mandatory", "“2O5”不是科目编码", "公开02")])
        (finding,) = outcome("subject_codes", UnitData("1", data)).findings
        assert (finding.message, finding.severity) == ("“2O5”不是科目编码", Severity.MANDATORY)

    def test_a_department_is_not_told_what_its_units_were(self) -> None:
        data = unit({("公开03", "2219999"): "别的支出"}, scope="部门")
        assert outcome("subject_codes", data).status is Status.HOLDS


class TestNames:
    @pytest.mark.parametrize("name", ["社会保障和就业支出", "八、社会保障和就业支出", " 社会保障 和就业支出 ", ""])
    def test_same_name_in_other_dress(self, name: str) -> None:
        assert outcome("subject_names", unit({("公开03", "208"): name})).status is Status.HOLDS

    def test_another_name_is_told_once_with_its_places(self) -> None:
        names = {("公开03", "208"): "社保支出", ("公开05", "208"): "社保 支出", ("公开02", "208"): "社会保障和就业支出"}
        (finding,) = outcome("subject_names", unit(names)).findings
        assert (finding.row, finding.row_name, finding.subject_code) == ("208", "社会保障和就业支出", "208")
        assert "写作“社保支出”，科目字典为“社会保障和就业支出”" in finding.message
        assert finding.message.endswith("见：公开03!208/基本支出、公开05!208/基本支出。")
        assert finding.location == "公开03!208/基本支出"

    def test_the_name_of_another_code(self) -> None:
        (message,) = messages("subject_names", {("公开03", "2050201"): "小学教育"})
        assert "科目字典为“学前教育”" in message and "名称“小学教育”的科目编码是 2050202。" in message

    def test_a_former_name_is_told_with_its_last_year_and_right_until_then(self) -> None:
        names = {("公开03", "20805"): "行政事业单位离退休"}
        (message,) = messages("subject_names", names)
        assert "科目字典为“行政事业单位养老支出”，前者只用到 2019 年" in message
        assert messages("subject_names", names, 2019) == []

    def test_a_code_that_is_none_of_the_year_is_told_elsewhere(self) -> None:
        assert messages("subject_names", {("公开03", "2999998"): "任意", ("公开03", "2010308"): "任意"}, 2024) == []

    def test_many_places_are_counted(self) -> None:
        forms = ("公开02", "公开03", "公开05", "公开08", "公开09", "财政对账单", "补充信息")
        (message,) = messages("subject_names", {(form, "208"): "社保" for form in forms})
        assert message.endswith("公开08、公开09、财政对账单等 7 处。")
