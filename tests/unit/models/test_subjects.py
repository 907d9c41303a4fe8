"""The subject dictionaries: whole trees, names in order, and the years of each subject."""

from collections import Counter
from pathlib import Path

import pytest

from models.errors import CatalogueError
from models.forms import load_forms
from models.forms.matching import bare_name, normalise
from models.subjects import Subject, Subjects, folded_name, functional_level, load_subjects, parent_of

FUNCTIONAL, ECONOMIC = load_subjects("functional_2022"), load_subjects("economic_2022")

# Codes and names that published budgets, final accounts and laws' annexes print, put down here by hand.
ORDINARY = {
    "2010104": "人大会议", "2010206": "参政议政", "2011105": "派驻派出机构", "2013204": "公务员事务",
    "2013816": "食品安全监管", "2030603": "人民防空", "2030607": "民兵", "2040219": "信息化建设", "2040220": "执法办案",
    "2040410": "检察监督", "2040501": "行政运行", "2040502": "一般行政管理事务", "2040504": "案件审判",
    "2040505": "案件执行", "2040506": "“两庭”建设", "2040610": "社区矫正", "2040612": "法治建设", "2040706": "狱政设施建设",
    "2050101": "行政运行", "2050201": "学前教育", "2050202": "小学教育", "2050203": "初中教育", "2050204": "高中教育",
    "2050205": "高等教育", "2050299": "其他普通教育支出", "2050302": "中等职业教育", "2050305": "高等职业教育",
    "2050701": "特殊学校教育", "2050801": "教师进修", "2050802": "干部教育", "2050901": "农村中小学校舍建设",
    "2060404": "科技成果转化与扩散", "2060705": "科技馆站", "2070104": "图书馆", "2070205": "博物馆", "2070307": "体育场馆",
    "2080109": "社会保险经办机构", "2080208": "基层政权建设和社区治理", "2080805": "义务兵优待", "2080905": "军队转业干部安置",
    "2081004": "殡葬", "2081006": "养老服务", "2081107": "残疾人生活和护理补贴", "2081901": "城市最低生活保障金支出",
    "2082102": "农村特困人员救助供养支出", "2082804": "拥军优属", "2100201": "综合医院", "2100202": "中医（民族）医院",
    "2100205": "精神病医院", "2100301": "城市社区卫生机构", "2100302": "乡镇卫生院", "2100401": "疾病预防控制机构",
    "2100403": "妇幼保健机构", "2100408": "基本公共卫生服务", "2100716": "计划生育机构", "2101601": "老龄卫生健康事务",
    "2110402": "农村环境保护", "2111001": "能源节约利用", "2120303": "小城镇基础设施建设", "2120601": "建设市场管理与监督",
    "2120801": "征地和拆迁补偿支出", "2120802": "土地开发支出", "2120803": "城市建设支出", "2120804": "农村基础设施建设支出",
    "2120814": "农业生产发展支出", "2121301": "城市公共设施", "2121401": "污水处理设施建设和运营",
    "2130104": "事业运行", "2130108": "病虫害控制", "2130122": "农业生产发展", "2130126": "农村社会事业",
    "2130152": "对高校毕业生到基层任职补助", "2130153": "农田建设", "2130205": "森林资源培育", "2130305": "水利工程建设",
    "2130314": "防汛", "2130505": "生产发展", "2130701": "对村级公益事业建设的补助",
    "2130705": "对村民委员会和村党支部的补助", "2130706": "对村集体经济组织的补助", "2130803": "农业保险保费补贴",
    "2140104": "公路建设", "2140106": "公路养护", "2140602": "车辆购置税用于农村公路建设支出", "2150805": "中小企业发展专项",
    "2160219": "民贸民品贷款贴息", "2200104": "自然资源规划及管理", "2200504": "气象事业机构", "2210103": "棚户区改造",
    "2210105": "农村危房改造", "2210106": "公共租赁住房", "2210108": "老旧小区改造", "2210302": "住房公积金管理",
    "2220115": "粮食风险基金", "2230105": "国有企业退休人员社会化管理补助支出", "2240106": "安全监管",
    "2240109": "应急管理", "2240204": "消防应急救援", "2240601": "地质灾害防治", "2240703": "自然灾害救灾补助",
    "2290402": "其他地方自行试点项目收益专项债券收入安排的支出", "2296002": "用于社会福利的彩票公益金支出",
    "2296003": "用于体育事业的彩票公益金支出", "2310301": "地方政府一般债券还本支出", "2320301": "地方政府一般债券付息支出",
    "2320411": "国有土地使用权出让金债务付息支出", "2330431": "土地储备专项债券发行费用支出",
    "2340101": "公共卫生体系建设", "2340299": "其他抗疫相关支出",
}  # fmt: skip

CLASSES = [*(row.code for row in load_forms("national_2022")["公开01"].rows.values() if row.code), "233"]
"""Classes under which departments book: the 26 of 公开01 and 债务发行费用支出; 209, 227 and 230 have no items here."""


def items_of(code: str, year: int) -> list[str]:
    return [c for c, subject in FUNCTIONAL.items() if len(c) == 7 and c.startswith(code) and subject.in_use(year)]


@pytest.mark.parametrize("subjects", [FUNCTIONAL, ECONOMIC], ids=["functional", "economic"])
def test_every_subject_stands_below_one_that_is_used_as_long(subjects: Subjects) -> None:
    assert list(subjects) == sorted(subjects)
    for code, subject in subjects.items():
        assert functional_level(code)
        if above := parent_of(code):
            for year in range(2016, 2026):
                assert subjects[above].in_use(year) or not subject.in_use(year), (code, year)


