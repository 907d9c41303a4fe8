"""Long texts within a line that people read."""


def clipped(text: str, most: int) -> str:
    """The text, or its first ``most`` characters and a mark that something is left out."""
    return text if len(text) <= most else text[:most] + "……"
