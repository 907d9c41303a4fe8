"""Whether a figure of the narrative is a budget's or a final account's: only the latter may be named 决算数."""

import re

_NAMES = re.compile(
    r"(?:一般公共|政府性基金|国有资[本金]经营|社会保险基金)预算|预算(?:绩效|管理|单位|执行|法|资金|安排的)|部门预算(?=公开)"
)
"""Words with 预算 in them that say nothing of the figure."""

_FINAL = re.compile(r"决算|实际|执行|完成|发生|支出数")
_AGAINST_LAST_YEAR = re.compile(r"[较比](?:上年|去年)")
_LIKE_WITH_LIKE = re.compile(
    r"(?:万元|亿元|元)[，,]?(?:[比较]|与)(?:\d{4}年度?|上年度?|去年|上一年度?)(?:年初|全年)?预算"
)
"""A figure that is compared with another year's budget is a budget itself."""

_CLAUSE_ENDS = "，,；。：！？"


def heading_is_budget(heading: str) -> bool:
    """Whether a heading opens a part about budgets alone (``“三公”经费预算情况说明``)."""
    plain = _NAMES.sub("", heading)
    return "预算" in plain and "决算" not in plain


def sentence_is_budget(sentence: str, *, heading: bool, before: bool) -> bool:
    """Whether what a sentence says of money is a budget unless its clauses say otherwise.

    Args:
        sentence: Folded text.
        heading: Whether it stands under a heading of budgets.
        before: Whether the sentence before it in the paragraph was one of budgets: 其中 then goes on with them.
    """
    plain = _NAMES.sub("", sentence)
    if _LIKE_WITH_LIKE.search(plain):
        return True
    if _FINAL.search(plain):
        return False
    return heading or "预算" in plain or (before and not _AGAINST_LAST_YEAR.search(plain))


def figure_is_budget(sentence: str, at: int, *, within: bool) -> bool:
    """Whether the amount at a position is a budget's.

    Args:
        sentence: Folded text.
        at: Where the number begins.
        within: Whether the sentence is one of budgets.
    """
    if within:
        return True
    start = max((sentence.rfind(end, 0, at) for end in _CLAUSE_ENDS), default=-1) + 1
    clause = _NAMES.sub("", sentence[start:at])
    return "预算" in clause and "决算" not in clause.rpartition("预算")[2]
