"""The annual cycle as its plain functions, without Prefect: what tests kill, race and time; and departments of any size."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cycles import EXAMPLE, YEAR, Place

from models.database import session_of
from models.profiles import load_profile
from tasks.aggregate.aggregate import aggregate_departments
from tasks.collect.collect import collect_units, mark_not_collected
from tasks.collect.department import collect_departments
from tasks.collect.prepare import prepare_cycle
from tasks.disclose.disclose import disclose_units
from tasks.disclose.review import write_review
from tasks.score.score import score_units
from tasks.step import units_of
from tasks.validate.validate import validate_units

sys.path.insert(0, str(EXAMPLE))
from build import write_unit
from ledger import GENERAL, Ledger
from units import BASIC, PROJECT, budget

MARK = "示例数据"


@dataclass
class Steps:
    """What one run did: seconds per step, codes that any step worked on, codes that met faults."""

    seconds: dict[str, float] = field(default_factory=dict)
    worked: set[str] = field(default_factory=set)


def run_plain(place: Place, *wanted: str) -> Steps:
    """All steps for the units named (or all) and the departments above, in the order of ``flows.cycle``."""
    steps, url, out = Steps(), place.url, str(place.out)

    def timed(label: str, act: Callable[[], object]) -> object:
        began = time.perf_counter()
        done = act()
        steps.seconds[label] = time.perf_counter() - began
        steps.worked |= set(getattr(done, "done", ()))
        return done

    prepared = timed("准备", lambda: prepare_cycle(
        url, YEAR, str(place.registry), place.inbox, "national-2022", wanted, place.parameters().sources()
    ))  # fmt: skip
    cycle, codes = prepared.cycle_id, list(prepared.codes)  # type: ignore[attr-defined]
    files: Mapping[str, str] = prepared.files  # type: ignore[attr-defined]
    absent = prepared.absent  # type: ignore[attr-defined]
    with session_of(url) as session:
        nodes = [unit.code for unit in units_of(session, cycle) if unit.kind == "部门"]
    timed("收集", lambda: collect_units(url, cycle, {code: files[code] for code in codes if code in files}))
    timed("部门工作簿", lambda: collect_departments(url, cycle, nodes, files, absent))
    timed("未报", lambda: mark_not_collected(url, cycle, {code: absent[code] for code in codes if code in absent}))
    timed("审核", lambda: validate_units(url, cycle, codes, "单位"))
    timed("评分", lambda: score_units(url, cycle, codes))
    timed("汇总", lambda: aggregate_departments(url, cycle, nodes))
    timed("部门审核", lambda: validate_units(url, cycle, nodes, "部门"))
    timed("公开文稿", lambda: disclose_units(url, cycle, [*codes, *nodes], out, MARK))
    timed("审核报告", lambda: write_review(url, cycle, out, MARK))
    return steps


def small_unit(number: int, extra: int = 0) -> Ledger:
    """A consistent unit whose figures differ from every other's; ``extra`` 元 more make a corrected file of it."""
    wages, goods, project = 300_000 + 101 * number + extra, 40_000 + 7 * number, 90_000 + 13 * number
    total, basic = str(wages + goods + project), wages + goods
    return Ledger(
        f"8{number:05d}", f"第{number}服务中心", "公益一类事业单位", "二级预算单位",
        income=[("2101550", GENERAL, basic), ("2101504", GENERAL, project)],
        outlay=[("2101550", BASIC, GENERAL, basic), ("2101504", PROJECT, GENERAL, project)],
        economic={"30101": (wages, wages), "30201": (goods, goods), "30227": (project, 0)},
        stock={"政府采购/合计": project, "政府采购/服务": project},
        supplement={
            ("上年/收入总计", "金额"): total, ("上年/支出总计", "金额"): total,
            **budget({"210": total, "合计": total}, {"210": total, "合计": total}),
            ("概况/主要职责", "内容"): "承担服务工作。", ("概况/机构设置", "内容"): "内设综合科。",
        },
    )  # fmt: skip


def write_small_unit(number: int, inbox: Path, extra: int = 0) -> Path:
    """The unit's workbook in an inbox."""
    ledger, profile = small_unit(number, extra), load_profile()
    return write_unit(ledger, ledger.submission(profile, YEAR), inbox, profile)


def write_department(folder: Path, count: int, absent: tuple[int, ...] = ()) -> tuple[Path, Path]:
    """Registry and inbox of a department of ``count`` units, numbered from 1; those ``absent`` file nothing."""
    inbox, registry = folder / "inbox", folder / "registry.csv"
    inbox.mkdir(parents=True)
    rows = ["单位代码,单位名称,上级代码,单位类型,会计制度,预算级次,报表类型", "8,云岭市综合服务局,,,,,"]
    for number in range(1, count + 1):
        unit = small_unit(number)
        rows.append(f"{unit.code},{unit.name},8,{unit.unit_type},政府会计准则制度,{unit.level},单户表")
        if number not in absent:
            write_small_unit(number, inbox)
    registry.write_text("\n".join(rows) + "\n", "utf-8-sig")
    return registry, inbox
