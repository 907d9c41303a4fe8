"""How a database's address must be written so that no part of a password is taken for something else."""

ESCAPES = "口令中的 @ : / % 等符号要写成 %40 %3A %2F %25，整个地址只能有一个 @"


def misread(url: str) -> bool:
    """Whether a server's address is split in the wrong place, so that a part of the password counts as the host."""
    return not url.startswith("sqlite") and url.count("@") > 1
