"""How much may be written to whom: the caps that end a conversation between two machines, and keep a flood from going out.

Windows are fixed: an hour begins with its first letter, a day with its first unrecognised message, so that a letter can say until
when nothing more comes. The letter that uses up a cap is the one that says so; after it there is silence.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.clock import from_micros, to_micros
from bot.core.immutable import immutable

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@immutable
class Limits:
    """0 means no limit. The first two are for one address, the last for the whole desk."""

    unrecognised_per_day: int
    answers_per_hour: int
    letters_per_hour: int = 0


@immutable
class Tally:
    """What was written lately; `*_since` in microseconds UTC."""

    letters: int
    letters_since: int
    unrecognised: int
    unrecognised_since: int


NOTHING_YET = Tally(0, 0, 0, 0)


@immutable
class Allowance:
    """Whether one more answer may be written, and the tally when it is.

    `all_until` and `unrecognised_until` are set on the answer that uses up a cap: until then nothing at all is answered, or nothing
    that no command matches.
    """

    allowed: bool
    tally: Tally
    all_until: datetime | None = None
    unrecognised_until: datetime | None = None


def allowance(limits: Limits, before: Tally, *, understood: bool, now: datetime) -> Allowance:
    """What the caps of one address say about one more answer. A message that was understood clears the unrecognised ones."""
    tally = _current(before, now)
    if _met(limits.answers_per_hour, tally.letters):
        return Allowance(allowed=False, tally=tally)
    if not understood and _met(limits.unrecognised_per_day, tally.unrecognised):
        return Allowance(allowed=False, tally=tally)
    moment = to_micros(now)
    after = Tally(
        letters=tally.letters + 1,
        letters_since=tally.letters_since or moment,
        unrecognised=0 if understood else tally.unrecognised + 1,
        unrecognised_since=0 if understood else tally.unrecognised_since or moment,
    )
    last_of_all = _met(limits.answers_per_hour, after.letters)
    last_unrecognised = not understood and _met(limits.unrecognised_per_day, after.unrecognised)
    return Allowance(
        allowed=True,
        tally=after,
        all_until=from_micros(after.letters_since) + HOUR if last_of_all else None,
        unrecognised_until=from_micros(after.unrecognised_since) + DAY if last_unrecognised else None,
    )


def one_more(cap: int, before: Tally, now: datetime) -> Allowance:
    """The same for a bucket that only counts letters of an hour: the whole desk, or an alert."""
    return allowance(Limits(0, cap), before, understood=True, now=now)


def _met(cap: int, count: int) -> bool:
    return bool(cap) and count >= cap


def _within(since: int, window: timedelta, now: datetime) -> bool:
    """Whether a window that began then still runs. One from far ahead began under a wrong clock, and silences nobody."""
    return to_micros(now - window) < since < to_micros(now + window)


def _current(tally: Tally, now: datetime) -> Tally:
    """The tally without what lies in windows that have ended."""
    hour, day = _within(tally.letters_since, HOUR, now), _within(tally.unrecognised_since, DAY, now)
    return Tally(
        tally.letters if hour else 0,
        tally.letters_since if hour else 0,
        tally.unrecognised if day else 0,
        tally.unrecognised_since if day else 0,
    )
