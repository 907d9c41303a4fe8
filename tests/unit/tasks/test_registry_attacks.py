"""Registries made to hang or to mislead: each is told at once."""

import os
import time
from pathlib import Path

import pytest

from models.errors import RegistryError
from models.profiles import load_profile
from tasks.collect.registry import read_registry
from tasks.collect.registry_tree import MAX_LEVELS, circles_of, too_deep

PROFILE = load_profile()
HEADER = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型"
TOP = ["9,部门,,,,,", "8,好单位,9,,,,"]


def written(tmp_path: Path, rows: list[str]) -> Path:
    path = tmp_path / "登记表.csv"
    path.write_text("\n".join([HEADER, *TOP, *rows]), "utf-8")
    return path


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([f"c{at},甲{at},c{(at + 1) % 3000},,,," for at in range(3000)], "循环"),
        ([f"c{at},甲{at},{f'c{at - 1}' if at else '9'},,,," for at in range(3000)], "级"),
    ],
    ids=["circle", "chain"],
)
def test_long_circles_and_chains_are_told_at_once(tmp_path: Path, rows: list[str], words: str, strict: bool) -> None:
    path = written(tmp_path, rows)
    started = time.perf_counter()
    if strict:
        with pytest.raises(RegistryError, match=words) as caught:
            read_registry(path, PROFILE)
        assert len(str(caught.value)) < 300
    else:
        registry = read_registry(path, PROFILE, strict=False)
        assert registry.files("8") and words in next(iter(registry.faults.values()))
        assert max(len(told) for told in registry.faults.values()) < 300
    assert time.perf_counter() - started < 10


def test_a_chain_of_some_levels_is_none_too_long(tmp_path: Path) -> None:
    rows = [f"c{at},甲{at},{f'c{at - 1}' if at else '9'},,,," for at in range(MAX_LEVELS)]
    assert not read_registry(written(tmp_path, rows), PROFILE).faults


def test_time_grows_with_the_rows_alone() -> None:
    many = 100_000
    started = time.perf_counter()
    assert len(circles_of({f"{at}": f"{(at + 1) % many}" for at in range(many)})) == many
    assert len(too_deep({f"{at}": f"{at - 1}" if at else "" for at in range(many)})) == many - MAX_LEVELS - 1
    assert time.perf_counter() - started < 20


def test_a_tail_that_leads_into_a_circle_is_in_no_circle() -> None:
    assert circles_of({"a": "b", "b": "c", "c": "b", "d": ""}) == {"b": "b → c → b", "c": "c → b → c"}


@pytest.mark.parametrize("code", ["con", "NUL", "Com1", "lpt9", "aux", "PRN"])
def test_names_that_no_folder_may_have(tmp_path: Path, code: str) -> None:
    with pytest.raises(RegistryError, match="保留名称"):
        read_registry(written(tmp_path, [f"{code},甲,9,,,,"]), PROFILE, strict=False)


@pytest.mark.parametrize("code", ["a.", "a/b", "..", "a b"])
def test_codes_that_would_lead_elsewhere(tmp_path: Path, code: str) -> None:
    with pytest.raises(RegistryError, match="只能由"):
        read_registry(written(tmp_path, [f"{code},甲,9,,,,"]), PROFILE, strict=False)


def test_codes_that_differ_in_case_only(tmp_path: Path) -> None:
    path = written(tmp_path, ["ab1,甲,9,,,,", "AB1,乙,9,,,,"])
    with pytest.raises(RegistryError, match="大小写"):
        read_registry(path, PROFILE)
    registry = read_registry(path, PROFILE, strict=False)
    assert "大小写" in registry.faults["ab1"] and registry.files("8") and not registry.files("AB1")


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管道.csv")
    for path in (tmp_path / "管道.csv", Path("/dev/zero"), tmp_path):
        with pytest.raises(RegistryError, match="打不开"):
            read_registry(path, PROFILE)


def test_a_registry_without_end_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "大.csv"
    with path.open("wb") as stream:
        stream.truncate(20 * 2**30)
    started = time.perf_counter()
    with pytest.raises(RegistryError, match="超过 64 MB"):
        read_registry(path, PROFILE)
    assert time.perf_counter() - started < 2
