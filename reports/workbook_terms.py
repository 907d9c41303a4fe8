"""Words that the workbook's writer prints and its reader looks for: written down once, here."""

GUIDE_SHEET = "填报说明"
"""Name and title of the first sheet; it holds no data."""

MARKER_LABEL = "本表是否有数据"
"""Label of the cell in which a unit declares a form empty."""

MARKER_YES, MARKER_NO = "有", "无"

NUMBER_ROW = "栏次"
"""Label of the line of column numbers."""

TOTAL_ROW = "总分"
"""Row of a performance form that holds the claimed total; its last column holds the claimed grade."""

PROFILE_LABEL, HASH_LABEL = "模板代码", "表单版本"
"""Labels on the guide sheet under which the template names its profile and form catalogue."""

UNIT_LABEL, YEAR_LABEL, MONEY_LABEL = "单位名称：", "年度", "金额单位："

WORKBOOK_KIND = "填报工作簿"
"""``Submission.kind`` of this workbook."""

COVER, PROJECTS, COUNTERPARTIES, EXPLANATIONS = "封面", "自评表", "往来明细", "说明"
"""Codes of the forms that are not plain tables of figures."""

DIRECTIONS = ("上级补助收入", "对附属单位补助支出", "附属单位上缴收入", "上缴上级支出")
"""Kinds of inter-unit amounts, as the reporting unit books them."""

COVER_FIELDS = {
    "单位代码": "code",
    "单位名称": "name",
    "年度": "year",
    "单位类型": "unit_type",
    "会计制度": "accounting",
    "预算级次": "level",
    "报表类型": "report_type",
}
"""Row of the cover → attribute of ``CoverInfo``."""

PROJECT_FIELDS = {
    "项目名称": "name",
    "主管部门及代码": "department",
    "预算单位": "unit",
    "年度目标": "goal",
    "实际完成情况": "achieved",
}
"""Row of a performance form → attribute of ``Project``; the other rows of its text panel are its analysis."""

FUNDING_FIELDS = {
    "目标申报数": "declared_budget",
    "预算编制数": "initial_budget",
    "全年预算数": "budget",
    "全年执行数": "executed",
    "资金结（转）余": "remainder",
    "执行率": "rate",
    "得分": "score",
}
"""Column of the funding panel → attribute of ``FundingLine``."""

INDICATOR_FIELDS = {
    "一级指标": "level1",
    "二级指标": "level2",
    "三级指标": "name",
    "年初指标值": "initial_target",
    "调整后指标值": "target",
    "实际完成值": "actual",
    "分值": "points",
    "得分": "score",
    "偏差原因分析及改进措施": "reason",
}
"""Column of the indicator panel → attribute of ``Indicator``."""

COUNTERPARTY_FIELDS = {
    "往来类型": "direction",
    "对方单位代码": "counterpart",
    "对方单位名称": "counterpart_name",
    "功能分类科目编码": "subject",
    "金额": "amount_fen",
    "列报单位代码": "booked_by",
}
"""Column of 往来明细 → attribute of ``Counterparty``."""

EXPLANATION_FIELDS = {
    "审核编号": "rule",
    "表号": "form",
    "行": "row",
    "列": "column",
    "说明内容": "text",
    "说明人": "author",
}
"""Column of 说明 → attribute of ``Explanation``."""
