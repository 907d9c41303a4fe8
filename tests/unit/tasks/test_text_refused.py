"""What cannot or must not be read is refused with a Chinese sentence, and nothing else ever escapes."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import SubmissionError
from models.profiles import Profile
from models.submission import Submission
from tasks.collect.extract import extract_json
from tasks.collect.text.reader import read_text

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "text" / "云岭市医疗保险服务中心2022.txt"
TEXT = FIXTURE.read_text("utf-8")
LINES = TEXT.split("\n")


def refused(path: Path, profile: Profile) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        read_text(path, profile)
    assert path.name in str(caught.value) and str(path.parent) not in str(caught.value)
    return caught.value


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "报.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空"),
        (b" \n\t\n\n", "空"),
        (b"\xff\xfe\x00\x01", "NUL"),
        ("收入".encode("utf-16"), ""),
        (b"\xff\xff\xff\xff" * 50, "编码"),
        ("没有任何表的一段话。\n".encode(), "没有认出"),
        ("一、收入支出决算总表.....\t2\n二、收入决算表\n三、支出决算表\n".encode(), "没有认出"),
        (b"\n" * 60_000 + TEXT.encode(), "行"),
        (("\t" * 600).encode() + TEXT.encode(), "单元格"),
    ],
)
def test_unreadable(tmp_path: Path, profile: Profile, data: bytes, word: str) -> None:
    assert word in refused(written(tmp_path, data), profile).reason


def test_nul_within_a_good_document(tmp_path: Path, profile: Profile) -> None:
    assert "NUL" in str(refused(written(tmp_path, TEXT.encode() + b"\0"), profile))


def test_too_large(tmp_path: Path, profile: Profile) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as stream:
        stream.truncate(20 * 1024 * 1024 + 1)
    assert "20 MB" in str(refused(path, profile))


def test_missing_file_and_folder(tmp_path: Path, profile: Profile) -> None:
    assert "找不到" in str(refused(tmp_path / "无.txt", profile))
    assert "文件夹" in str(refused(tmp_path, profile))


# -- state secrets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "marking",
    ["秘密★", "机密 ★ 1年", "绝密★长期", "密级：秘密", "密级: 机密★10年", "【秘密】", "涉密", "涉密文件", "秘密", "机密级",
     "秘密★\t\t2022", "保密等级：机密", "是否涉密：是"],
)  # fmt: skip
def test_marked_secret(tmp_path: Path, profile: Profile, marking: str) -> None:
    error = refused(written(tmp_path, f"{marking}\n{TEXT}".encode()), profile)
    assert error.code == "涉密"
    assert "24416856" not in str(error) and "云岭" not in str(error)


def test_marked_secret_in_an_attachment(tmp_path: Path, profile: Profile) -> None:
    assert refused(written(tmp_path, f"{TEXT}\n秘密★5年\n".encode()), profile).code == "涉密"


@pytest.mark.parametrize(
    "harmless", ["密级：公开", "密级：非密", "涉密项目除外。", "本单位不涉密", "是否涉密：否", "保密审查：已审"]
)
def test_not_marked(tmp_path: Path, profile: Profile, harmless: str) -> None:
    assert not read_text(written(tmp_path, f"{harmless}\n{TEXT}".encode()), profile).classified


# -- anything at all --------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["", "\t", "24416856.18", "——", "-1", "NaN", "²", "٣", "合计", "栏次", "项目", "收入", "\x0b", "\x85", "\u2028", "表",
     "99999999999999999999999", "{{7*7}}", "<b>", "说明：本表无数据", "一、", "三级指标", "总分", "资金总额", "全年预算数", "年度目标",
     "目标申报数\t预算编制数", "收入决算表", "公开11表", "第三部分 情况说明", "208", "０８", "\ud7ff", "，" * 50, "“", "1,2,3", "实际完成情况"]
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_documents_are_read_or_refused(tmp_path: Path, profile: Profile, data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 25))):
        at = data.draw(st.integers(0, len(lines) - 1))
        act = data.draw(st.sampled_from(["cell", "drop", "double", "cut", "piece", "shift", "merge"]))
        cells = lines[at].split("\t")
        if act == "cell":
            cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(PIECES | st.text(max_size=12))
            lines[at] = "\t".join(cells)
        elif act == "drop":
            del lines[at]
        elif act == "double":
            lines.insert(at, lines[at])
        elif act == "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        elif act == "piece":
            lines.insert(at, data.draw(PIECES))
        elif act == "shift":
            lines[at] = "\t" + lines[at]
        else:
            lines[at] = "\t".join(cell for cell in cells if cell)
    take(written(tmp_path, "\n".join(lines).encode("utf-8", "replace")), profile)


def test_shuffled_lines_and_bytes(tmp_path: Path, profile: Profile) -> None:
    dice = random.Random(2022)
    for _ in range(12):
        shuffled = list(LINES)
        dice.shuffle(shuffled)
        take(written(tmp_path, "\n".join(shuffled).encode()), profile)
        garbled = bytearray(TEXT.encode("gbk", "replace"))
        for _ in range(300):
            garbled[dice.randrange(len(garbled))] = dice.randrange(1, 256)
        take(written(tmp_path, bytes(garbled)), profile)


def take(path: Path, profile: Profile) -> None:
    """Read, and hold what came out to the shape that everyone relies on."""
    try:
        submission: Submission = read_text(path, profile)
    except SubmissionError:
        return
    addresses = [(cell.form, cell.row, cell.column) for cell in submission.cells]
    assert len(addresses) == len(set(addresses))
    for cell in submission.cells:
        assert (cell.amount is None) != (cell.text is None)
        profile.forms[cell.form].kind_of(cell.row, cell.column)
    assert all(problem.severity in ("mandatory", "verifiable", "hint") for problem in submission.problems)
    extract_json(submission, profile)
