"""Finds a classification mark on a sheet: 秘密, 机密, 绝密, 密级."""

import re
from collections.abc import Sequence

from models.forms.matching import normalise
from tasks.collect.workbook.grid import Sheet, shown

HEAD_LINES = 8
"""Lines at a sheet's top in which a mark is looked for."""

_MARK = re.compile(
    r"[（\[【]?(?:密级[：]?)?[（\[【]?(?:绝密|机密|秘密|涉密)[）\]】]?"
    r"(?:[★☆*✩✭].*|级|件|文件|资料|单位|数据|[：；，（].*|\d+[年月].*|长期.*)?[）\]】]?"
)
_LABEL = re.compile(r"(?:密级|涉密等级|保密级别)(?:和保密期限)?[：]?(.*)")
_NOT_SECRET = re.compile(r"(?:无|否|非密|不涉密|非涉密|未涉密|公开|内部|——?|-|/)?")
_FIELD_CODES = re.compile(r"&(?:\"[^\"]*\"|[LCRPNDTFAGBIUESXYZ]|K[0-9A-F]{6}|\d+)")


def is_secrecy_mark(text: str, beside: str = "") -> bool:
    """Whether a text marks its document as secret.

    Args:
        text: One cell or page header.
        beside: The cell to its right, for a label such as 密级.
    """
    folded = normalise(text)
    if _MARK.fullmatch(folded):
        return True
    label = _LABEL.fullmatch(folded)
    if label is None:
        return False
    level = label[1] or normalise(beside)
    return not _NOT_SECRET.fullmatch(level)


def secrecy_mark(sheet: Sheet, *, whole: bool, heads: Sequence[str] = ()) -> str:
    """Place of a classification mark on a sheet, empty when there is none.

    Args:
        sheet: The sheet.
        whole: Look at all of it (the cover), not only at its head lines.
        heads: Texts of its page headers and footers.
    """
    if is_secrecy_mark(sheet.name):
        return shown(sheet.name)
    for text in heads:
        if any(is_secrecy_mark(part) for part in _FIELD_CODES.split(text)):
            return f"{shown(sheet.name)}（页眉页脚）"
    for row in range(sheet.height if whole else min(sheet.height, HEAD_LINES)):
        for column in range(sheet.width):
            text = sheet.text(row, column)
            if text and is_secrecy_mark(text, sheet.text(row, column + 1)):
                return sheet.address(row, column)
    return ""
