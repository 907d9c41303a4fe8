"""Which table holds which part of a submission: one declaration for storing, loading and hashing."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import Any

from sqlmodel import SQLModel

from models.errors import SubmissionError
from models.submission import (
    Cell,
    Counterparty,
    Explanation,
    Fact,
    FundingLine,
    Indicator,
    Problem,
    Project,
    Submission,
    Unread,
)
from models.tables import (
    CellRecord,
    CounterpartyRecord,
    ExplanationRecord,
    FactRecord,
    FundingLineRecord,
    IndicatorRecord,
    ProblemRecord,
    UnreadRecord,
)

LIMIT_INT64 = 2**63 - 1

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A list in a submission whose items are rows of one table: (submission_id, position, *the item's fields).

    Attributes:
        name: Attribute of :class:`models.submission.Submission`.
        item: Dataclass of one item; its fields are the table's columns.
        record: Table class.
    """

    name: str
    item: type[Any]
    record: type[SQLModel]

    @property
    def columns(self) -> tuple[str, ...]:
        """The item's fields, in order."""
        return tuple(field.name for field in fields(self.item))


PARTS = (
    Part("cells", Cell, CellRecord),
    Part("facts", Fact, FactRecord),
    Part("counterparties", Counterparty, CounterpartyRecord),
    Part("explanations", Explanation, ExplanationRecord),
    Part("problems", Problem, ProblemRecord),
    Part("unread", Unread, UnreadRecord),
)

PROJECT_PARTS = (
    Part("funding", FundingLine, FundingLineRecord),
    Part("indicators", Indicator, IndicatorRecord),
)
"""Lists in a project; their rows carry the project's place too: (submission_id, project, position, *fields)."""

PROJECT_COLUMNS = (
    *(
        "family",
        "name",
        "department",
        "unit",
        "goal",
        "achieved",
        "total",
        "grade",
        "analysis",
        "location",
        "total_location",
    ),
)
"""Columns of table ``project``; ``analysis`` is a JSON list of [heading, text]."""


def item_rows(items: Iterable[Any], *key: int) -> Iterator[Row]:
    """Rows of a list's items: the key, the position from 0, the fields."""
    for position, item in enumerate(items):
        yield (*key, position, *(getattr(item, name) for name in item.__slots__))


def project_row(project: Project) -> Row:
    """Values of :data:`PROJECT_COLUMNS`."""
    analysis = json.dumps(project.analysis, ensure_ascii=False)
    return tuple(analysis if name == "analysis" else getattr(project, name) for name in PROJECT_COLUMNS)


def content_of(submission: Submission) -> Iterator[Row]:
    """Everything that a version holds besides its file's name and hash, as rows of plain values.

    Not the form catalogue's hash: with other words in it, the same may be found in a file.
    """
    yield ("kind", submission.kind, submission.profile)
    yield ("stated", submission.unit_code, submission.unit_name, submission.year)
    yield ("display", submission.amount_unit, submission.decimals)
    yield from (("display of", form, *display) for form, display in sorted(submission.displays.items()))
    yield from (("presence", form, str(state)) for form, state in sorted(submission.presence.items()))
    yield from (("row name", *key, name) for key, name in sorted(submission.row_names.items()))
    for part in PARTS:
        yield from ((part.name, *row) for row in item_rows(getattr(submission, part.name)))
    for position, project in enumerate(submission.projects):
        yield ("project", position, *astuple(project))


def content_sha256(submission: Submission, basis: str = "") -> str:
    """sha256 of the content, for versions that no file carries. Cells count as a set: their order says nothing.

    Args:
        submission: The content.
        basis: What else makes the version what it is (its contributions), without ids of the database.
    """
    digest = hashlib.sha256(basis.encode("utf-8") + b"\n")
    order = sorted(submission.cells, key=lambda cell: (cell.form, cell.row, cell.column))
    for row in content_of(_with_cells(submission, order)):
        digest.update(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
        )
    return digest.hexdigest()


def _with_cells(submission: Submission, cells: list[Cell]) -> Submission:
    same = {field.name: getattr(submission, field.name) for field in fields(Submission)}
    return Submission(**{**same, "cells": cells})


def refuse_unstorable(submission: Submission) -> None:
    """Refuse what no database can hold faithfully, in one sentence for the clerk.

    Raises:
        SubmissionError: A NUL or half a surrogate pair in a text, a number beyond int64, or a cell given twice.
    """
    for row in content_of(submission):
        for value in _plain(row):
            if isinstance(value, str) and not _storable(value):
                raise SubmissionError(
                    submission.file,
                    f"{_place(row)}含有无法保存的字符（空字符或残缺的编码）",
                    advice="请在原文件中重新录入该处文字后再报送",
                )
            if isinstance(value, int) and abs(value) > LIMIT_INT64:
                raise SubmissionError(
                    submission.file, f"{_place(row)}的数字过大，无法保存", advice="请核对该处数字后再报送"
                )
    seen: set[tuple[str, str, str]] = set()
    for cell in submission.cells:
        address = (cell.form, cell.row, cell.column)
        if address in seen:
            raise SubmissionError(
                submission.file,
                f"{cell.form} 的“{cell.row}”行“{cell.column}”列出现了两次",
                place=cell.location,
                advice="请只保留一处后再报送",
            )
        seen.add(address)


def _storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _plain(row: Iterable[Any]) -> Iterator[Any]:
    for value in row:
        if isinstance(value, tuple):
            yield from _plain(value)
        else:
            yield value


_PART_NAMES = {
    "cells": "表格中",
    "facts": "文字说明中",
    "counterparties": "往来明细中",
    "explanations": "审核说明中",
    "problems": "文件中",
    "unread": "文件中",
    "project": "项目自评表中",
    "row name": "科目名称中",
}


def _place(row: Row) -> str:
    where = str(row[-1]) if row[0] in ("cells", "facts", "counterparties", "explanations", "project") else ""
    name = _PART_NAMES.get(str(row[0]), "封面中")
    return f"{name}（{where}）" if where and where.isprintable() and _storable(where) else name
