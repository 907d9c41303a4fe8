"""``juesuan demo``: the bundled example, run through the whole annual cycle."""

import argparse
import shutil

from flows.example import EXAMPLE, MARK, YEAR, deviations, expected
from flows.parameters import CycleParameters
from flows.running import run_annual_cycle
from flows.settings import settings, use_database
from models.database import session_of


def run(arguments: argparse.Namespace) -> int:
    """Run the example afresh; 0 when the outcome is the expected one, 2 when it is not."""
    expected()
    out = arguments.out.resolve()
    results = out / "结果"
    print("示例：虚构的云岭市医疗保障局，2022 年度，六个单位（五个已报，一个未报）。", flush=True)
    for old in (results, out / "决算.db", out / "决算.db-wal", out / "决算.db-shm"):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    use_database(f"sqlite:///{out / '决算.db'}")
    parameters = CycleParameters(
        year=YEAR, registry=str(EXAMPLE / "registry.csv"), inbox=str(EXAMPLE / "inbox"), out=str(results),
        mark=MARK,
    )  # fmt: skip
    run_annual_cycle(parameters, home=settings().home)
    from flows.summary import NAMES, cycle_status, find_cycle, status_text

    with session_of(settings().database_url) as session:
        cycle = find_cycle(session, YEAR)
        status = cycle_status(session, cycle)
        wrong = deviations(session, cycle, {unit.code: NAMES[unit.overall] for unit in status.units})
    folder = results / status.folder
    print(status_text(status))
    print(f"\n审核报告：{folder / '审核报告.html'}")
    print(f"部门决算公开（草稿）：{folder / '部门' / status.department / '决算公开.html'}")
    print(f"各单位的审核报告和决算公开（草稿）：{folder / '单位'}")
    print(f"数据库：{out / '决算.db'}")
    if wrong:
        print("\n示例的结果与预期不符：\n" + "\n".join(f"  {line}" for line in wrong))
        return 2
    print("\n示例的结果与预期完全一致：有错的单位被退回，未报的单位被列出，其余单位汇总平衡。")
    return 0
