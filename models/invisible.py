"""Characters of a submission that nobody sees: taken out before anything is read, so that what is read is what is seen."""

import re

_UNSEEN = re.compile(
    "[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters other than white space
    "\xad\u034f\u061c\u180b-\u180f"  # soft hyphen, joiners, Arabic and Mongolian marks
    "\u115f\u1160\u3164\uffa0\u2800"  # fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction marks, byte order mark
    "\ufe00-\ufe0f\ufff9-\ufffb\U000e0000-\U000e0fff]"  # variation selectors, annotations, tags
)


def visible(text: str) -> str:
    """The text as a reader sees it, without zero-width, direction, byte order and other marks that nobody sees.

    Spaces of any width, line breaks and tabulators stay, and so does NUL: what holds one is no text.
    """
    return _UNSEEN.sub("", text)
