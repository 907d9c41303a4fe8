"""Cell formats of the workbook, made once per book."""

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from models.forms import Kind

_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_BOX = {"border": 1, "border_color": "#7F7F7F"}
_INPUT = {"bg_color": "#FFFBE6", "locked": False}

_PRINTED: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "plain": {},
    "right": {"align": "right"},
    "mark": {"bold": True, "font_color": "#C00000"},
    "marker": {"bold": True, "bg_color": "#DDEBF7", **_BOX},
    "header": {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#DDEBF7", **_BOX},
    "code": {"num_format": "@", **_BOX},
    "name": {"text_wrap": True, **_BOX},
    "name_total": {"bold": True, "align": "center", **_BOX},
    "line": {"align": "center", "font_color": "#595959", **_BOX},
    "blank": _BOX,
    "na": {"align": "center", "bg_color": "#D9D9D9", **_BOX},
    "note": {"text_wrap": True, "font_color": "#595959"},
    "guide": {"text_wrap": True, "valign": "top"},
    "input": {**_INPUT, **_BOX},
}


class Styles:
    """Formats of one book by name, and those of its fields by kind."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._formats: dict[tuple[Any, ...], Format] = {}

    def __getitem__(self, name: str) -> Format:
        return self._format((name,), _PRINTED[name])

    def field(self, kind: Kind, unit: str = "", *, total: bool = False, wide: bool = False) -> Format:
        """Format of a cell to fill: amounts with grouping, counts with their unit, words as text."""
        quoted = f'"{unit}"' if unit else ""
        numbers = {Kind.FEN: "#,##0.00", Kind.COUNT: f"#,##0{quoted}", Kind.PERCENT: "0.00", Kind.TEXT: "@"}
        look = {"num_format": numbers[kind], "bold": total, "text_wrap": kind is Kind.TEXT, **_INPUT, **_BOX}
        if not kind.numeric and wide:
            look["valign"] = "top"
        return self._format(("field", kind, unit, total, wide), look)

    def _format(self, key: tuple[Any, ...], look: dict[str, Any]) -> Format:
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, **look})
        return self._formats[key]
