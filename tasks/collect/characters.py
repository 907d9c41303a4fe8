"""Characters in a name that nobody sees: which of them deceive, and how a name that holds them is shown."""

import unicodedata

_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
"""Control, format (also those that turn the direction of writing) and line separators. Spaces of any kind are none."""


def is_text(name: str) -> bool:
    """Whether a file's name could be decoded; bytes that are no UTF-8 reach Python as lone surrogates."""
    return not any(unicodedata.category(character) == "Cs" for character in name)


def unseen(name: str) -> list[str]:
    """Code points of the characters that change how a name reads without being seen, each once: ``U+202E``."""
    return list(dict.fromkeys(_point(one) for one in name if unicodedata.category(one) in _UNSEEN))


def shown(name: str) -> str:
    """A name as it can be stored and read: bytes that are no UTF-8 become �, unseen characters ``[U+202E]``."""
    whole = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(f"[{_point(one)}]" if unicodedata.category(one) in _UNSEEN else one for one in whole)


def inert(text: str) -> str:
    """A text as a terminal, a log or the name of a run may show it: what would steer them becomes ``[U+001B]``.

    Line breaks and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[{_point(one)}]" if one not in "\n\t" and unicodedata.category(one) in (*_UNSEEN, "Cs") else one
        for one in text
    )


def _point(character: str) -> str:
    return f"U+{ord(character):04X}"
