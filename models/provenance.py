"""What a step's results are made with: its program and the definitions its profile names, found by what it imports.

Nothing is listed by hand: a module, template or table that is added counts from then on, and one that a step never
reaches does not touch it.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from models.definitions import content_hash, read_yaml
from models.profiles import PROFILES_ROOT, Profile

HOUSE = Path(__file__).resolve().parents[1]
"""Folder of the floors, whose modules import each other by their path from here."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]+))", re.MULTILINE
)
_WORD = re.compile(r"[\w.]+")
_BY_NAME = re.compile(r"\bimport_module\(")
"""Whoever imports by names made at run time may import whatever lies beside it."""


@cache
def made_with(package: str, profile: Profile) -> str:
    """sha256 of all that a step's results are made with, besides its input; worked out once in a process.

    Args:
        package: The step's package, ``tasks.validate``.
        profile: What applies; definitions that only other profiles name do not count.
    """
    digest = hashlib.sha256(content_hash(profile).encode())
    for file in sorted(files_of(package, profile)):
        digest.update(file.relative_to(HOUSE).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def files_of(package: str, profile: Profile) -> set[Path]:
    """Modules of a package, all of ours that they import, and the data lying with these."""
    reached = _reached(package)
    return reached | _data(reached, profile)


def _reached(package: str) -> set[Path]:
    """Modules of a package, and what they import, directly or through others."""
    waiting = sorted((HOUSE / Path(*package.split("."))).rglob("*.py"))
    reached: set[Path] = set()
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += [HOUSE / floor / "__init__.py" for floor in module.relative_to(HOUSE).parts[:1]]
            waiting += _imported(module)
    return reached


@cache
def _text(module: Path) -> str:
    return module.read_text("utf-8")


def _imported(module: Path) -> Iterator[Path]:
    text = _text(module)
    for origin, names, plain in _IMPORT.findall(text):
        words = [f"{origin}.{name}" for name in _WORD.findall(names)] if origin else _WORD.findall(plain)
        for word in (origin, *words):
            yield from _modules(word)
    if _BY_NAME.search(text):
        yield from module.parent.glob("*.py")


@cache
def _modules(name: str) -> tuple[Path, ...]:
    """Files that run when a module of ours is imported: the packages above it and its own."""
    found: list[Path] = []
    folder = HOUSE
    for part in filter(None, name.split(".")):
        if (file := folder / f"{part}.py").is_file():
            return (*found, file)
        folder /= part
        if not (file := folder / "__init__.py").is_file():
            break
        found.append(file)
    return tuple(found)


def _data(reached: set[Path], profile: Profile) -> set[Path]:
    """What lies with the reached modules and is none: forms, subjects, rules, schemes, templates, a grammar.

    A folder whose name some module beside or below it writes down counts for those who reach such a module only.
    """
    others = _named_by_others(profile)
    found: set[Path] = set()
    for package in {module.parent for module in reached}:
        for path in package.iterdir():
            if path.name.startswith("."):  # an editor's, or the system's
                continue
            if path.is_file() and path.suffix != ".py":
                found |= {path} if path.stem not in others else set()
            elif path.is_dir() and _is_data(path) and _counts(path, reached):
                files = (file for file in path.rglob("*") if file.is_file())
                found |= {file for file in files if not others & {file.stem, *file.relative_to(package).parts}}
    return found


def _is_data(folder: Path) -> bool:
    return folder.name != "__pycache__" and next(folder.rglob("*.py"), None) is None


def _counts(folder: Path, reached: set[Path]) -> bool:
    written = re.compile(rf"""["']{re.escape(folder.name)}["'/]""")
    users = {module for module in folder.parent.rglob("*.py") if written.search(_text(module))}
    return not users or bool(users & reached)


def _named_by_others(profile: Profile) -> set[str]:
    """Names of definitions that other profiles use and this one does not."""
    own: set[str] = set()
    others: set[str] = set()
    for file in PROFILES_ROOT.glob("*.yaml"):
        data, _ = read_yaml(file)
        words = {file.stem, *(value for value in data.values() if isinstance(value, str))}
        (own if data.get("code") == profile.code else others).update(words)
    return others - own
