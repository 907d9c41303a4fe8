"""Addresses that may hold a password: how they must be written, and how they are shown."""

import re

ESCAPES = "口令中的 @ : / % 等符号要写成 %40 %3A %2F %25，整个地址只能有一个 @"


def misread(url: str) -> bool:
    """Whether a server's address is split in the wrong place, so that a part of the password counts as the host."""
    return not url.startswith("sqlite") and url.count("@") > 1


def masked(url: str) -> str:
    """A server's address as a message shows it: without user, password and query."""
    return re.sub(r"//.*@", "//***@", url.partition("?")[0], flags=re.DOTALL)
