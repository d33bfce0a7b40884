"""The rule of the caps, moment by moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.caps import NOTHING_YET, Limits, allowance, one_more

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMITS = Limits(unrecognised_per_day=3, answers_per_hour=5)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3600)), max_size=60))
def test_never_more_in_a_window_and_never_silent_for_longer_than_one(messages: list[tuple[bool, int]]) -> None:
    tally, now = NOTHING_YET, NOON
    answered: list[datetime] = []
    for understood, seconds in messages:
        now += timedelta(seconds=seconds)
        found = allowance(LIMITS, tally, understood=understood, now=now)
        if found.allowed:
            tally = found.tally
            answered.append(now)
        first = answered[-5:][0] if len(answered) >= 5 else None
        if understood and not found.allowed:
            assert first is not None
            assert now - first <= timedelta(hours=1)
    for start in answered:  # windows are fixed: two of them can touch, so that ten is the most in any hour
        assert sum(start <= moment < start + timedelta(hours=1) for moment in answered) <= 10


def test_the_answer_that_uses_up_a_cap_says_until_when() -> None:
    tally = NOTHING_YET
    for number in range(1, 6):
        found = allowance(LIMITS, tally, understood=True, now=NOON + timedelta(minutes=number))
        assert found.allowed
        tally = found.tally
    assert found.all_until == NOON + timedelta(hours=1, minutes=1)
    assert not allowance(LIMITS, tally, understood=True, now=NOON + timedelta(minutes=6)).allowed


def test_no_limit_is_no_limit() -> None:
    tally = NOTHING_YET
    for _ in range(500):
        found = allowance(Limits(0, 0), tally, understood=False, now=NOON)
        assert found.allowed
        assert found.all_until is found.unrecognised_until is None
        tally = found.tally


def test_once_an_hour() -> None:
    first = one_more(1, NOTHING_YET, NOON)
    assert first.allowed
    assert not one_more(1, first.tally, NOON + timedelta(minutes=59)).allowed
    assert one_more(1, first.tally, NOON + timedelta(minutes=60)).allowed


def test_a_window_from_a_clock_that_was_ahead_has_ended() -> None:
    """A machine’s clock that stood a year ahead for a minute silences nobody for a year; small steps back change nothing."""
    tally, ahead = NOTHING_YET, NOON + timedelta(days=365)
    for _ in range(5):
        tally = allowance(LIMITS, tally, understood=True, now=ahead).tally
    assert not allowance(LIMITS, tally, understood=True, now=ahead - timedelta(minutes=5)).allowed
    found = allowance(LIMITS, tally, understood=False, now=NOON)
    assert (found.allowed, found.tally.letters, found.tally.unrecognised) == (True, 1, 1)
