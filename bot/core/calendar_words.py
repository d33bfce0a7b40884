"""Days, weeks and months as people name them, in both languages, over folded words.

2026-11-01 · 20261101 · November 3, 2026 · 3 novembre · 1er novembre 2026 · November · novembre 2025 · 2026-11 · today · hier ·
this week · la semaine dernière · ce mois-ci · last 30 days · 7 derniers jours · Monday · lundi. A week begins on Monday. A day or
month without its year is the latest one that has begun; a weekday is the latest one, today included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from bot.core.phrases import word_set

_DAY = timedelta(days=1)
_MONTHS: tuple[str, ...] = (
    *(
        "JANUARY JAN JANVIER JANV",
        "FEBRUARY FEB FEVRIER FEV FEVR",
        "MARCH MAR MARS",
        "APRIL APR AVRIL AVR",
        "MAY MAI",
        "JUNE JUN JUIN",
    ),
    *("JULY JUL JUILLET JUIL", "AUGUST AUG AOUT", "SEPTEMBER SEPT SEP SEPTEMBRE", "OCTOBER OCT OCTOBRE", "NOVEMBER NOV NOVEMBRE"),
    "DECEMBER DEC DECEMBRE",
)
_MONTH_OF: Mapping[str, int] = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAYS = (
    "MONDAY LUNDI",
    "TUESDAY MARDI",
    "WEDNESDAY MERCREDI",
    "THURSDAY JEUDI",
    "FRIDAY VENDREDI",
    "SATURDAY SAMEDI",
    "SUNDAY DIMANCHE",
)
_WEEKDAY_OF: Mapping[str, int] = {name: day for day, names in enumerate(_WEEKDAYS) for name in names.split()}
_YEAR = re.compile(r"20[0-9]{2}")
_TWO_DIGITS = re.compile(r"[0-9]{2}")
_DAY_NUMBER = re.compile(r"([0-9]{1,2})(?:ER|ST|ND|RD|TH)?")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included, and how many words said so."""

    first: date
    last: date
    words: int


def _week(today: date, weeks: int) -> tuple[date, date]:
    monday = today - _DAY * today.weekday() - _DAY * 7 * weeks
    return monday, monday + _DAY * 6


def _month(first: date) -> tuple[date, date]:
    following = (first.replace(day=28) + _DAY * 4).replace(day=1)
    return first, following - _DAY


def _last_month(today: date) -> tuple[date, date]:
    return _month((today.replace(day=1) - _DAY).replace(day=1))


_NAMED: Mapping[str, Callable[[date], tuple[date, date]]] = {
    **dict.fromkeys(("TODAY", "AUJOURD HUI"), lambda today: (today, today)),
    **dict.fromkeys(("YESTERDAY", "HIER"), lambda today: (today - _DAY, today - _DAY)),
    **dict.fromkeys(("THIS WEEK", "CETTE SEMAINE"), lambda today: _week(today, 0)),
    **dict.fromkeys(
        ("LAST WEEK", "SEMAINE DERNIERE", "LA SEMAINE DERNIERE", "SEMAINE PASSEE", "LA SEMAINE PASSEE"),
        lambda today: _week(today, 1),
    ),
    **dict.fromkeys(("THIS MONTH", "CE MOIS", "CE MOIS CI"), lambda today: _month(today.replace(day=1))),
    **dict.fromkeys(("LAST MONTH", "MOIS DERNIER", "LE MOIS DERNIER", "MOIS PASSE", "LE MOIS PASSE"), _last_month),
}
_LONGEST_NAME = max(len(name.split()) for name in _NAMED)

_SOME_DAYS = re.compile(r"(?:LAST |PAST |LES )?([0-9]{1,3}) (?:DAYS|DERNIERS JOURS|JOURS)")

CALENDAR_WORDS = (
    frozenset(word for name in _NAMED for word in name.split())
    | frozenset(_MONTH_OF)
    | frozenset(_WEEKDAY_OF)
    | word_set("LAST PAST LES DAYS DERNIERS JOURS LE LA THE ON OF DE")
)


def read_span(words: Sequence[str], at: int, today: date) -> Span | None:
    """The days that the words from `at` on name, None when they name none. An impossible date (2026-02-30) names none."""
    for skipped in (0, 1):
        if skipped and (at >= len(words) or words[at] not in ("LE", "LA", "THE", "ON")):
            return None
        for reader in _READERS:
            span = reader(words, at + skipped, today)
            if span is not None:
                return Span(span.first, span.last, span.words + skipped)
    return None


def day_number(word: str) -> int | None:
    """A day of a month without the month: 1, 15, 1ER, 15TH."""
    match = _DAY_NUMBER.fullmatch(word)
    return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None


def _named(words: Sequence[str], at: int, today: date) -> Span | None:
    for size in range(_LONGEST_NAME, 0, -1):
        days = _NAMED.get(" ".join(words[at : at + size]))
        if days is not None:
            return Span(*days(today), size)
    return None


def _some_days(words: Sequence[str], at: int, today: date) -> Span | None:
    for size in (4, 3, 2):
        match = _SOME_DAYS.fullmatch(" ".join(words[at : at + size]))
        if match:
            return Span(today - _DAY * int(match[1]), today, min(size, len(words) - at))
    return None


def _weekday(words: Sequence[str], at: int, today: date) -> Span | None:
    wanted = _WEEKDAY_OF.get(words[at]) if at < len(words) else None
    if wanted is None:
        return None
    day = today - _DAY * ((today.weekday() - wanted) % 7)
    return Span(day, day, 1)


def _numeric(words: Sequence[str], at: int, today: date) -> Span | None:
    """ISO 8601: 2026-11-01, 20261101, and 2026-11 for the month."""
    first = words[at] if at < len(words) else ""
    with suppress(ValueError):
        if len(first) == 8 and first.isdigit():
            day = date(int(first[:4]), int(first[4:6]), int(first[6:]))
            return Span(day, day, 1)
        if _YEAR.fullmatch(first):
            numbers = [int(word) for word in takewhile(_TWO_DIGITS.fullmatch, words[at + 1 : at + 3])]
            if len(numbers) == 2:
                day = date(int(first), *numbers)
                return Span(day, day, 3)
            if numbers:
                return Span(*_month(date(int(first), numbers[0], 1)), 2)
    return None


def _written(words: Sequence[str], at: int, today: date) -> Span | None:
    """3 NOVEMBRE 2026, NOVEMBER 3 2026, NOVEMBER, NOVEMBRE 2025; the year may be left out."""
    here, after = (words[at + place] if at + place < len(words) else "" for place in (0, 1))
    day: int | None
    if (day := day_number(here)) is not None and after in _MONTH_OF:
        month, size = _MONTH_OF[after], 2
    elif here in _MONTH_OF:
        month = _MONTH_OF[here]
        day = day_number(after)
        size = 1 if day is None else 2
    else:
        return None
    dated = at + size < len(words) and _YEAR.fullmatch(words[at + size]) is not None
    year = int(words[at + size]) if dated else today.year
    with suppress(ValueError):
        first = date(year, month, day or 1)
        if not dated and first > today:
            first = first.replace(year=year - 1)
        return Span(*((first, first) if day else _month(first)), size + dated)
    return None


_READERS = (_named, _some_days, _numeric, _written, _weekday)
