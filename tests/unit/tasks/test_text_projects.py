"""Performance forms: indicators, funding and its shifted rows, totals, analysis; expected values typed by hand."""

from pathlib import Path

import pytest

from models.errors import SubmissionError
from models.profiles import Profile
from models.submission import FundingLine, Project, Submission
from tasks.collect.text.reader import read_text

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
REAL_NAME = "xinzhou-2022-unit-accounts.txt"

# name, total, (budget, executed, remainder, rate, score) of the total line, score of the source line
PROJECTS = [
    ("离休干部业务经办费", "98", ("15", "15", "0", "100", "10"), "10.00"),
    ("职工及城乡居民医疗保险经费", "93.36", ("30", "16.075", "13.925", "53.58", "5.36"), "5.36"),
    ("慢性病鉴定和医药机构评估费", "93.56", ("5", "2.278", "2.722", "45.57", "4.56"), "4.56"),
    ("信息系统维护及资产购置", "91.97", ("10", "3.969", "6.031", "39.69", "3.97"), "3.97"),
    ("第一书记及驻村工作队员专项经费", "99", ("3.6", "3.6", "0", "100", "10"), "10.00"),
    (
        "市直困难企业职工基本医疗保险和大额医疗费用补助",
        "98.74",
        ("2052", "1999.04", "52.96", "97.42", None),
        "9.74",
    ),
]

# name, year's target, actual, score; points are the same in all six forms
INDICATORS = [
    [
        ("服务人群类别", "≥3类", "≥3类", "20"),
        ("工作效率提升度", "显著提升", "达成预期指标", "9"),
        ("资金支出时效性", "及时支付", "达成预期指标", "10"),
        ("离休干部业务经办成本", "≤15万元", "≤15万元", "10"),
        ("服务能力提升度", "显著提升", "达成预期指标", "14"),
        ("基金运行持续性", "持续运行", "达成预期指标", "15"),
        ("参保对象满意度", "≥92%", "≥95%", "10"),
    ],
    [
        ("城镇职工参保人数", "≥419713人", "≥421043人", "20"),
        ("工作效率提升度", "有效提升", "达成预期指标", "9"),
        ("业务处理及时性", "及时", "达成预期指标", "10"),
        ("项目总成本", "≤30万元", "≤16万元", "10"),
        ("公共服务能力提升度", "有效提升", "达成预期指标", "14"),
        ("基金运行持续性", "持续运行", "达成预期指标", "15"),
        ("参保对象满意度", "≥92%", "≥95%", "10"),
    ],
    [
        ("年度内组织鉴定次数", "≥4次", "≥10次", "20"),
        ("鉴定合格率", "≥95%", "≥100%", "10"),
        ("组织鉴定及时性", "及时组织", "达成预期指标", "9"),
        ("项目总成本", "≤5万元", "≤2.2万元", "10"),
        ("对提高鉴定结果准确率的影响程度", "影响程度较高", "达成预期指标", "15"),
        ("对单位履职的持续影响程度", "影响程度较高", "达成预期指标", "15"),
        ("参保对象满意度", "≥92%", "≥92%", "10"),
    ],
    [
        ("日常维护信息系统数量", "≥5个", "≥5个", "20"),
        ("信息系统日常维护合格率", "≥95%", "≥100%", "10"),
        ("信息系统故障修复响应时间", "及时响应", "达成预期指标", "9"),
        ("项目总成本", "≤10万元", "≤4万元", "10"),
        ("对提高公共服务能力和效率的程度", "显著提升", "达成预期指标", "14"),
        ("对单位职能履行的持续影响程度", "影响程度较高", "达成预期指标", "15"),
        ("服务对象满意度", "≥95%", "≥95%", "10"),
    ],
    [
        ("项目保障人数", "=2人", "=2人", "20"),
        ("对驻村工作队员的关心关爱度", "≥95%", "≥98%", "10"),
        ("补助发放及时性", "≤30工作日", "≤15工作日", "10"),
        ("驻村工作队员补助标准", "=18000元/年", "=18000元/年", "10"),
        ("对驻村干部工作积极性的影响程度", "影响程度较高", "达成预期指标", "14"),
        ("推进乡村振兴的可持续性", "积极落实并推进乡村振兴", "达成预期指标", "15"),
        ("保障对象满意度", "≥95%", "≥98%", "10"),
    ],
    [
        ("保障人次", "≤20100人", "≤19588人", "20"),
        ("资金支出合规率", "=100%", "=100%", "10"),
        ("资金支出时间", "2022年11月30日前", "达成预期指标", "10"),
        ("项目总成本", "≤2052万元", "≤1999.04万元", "10"),
        ("对困难企业参保职工的就医负担减轻程度", "有效减轻", "达成预期指标", "14"),
        ("补助补贴政策为保障人民利益提供保障", "影响程度较高", "达成预期指标", "15"),
        ("保障对象满意度", "≥95%", "≥95%", "10"),
    ],
]
LEVELS = [
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("产出指标", "时效指标"),
    ("产出指标", "成本指标"),
    ("效益指标", "社会效益指标"),
    ("效益指标", "可持续影响指标"),
    ("满意度指标", "服务对象满意度"),
]
POINTS = ["20", "10", "10", "10", "15", "15", "10"]
HEADINGS = [
    "项目实施和预算执行情况",
    "产出情况及分析",
    "效益情况及分析",
    "满意度情况及分析",
    "主要经验做法",
    "项目管理中存在的主要问题及原因分析",
    "下一步改进措施及管理建议",
]


