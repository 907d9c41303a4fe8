"""The unit registry: what a good one says, and what is told of a bad one."""

from pathlib import Path

import pytest

from models.errors import RegistryError
from tasks.collect.registry import read_registry

HEADER = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型"
GOOD = [
    "101,某市某局,,,,,",
    "101001,某市某局本级,101,行政单位,政府会计准则制度,一级预算单位,单户表",
    "102,直属分局,101,,,,",
    "102001,信息中心,102,公益一类事业单位,政府会计准则制度,三级预算单位,",
    "101009,调整,101,,,,调整表",
]


def write(tmp_path: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    file = tmp_path / "单位.csv"
    file.write_text("\n".join(lines) + "\n", encoding)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_tree_is_read_in_file_order(tmp_path: Path, encoding: str) -> None:
    registry = read_registry(write(tmp_path, [HEADER, *GOOD], encoding))
    assert registry.department.code == "101"
    assert [unit.code for unit in registry.units] == ["101", "101001", "102", "102001", "101009"]
    assert [unit.kind for unit in registry.units] == ["部门", "单位", "部门", "单位", "单位"]
    assert [unit.code for unit in registry.filing_units] == ["101001", "102001", "101009"]
    assert [unit.code for unit in registry.children("101")] == ["101001", "102", "101009"]
    assert registry.children("102001") == ()
    assert registry.is_leaf("102001")
    assert not registry.is_leaf("102")
    assert registry.by_code["102001"].name == "信息中心"
    assert registry.by_code["102001"].report_type == "单户表"
    assert registry.by_code["101009"].report_type == "调整表"
    assert registry.by_code["102001"].line == 5


def test_columns_in_any_order_further_columns_and_blank_lines(tmp_path: Path) -> None:
    lines = ["备注,上级代码,单位名称,单位代码,报表类型,预算级次,会计制度,单位类型", "", ",,某局,1,,,,",
             '"两\n行",1,本级, 1-01 ,,,,', ",,,,,,,"]  # fmt: skip
    registry = read_registry(write(tmp_path, lines))
    assert [(unit.code, unit.name, unit.parent_code) for unit in registry.units] == [
        ("1", "某局", None),
        ("1-01", "本级", "1"),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEADER, GOOD[0], GOOD[1], "101001,另一个,101,,,,"], r"第 4 行：单位代码“101001”与第 3 行重复"),
        ([HEADER, GOOD[0], GOOD[1], "101002,某市某局本级,101,,,,"], r"第 4 行：单位名称“某市某局本级”与第 3 行重复"),
        ([HEADER, GOOD[0], "101001,本级,999,,,,"], r"第 3 行：上级代码“999”在表中没有"),
        ([HEADER, GOOD[0], "1,甲,2,,,,", "2,乙,1,,,,"], r"第 3 行：上下级关系成了循环：1 → 2 → 1"),
        ([HEADER, GOOD[0], "1,甲,1,,,,"], r"循环：1 → 1"),
        ([HEADER, "1,甲,2,,,,", "2,乙,1,,,,"], r"没有主管部门"),
        ([HEADER, GOOD[0], GOOD[1], "2,乙,,,,,"], r"第 4 行：上级代码为空，但第 2 行已是部门"),
        ([HEADER, GOOD[0]], r"没有任何填报单位"),
        ([HEADER], r"没有主管部门"),
        ([], r"是空的"),
        ([HEADER, GOOD[0], ",乙,101,,,,"], r"第 3 行：单位代码是空的"),
        ([HEADER, GOOD[0], "2,,101,,,,"], r"第 3 行：单位名称是空的"),
        ([HEADER, GOOD[0], "../../etc,乙,101,,,,"], r"第 3 行：单位代码“../../etc”只能由"),
        ([HEADER, GOOD[0], '2,"乙\n丙",101,,,,'], r"第 3 行：单位名称过长.*不可见字符"),
        ([HEADER, GOOD[0], "2,乙,101,行政,,,"], r"第 3 行：单位类型“行政”不在可选范围内。可选：行政单位、"),
        ([HEADER, GOOD[0], "2,乙,101,,,,单户"], r"第 3 行：报表类型“单户”不在可选范围内"),
        (["单位代码,单位名称,单位类型,会计制度,预算级次", "1,甲"], r"第 1 行：表头缺少“上级代码”“报表类型”"),
        ([HEADER + ",单位代码", GOOD[0]], r"“单位代码”出现了两次"),
        ([HEADER, GOOD[0], "2,乙,101"], r"第 3 行：有 3 列，表头有 7 列"),
        ([HEADER, GOOD[0], "2,乙,101,,,,,多"], r"第 3 行：有 8 列，表头有 7 列"),
        ([HEADER, GOOD[0], '2,"乙,101,,,,'], r"第 3 行：不是规范的 CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(RegistryError, match=said) as caught:
        read_registry(write(tmp_path, lines))
    assert "《单位.csv》" in str(caught.value)


def test_spaces_of_any_kind_belong_to_a_name(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text("\n".join([HEADER, "101,某市\u3000某局,,,,,", "101001,本级\u00a0（一）\u3000,101,,,,"]), "utf-8")
    assert [unit.name for unit in read_registry(file).units] == ["某市\u3000某局", "本级\u00a0（一）"]


def test_a_lenient_reading_holds_back_only_the_unit(tmp_path: Path) -> None:
    lines = [HEADER, GOOD[0], "2,乙,101,行政,,,单户", "3,丙,101,,,,"]
    registry = read_registry(write(tmp_path, lines), strict=False)
    assert list(registry.faults) == ["2"]
    assert "第 3 行：单位类型“行政”不在可选范围内" in registry.faults["2"]
    assert "报表类型“单户”" in registry.faults["2"]
    assert (registry.by_code["2"].unit_type, registry.by_code["2"].report_type) == ("", "单户表")
    registry = read_registry(write(tmp_path, [HEADER, "101,某局,,行政,,,", *lines[3:]]), strict=False)
    assert "第 2 行：单位类型“行政”" in registry.faults["101"]


@pytest.mark.parametrize(
    ("rows", "fault", "words"),
    [
        (["2,乙,101,,,,", "2,乙,101,,,,"], "2", "单位代码“2”与第 3 行重复"),
        (["2,乙,101,,,,", "3,乙,101,,,,"], "3", "单位名称“乙”与第 3 行重复"),
        (["2,乙,9,,,,"], "2", "上级代码“9”"),
        (["2,乙,3,,,,", "3,丙,2,,,,"], "2", "2 → 3 → 2"),
        (["2,乙,2,,,,"], "2", "2 → 2"),
    ],
)
def test_a_lenient_reading_hangs_contradictions_below_the_department(
    tmp_path: Path, rows: list[str], fault: str, words: str
) -> None:
    registry = read_registry(write(tmp_path, [HEADER, GOOD[0], *rows, "7,庚,101,,,,"]), strict=False)
    assert words in registry.faults[fault]
    assert registry.by_code[fault].parent_code == "101" and registry.files(fault)
    assert "7" not in registry.faults and registry.files("7")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04....", "另存为 CSV"),
        ("单位代码,单位名称".encode("utf-16"), "文字编码无法识别"),
        (b"\xff\xff\xff\x80", "文字编码无法识别"),
        (b"\0\0\0", "文字编码无法识别"),
    ],
)
def test_files_that_are_no_text_are_told(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "单位.csv"
    file.write_bytes(content)
    with pytest.raises(RegistryError, match=said):
        read_registry(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="打不开"):
        read_registry(tmp_path / "没有.csv")
