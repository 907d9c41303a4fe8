"""What a run is told to do: refused in Chinese before anything starts."""

from pathlib import Path

import pytest

from flows.parameters import CycleParameters
from flows.settings import settings
from models.errors import JuesuanError, UsageError

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "example"


def parameters(out: Path, **other: object) -> CycleParameters:
    return CycleParameters.of(
        **{"year": 2022, "registry": str(EXAMPLE / "registry.csv"), "inbox": str(EXAMPLE / "inbox"), "out": str(out)}
        | other
    )


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUESUAN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("JUESUAN_DATABASE", raising=False)
    settings.cache_clear()


def test_what_fits_passes_and_zero_is_last_year(tmp_path: Path) -> None:
    assert parameters(tmp_path / "out").check().department.code == "301"
    assert parameters(tmp_path / "out", year=0).year == settings().today.year - 1


@pytest.mark.parametrize("year", [22, 1989, 2100])
def test_a_year_that_cannot_have_accounts(tmp_path: Path, year: int) -> None:
    with pytest.raises(UsageError, match=f"年度“{year}”不对"):
        parameters(tmp_path / "out", year=year).check()


@pytest.mark.parametrize(("name", "value"), [("year", -5), ("year", "今年"), ("units", "301001"), ("registry", 7)])
def test_a_value_of_the_wrong_kind_is_named_as_the_form_names_it(tmp_path: Path, name: str, value: object) -> None:
    title = {"year": "年度", "units": "单位代码", "registry": "单位登记表"}[name]
    with pytest.raises(UsageError, match=f"“{title}”填写有误"):
        parameters(tmp_path / "out", **{name: value})


def test_results_that_cannot_be_written_are_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"结果文件夹“.*”不能写入：路径中有一段不是文件夹"):
        parameters(tmp_path / "file" / "out").check()


def test_paths_may_be_pasted_with_quotes(tmp_path: Path) -> None:
    quoted = parameters(tmp_path / "out", registry=f' "{EXAMPLE / "registry.csv"}" ')
    assert quoted.registry == str(EXAMPLE / "registry.csv")
    with pytest.raises(UsageError, match="没有指定收件夹"):
        parameters(tmp_path / "out", inbox=" ").check()


def test_a_registry_that_is_not_there_is_told_with_its_whole_path(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=f"单位登记表“{tmp_path}/无.csv”打不开：文件或文件夹不存在"):
        parameters(tmp_path / "out", registry=str(tmp_path / "无.csv")).check()


@pytest.mark.parametrize("inbox", ["http://[", "//[x", "ftp://a/b", "x" * 10_000, "/tmp/" + "x" * 10_000, "a\0b"])
def test_an_inbox_that_is_no_folder_is_told_in_one_sentence(tmp_path: Path, inbox: str) -> None:
    with pytest.raises(UsageError, match="收件") as caught:
        parameters(tmp_path / "out", inbox=inbox).check()
    assert len(str(caught.value)) < 350


@pytest.mark.parametrize("name", ["out", "registry"])
@pytest.mark.parametrize("path", ["x" * 10_000, "a\0b"])
def test_paths_that_none_can_be_are_told_in_one_sentence(tmp_path: Path, name: str, path: str) -> None:
    with pytest.raises(JuesuanError) as caught:
        CycleParameters.of(**parameters(tmp_path / "out").for_flow() | {name: path}).check()
    assert len(str(caught.value)) < 350
