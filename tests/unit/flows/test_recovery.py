"""When a yearly start was missed; worked out by hand on a calendar."""

from datetime import datetime
from pathlib import Path

import pytest

from flows.recovery import FLOWS, missed_start, read_last_seen, write_last_seen

YEARLY, SHANGHAI = "0 9 5 1 *", "Asia/Shanghai"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# 5 January, 9:00 in Shanghai is 1:00 UTC.
DUE_2026 = at("2026-01-05T01:00:00+00:00")


@pytest.mark.parametrize(
    ("last_seen", "now", "missed"),
    [
        (None, "2026-03-01T00:00:00+00:00", None),
        ("2026-01-01T00:00:00+00:00", "2026-01-05T00:59:59+00:00", None),
        ("2026-01-01T00:00:00+00:00", "2026-01-05T00:59:59.999999+00:00", None),
        ("2026-01-01T00:00:00+00:00", "2026-01-05T01:00:00+00:00", DUE_2026),
        ("2026-01-01T00:00:00+00:00", "2026-01-05T01:00:00.5+00:00", DUE_2026),
        ("2026-01-01T00:00:00+00:00", "2026-01-05T09:00:00+08:00", DUE_2026),
        ("2026-01-01T00:00:00+00:00", "2026-12-31T00:00:00+00:00", DUE_2026),
        ("2026-01-05T00:59:59+00:00", "2026-01-05T01:00:01+00:00", DUE_2026),
        ("2026-01-05T01:00:00+00:00", "2026-12-31T00:00:00+00:00", None),
        ("2026-01-06T00:00:00+00:00", "2026-12-31T00:00:00+00:00", None),
        ("2023-02-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00", DUE_2026),
        ("2027-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00", None),
    ],
    ids=[
        "first start ever", "not yet due", "a microsecond before", "this very second", "half a second after",
        "said in another zone", "late in the year", "down for two seconds", "was there on the dot", "was there after",
        "several years: the latest only", "clock turned back",
    ],
)  # fmt: skip
def test_missed_start(last_seen: str | None, now: str, missed: datetime | None) -> None:
    assert missed_start(YEARLY, SHANGHAI, at(last_seen) if last_seen else None, at(now)) == missed


def test_a_leap_day_is_missed_only_in_leap_years() -> None:
    assert missed_start("0 9 29 2 *", "UTC", at("2025-01-01T00:00:00+00:00"), at("2026-12-31T00:00:00+00:00")) is None
    missed = missed_start("0 9 29 2 *", "UTC", at("2023-01-01T00:00:00+00:00"), at("2026-12-31T00:00:00+00:00"))
    assert missed == at("2024-02-29T09:00:00+00:00")


def test_the_note_is_read_back_and_an_unreadable_one_counts_as_none(tmp_path: Path) -> None:
    assert read_last_seen(tmp_path) is None
    write_last_seen(tmp_path, at("2026-01-05T09:00:00+08:00"))
    assert read_last_seen(tmp_path) == DUE_2026
    for text in ("", "{", "[]", '{"at": 5}', '{"at": "gestern"}', '{"when": "2026-01-05"}'):
        (tmp_path / "last_seen.json").write_text(text, "utf-8")
        assert read_last_seen(tmp_path) is None, text


def test_the_flows_waited_for_are_those_deployed() -> None:
    from flows.deployments import deployments

    assert sorted(one.name for one in deployments()) == sorted(FLOWS)
