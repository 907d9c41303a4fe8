"""``juesuan rules``: the rule catalogue as people read it."""

import argparse

from expectations.catalogue import load_rules
from models.errors import UsageError
from models.profiles import load_profile


def run(arguments: argparse.Namespace) -> int:
    """Print every rule in a line, or one in full."""
    rules = load_rules(load_profile(arguments.profile)).rules
    if arguments.id is None:
        print("\n".join(f"{rule.id}\t{rule.severity}\t{rule.title}" for rule in rules))
        print(f"共 {len(rules)} 条。用 juesuan rules 编号 查看公式和含义。")
        return 0
    rule = {rule.id: rule for rule in rules}.get(arguments.id)
    if rule is None:
        raise UsageError(f"没有编号为“{arguments.id}”的规则。用 juesuan rules 查看全部编号。")
    print(f"{rule.id}　{rule.title}\n严重程度：{rule.severity}　适用：{rule.scope}")
    print(f"公式：{rule.formula}" if rule.formula else f"检查：{rule.title}")
    for name, text in (("条件", rule.when), ("含义", rule.explain), ("依据", rule.basis)):
        if text:
            print(f"{name}：{text}")
    return 0
