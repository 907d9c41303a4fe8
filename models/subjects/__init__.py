"""Functional (功能分类) and economic (经济分类) subject dictionaries, each subject with its years and its other names.

A dictionary is a CSV file of ``code, name, since, until, synonyms, source``; lines that begin with ``#`` tell where it
comes from. ``synonyms`` are parted by ``|``; one that ends in ``@2018`` was the official name until that year.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from models.errors import CatalogueError
from models.forms.matching import bare_name

SUBJECTS_ROOT = Path(__file__).parent
_SIGNS = str.maketrans("", "", "（）［］[]、，·．.")
_LEVELS = ("（类）", "（款）", "（项）")
_SPENDING = "支出"
_OTHER = "其他"


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject.

    Attributes:
        code: 类 3, 款 5, 项 7 digits.
        name: Official name.
        since, until: First and last year of use, as far as known; ``None`` says that it may always be used.
        synonyms: Other names that mean the same.
        former: Earlier official names with their last year.
    """

    code: str
    name: str
    since: int | None = None
    until: int | None = None
    synonyms: tuple[str, ...] = ()
    former: tuple[tuple[str, int], ...] = ()

    def in_use(self, year: int) -> bool:
        """Whether the subject exists in a year."""
        return (self.since or year) <= year <= (self.until or year)

    def known_as(self, printed: str, year: int) -> bool:
        """Whether a printed name is the official one, another way to write it, or the official name of that year."""
        names = (self.name, *self.synonyms, *(name for name, last in self.former if year <= last))
        return folded_name(printed) in {folded_name(name) for name in names}

    def gave_up(self, printed: str) -> int | None:
        """Last year in which a printed name was the official one, ``None`` when it never was."""
        same = folded_name(printed)
        return next((last for name, last in self.former if folded_name(name) == same), None)

    def names(self) -> Iterator[str]:
        """Every name, the official one first."""
        yield from (self.name, *self.synonyms, *(name for name, _ in self.former))


class Subjects(dict[str, Subject]):
    """A dictionary's subjects by code, in the file's order."""

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """Codes by folded name, former names included."""
        found: dict[str, list[str]] = {}
        for subject in self.values():
            for name in dict.fromkeys(map(folded_name, subject.names())):
                found.setdefault(name, []).append(subject.code)
        return found

    def code_of(self, name: str, near: str, year: int) -> str | None:
        """The code that a name has in a year: beside or below ``near`` when several have it, ``None`` when unclear."""
        codes = [code for code in self.by_name.get(folded_name(name), ()) if self[code].in_use(year)]
        level = [code for code in codes if len(code) == len(near)] or codes
        siblings = [code for code in level if parent_of(code) == parent_of(near)] or level
        return siblings[0] if len(siblings) == 1 else None


@lru_cache(maxsize=1 << 14)  # thousands of units print the same names
def folded_name(text: str) -> str:
    """A name as it is compared: without enumeration, level, spaces, brackets and a closing 支出."""
    folded = bare_name(text)
    for level in _LEVELS:
        folded = folded.removesuffix(level)
    folded = folded.translate(_SIGNS)
    shorter = folded.removesuffix(_SPENDING)
    return folded if shorter in ("", _OTHER) else shorter


def functional_level(code: str) -> str:
    """Level of a functional code: ``类`` (3 digits), ``款`` (5), ``项`` (7), or empty when it is none of them."""
    return {3: "类", 5: "款", 7: "项"}.get(len(code), "") if code.isdigit() else ""


def parent_of(code: str) -> str:
    """Code of the subject above (7 → 5 → 3 digits), empty for a class. Economic: 5 → 3 digits."""
    return code[:-2] if len(code) > 3 else ""


@lru_cache
def load_subjects(name: str, root: Path = SUBJECTS_ROOT) -> Subjects:
    """Load a dictionary such as ``functional_2022``.

    Raises:
        CatalogueError: A code is missing, malformed or written twice, or a year is none.
    """
    file = root / f"{name}.csv"
    lines = file.read_text("utf-8").splitlines()
    head = next((index for index, line in enumerate(lines) if not line.startswith("#")), 0)
    subjects = Subjects()
    for number, record in enumerate(csv.DictReader(lines[head:]), start=head + 2):
        code, title = record["code"].strip(), record["name"].strip()
        if not code.isdigit() or len(code) not in (3, 5, 7) or not title:
            raise CatalogueError(file, number, f"科目编码“{code}”或名称“{title}”不合规定")
        if code in subjects:
            raise CatalogueError(file, number, f"科目编码 {code} 重复")
        try:
            subjects[code] = _subject(code, title, record)
        except ValueError as error:
            raise CatalogueError(file, number, f"科目 {code} 的年度应为四位数字，起用不得晚于停用") from error
    return subjects


def _subject(code: str, title: str, record: dict[str, str]) -> Subject:
    since, until = _year(record.get("since")), _year(record.get("until"))
    if since and until and since > until:
        raise ValueError(code)
    others = [name.rpartition("@") for name in (record.get("synonyms") or "").split("|") if name]
    synonyms = tuple(year for _, mark, year in others if not mark)
    former = tuple((name, int(year)) for name, mark, year in others if mark)
    return Subject(code, title, since, until, synonyms, former)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    if not (len(text) == 4 and text.isdigit()):
        raise ValueError(text)
    return int(text)
