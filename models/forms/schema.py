"""What a form is: rows, columns, panels and their names. Everything else about a form is derived from this.

Workbook template, readers, cell addresses in rules, and tables in documents all come from these definitions.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from models.definitions import Definition


class Kind(StrEnum):
    """Kind of a column's (or row's) values, and so the scale of ``Cell.amount``."""

    FEN = "fen"
    """Money; ``amount`` in fen."""
    COUNT = "count"
    """A whole number of cars, persons, households; ``amount`` is the number."""
    PERCENT = "percent"
    """``amount`` in 1/100 percent."""
    TEXT = "text"
    """Words; ``amount`` is ``None``."""

    @property
    def numeric(self) -> bool:
        """Whether cells carry an amount."""
        return self is not Kind.TEXT


class Column(Definition):
    """One value column.

    Attributes:
        key: Canonical name, unique within the panel, used in rules and JSON.
        header: Titles from the top header line down as printed; the key alone when left out.
        number: 栏次 as printed.
        kind: Kind of its values unless a row says otherwise.
        unit: Unit of counts (辆, 人次); money takes the document's unit.
        synonyms: Other titles under which documents print it.
    """

    key: str
    header: tuple[str, ...] = ()
    number: str | None = None
    kind: Kind = Kind.FEN
    unit: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        """Header lines, top first."""
        return self.header or (self.key,)


class Row(Definition):
    """One row.

    Attributes:
        key: Subject code or unique path. name: Canonical name (defaults to the key's last part).
        label: As printed, with its enumeration (``一、一般公共服务支出``); the name when left out.
        code: Subject code; empty for rows without one.
        line: 行次 as printed in this layout; never a key.
        kind: Overrides the column's kind (车辆数 in a money column). unit: Unit of such counts.
        not_applicable: Columns in which the form prints ——.
        total: Whether it is a total (printed bold).
        footer: Printed in the table's last line, below the longest panel (公开06 人员经费合计).
        synonyms: Other names under which documents print it.
        options: For text rows: the words allowed.
        private: Never published nor logged (contacts).
        required: A submission's workbook must fill it.
        signs: Somebody answers for the submission by it; a blank one is told.
    """

    key: str
    name: str = ""
    label: str = ""
    code: str = ""
    line: int | None = None
    kind: Kind | None = None
    unit: str = ""
    not_applicable: tuple[str, ...] = ()
    total: bool = False
    footer: bool = False
    synonyms: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    private: bool = False
    required: bool = False
    signs: bool = False

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: object) -> object:
        if isinstance(data, dict):
            data = dict(data)
            if "code" in data:
                data["code"] = str(data["code"])
                data.setdefault("key", data["code"])
            if "key" in data:
                data.setdefault("name", str(data["key"]).rsplit("/", 1)[-1])
            if "name" in data:
                data.setdefault("label", data["name"])
        return data


class Panel(Definition):
    """Rows and columns that stand together: the income side, one economic block, one section.

    Attributes:
        title: Printed above it (收入, 一、政府采购情况); empty for none.
        label_title: Header of the name column. line_title: Header of the line-number column; empty for none.
        code_title: Header of the code column; empty for none.
        columns: Value columns.
        rows: Rows in printed order.
        blank_lines: Line numbers printed without a row, each in its place (line number order).
        open_rows: ``functional``: further rows are the functional subjects that a unit uses.
    """

    title: str = ""
    label_title: str = "项目"
    line_title: str = ""
    code_title: str = ""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    blank_lines: tuple[int, ...] = ()
    open_rows: Literal["functional"] | None = None

    @model_validator(mode="after")
    def _unique_columns(self) -> Self:
        keys = [column.key for column in self.columns]
        if len(set(keys)) != len(keys):
            raise ValueError(f"列名重复：{sorted({key for key in keys if keys.count(key) > 1})}")
        return self

    def column(self, key: str) -> Column | None:
        """The column of that key."""
        return next((column for column in self.columns if column.key == key), None)


class Form(Definition):
    """One form, declared once.

    Attributes:
        code: ``公开01``, ``补充信息``. name: Title. synonyms: Other titles in other years and places.
        number_label: Printed number (公开01表); empty for none.
        shape: ``matrix`` (rows × columns), ``records`` (numbered lines) or ``project`` (one form per project).
        published: Whether it is part of the public set.
        required: Whether a submission without it lacks something (else absence is normal, for example 往来明细).
        department: Whether the workbook of a department, which speaks for the sum of its units, has it.
        arrangement: Panels side by side (``across``) or one below the other (``down``).
        landscape: Whether documents print it on a landscape page.
        note: 注 below the table. nothing: sentence below an empty table.
        panels: In printed order; the code and name columns of 公开06 come from four panels.
    """

    code: str
    name: str
    synonyms: tuple[str, ...] = ()
    number_label: str = ""
    shape: Literal["matrix", "records", "project"] = "matrix"
    published: bool = False
    required: bool = True
    department: bool = False
    arrangement: Literal["across", "down"] = "across"
    landscape: bool = False
    note: str = ""
    nothing: str = "本表无数据"
    basis: str = ""
    panels: tuple[Panel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique_rows(self) -> Self:
        seen: set[str] = set()
        for _, row in self.iter_rows():
            if row.key in seen:
                raise ValueError(f"{self.code} 的行“{row.key}”重复，行的键必须唯一")
            seen.add(row.key)
            if not row.key:
                raise ValueError(f"{self.code} 有一行没有键")
        for panel, row in self.iter_rows():
            known = {column.key for column in panel.columns}
            if unknown := set(row.not_applicable) - known:
                raise ValueError(f"{self.code} 的行“{row.key}”把不存在的列标为不适用：{sorted(unknown)}")
            if panel.line_title and row.line is None:
                raise ValueError(f"{self.code} 的行“{row.key}”缺行次")
        return self

    def iter_rows(self) -> Iterator[tuple[Panel, Row]]:
        """Every declared row with its panel, in printed order."""
        for panel in self.panels:
            for row in panel.rows:
                yield panel, row

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Declared rows by key, in printed order."""
        return {row.key: row for _, row in self.iter_rows()}

    @cached_property
    def panel_of(self) -> dict[str, Panel]:
        """Panel of each declared row."""
        return {row.key: panel for panel, row in self.iter_rows()}

    @cached_property
    def columns(self) -> dict[str, Column]:
        """All columns by key, in printed order; panels may share a key (公开01 决算数)."""
        return {column.key: column for panel in self.panels for column in panel.columns}

    @cached_property
    def open_panel(self) -> Panel | None:
        """The panel whose rows are subjects that a unit uses, if there is one."""
        return next((panel for panel in self.panels if panel.open_rows), None)

    def columns_of(self, row_key: str) -> tuple[Column, ...]:
        """Columns that apply to a row; subject rows take the open panel's.

        Raises:
            KeyError: The form has no such row.
        """
        panel = self.panel_of.get(row_key) or self.open_panel
        if panel is None:
            raise KeyError(row_key)
        return panel.columns

    def kind_of(self, row_key: str, column_key: str) -> Kind:
        """Kind of one cell.

        Raises:
            KeyError: The form has no such cell.
        """
        row = self.rows.get(row_key)
        if row is not None and row.kind is not None:
            return row.kind
        for column in self.columns_of(row_key):
            if column.key == column_key:
                return column.kind
        raise KeyError((row_key, column_key))

    def unit_of(self, row_key: str, column_key: str) -> str:
        """Unit of a count (辆, 人次); empty for money and where none is declared."""
        row = self.rows.get(row_key)
        own = next((column.unit for column in self.columns_of(row_key) if column.key == column_key), "")
        return row.unit if row is not None and row.unit else own

    def applicable(self, row_key: str, column_key: str) -> bool:
        """Whether the form allows a figure there (not ——)."""
        row = self.rows.get(row_key)
        return row is None or column_key not in row.not_applicable