@pytest.fixture(params=["fixture", pytest.param("real", marks=pytest.mark.real_inputs)])
def projects(request: pytest.FixtureRequest, profile: Profile) -> list[Project]:
    real = request.param == "real"
    path = request.getfixturevalue("shared_inputs") / REAL_NAME if real else FIXTURE
    return read_text(path, profile).projects


def test_projects(projects: list[Project]) -> None:
    assert [(p.name, p.total, p.grade, p.family) for p in projects] == [
        (name, total, "优", "F-SX22") for name, total, _, _ in PROJECTS
    ]
    for project in projects:
        assert project.department.endswith("市医疗保障局") and project.unit.endswith("医疗保险服务中心")
        assert project.goal and project.achieved and project.goal != project.achieved


def test_funding(projects: list[Project]) -> None:
    for project, (_, _, figures, source_score) in zip(projects, PROJECTS, strict=True):
        total, source = project.funding
        assert (total.source, source.source) == ("资金总额", "市县区财政资金")
        assert (total.budget, total.executed, total.remainder, total.rate, total.score) == figures
        assert total.declared_budget == total.initial_budget == total.budget
        assert (source.budget, source.executed, source.remainder) == figures[:3]
        assert source.score == source_score


def test_indicators(projects: list[Project]) -> None:
    for project, expected in zip(projects, INDICATORS, strict=True):
        assert [(i.name, i.target, i.actual, i.score) for i in project.indicators] == expected
        assert [(i.level1, i.level2) for i in project.indicators] == LEVELS
        assert [i.points for i in project.indicators] == POINTS
        assert all(i.initial_target == i.target for i in project.indicators)


def test_a_reason_stands_where_points_were_lost(projects: list[Project]) -> None:
    for project in projects:
        assert [i.name for i in project.indicators if i.reason] == [
            i.name for i in project.indicators if i.score != i.points
        ]


def test_analysis_has_canonical_headings(projects: list[Project]) -> None:
    for project in projects:
        assert [heading for heading, _ in project.analysis] == HEADINGS
        assert all(text for _, text in project.analysis)


# -- variations -------------------------------------------------------------------------------------------------------

LINES = FIXTURE.read_text("utf-8").split("\n")
FIRST = next(i for i, line in enumerate(LINES) if line.startswith("离休干部业务经办费项目支出绩效自评表"))


def read_changed(tmp_path: Path, profile: Profile, old: str, new: str) -> Submission:
    lines = list(LINES)
    at = next(i for i in range(FIRST, len(lines)) if old in lines[i])
    lines[at] = lines[at].replace(old, new)
    path = tmp_path / "改.txt"
    path.write_text("\n".join(lines), "utf-8")
    return read_text(path, profile)


def total_of(submission: Submission) -> FundingLine:
    return submission.projects[0].funding[0]


def shifts(submission: Submission) -> int:
    return sum(problem.rule == "R-移位" for problem in submission.problems)


