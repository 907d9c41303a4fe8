"""Functional (功能分类) and economic (经济分类) subject dictionaries per year."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import CatalogueError

SUBJECTS_ROOT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: its code (类 3, 款 5, 项 7 digits) and official name."""

    code: str
    name: str


def functional_level(code: str) -> str:
    """Level of a functional code: ``类`` (3 digits), ``款`` (5), ``项`` (7), or empty when it is none of them."""
    return {3: "类", 5: "款", 7: "项"}.get(len(code), "") if code.isdigit() else ""


def parent_of(code: str) -> str:
    """Code of the subject above (7 → 5 → 3 digits), empty for a class. Economic: 5 → 3 digits."""
    return code[:-2] if len(code) > 3 else ""


@lru_cache
def load_subjects(name: str, root: Path = SUBJECTS_ROOT) -> dict[str, Subject]:
    """Load a dictionary such as ``functional_2022``.

    Returns:
        Subjects by code, in the file's order.

    Raises:
        CatalogueError: A code is missing, malformed or written twice.
    """
    file = root / f"{name}.csv"
    subjects: dict[str, Subject] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for number, record in enumerate(csv.DictReader(stream), start=2):
            code, title = record["code"].strip(), record["name"].strip()
            if not code.isdigit() or len(code) not in (3, 5, 7) or not title:
                raise CatalogueError(file, number, f"科目编码“{code}”或名称“{title}”不合规定")
            if code in subjects:
                raise CatalogueError(file, number, f"科目编码 {code} 重复")
            subjects[code] = Subject(code, title)
    return subjects
