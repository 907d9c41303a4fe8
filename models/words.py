"""Small words that mean one thing wherever they are typed: nothing, yes, no, a sum or check of one's own.

Both readers understand them alike; what is typed is compared without spaces, brackets and full stops.
"""

import re
import unicodedata

from models.invisible import visible
from models.nothing import says_nothing

_LIMIT = 30
"""Longer texts are sentences, not words."""

_OF_WHOM = "本年度?|本期|本单位|本部门|本表|本项|我单位|我部门|年度内|报告期内?|目前|尚|暂"
_NOTHING = "无|没有|未发生|未涉及|不涉及|不存在|不适用|没|零|空白?|nil|none|n/?a"
_OF_WHAT = "此项|此类|该项|该类|相关|上述|有关|数据|部门|单位|内部|之间|往来|款项|资金|业务|事项|发生|情况|内容|明细|说明|需要|要|的"
_NIL = re.compile(rf"(?:{_OF_WHOM})*(?:{_NOTHING})(?:{_OF_WHAT})*", re.IGNORECASE)

_YES = re.compile(r"(?:是|有|对|本表有|已填|填报)(?:数据?|发生|内容)?|y|yes|true|[√✓✔☑]", re.IGNORECASE)
_NO = re.compile(r"否|不是|不填|未填|(?:本表)?无数|空表|n|no|false|[x×✕✖✗✘╳]", re.IGNORECASE)

_TOTAL = re.compile(r"合计|总计|小计|共计|累计")
_CHECK = re.compile(
    r"(?:自行?|人工|手工)?(?:核对|校验|复核|校对|检查|验证|核查|差额|差异|轧差|平衡|check|diff)"
    r"(?:数|列|行|栏|结果|公式|用|表|一下|关系)*(?:（.*）)?",
    re.IGNORECASE,
)


def _folded(text: str) -> str:
    """What is compared: no spaces, no brackets around, no full stop behind; full-width letters as plain ones."""
    plain = "".join(unicodedata.normalize("NFKC", visible(text)[: 4 * _LIMIT]).split())
    if len(plain) > _LIMIT:
        return ""
    plain = plain.rstrip("。.;,!")
    return plain[1:-1] if plain.startswith("(") and plain.endswith(")") else plain


def is_sign(text: str) -> bool:
    """Whether a text is only dashes, slashes or dots: the signs for nothing (or, as ——, for not applicable)."""
    shown = visible(text).strip()
    return bool(shown) and says_nothing(shown)


def is_nil(text: str) -> bool:
    """Whether a text says that there is nothing: ``—``, ``/``, ``无``, ``不涉及``, ``本年无此项``."""
    return is_sign(text) or bool(_NIL.fullmatch(_folded(text)))


def answer_of(text: str) -> bool | None:
    """What an answer to a question means: yes, no, or ``None`` when that is not plain.

    ``有``, ``是``, ``Y``, ``√`` are yes; ``无``, ``否``, ``N``, ``×``, ``本表无数据`` are no; ``有/无`` is neither.
    """
    folded = _folded(text)
    if _YES.fullmatch(folded):
        return True
    if _NO.fullmatch(folded) or (_NIL.fullmatch(folded) and not is_sign(text)):
        return False
    return None


def is_total(text: str) -> bool:
    """Whether a text only names a sum: ``合计``, ``小计``."""
    return bool(_TOTAL.fullmatch(_folded(text)))


def is_check(text: str) -> bool:
    """Whether a text names a check of the clerk's own: ``核对``, ``差额``, ``校验列``."""
    return bool(_CHECK.fullmatch(_folded(text).replace("(", "（").replace(")", "）")))