@pytest.mark.parametrize(
    ("printed", "budget", "executed", "remainder"),
    [
        ("15\t15\t15\t14\t0\t100\t10", "15", "14", "0"),
        ("15\t15\t15\t\t15\t0\t0", "15", None, "15"),
        ("15\t15\t15\t15\t\t100\t10", "15", "15", None),
        ("\t\t15\t15\t0\t100\t10", "15", "15", "0"),
    ],
    ids=["wrong-remainder", "nothing-executed", "no-remainder", "no-initial-budget"],
)
def test_lines_that_are_not_shifted_stay_where_they_are(
    tmp_path: Path, profile: Profile, printed: str, budget: str, executed: str | None, remainder: str | None
) -> None:
    submission = read_changed(tmp_path, profile, "资金总额:\t\t15\t15\t15\t15\t0\t100\t10", f"资金总额:\t\t{printed}")
    total = total_of(submission)
    assert (total.budget, total.executed, total.remainder) == (budget, executed, remainder)
    assert shifts(submission) == 2, "only the two lines of the last form"


def test_a_whole_line_out_of_place_is_told(tmp_path: Path, profile: Profile) -> None:
    old = "资金总额:\t\t15\t15\t15\t15\t0\t100\t10"
    submission = read_changed(tmp_path, profile, old, "资金总额:\t15\t15\t15\t13\t2\t86.67\t8.67")
    total = total_of(submission)
    assert (total.declared_budget, total.executed, total.remainder, total.rate) == ("15", "13", "2", "86.67")
    assert shifts(submission) == 3


def test_words_in_a_figure_are_told(tmp_path: Path, profile: Profile) -> None:
    submission = read_changed(tmp_path, profile, "≥3类\t20\t20", "≥3类\t20\t二十")
    [problem] = [p for p in submission.problems if p.rule == "R-金额"]
    assert problem.severity == "mandatory" and "服务人群类别" in problem.message and "得分" in problem.message
    assert submission.projects[0].indicators[0].score is None


def test_total_that_is_missing_is_told(tmp_path: Path, profile: Profile) -> None:
    submission = read_changed(tmp_path, profile, "总分\t\t\t\t\t\t\t98\t优", "总分\t\t\t\t\t\t\t\t优")
    assert submission.projects[0].total is None and submission.projects[0].grade == "优"
    assert [p.row for p in submission.problems if p.rule == "R-金额"] == ["总分"]
    assert [heading for heading, _ in submission.projects[0].analysis] == HEADINGS


def test_the_same_project_twice(tmp_path: Path, profile: Profile) -> None:
    second = LINES[FIRST : FIRST + 30]
    path = tmp_path / "双.txt"
    path.write_text("\n".join([*LINES, *second]), "utf-8")
    submission = read_text(path, profile)
    assert [p.row for p in submission.problems if p.rule == "R-重复"] == ["离休干部业务经办费"]


def test_indicator_columns_in_another_order(tmp_path: Path, profile: Profile) -> None:
    """Points after score: columns are found by their titles."""
    lines = list(LINES)
    header = next(i for i in range(FIRST, len(lines)) if "三级指标" in lines[i])
    for at in range(header, header + 7):
        cells = lines[at].split("\t")
        cells[7], cells[8] = cells[8], cells[7]
        lines[at] = "\t".join(cells)
    path = tmp_path / "换列.txt"
    path.write_text("\n".join(lines), "utf-8")
    indicators = read_text(path, profile).projects[0].indicators
    assert [(i.points, i.score) for i in indicators[:2]] == [("20", "20"), ("10", "9")]


def test_a_form_of_another_family_is_not_misread(tmp_path: Path, profile: Profile) -> None:
    """Its column 自评得分 is not ours: the form is told as unread, the others are read."""
    submission = read_changed(tmp_path, profile, "分值\t得分\t偏差原因", "分值\t自评得分\t偏差原因")
    assert len(submission.projects) == 5
    [problem] = [p for p in submission.problems if p.rule == "R-列"]
    assert problem.severity == "mandatory" and "得分" in problem.message


@pytest.mark.real_inputs
@pytest.mark.parametrize(
    "name", ["xinzhou-2021-project-report.txt", "yiyang-2023-project-report.txt", "junshan-2022-project-report.txt"]
)
def test_reports_of_other_families_are_refused(shared_inputs: Path, profile: Profile, name: str) -> None:
    with pytest.raises(SubmissionError, match="没有认出"):
        read_text(shared_inputs / name, profile)


def test_a_form_cut_off_keeps_what_was_read(tmp_path: Path, profile: Profile) -> None:
    path = tmp_path / "截断.txt"
    path.write_text("\n".join(LINES[: FIRST + 9]), "utf-8")
    submission = read_text(path, profile)
    assert total_of(submission).budget == "15"
    assert [p.row for p in submission.problems if p.form == "自评表"] == ["绩效指标"]
