"""Whatever lies in the inbox or registry: a clear Chinese message, stored, and the other units go on."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cycles import EXAMPLE, Place, command, run_flow, state_of, status_of
from openpyxl import load_workbook
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort
from sqlmodel import select

from models.database import session_of
from models.errors import JuesuanError, UsageError
from models.tables import Cycle, Receipt

pytestmark = pytest.mark.prefect

HEADER = "单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型"
GOOD = next((EXAMPLE / "inbox").glob("301004*"))
TEXT = next((EXAMPLE / "inbox").glob("301002*"))


def unit_file(inbox: Path, code: str, name: str, **edits: object) -> Path:
    """A copy of a good workbook for another unit, with some cells changed (``公开01!C7``: value)."""
    path = inbox / f"{code}_{name}.xlsx"
    book = load_workbook(GOOD)
    cover = book["封面"]
    for row in cover.iter_rows():
        if row[0].value == "单位代码":
            row[1].value = code
        if row[0].value == "单位名称":
            row[1].value = name
        if row[0].value == "年度" and "year" in edits:
            row[1].value = edits["year"]
    del book["往来明细"]  # it names units of another department
    book["说明"]["B6"], book["说明"]["F6"] = "N-未列明", "上缴本部门以外的上级单位"
    for address, value in edits.items():
        if "!" in address:
            sheet, cell = address.split("!")
            book[sheet][cell] = value
    if missing := edits.get("without"):
        del book[str(missing)]
    book.save(path)
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("bad")
    inbox = folder / "inbox"
    inbox.mkdir()
    registry = folder / "registry.csv"
    rows = [
        "9,坏消息局,,,,,",
        *(f"9{n:02d},{name},9,公益二类事业单位,,," for n, name in enumerate(
            ("好单位", "错年度", "读不了", "缺表单位", "乱写金额", "两份文件", "未报单位", "涉密单位", "错名单位"), start=1
        )),
        "910,登记两次,9,,,,",
        "910,登记两次,9,行政单位,,,",
        "911,循环甲,912,,,,",
        "912,循环乙,911,,,,",
        "913,无上级,999,,,,",
    ]  # fmt: skip
    registry.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8-sig")
    unit_file(inbox, "901", "好单位")
    unit_file(inbox, "902", "错年度", year="2021")
    (inbox / "903_读不了.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    unit_file(inbox, "904", "缺表单位", without="公开05")
    unit_file(inbox, "905", "乱写金额", **{"公开01!C12": "叁佰万"})
    shutil.copy(unit_file(inbox, "906", "两份文件"), inbox / "906_两份文件(修改).xlsx")
    unit_file(inbox, "906", "两份文件", **{"公开01!C12": 3000001})
    (inbox / "908_涉密单位（秘密）.xlsx").write_bytes(GOOD.read_bytes())
    shutil.copy(unit_file(inbox, "999", "陌生单位"), inbox / "陌生来件.xlsx")
    (inbox / "999_陌生单位.xlsx").unlink()
    shutil.copy(GOOD, inbox / "909_错名单位.xlsx")
    (inbox / "旧文件").mkdir()
    (inbox / "照片.jpg").write_bytes(b"\xff\xd8\xff")
    for code, name in (("910", "登记两次"), ("911", "循环甲"), ("913", "无上级")):
        unit_file(inbox, code, name)
    place = Place(f"sqlite:///{folder / 'j.db'}", folder / "out", registry, inbox)
    assert run_flow(place)[0] == "有待处理单位"
    return place


EXPECTED = {
    "901": ("完成", ""),
    "902": ("退回", "2021 年度"),
    "903": ("退回", "903_读不了.xlsx"),
    "904": ("退回", "公开05"),
    "905": ("退回", "叁佰万"),
    "906": ("退回", "2 个文件，内容不一致"),
    "907": ("未报送", "尚未报送"),
    "908": ("退回", "涉密"),
    "909": ("退回", "301004"),
    "910": ("退回", "重复"),
    "911": ("退回", "循环"),
    "912": ("退回", "循环"),
    "913": ("退回", "999"),
}


@pytest.mark.parametrize("code", sorted(EXPECTED))
def test_each_unit_is_told_what_is_wrong(place: Place, code: str) -> None:
    state, words = EXPECTED[code]
    unit = next(unit for unit in status_of(place).units if unit.code == code)
    assert unit.overall.value == state
    assert words in unit.trouble
    assert not re.search(r"Traceback|Error|Exception", unit.trouble)


def test_files_of_nobody_are_told_and_stored(place: Place) -> None:
    refused = {one.file: one.message for one in status_of(place).refused}
    assert "不在单位登记表中" in refused["陌生来件.xlsx"]
    assert "照片.jpg" in refused
    assert "registry.csv" in refused and "重复" in refused["registry.csv"]
    with session_of(place.url) as session:
        codes = {row.file: row.code for row in session.exec(select(Receipt).where(Receipt.outcome == "退回"))}
    with get_client(sync_client=True) as client:
        pages = {
            page.type: str(json.loads(page.data) if page.type == "table" else page.data)
            for key in ("cycle-2022-9", "cycle-2022-9-units")
            for page in client.read_artifacts(
                artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])), sort=ArtifactSort.ID_DESC, limit=1
            )
        }
    for kind in ("markdown", "table"):
        for words in ("陌生来件", "照片", "旧文件", "registry"):
            assert words in pages[kind], (kind, words)
    assert codes["陌生来件.xlsx"] == "未知单位"
    assert codes["902_错年度.xlsx"] == "年度不符"
    assert codes["906_两份文件.xlsx"] == "重复报送"


def test_nothing_of_a_secret_file_is_stored(place: Place) -> None:
    with session_of(place.url) as session:
        receipt = session.exec(select(Receipt).where(Receipt.code == "涉密")).one()
    assert receipt.sha256 == "" and receipt.unit_code == "908"


def test_the_good_unit_went_through(place: Place) -> None:
    assert (place.out / "2022-9" / "单位" / "901" / "决算公开.html").is_file()
    assert not (place.out / "2022-9" / "单位" / "905" / "决算公开.html").exists()


def test_an_empty_inbox_leaves_every_unit_missing(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", inbox=tmp_path / "inbox")
    assert run_flow(place)[0] == "有待处理单位"
    states = {unit.code: unit.overall.value for unit in status_of(place).units if unit.kind == "单位"}
    assert set(states.values()) == {"未报送"} and len(states) == 6
    assert "尚未报送" in (place.results / "审核报告.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("registry", "words"),
    [
        ("", "空"),
        (HEADER + "\n1,甲局,,,,,\n2,乙局,,,,,\n", "只能有一个部门"),
        (HEADER + "\n1,甲,2,,,,\n2,乙,1,,,,\n", "主管部门"),
        ("代码,名称\n1,甲\n", "单位代码"),
    ],
)
def test_a_registry_without_one_department_stops_the_run_with_a_sentence(
    tmp_path: Path, registry: str, words: str
) -> None:
    (tmp_path / "r.csv").write_text(registry, "utf-8")
    (tmp_path / "inbox").mkdir()
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", tmp_path / "r.csv", tmp_path / "inbox")
    with pytest.raises(JuesuanError, match=words):
        run_flow(place)


def test_commands_never_show_a_traceback(tmp_path: Path) -> None:
    for arguments in (
        ["run", "--year", "2022", "--registry", "没有.csv", "--inbox", str(tmp_path), "--out", str(tmp_path / "o"),
         "--database", f"sqlite:///{tmp_path / 'j.db'}"],
        ["status", "--year", "1999", "--database", f"sqlite:///{tmp_path / 's.db'}"],
        ["check", "没有.xlsx"],
        ["check", "--profile", "火星", str(TEXT)],
        ["template", "--unit", "1", "--registry", "没有.csv", "-o", str(tmp_path / "t.xlsx")],
    ):  # fmt: skip
        process = command(*arguments, home=tmp_path / "home")
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 2, output
        assert "Traceback" not in output and re.search(r"[一-鿿]", output), output


def test_a_year_that_no_file_is_of_stops_the_run_and_returns_nobody(tmp_path: Path) -> None:
    """Who leaves the year blank means last year: one sentence, not a failed run for each unit."""
    place = Place(f"sqlite:///{tmp_path / 'j.db'}", tmp_path / "out", year=2021)
    with pytest.raises(
        UsageError, match=r"5 户的文件都不是 2021 年度的，例如.*写的是 2022 年度.*核对本次运行填写的年度"
    ):
        run_flow(place)
    with session_of(place.url) as session:
        assert session.exec(select(Cycle)).all() == [], "no year is begun by a slip of the finger"
    # Next year's files by mistake, then the right ones again: nothing of the mistake stays behind.
    (registry := tmp_path / "registry.csv").write_text(
        f"{HEADER}\n8,好消息局,,,,,\n801,甲,8,,,,\n802,乙,8,,,,\n", "utf-8"
    )
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    for inbox, year in ((right, 2022), (wrong, 2023)):
        inbox.mkdir()
        for code, name in (("801", "甲"), ("802", "乙")):
            unit_file(inbox, code, name, year=str(year))
    place = Place(place.url, tmp_path / "out", registry, right)
    assert run_flow(place) == ("Completed", True)
    before = state_of(place)
    with pytest.raises(UsageError, match="2 户的文件都不是 2022 年度的"):
        run_flow(replace(place, inbox=wrong))
    assert state_of(place) == before
    assert run_flow(place) == ("Completed", False) and state_of(place) == before
