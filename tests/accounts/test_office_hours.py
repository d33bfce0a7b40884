"""When a person is there, when administrators are reminded, when a request lapses, when the sweep stops."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.accounts.office_hours import OfficeHours, parse_office_hours
from bot.core.accounts.reminders import lapses, reminders_due
from bot.core.accounts.sweep_guard import Alarm, Tick, alarm

TORONTO = ZoneInfo("America/Toronto")
OFFICE = parse_office_hours("Mon-Fri 08:00-17:30", [date(2026, 12, 25), date(2027, 1, 1)], TORONTO)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T09:00", "2026-11-23T09:00"),  # a Monday morning: now
        ("2026-11-23T08:00", "2026-11-23T08:00"),
        ("2026-11-23T07:59", "2026-11-23T08:00"),
        ("2026-11-23T17:30", "2026-11-24T08:00"),  # closed on the minute
        ("2026-11-27T18:00", "2026-11-30T08:00"),  # Friday evening
        ("2026-12-24T18:00", "2026-12-28T08:00"),  # Christmas on a Friday
        ("2026-03-07T12:00", "2026-03-09T08:00"),  # over the spring change
        ("2026-10-31T12:00", "2026-11-02T08:00"),  # over the autumn change
    ],
)
def test_when_somebody_is_there(now: str, opens: str) -> None:
    assert OFFICE.next_open(local(now)) == local(opens)
    assert OFFICE.is_open(local(now)) == (now == opens)


@pytest.mark.parametrize(
    ("since", "now", "hours"),
    [
        ("2026-11-23T09:00", "2026-11-23T13:00", 4),
        ("2026-11-23T16:30", "2026-11-24T11:00", 4),
        ("2026-11-27T16:30", "2026-11-30T09:00", 2),
        ("2026-11-28T09:00", "2026-11-29T17:00", 0),
        ("2026-11-24T11:00", "2026-11-23T11:00", 0),  # a clock that went back
        ("2026-03-06T17:00", "2026-03-09T08:30", 1),
    ],
)
def test_open_hours_since(since: str, now: str, hours: float) -> None:
    assert OFFICE.open_time(local(since), local(now)) == timedelta(hours=hours)


def test_reminders_come_in_open_hours_once_each() -> None:
    friday = local("2026-11-27T16:30")
    assert reminders_due(friday, 0, local("2026-11-29T12:00"), OFFICE) == 0
    assert reminders_due(friday, 0, local("2026-11-30T10:59"), OFFICE) == 0
    assert reminders_due(friday, 0, local("2026-11-30T11:00"), OFFICE) == 1
    assert reminders_due(friday, 1, local("2026-11-30T11:00"), OFFICE) == 0
    assert reminders_due(friday, 1, local("2026-12-02T12:00"), OFFICE) == 2
    assert reminders_due(friday, 0, local("2026-12-07T12:00"), OFFICE) == 2, "one letter after downtime"
    assert reminders_due(friday, 2, local("2026-12-07T12:00"), OFFICE) == 0
    assert reminders_due(friday, 0, local("2026-11-27T17:30"), OFFICE, hours=(1,)) == 1


def test_a_request_lapses_after_fourteen_days() -> None:
    made = local("2026-10-25T16:30")
    assert not lapses(made, made + timedelta(days=14) - timedelta(seconds=1))
    assert lapses(made, made + timedelta(days=14))
    assert lapses(made, made + timedelta(days=1), days=1)


def test_what_can_be_written() -> None:
    office = parse_office_hours("lun-jeu 8h00-12h00, 13h00–17h00, ven 08:00-12:00", [], TORONTO)
    assert office.is_open(local("2026-11-23T16:59"))
    assert not office.is_open(local("2026-11-23T12:30"))
    assert not office.is_open(local("2026-11-27T13:00"))
    weekend = parse_office_hours("Sat-Sun 00:00-24:00", [], TORONTO)
    assert weekend.open_time(local("2026-11-27T12:00"), local("2026-11-30T12:00")) == timedelta(hours=48)
    assert parse_office_hours("Sun-Mon 10:00-11:00", [], UTC).is_open(datetime(2026, 11, 22, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    ["", "Mon-Fri", "08:00-17:30", "Mon 17:30-08:00", "Mon 08:00-25:00", "Foo 08:00-17:00", "Mon 08:00-12:00, Mon 11:00-13:00"],
)
def test_mistakes_say_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_office_hours(text, [], TORONTO)


def test_an_office_that_is_never_open_says_so() -> None:
    closed = {date(2026, 11, 1) + timedelta(days=number) for number in range(600)}
    assert OfficeHours(OFFICE.spans, frozenset(closed), TORONTO).next_open(local("2026-11-23T09:00")) is None


@given(st.integers(0, 60 * 24 * 400), st.integers(0, 60 * 24 * 20))
def test_open_time_adds_up(start: int, length: int) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    middle, end = since + timedelta(minutes=length // 3), since + timedelta(minutes=length)
    assert OFFICE.open_time(since, middle) + OFFICE.open_time(middle, end) == OFFICE.open_time(since, end)
    opening = OFFICE.next_open(since)
    assert opening is not None
    assert OFFICE.is_open(opening)
    assert OFFICE.open_time(since, opening) == timedelta()


NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "seconds", "closing", "accounts", "stops"),
    [
        (1, 3600, 0, 1000, None),
        (1, 3600, 50, 1000, None),
        (1, 3600, 51, 1000, Alarm.TOO_MANY),
        (1, 3600, 3, 4, None),  # five per cent of four accounts is nobody
        (1, 3600, 4, 4, Alarm.TOO_MANY),
        (0, 3600, 0, 1000, Alarm.CLOCK_BACKWARD),
        (-1, 3600, 0, 1000, Alarm.CLOCK_BACKWARD),
        (25, 3600, 0, 1000, None),
        (26, 3600, 0, 1000, Alarm.CLOCK_AHEAD),
        (24 * 200, None, 0, 1000, None),  # the desk was switched off: nobody can tell
        (-1, None, 0, 1000, Alarm.CLOCK_BACKWARD),
    ],
)
def test_when_the_sweep_stops(hours: int, seconds: float | None, closing: int, accounts: int, stops: Alarm | None) -> None:
    last = Tick(NOON, 1000.0)
    this = Tick(NOON + timedelta(hours=hours), None if seconds is None else 1000.0 + seconds)
    assert alarm(last, this, closing=closing, accounts=accounts) is stops
    if stops in (None, Alarm.TOO_MANY):
        assert alarm(None, this, closing=closing, accounts=accounts) is stops
