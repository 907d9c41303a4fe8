"""The workbook's first sheet: how to fill it, and which sheets there are."""

from collections.abc import Sequence

from xlsxwriter import Workbook

from models.forms import Form
from models.profiles import Profile
from reports.workbook_styles import Styles
from reports.workbook_terms import GUIDE_SHEET, HASH_LABEL, MARKER_LABEL, MARKER_NO, MARKER_YES, PROFILE_LABEL

_GUIDANCE = (
    "浅黄色单元格由单位填写；灰色“——”表示该格不适用，不填。",
    "金额以元为单位，保留到分；空白按零处理。合计、小计也请填数，系统会核对而不会代填。",
    f"本年没有数据的表，请在“{MARKER_LABEL}”处选“{MARKER_NO}”；有数据的选“{MARKER_YES}”或留空。不要删除工作表。",
    "按科目填列的表，每行填一个科目的编码、名称和金额，类、款、项分行填列；行数不够可以插入行。",
    "超过15位数字的金额，电子表格存不准，请以文本填列。请勿填入取不到结果的公式，#DIV/0! 等错误值须先改正。",
    "自评表每个项目一张，项目多于预置张数时复制一张空表；资金以万元为单位，没有项目支出的单位可留空。",
    "往来明细逐笔填写与本部门其他单位之间的补助和上缴，金额为正数；不属于本部门内部的补助和上缴，在“说明”中写明对方。",
    "补充信息的上年数，没有的填0；空白表示不知道，公开文稿不与上年比较。",
    "审核后需要说明的事项填入“说明”，审核编号见审核报告。",
    "表内文字和表头是识别数据的依据，请勿改动；表外自用的核对列、备注不会读取。",
    "涉密单位和涉密数据不得使用本工作簿报送。",
)

_DEPARTMENT_GUIDANCE = (
    "本工作簿由部门填报，对部门汇总数作说明；不是必报，需要时再填。各表数字由下属单位汇总，这里不填。",
    "“说明”：部门汇总审核中各单位的说明没有覆盖的核实性问题，由部门在此说明，审核编号见部门的审核报告。",
    "“补充信息”只采用两部分：上年数，填上年部门决算数（已抵销内部往来的净额，没有的填0，空白表示不知道）；"
    "变动原因、用途和单位概况的文字。其余各栏由下属单位汇总，填了也不采用。",
    "单位代码填部门的代码，报表类型填“部门汇总”。填好后放入收件夹，文件名不限。",
    "金额以元为单位，保留到分。表内文字和表头是识别数据的依据，请勿改动。",
    "涉密单位和涉密数据不得使用本工作簿报送。",
)


def write_guide(
    book: Workbook,
    styles: Styles,
    profile: Profile,
    sheets: Sequence[tuple[str, Form]],
    mark: str,
    *,
    department: bool = False,
) -> None:
    """Write the sheet 填报说明.

    Args:
        book: The workbook.
        styles: Its formats.
        profile: Named on the sheet, so that a reader knows the template.
        sheets: Sheet name and form of every other sheet, in order.
        mark: Printed below the title.
        department: Whether it is a department's workbook.
    """
    sheet = book.add_worksheet(GUIDE_SHEET)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 2, 14)
    sheet.write_string(0, 0, GUIDE_SHEET, styles["title"])
    sheet.write_string(1, 0, mark, styles["mark"])
    facts = [("适用", profile.name), (PROFILE_LABEL, profile.code), (HASH_LABEL, profile.forms.version)]
    row = 2
    for label, text in facts:
        sheet.write_string(row, 0, label, styles["marker"])
        sheet.write_string(row, 1, text, styles["name"])
        row += 1
    for number, sentence in enumerate(_DEPARTMENT_GUIDANCE if department else _GUIDANCE, 1):
        row += 1
        sheet.merge_range(row, 0, row, 2, "", styles["guide"])
        sheet.write_string(row, 0, f"{number}. {sentence}", styles["guide"])
        sheet.set_row(row, 30)
    row += 2
    for column, text in enumerate(("工作表", "内容", "填报")):
        sheet.write_string(row, column, text, styles["header"])
    for name, form in sheets:
        row += 1
        sheet.write_string(row, 0, name, styles["name"])
        sheet.write_string(row, 1, form.name, styles["name"])
        sheet.write_string(row, 2, "必报" if form.required and not department else "有则填报", styles["name"])
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect()
