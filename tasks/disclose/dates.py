"""Dates as people type them."""

import datetime

from models.errors import UsageError


def parse_date(text: str, today: datetime.date) -> datetime.date:
    """The date of 批复 as typed, ``2023-08-15``.

    Raises:
        UsageError: It is none, or later than today.
    """
    try:
        date = datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"批复日期“{text}”不是有效日期，请写成 2023-08-15 的样子。") from None
    if date > today:
        raise UsageError(f"批复日期 {date} 还没有到，请核对。")
    return date