@pytest.mark.parametrize("subjects", [FUNCTIONAL, ECONOMIC], ids=["functional", "economic"])
def test_names_are_plain(subjects: Subjects) -> None:
    for subject in subjects.values():
        for name in subject.names():
            assert bare_name(name) == normalise(name), "no enumeration"
            assert name == "".join(name.split()) and not set(name) & set("()\"',;")
        if subject.code.endswith("99") and len(subject.code) > 3:
            assert "其他" in subject.name or subject.name.startswith("用于其他"), subject
        assert folded_name(subject.name) not in map(folded_name, subject.synonyms), subject


def test_items_of_one_section_have_names_of_their_own() -> None:
    for year in (2021, 2022, 2023, 2024):
        names = Counter((parent_of(c), s.name) for c, s in FUNCTIONAL.items() if len(c) == 7 and s.in_use(year))
        assert [name for name, times in names.items() if times > 1] == []


def test_the_year_2022_is_complete_in_every_class() -> None:
    assert [code for code in CLASSES if not items_of(code, 2022)] == []
    assert sum(len(items_of(code, 2022)) for code in CLASSES) > 1000
    # Least counts of the classes in which most units book, from the names that ORDINARY and published tables print.
    for code, least in {"201": 150, "204": 70, "205": 40, "208": 100, "210": 55, "212": 55, "213": 110}.items():
        assert len(items_of(code, 2022)) >= least


def test_sections_in_use_have_items() -> None:
    empty = [
        code
        for code, subject in FUNCTIONAL.items()
        if len(code) == 5 and code[:3] in CLASSES and subject.in_use(2022) and not items_of(code, 2022)
    ]
    assert empty == ["23102", "23202"], "the central government's foreign debt"


@pytest.mark.parametrize(("code", "name"), ORDINARY.items())
def test_ordinary_subjects(code: str, name: str) -> None:
    assert FUNCTIONAL[code].name == name and FUNCTIONAL[code].in_use(2022)


@pytest.mark.parametrize(
    ("code", "used", "unused"),
    [
        ("224", 2019, 2018),  # 机构改革 2018
        ("2082801", 2019, 2018),
        ("20115", 2018, 2019),
        ("2080204", 2018, 2019),
        ("234", 2020, 2019),
        ("2089901", 2020, 2021),
        ("2120814", 2022, 2021),
        ("20139", 2024, 2023),
        ("2010308", 2023, 2024),
    ],
)
def test_years_of_use(code: str, used: int, unused: int) -> None:
    assert FUNCTIONAL[code].in_use(used) and not FUNCTIONAL[code].in_use(unused)


def test_former_names_count_in_their_years_only() -> None:
    health = FUNCTIONAL["210"]
    assert health.known_as("九、医疗卫生与计划生育支出", 2018) and health.known_as("卫生健康支出", 2018)
    assert not health.known_as("医疗卫生与计划生育支出", 2022)
    assert (health.gave_up("医疗卫生与计划生育支出"), health.gave_up("医疗支出")) == (2018, None)


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("20103", " 政府办公厅 (室)及相关机构事务"),
        ("20103", "政府办公厅［室］及相关机构事务"),
        ("2110105", "环境保护法规规划及标准"),
        ("2040506", '"两庭"建设'),
        ("205", "五、教育支出（类）"),
        ("20805", "行政事业单位养老支出(款)"),
        ("213", "农林水"),
        ("2080208", "基层政权和社区建设"),
    ],
)
def test_the_same_name_in_other_dress(code: str, printed: str) -> None:
    assert FUNCTIONAL[code].known_as(printed, 2022)


def test_codes_of_a_name() -> None:
    assert FUNCTIONAL.code_of("小学教育", "2050201", 2022) == "2050202"
    assert FUNCTIONAL.code_of("行政运行", "2040588", 2022) == "2040501", "a sibling"
    assert FUNCTIONAL.code_of("行政运行", "2990101", 2022) is None, "many have that name"
    assert FUNCTIONAL.code_of("社区矫正", "2990101", 2022) == "2040610"
    assert FUNCTIONAL.code_of("信访业务", "2010308", 2022) is None, "not yet in use"
    assert FUNCTIONAL.code_of("其他", "2299999", 2022) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2011,甲,,,,", "不合规定"),
        ("201,,,,,", "不合规定"),
        ("201,甲,,,,\n201,乙,,,,", "重复"),
        ("201,甲,去年,,,", "年度"),
        ("201,甲,2022,2020,,", "年度"),
        ("201,甲,,,乙@旧,", "年度"),
    ],
)
def test_a_malformed_dictionary_is_refused_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "坏.csv").write_text(f"# 来源\ncode,name,since,until,synonyms,source\n{line}\n", "utf-8")
    with pytest.raises(CatalogueError, match=reason) as caught:
        load_subjects("坏", tmp_path)
    assert f"{3 + line.count(chr(10))}" in str(caught.value)


def test_columns_of_a_dictionary(tmp_path: Path) -> None:
    text = "# 来源\n# 说明\ncode,name,since,until,synonyms,source\n20139,社会工作事务,2024,2030,社工事务|群工@2025,P\n"
    (tmp_path / "好.csv").write_text(text, "utf-8")
    assert load_subjects("好", tmp_path) == {
        "20139": Subject("20139", "社会工作事务", 2024, 2030, ("社工事务",), (("群工", 2025),))
    }
