"""Dates as people type them."""

import datetime

from models.errors import UsageError


def parse_date(text: str) -> datetime.date:
    """A date as typed, ``2023-08-15``.

    Raises:
        UsageError: It is none.
    """
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"批复日期“{text}”不是有效日期，请写成 2023-08-15 的样子。") from None
