"""The form catalogue: complete for the national 2022 layout, and a malformed one is refused with file, line, reason."""

from pathlib import Path

import pytest

from models.errors import CatalogueError
from models.forms import Form, Kind, load_form, load_forms
from models.forms.matching import bare_name, match_column, match_form, match_rows
from models.profiles import Profile, load_profile
from models.subjects import load_subjects

PUBLIC = [f"公开{number:02d}" for number in range(1, 11)]


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    return load_forms("national_2022")


def test_every_form_of_the_layout_is_there(forms: dict[str, Form]) -> None:
    assert [form.code for form in forms.values() if form.published] == PUBLIC
    assert set(forms) == {*PUBLIC, "封面", "自评表", "补充信息", "往来明细", "财政对账单", "说明"}


def test_rows_and_columns_of_each_table(forms: dict[str, Form]) -> None:
    classes = [row.code for row in forms["公开01"].rows.values() if row.code]
    assert len(classes) == 26 and classes[0] == "201" and classes[-1] == "234"
    assert [row.code for row in forms["公开04"].rows.values() if row.code] == classes
    # Printed lines 1–31 and 32–62 of 公开01, 1–32 and 33–64 of 公开04, each exactly once.
    for code, last in (("公开01", 62), ("公开04", 64)):
        lines = [row.line for row in forms[code].rows.values()]
        blank = [line for panel in forms[code].panels for line in panel.blank_lines]
        assert sorted([line for line in lines if line] + blank) == list(range(1, last + 1))
    assert len(forms["公开07"].columns) == 12
    assert [len(panel.rows) for panel in forms["公开06"].panels] == [28, 28, 28, 27]
    assert [row.line for row in forms["公开10"].rows.values()] == [*range(1, 16), 17]


def test_economic_rows_are_subjects_of_the_year(forms: dict[str, Form]) -> None:
    subjects = load_subjects("economic_2022")
    rows = {row.code: row for row in forms["公开06"].rows.values() if row.code}
    assert [row for code, row in rows.items() if not subjects[code].known_as(row.name, 2022)] == []
    assert [
        row for code, row in rows.items() if not match_rows(forms["公开06"].panel_of[code], subjects[code].name)
    ] == []
    unprinted = [code for code, subject in subjects.items() if subject.in_use(2022) and code not in rows]
    assert unprinted == ["31206"], "an official subject that the form of 2022 does not print"


def test_kinds(forms: dict[str, Form]) -> None:
    assert forms["公开10"].kind_of("国有资产/车辆数合计", "统计数") is Kind.COUNT
    assert forms["公开10"].kind_of("机关运行经费/行政单位", "统计数") is Kind.FEN
    assert forms["公开03"].kind_of("2080505", "基本支出") is Kind.FEN
    assert forms["封面"].kind_of("单位代码", "内容") is Kind.TEXT
    assert not forms["公开06"].applicable("309", "其中：基本支出")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("八、社会保障和就业支出", "社会保障和就业支出"),
        (" 二十六、抗疫特别国债 安排的支出", "抗疫特别国债安排的支出"),
        ("(一) 车辆数合计(辆)", "车辆数合计（辆）"),
        ("1. 副部(省)级及以上领导用车", "副部（省）级及以上领导用车"),
        ("财政拨款“三公”经费支出决算表", "财政拨款三公经费支出决算表"),
        ("⼊库", "入库"),
    ],
)
def test_printed_names_are_folded(printed: str, name: str) -> None:
    assert bare_name(printed) == name


def test_matching_finds_what_documents_print(profile: Profile) -> None:
    forms = profile.forms
    found = match_form(forms, '七、财政拨款"三公"经费支出决算表')
    assert found is not None and found.code == "公开07"
    income, outlay = forms["公开01"].panels
    assert [row.key for row in match_rows(income, "总计")] == ["收入/总计"]
    assert [row.key for row in match_rows(outlay, "总 计")] == ["支出/总计"]
    assert [row.key for row in match_rows(outlay, "八、社会保障和就业支出")] == ["208"]
    panel = forms["公开07"].panels[0]
    assert match_column(panel, "决算数", "公务用车购置及运行维护费", "公务用车运 行维护费") == (
        "决算数/公务用车购置及运行维护费/公务用车运行维护费"
    )
    assert match_column(panel, "公务接待费") is None, "ambiguous without its group"


def test_only_the_three_funds_of_table_04_share_a_printed_name_within_a_panel(profile: Profile) -> None:
    ambiguous = {
        (form.code, row.name)
        for form in profile.forms.values()
        for panel, row in form.iter_rows()
        if not row.code and len(match_rows(panel, row.label)) != 1
    }
    funds = ("一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款")
    assert ambiguous == {("公开04", fund) for fund in funds}, "order and enumeration tell them apart"
    income = profile.forms["公开04"].panels[0]
    assert [row.key for row in match_rows(income, funds[0])] == [f"收入/{funds[0]}", f"年初结转/{funds[0]}"]


GOOD = """code: 试
name: 试表
panels:
  - columns: [{key: 金额}]
    rows:
      - {key: 甲}
      - {key: 乙}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("{key: 乙}", "{key: 甲}", 1, "重复"),
        ("{key: 乙}", "{key: 乙, colour: 红}", 7, "colour"),
        ("{key: 金额}", "{key: 金额, kind: 欧元}", 4, "kind"),
        ("name: 试表", "name: 试表\nname: 又名", 3, "写了两次"),
        ("{key: 乙}", "{key: 乙, not_applicable: [合计]}", 1, "不存在的列"),
        ("{key: 金额}", "{key: 金额}, {key: 金额}", 4, "列名重复"),
        ("    rows:", "    line_title: 行次\n    rows:", 1, "缺行次"),
        ("      - {key: 乙}", "      - {key: 乙", 8, "YAML"),
    ],
)
def test_a_malformed_form_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    file = tmp_path / "坏.yaml"
    file.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_form(file)
    assert reason in str(caught.value) and "坏.yaml" in str(caught.value)
    assert caught.value.line == line


def test_a_good_form_loads_and_an_empty_file_does_not(tmp_path: Path) -> None:
    file = tmp_path / "好.yaml"
    file.write_text(GOOD, "utf-8")
    assert list(load_form(file).rows) == ["甲", "乙"]
    file.write_text("", "utf-8")
    with pytest.raises(CatalogueError, match="空的"):
        load_form(file)


def test_two_forms_may_not_share_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "1.yaml").write_text(GOOD, "utf-8")
    (folder / "2.yaml").write_text(GOOD.replace("code: 试", "code: 又"), "utf-8")
    with pytest.raises(CatalogueError, match="重复"):
        load_forms("set", tmp_path)


def test_the_catalogue_hash_names_its_content(tmp_path: Path) -> None:
    for name, text in (("a", GOOD), ("b", GOOD.replace("{key: 乙}", "{key: 丙}"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.yaml").write_text(text, "utf-8")
    assert load_forms("a", tmp_path).hash != load_forms("b", tmp_path).hash


def test_profile_grades() -> None:
    assert [grade.name for grade in load_profile().grades] == ["优", "良", "中", "差"]
