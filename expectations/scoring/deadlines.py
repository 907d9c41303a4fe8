"""Dates in targets and actual values: ``2022年11月30日前``, ``2022年11月底``, ``11月30日``."""

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

from expectations.scoring.quantities import MAX_TEXT, NotComparable
from expectations.scoring.signs import fold

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
"""Years beyond are slips of the pen, not dates."""

_PREFIX = r"(?:≤|<=|不晚于|不迟于|截至|截止|于|在|已于)?"
_SUFFIX = r"(?P<before>前|之前|以前|底前|末前)?(?:已)?(?:全部)?(?:完成|支付|到位|发放)?"
_FORMS = (
    re.compile(rf"{_PREFIX}(?:(?P<y>\d{{4}})年)?(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})[日号]{_SUFFIX}"),
    re.compile(rf"{_PREFIX}(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})日?{_SUFFIX}"),
    re.compile(rf"{_PREFIX}(?:(?P<y>\d{{4}})年)?(?P<m>\d{{1,2}})月(?:份)?(?P<end>底|末){_SUFFIX}"),
    re.compile(rf"{_PREFIX}(?P<y>\d{{4}})年(?:度)?(?P<end>底|末){_SUFFIX}"),
    re.compile(rf"{_PREFIX}(?P<y>\d{{4}})年(?P<m>\d{{1,2}})月(?:份)?{_SUFFIX}"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a written date may mean, inclusive, without the year when none is written.

    Attributes:
        first, last: First and last day.
        before: Whether 前 is written behind it.
        year_known: False: both days carry a stand-in year.
    """

    first: datetime.date
    last: datetime.date
    before: bool
    year_known: bool

    def in_year(self, year: int) -> "Span":
        """The same days in another year.

        Raises:
            NotComparable: 29 February does not exist there.
        """
        try:
            return Span(self.first.replace(year=year), self.last.replace(year=year), self.before, True)
        except ValueError:
            raise NotComparable("日期不存在") from None


@lru_cache(maxsize=4096)
def parse_date(text: str) -> Span | None:
    """Read a date to the day, month or year's end; ``None`` when the text is anything else or no such day exists."""
    folded = fold(text)
    if len(folded) > MAX_TEXT:
        return None
    for form in _FORMS:
        if match := form.fullmatch(folded):
            parts = match.groupdict()
            if parts["y"] and not EARLIEST_YEAR <= int(parts["y"]) <= LATEST_YEAR:
                return None
            year = int(parts["y"] or 2000)  # 2000 is a leap year, so that 2月29日 stands
            month = int(parts.get("m") or 12)
            try:
                last_day = calendar.monthrange(year, month)[1]
                day = int(parts.get("d") or (last_day if parts.get("end") else 0))
                first = datetime.date(year, month, day or 1)
                last = datetime.date(year, month, day or last_day)
            except ValueError:
                return None
            return Span(first, last, bool(parts["before"]), parts["y"] is not None)
    return None


def on_time(deadline: Span, done: Span) -> bool:
    """Whether something done at ``done`` met ``deadline``; the deadline's own day counts as in time.

    Raises:
        NotComparable: The dates are too coarse to tell.
    """
    if deadline.year_known and not done.year_known:
        done = done.in_year(deadline.first.year)
    elif done.year_known and not deadline.year_known:
        deadline = deadline.in_year(done.first.year)
    # “11月前”（只写到月）可指上月底，也可指当月底
    whole_month = deadline.first != deadline.last and deadline.before
    earliest = deadline.first - datetime.timedelta(days=1) if whole_month else deadline.last
    if done.last <= earliest:
        return True
    if done.first > deadline.last:
        return False
    raise NotComparable("时间只写到月份，无法确定是否按期完成")
