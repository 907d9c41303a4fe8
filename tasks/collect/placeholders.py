"""What clerks write where nothing stands: the same signs and words in every kind of file."""

import re
import unicodedata

NIL = "无"
"""The plain word for nothing; as the target of an indicator it may say that something must not happen."""

_LIMIT = 40
"""Longer contents are no placeholder."""

_SIGNS = r"[-—–―‐‑‒─━−⸺ー_/\\|·.。、…⋯~～*＊]*"
_WORDS = rf"{NIL}|暂{NIL}|空|不适用|不涉及|未涉及|{NIL}此项|n/?a"
_LABELS = r"(?:[一二三]级)?指标[\d一二三四五六七八九十]{0,3}[:.、,]?|其中[:,]?|[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[).、:]"
_NOTHING = re.compile(rf"{_SIGNS}|[(]?(?:{_WORDS})[)]?[.。]?|(?:{_LABELS}){_SIGNS}", re.IGNORECASE)


def is_nothing(text: str) -> bool:
    """Whether a cell says that nothing stands there: blank, ``——``, ``/``, ``……``, ``无``, ``指标2：`` with no name."""
    if len(text) > _LIMIT:
        return False
    folded = unicodedata.normalize("NFKC", text)
    plain = "".join(one for one in folded if not one.isspace() and unicodedata.category(one) != "Cf")
    return bool(_NOTHING.fullmatch(plain))
