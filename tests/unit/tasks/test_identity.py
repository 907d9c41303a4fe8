"""Whose a file is and of which year: taken as a reader sees it, refused with the true cause, alike in check and run."""

import shutil
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import select

from flows.judgement import judge
from models.database import session_of
from models.errors import SubmissionError
from models.profiles import load_profile
from models.submission import Counterparty, Submission
from models.tables import ProblemRecord, StepState, UnitStep
from tasks.collect.collect import collect_units
from tasks.collect.identity import check_identity, restore_codes
from tasks.collect.prepare import prepare_cycle
from tasks.collect.reading import read_submission
from tasks.collect.text.reader import read_text

PROFILE = load_profile()
EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "example"
TEXT = next((EXAMPLE / "inbox").glob("301002*.txt"))
BOOK = next((EXAMPLE / "inbox").glob("301003*.xlsx"))
NAME = "云岭市医疗保障信息中心"


def says(code: str, year: int = 2022) -> Submission:
    return Submission("甲.xlsx", "", "填报工作簿", PROFILE.code, "", unit_code=code, unit_name="甲中心", year=year)


class TestAgainstTheRegistry:
    def test_a_code_that_lost_its_zeros_is_taken_where_one_unit_is_meant(self) -> None:
        submission = says("30001")
        check_identity(submission, "030001", "甲中心", 2022, ["030001"])
        assert submission.unit_code == "030001"
        (hint,) = submission.problems
        assert (hint.rule, hint.severity) == ("R-代码", "hint")
        assert "前导零被去掉" in hint.message
        assert "文本格式" in hint.message

    @pytest.mark.parametrize(
        ("code", "codes", "words"),
        [
            ("30001", ["030001", "0030001"], "前导零，登记表中有 030001、0030001"),
            ("30002", ["030002"], "单位代码是 30002，不是 030001"),
            ("1030001", [], "单位代码是 1030001，不是 030001"),
        ],
    )
    def test_another_code_is_refused_with_its_cause(self, code: str, codes: list[str], words: str) -> None:
        with pytest.raises(SubmissionError, match=words) as caught:
            check_identity(says(code), "030001", "甲中心", 2022, codes)
        assert caught.value.code == "单位不符"

    def test_another_year_is_refused_one_that_is_not_written_is_the_rules_business(self) -> None:
        check_identity(says("030001", 0), "030001", "甲中心", 2022)
        with pytest.raises(SubmissionError, match="写的是 2021 年度") as caught:
            check_identity(says("030001", 2021), "030001", "甲中心", 2022)
        assert caught.value.code == "年度不符"

    def test_counterparts_get_their_zeros_back(self) -> None:
        submission = says("030001")
        lines = [("30002", ""), ("030003", "30002"), ("99", "")]
        submission.counterparties = [Counterparty("上级补助收入", to, "", "2101599", 1, by) for to, by in lines]
        restore_codes(submission, ["030001", "030002", "030003"])
        found = [(one.counterpart, one.booked_by) for one in submission.counterparties]
        assert found == [("030002", ""), ("030003", "030002"), ("99", "")]


@pytest.mark.parametrize("year", ["２０２２", "二〇二二", "二○二二"])
def test_a_text_may_write_its_year_in_other_digits(tmp_path: Path, year: str) -> None:
    (tmp_path / "甲.txt").write_text(TEXT.read_text("utf-8").replace("2022", year), "utf-8")
    assert read_text(tmp_path / "甲.txt", PROFILE).year == 2022


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A department whose codes begin with a zero, and its empty inbox."""
    header, *rows = (EXAMPLE / "registry.csv").read_text("utf-8-sig").splitlines()
    known = [row.replace("301", "0301", 2) for row in rows if row.startswith(("301,", "301002,", "301003,"))]
    (tmp_path / "registry.csv").write_text("\n".join((header, *known)) + "\n", "utf-8")
    (tmp_path / "inbox").mkdir()
    return tmp_path


def collected(office: Path) -> tuple[dict[str, str], list[str]]:
    """State of every unit that has a file, and the rules of the problems that are stored."""
    url = f"sqlite:///{office / 'j.db'}"
    found = prepare_cycle(url, 2022, str(office / "registry.csv"), office / "inbox", PROFILE.code, (), {})
    report = collect_units(url, found.cycle_id, found.files)
    with session_of(url) as session:
        problems = [problem.rule for problem in session.exec(select(ProblemRecord))]
        taken = session.exec(select(UnitStep).where(UnitStep.step == "collect", UnitStep.state == StepState.DONE)).all()
    assert len(taken) == len(report.done)
    return dict.fromkeys(report.done, "") | report.returned, problems


def test_run_takes_a_code_without_its_zero(office: Path) -> None:
    shutil.copy(BOOK, office / "inbox" / "决算.xlsx")  # the name tells no unit: the cover does
    assert collected(office) == ({"0301003": ""}, ["R-代码"])


def test_check_and_run_agree_on_a_year_that_nobody_can_read(office: Path) -> None:
    book = openpyxl.load_workbook(BOOK)
    book["封面"]["B8"] = "本年"
    book.save(file := office / "inbox" / f"{NAME}.xlsx")
    assert collected(office) == ({"0301003": ""}, ["R-年度", "R-代码"])
    judged = judge(file, read_submission(file, PROFILE), PROFILE)
    (finding,) = [finding for finding in judged.findings if finding.blocks]
    assert (finding.rule, finding.location) == ("R-年度", "封面!B8")
    assert "“本年”" in finding.message


def test_a_text_without_its_year_is_told_by_check_and_taken_by_run(office: Path) -> None:
    words = TEXT.read_text("utf-8").replace("2022", "").replace("2021", "")
    (file := office / "inbox" / "云岭市医疗保险服务中心.txt").write_text(words, "utf-8")
    states, problems = collected(office)
    assert states == {"0301002": ""}
    assert problems.count("R-年度") == 1
    judged = judge(file, read_submission(file, PROFILE), PROFILE)
    assert [finding.rule for finding in judged.findings if finding.rule == "R-年度" and finding.blocks] == ["R-年度"]
