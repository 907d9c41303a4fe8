"""What the guard says of what it refuses: the reason, and what truly helps."""

from typing import NamedTuple

RESAVE = "请用 Excel 或 WPS 打开，确认内容完整后另存为新的 .xlsx 再报；打不开的，请重新复制原文件。"
SLIM = "请删除表格以外的空白行、空白列、图片和多余的工作表，另存为新的 .xlsx 后再报。"
CLEAR = "请选中并删除这个单元格的内容（或整行、整列），保存后再报。"
_PLAIN = "请另存为不含宏的“Excel 工作簿（.xlsx）”后再报。"
_AS_VALUES = "请在“数据→查询和连接”中删除连接，或把有关单元格复制后“选择性粘贴为数值”，保存后再报。"


class PartRefused(Exception):
    """A part of the file must not reach the parser.

    Args:
        reason: In Chinese.
        advice: What the clerk should do.
        place: Sheet, or sheet and cell, where one is known. Never the name of a part, which no clerk knows.
    """

    def __init__(self, reason: str, advice: str, place: str = "") -> None:
        self.advice, self.place = advice, place
        super().__init__(reason)


class Forbidden(NamedTuple):
    """Content that no workbook may bring along: what it is, and how to get rid of it."""

    reason: str
    advice: str

    def refused(self, place: str = "") -> PartRefused:
        """The refusal of a file that has it."""
        return PartRefused(f"文件{self.reason}，不能受理", self.advice, place)


MACROS = Forbidden("含有宏", _PLAIN)
_MACRO_SHEET = Forbidden("含有宏工作表", _PLAIN)
_EMBEDDED = Forbidden("含有嵌入的其他文件", "请删除插入的对象或附件（图标），保存后再报。")
_CONTROLS = Forbidden("含有 ActiveX 控件", "请删除表中插入的控件（按钮、下拉框等），保存后再报。")
_QUERY = Forbidden("含有外部数据查询", _AS_VALUES)
_CONNECTION = Forbidden("含有外部数据连接", _AS_VALUES)
_TEMPLATE = Forbidden("引用了其他文件", _PLAIN)
OTHER_PROGRAM = Forbidden("引用了其他程序的数据", "请在“数据→编辑链接”中断开链接，或“选择性粘贴为数值”，保存后再报。")
OUTSIDE = Forbidden("引用了外部内容", "请删除链接到外部文件的图片或对象，保存后再报。")

FORBIDDEN_PARTS = {
    "vbaproject": MACROS,
    "vbadata": MACROS,
    "/embeddings/": _EMBEDDED,
    "/activex/": _CONTROLS,
    "/macrosheets/": _MACRO_SHEET,
    "/querytables/": _QUERY,
    "xl/connections.xml": _CONNECTION,
}
"""By a piece of the part's name."""

FORBIDDEN_RELATIONS = {
    "vbaproject": MACROS,
    "xlmacrosheet": _MACRO_SHEET,
    "xlintlmacrosheet": _MACRO_SHEET,
    "oleobject": _EMBEDDED,
    "package": _EMBEDDED,
    "control": _CONTROLS,
    "activexcontrolbinary": _CONTROLS,
    "connections": _CONNECTION,
    "querytable": _QUERY,
    "attachedtemplate": _TEMPLATE,
    "customui": Forbidden("含有自定义界面", _PLAIN),
}
"""By the last word of the relation's type."""


def too_far(place: str, rows: int, columns: int) -> PartRefused:
    """The refusal of content outside the box that cells may lie in."""
    return PartRefused(f"有内容的单元格离表格太远，超出前 {rows} 行、前 {columns} 列", CLEAR, place)
