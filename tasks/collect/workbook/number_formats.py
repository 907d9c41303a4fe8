"""Which cell styles of a workbook show their numbers as percentages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_BUILT_IN_PERCENTS = ("9", "10")
"""0% and 0.00%, which a workbook does not declare."""

_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_MAX_FORMATS = 70_000  # Excel itself stops at 65,490 styles


@dataclass(slots=True)
class Styles:
    """Number formats of a workbook, met element by element.

    Attributes:
        formats: Format of each cell style, in order. codes: Formats that the workbook declares.
    """

    formats: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    _open: bool = False

    def meet(self, element: str, attributes: Mapping[str, str]) -> None:
        """Take the start of ``numFmt``, ``cellXfs`` or ``xf``; only the ``xf`` inside ``cellXfs`` are cell styles."""
        if element == "cellXfs":
            self._open = True
        elif element == "numFmt":
            if len(self.codes) < _MAX_FORMATS:
                self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif self._open and len(self.formats) < _MAX_FORMATS:
            self.formats.append(attributes.get("numFmtId", "0"))

    def close(self) -> None:
        """Take the end of ``cellXfs``."""
        self._open = False

    @property
    def percents(self) -> list[str]:
        """Numbers of the cell styles that show percentages."""
        return [str(number) for number, code in enumerate(self.formats) if self._is_percent(code)]

    def _is_percent(self, number: str) -> bool:
        return number in _BUILT_IN_PERCENTS or "%" in _LITERAL.sub("", self.codes.get(number, ""))
