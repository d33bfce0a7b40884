"""The calendar: which local day ends a password or an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.accounts.status import (
    AccountFacts,
    Rules,
    Status,
    inactivity_deadline,
    password_deadline,
    status_of,
    temporary_alive,
)

TORONTO = ZoneInfo("America/Toronto")
RULES = Rules(TORONTO)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO).astimezone(UTC)


def account(password: str, activity: str | None = None) -> AccountFacts:
    set_at = local(password)
    return AccountFacts(set_at, local(activity) if activity else set_at, password_set_at=set_at)


@pytest.mark.parametrize(
    ("anchor", "password", "inactivity"),
    [
        ("2026-01-15T10:00", date(2026, 4, 15), date(2026, 7, 15)),
        ("2026-01-31T10:00", date(2026, 4, 30), date(2026, 7, 31)),  # clamped to a month of 30 days
        ("2026-08-31T10:00", date(2026, 11, 30), date(2027, 2, 28)),  # and to February
        ("2026-11-29T10:00", date(2027, 2, 28), date(2027, 5, 29)),
        ("2026-11-30T10:00", date(2027, 2, 28), date(2027, 5, 30)),
        ("2027-11-29T10:00", date(2028, 2, 29), date(2028, 5, 29)),  # a leap year
        ("2027-11-30T10:00", date(2028, 2, 29), date(2028, 5, 30)),
        ("2028-02-29T10:00", date(2028, 5, 29), date(2028, 8, 29)),  # anchored on 29 February
        ("2027-08-29T10:00", date(2027, 11, 29), date(2028, 2, 29)),
        ("2026-12-31T23:59:59", date(2027, 3, 31), date(2027, 6, 30)),
        ("2027-01-01T00:00:00", date(2027, 4, 1), date(2027, 7, 1)),  # one second later is another day
        ("2026-03-08T01:59:59", date(2026, 6, 8), date(2026, 9, 8)),  # the spring change, before it
        ("2026-03-08T03:00:00", date(2026, 6, 8), date(2026, 9, 8)),  # and after
        ("2026-08-01T12:00", date(2026, 11, 1), date(2027, 2, 1)),  # the deadline is the day of the autumn change
    ],
)
def test_deadlines_are_calendar_months_of_the_local_date(anchor: str, password: date, inactivity: date) -> None:
    facts = account(anchor)
    assert password_deadline(facts, RULES) == password
    assert inactivity_deadline(facts, RULES) == inactivity


@pytest.mark.parametrize("deadline", ["2026-04-30", "2026-11-01", "2027-03-14", "2028-02-29"])
def test_a_password_is_valid_through_its_last_day(deadline: str) -> None:
    # 1 November 2026 has 25 hours in Toronto and 14 March 2027 has 23: the day ends at midnight all the same.
    last = date.fromisoformat(deadline)
    anchor = {"2026-04-30": "2026-01-31", "2026-11-01": "2026-08-01", "2027-03-14": "2026-12-14", "2028-02-29": "2027-11-30"}
    facts = account(f"{anchor[deadline]}T09:00", f"{deadline}T00:00")
    assert status_of(facts, local(f"{last}T00:00:00"), RULES) is Status.ACTIVE
    assert status_of(facts, local(f"{last}T23:59:59"), RULES) is Status.ACTIVE
    assert status_of(facts, local(f"{last + timedelta(days=1)}T00:00:00"), RULES) is Status.PASSWORD_EXPIRED


def test_midnight_is_the_desks_not_utc() -> None:
    facts = account("2026-01-15T23:30", "2026-04-15T00:00")  # in UTC that is the 16th
    assert status_of(facts, datetime(2026, 4, 16, 3, 59, 59, tzinfo=UTC), RULES) is Status.ACTIVE
    assert status_of(facts, datetime(2026, 4, 16, 4, 0, tzinfo=UTC), RULES) is Status.PASSWORD_EXPIRED


def test_inactivity_closes_after_the_last_day() -> None:
    facts = account("2026-06-01T09:00", "2026-08-31T18:00")
    assert status_of(facts, local("2027-02-28T23:59:59"), RULES) is Status.PASSWORD_EXPIRED
    assert status_of(facts, local("2027-03-01T00:00:00"), RULES) is Status.CLOSED


def test_closed_wins_where_both_deadlines_are_one_day() -> None:
    facts = account("2026-06-30T09:00", "2026-03-30T09:00")  # both end on 30 September
    facts = replace(facts, created_at=local("2026-03-30T08:00"))
    assert password_deadline(facts, RULES) == inactivity_deadline(facts, RULES) == date(2026, 9, 30)
    assert status_of(facts, local("2026-09-30T23:59:59"), RULES) is Status.ACTIVE
    assert status_of(facts, local("2026-10-01T00:00:00"), RULES) is Status.CLOSED


def test_precedence() -> None:
    now = local("2026-05-01T12:00")
    active = account("2026-04-01T12:00")
    invited = replace(active, password_set_at=None)
    expired = replace(active, password_set_at=local("2026-01-01T12:00"))
    for facts, plain in ((active, Status.ACTIVE), (invited, Status.INVITED), (expired, Status.PASSWORD_EXPIRED)):
        assert status_of(facts, now, RULES) is plain
        suspended = replace(facts, suspended_at=now)
        assert status_of(suspended, now, RULES) is Status.SUSPENDED
        assert status_of(replace(suspended, closed_at=now), now, RULES) is Status.CLOSED
    assert status_of(replace(invited, suspended_at=now), local("2026-12-01T12:00"), RULES) is Status.CLOSED


def test_the_desk_was_down_over_both_deadlines() -> None:
    # Nothing ran for a year: the first look says CLOSED, whatever no sweep has written down.
    assert status_of(account("2026-01-15T10:00"), local("2027-01-15T10:00"), RULES) is Status.CLOSED


def test_months_are_settings() -> None:
    facts = account("2026-01-31T10:00")
    rules = Rules(TORONTO, password_months=1, inactive_months=2)
    assert password_deadline(facts, rules) == date(2026, 2, 28)
    assert inactivity_deadline(facts, rules) == date(2026, 3, 31)


def test_a_temporary_password_ends_at_its_moment() -> None:
    end = local("2026-05-02T12:00")
    facts = replace(account("2026-05-01T12:00"), temporary_expires_at=end)
    assert temporary_alive(facts, end - timedelta(microseconds=1))
    assert not temporary_alive(facts, end)
    assert not temporary_alive(replace(facts, temporary_expires_at=None), end - timedelta(hours=1))
