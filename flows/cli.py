"""The command line ``juesuan``. Heavy libraries are imported only by the commands that need them."""

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from flows.reading_faults import keep_reading_faults
from flows.terminal import inert_terminal, with_utf8_names
from models.clipping import clipped
from models.errors import JuesuanError

EXIT_DONE, EXIT_ATTENTION, EXIT_FAULT = 0, 1, 2

_TRANSLATIONS = (
    (re.compile(r"the following arguments are required: (.+)"), r"缺少参数：\1"),
    (re.compile(r"unrecognized arguments: (.+)"), r"不认识的参数：\1"),
    (re.compile(r"argument (.+?): expected (?:one|at least one) argument"), r"\1 后面要写一个值"),
    (re.compile(r"argument (.+?): 要写(.+)"), r"\1 要写\2"),
    (re.compile(r"argument (.+?): invalid choice: ([^ ]+) \(choose from (.+)\)"), r"\1 不能是 \2，可用：\3"),
    (re.compile(r"argument (.+?): not allowed with argument (.+)"), r"\1 和 \2 不能同时使用"),
)


class ChineseParser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs["add_help"] = False
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong and exit with 2."""
        for pattern, chinese in _TRANSLATIONS:
            message = pattern.sub(chinese, message)
        self.exit(EXIT_FAULT, f"用法有误：{message}。用 {self.prog} --help 查看说明。\n")

    def format_usage(self) -> str:
        """Usage line with a Chinese title."""
        return super().format_usage().replace("usage:", "用法：", 1)

    def format_help(self) -> str:
        """Help with a Chinese title."""
        return super().format_help().replace("usage:", "用法：", 1)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = ChineseParser(prog="juesuan", description="决算：收集、审核、评分、汇总、公开部门年终决算。")
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True, title="命令")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text)

    profile = (
        "--profile",
        {"default": "national-2022", "metavar": "配置", "help": "地区年度配置（默认 national-2022）"},
    )
    database = (
        "--database",
        {"default": "", "metavar": "地址", "help": "数据库地址（默认用 JUESUAN_DATABASE 或内置数据库）"},
    )

    sub = command("template", "生成单位填报的空白工作簿")
    _add(sub, profile)
    sub.add_argument("--unit", required=True, metavar="单位代码", help="填报单位的代码")
    sub.add_argument("--registry", type=Path, metavar="登记表", help="单位登记表；给出时预填封面")
    sub.add_argument("--year", type=_year, metavar="年度", help="决算年度（默认取配置的年度）")
    sub.add_argument("-o", "--output", type=Path, required=True, metavar="文件", help="写到哪个 .xlsx 文件")

    sub = command("check", "审核一个或多个报送文件（不用数据库）")
    sub.add_argument("files", nargs="+", type=Path, metavar="文件", help="报送文件")
    _add(sub, profile)
    sub.add_argument("--json", action="store_true", help="输出 JSON")

    sub = command("extract", "列出文件中识别到的全部内容")
    sub.add_argument("file", type=Path, metavar="文件", help="报送文件")
    _add(sub, profile)
    sub.add_argument("--json", action="store_true", help="输出 JSON")

    sub = command("run", "运行年度周期：收集、审核、评分、汇总、公开文稿")
    sub.add_argument("--year", type=_year, required=True, metavar="年度", help="决算年度")
    sub.add_argument("--registry", required=True, metavar="登记表", help="单位登记表（CSV）")
    sub.add_argument("--inbox", required=True, metavar="收件夹", help="报送文件所在文件夹（路径或 file:// 地址）")
    sub.add_argument("--out", type=Path, required=True, metavar="文件夹", help="结果写到哪里")
    _add(sub, database)
    _add(sub, profile)
    sub.add_argument("--unit", action="append", default=[], metavar="单位代码", help="只处理这个单位，可重复")
    sub.add_argument("--mark", default="", metavar="文字", help="印在每份文稿上的标记，例如 示例数据")

    sub = command("status", "各单位各步骤的状态：谁未报、谁被退回、为什么")
    sub.add_argument("--year", type=_year, required=True, metavar="年度", help="决算年度")
    sub.add_argument("--department", default="", metavar="部门代码", help="数据库中有多个部门时指明")
    _add(sub, database)
    sub.add_argument("--json", action="store_true", help="输出 JSON")

    sub = command("retry", "重新处理退回、故障、未报送的单位")
    sub.add_argument("--year", type=_year, required=True, metavar="年度", help="决算年度")
    sub.add_argument("--department", default="", metavar="部门代码", help="数据库中有多个部门时指明")
    sub.add_argument("--unit", action="append", default=[], metavar="单位代码", help="处理这个单位，可重复")
    sub.add_argument("--all-failed", action="store_true", help="处理全部退回、故障和未报送的单位")
    _add(sub, database)

    sub = command("release", "登记批复，同意或退回部门决算公开")
    sub.add_argument("--year", type=_year, required=True, metavar="年度", help="决算年度")
    sub.add_argument("--department", default="", metavar="部门代码", help="数据库中有多个部门时指明")
    decision = sub.add_mutually_exclusive_group()
    decision.add_argument("--approve", action="store_true", help="同意公开")
    decision.add_argument("--return", dest="send_back", action="store_true", help="退回修改")
    sub.add_argument("--by", required=True, metavar="姓名", help="审核人")
    sub.add_argument("--comment", default="", metavar="文字", help="意见；豁免缺项时写明理由")
    sub.add_argument(
        "--waive", action="append", default=[], metavar="编号", help="豁免公开文稿的一处缺项（或写单位代码），可重复"
    )
    sub.add_argument("--document-number", default="", metavar="文号", help="财政部门批复的文号")
    sub.add_argument("--approved-on", default="", metavar="日期", help="批复日期，例如 2023-08-15")
    _add(sub, database)

    command("serve", "启动运行界面（Prefect）、年度计划和审核报告网站")

    sub = command("rules", "审核规则目录：公式、含义、依据")
    sub.add_argument("id", nargs="?", metavar="编号", help="只看这一条")
    _add(sub, profile)

    sub = command("demo", "用随附的示例部门走一遍年度周期")
    sub.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="文件夹", help="结果写到哪里（默认 out/demo）"
    )
    return parser


def _year(text: str) -> int:
    """A year of four digits, or 0 for the last one; anything else is refused before it reaches a database."""
    if not (text.isdecimal() and (len(text) == 4 or int(text[:5]) == 0)):
        raise argparse.ArgumentTypeError(f"要写四位数的年度，例如 2022，不是 {clipped(text, 20)}")
    return int(text)


def _add(parser: argparse.ArgumentParser, option: tuple[str, dict[str, str]]) -> None:
    parser.add_argument(option[0], **option[1])  # type: ignore[arg-type]


def _tell_fault(error: Exception) -> int:
    """A fault that nobody foresaw: one sentence for the user, the traceback for whoever mends it."""
    from flows.faults import write_down

    said = f"程序出现意外故障（{type(error).__name__}）。已完成的结果都已保存，可再次运行同一命令。"
    print(said + write_down(error), file=sys.stderr)
    return EXIT_FAULT


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; a user never sees a traceback for what they can mend."""
    if argv is None:
        with_utf8_names()
    with inert_terminal():
        return _run(build_parser().parse_args(argv))


def _run(arguments: argparse.Namespace) -> int:
    keep_reading_faults()
    try:
        command = import_module(f"flows.commands.{arguments.command}")
        return int(command.run(arguments))
    except JuesuanError as error:
        print(str(error), file=sys.stderr)
        return EXIT_FAULT
    except BrokenPipeError:
        return EXIT_DONE
    except Exception as error:
        return _tell_fault(error)
    except KeyboardInterrupt:
        print("已中断。再次运行同一命令即可接着处理。", file=sys.stderr)
        return EXIT_FAULT


if __name__ == "__main__":
    sys.exit(main())
