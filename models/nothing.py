"""Signs by which a cell says that there is nothing to say."""

import re

_SIGNS = re.compile(r"[-‐‑‒–—―−─━﹘﹣－/／…⋯]+|\.{3,}|。{3,}|·{3,}")


def says_nothing(text: str) -> bool:
    """Whether a cell is blank or holds only dashes, slashes or ellipses: nothing here, or not applicable."""
    bare = "".join(text.split())
    return not bare or bool(_SIGNS.fullmatch(bare))
