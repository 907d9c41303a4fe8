"""The tree of units as the registry's rows tell it: circles and levels, in time that grows with the rows alone."""

from collections.abc import Mapping

MAX_LEVELS = 20
"""Levels below the department; administrations have some six."""

_SHOWN = 6


def misplaced(parents: Mapping[str, str], root: str) -> dict[str, str]:
    """Units that do not reach the department in some steps, and why not, in Chinese.

    Args:
        parents: Code above by code; empty for the department.
        root: The department.
    """
    wrong = {
        code: f"上级代码“{parent}”在表中没有对应的单位"
        for code, parent in parents.items()
        if parent and parent not in parents
    }
    wrong |= {code: f"上下级关系成了循环：{chain}，请改正上级代码" for code, chain in circles_of(parents).items()}
    deep = too_deep({**parents, **dict.fromkeys(wrong, root)})
    return wrong | dict.fromkeys(deep - wrong.keys(), f"上下级超过 {MAX_LEVELS} 级，请核对上级代码")


def circles_of(parents: Mapping[str, str]) -> dict[str, str]:
    """For every unit that stands above itself, the chain from it up to itself, ``1 → 2 → 1``.

    Args:
        parents: Code above by code; empty for the department.
    """
    told: dict[str, str] = {}
    done: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        code = start
        while code in parents and code not in done and code not in path:
            path[code] = len(path)
            code = parents[code]
        if code in path:
            circle = list(path)[path[code] :]
            told.update((member, _chain(circle, at)) for at, member in enumerate(circle))
        done.update(path)
    return told


def _chain(circle: list[str], at: int) -> str:
    shown = [circle[(at + step) % len(circle)] for step in range(min(len(circle), _SHOWN))]
    left_out = [f"……（共 {len(circle)} 个单位）"] if len(circle) > _SHOWN else []
    return " → ".join([*shown, *left_out, circle[at]])


def too_deep(parents: Mapping[str, str]) -> set[str]:
    """Units further than :data:`MAX_LEVELS` below the top. There are no circles in ``parents``."""
    levels: dict[str, int] = {}
    for start in parents:
        path = []
        code = start
        while code in parents and code not in levels:
            path.append(code)
            code = parents[code]
        level = levels.get(code, -1)
        for one in reversed(path):
            level += 1
            levels[one] = level
    return {code for code, level in levels.items() if level > MAX_LEVELS}
