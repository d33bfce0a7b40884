"""When a person is there: the office's hours and holidays, in the desk's zone.

Written as in the settings: `Mon-Fri 08:00-17:30`, several parts by commas (`Mon-Thu 08:00-17:30, Fri 08:00-12:00, 13:00-16:00`),
days in English or French. Open time is counted in elapsed hours, so that a clock change neither adds nor takes any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from bot.core.folding import fold

_DAYS = ("MON LUN", "TUE MAR", "WED MER", "THU JEU", "FRI VEN", "SAT SAM", "SUN DIM")
_PART = re.compile(
    r"\s*(?:([^\W\d_]+\.?)\s*(?:[-–—]\s*([^\W\d_]+\.?))?\s+)?(\d{1,2})[:hH](\d{2})\s*[-–—]\s*(\d{1,2})[:hH](\d{2})\s*"
)
_HORIZON = 400  # days looked ahead for an opening: longer than a year of holidays
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Open on a weekday (0 Monday) from one minute of the day to another; `until` is at most 1440, midnight."""

    weekday: int
    begin: int
    until: int


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The week, the holidays and the zone that they are meant in."""

    spans: tuple[Span, ...]
    holidays: frozenset[date]
    zone: tzinfo

    def is_open(self, now: datetime) -> bool:
        """Whether a person is there."""
        return any(begin <= now < until for begin, until in self._from(now))

    def next_open(self, now: datetime) -> datetime | None:
        """When a person is there: now when it is open, else the next opening (UTC), None when there is none within a year."""
        for begin, until in self._from(now):
            if now < until:
                return max(begin, now.astimezone(UTC))
        return None

    def open_time(self, since: datetime, now: datetime) -> timedelta:
        """How long it was open between two moments (zero when the second is the earlier)."""
        total = timedelta()
        for begin, until in self._from(since):
            if begin >= now:
                break
            total += max(timedelta(), min(until, now) - max(begin, since))
        return total

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches from the day before `moment` on, in order, as UTC."""
        first = moment.astimezone(self.zone).date() - _DAY
        for day in (first + _DAY * number for number in range(_HORIZON)):
            if day not in self.holidays:
                for span in self.spans:
                    if span.weekday == day.weekday():
                        yield self._at(day, span.begin), self._at(day, span.until)

    def _at(self, day: date, minutes: int) -> datetime:
        local = datetime.combine(day + _DAY * (minutes // 1440), time(minutes % 1440 // 60, minutes % 60), self.zone)
        return local.astimezone(UTC)


def parse_office_hours(text: str, holidays: Iterable[date], zone: tzinfo) -> OfficeHours:
    """Reads the setting. Raises ValueError with what to write instead."""
    spans: list[Span] = []
    days: tuple[int, ...] = ()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part.strip()!r} is no office hours; write them like Mon-Fri 08:00-17:30")
        if match[1]:
            days = _days(match[1], match[2])
        if not days:
            raise ValueError(f"{part.strip()!r} names no day; write it like Mon-Fri 08:00-17:30")
        begin, until = _minutes(match[3], match[4]), _minutes(match[5], match[6])
        if begin >= until:
            raise ValueError(f"{part.strip()!r} ends before it begins; write the opening first, the closing second")
        spans += [Span(day, begin, until) for day in days]
    spans.sort(key=lambda span: (span.weekday, span.begin))
    if any(one.weekday == two.weekday and two.begin < one.until for one, two in pairwise(spans)):
        raise ValueError(f"{text!r} names hours twice; write each day's hours once")
    return OfficeHours(tuple(spans), frozenset(holidays), zone)


def _days(first: str, last: str | None) -> tuple[int, ...]:
    begin, end = _day(first), _day(last or first)
    return tuple((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _day(name: str) -> int:
    folded = fold(name)
    for number, names in enumerate(_DAYS):
        if len(folded) >= 3 and folded[:3] in names.split():
            return number
    raise ValueError(f"{name!r} is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun")


def _minutes(hours: str, minutes: str) -> int:
    total = int(hours) * 60 + int(minutes)
    if total > 1440 or int(minutes) > 59:
        raise ValueError(f"{hours}:{minutes} is no time of day; write 00:00 to 24:00")
    return total
