"""``juesuan template``: the workbook that a unit fills."""

import argparse
from pathlib import Path

from models.clipping import clipped
from models.errors import UsageError, reason_of
from models.profiles import load_profile
from reports.workbook import CoverInfo, write_workbook
from tasks.collect.registry import read_registry


def run(arguments: argparse.Namespace) -> int:
    """Write the blank workbook, its cover filled from the registry when one is given."""
    profile = load_profile(arguments.profile)
    year = arguments.year or profile.year
    cover = CoverInfo(
        code=arguments.unit, name="", year=year, unit_type="", accounting="", level="", report_type="单户表"
    )
    if arguments.registry is not None:
        node = read_registry(arguments.registry, profile).by_code.get(arguments.unit)
        if node is None:
            raise UsageError(f"登记表 {arguments.registry.name} 中没有单位 {arguments.unit}。")
        cover = CoverInfo(
            code=node.code, name=node.name, year=year, unit_type=node.unit_type, accounting=node.accounting,
            level=node.level, report_type=node.report_type,
        )  # fmt: skip
    output: Path = arguments.output
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab"):  # tells a folder, a lack of rights or of room before anything is made
            pass
        write_workbook(profile, output, unit=cover)
    except (OSError, ValueError) as error:
        why = reason_of(error) if isinstance(error, OSError) else "路径中有不能使用的字符"
        raise UsageError(f"不能写入“{clipped(str(output), 200)}”：{why}。请换一个文件名或文件夹。") from error
    print(f"已生成填报工作簿：{arguments.output}")
    return 0
