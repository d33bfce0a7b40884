"""Wrong passwords: how long whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.accounts.locks import CEILING, FORGOTTEN, counted, locked_until
from bot.core.accounts.records import Failures

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NONE = Failures()


@pytest.mark.parametrize(("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (500, 15)])
def test_locks_grow_from_the_fifth_failure_on(failures: int, minutes: int) -> None:
    source = Failures(failures, NOON)
    until = locked_until(source, NONE, NOON, trusted=False)
    assert until == (NOON + timedelta(minutes=minutes) if minutes else None)
    if until is not None:
        assert locked_until(source, NONE, until - timedelta(seconds=1), trusted=False) == until
        assert locked_until(source, NONE, until, trusted=False) is None


def test_a_member_is_locked_by_their_own_failures_only() -> None:
    strangers = Failures(CEILING, NOON)
    assert locked_until(NONE, strangers, NOON, trusted=False) == NOON + timedelta(minutes=15)
    assert locked_until(NONE, strangers, NOON, trusted=True) is None
    assert locked_until(Failures(5, NOON), strangers, NOON, trusted=True) == NOON + timedelta(minutes=1)


def test_below_the_ceiling_one_source_does_not_lock_another() -> None:
    assert locked_until(NONE, Failures(CEILING - 1, NOON), NOON, trusted=False) is None


def test_a_day_without_failures_ends_a_count() -> None:
    old = Failures(9, NOON)
    assert counted(old, NOON + FORGOTTEN - timedelta(seconds=1)).count == 10
    assert counted(old, NOON + FORGOTTEN) == Failures(1, NOON + FORGOTTEN)
    assert counted(NONE, NOON) == Failures(1, NOON)


def test_guessing_at_full_speed_gets_few_tries_a_day() -> None:
    """Somebody who comes back the moment each lock ends."""
    failures, now, tries = NONE, NOON, 0
    while now < NOON + timedelta(days=1):
        until = locked_until(failures, NONE, now, trusted=False)
        if until is not None:
            now = until
            continue
        failures, tries = counted(failures, now), tries + 1
    assert tries < 110


def test_a_count_from_a_clock_that_was_ahead_locks_nobody() -> None:
    """When the clock is right again, its owner does not wait for a year."""
    ahead = Failures(9, NOON + timedelta(days=365))
    assert locked_until(ahead, ahead, NOON, trusted=False) is None
    assert counted(ahead, NOON) == Failures(1, NOON)
    assert locked_until(Failures(9, NOON + timedelta(minutes=5)), NONE, NOON, trusted=False) == NOON + timedelta(minutes=20)
