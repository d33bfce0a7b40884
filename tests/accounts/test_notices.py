"""Notices: once each, the nearest after downtime, none where they say nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.core.accounts.notices import DAYS, Notice, NoticeKind, due_notices
from bot.core.accounts.status import AccountFacts, Rules

TORONTO = ZoneInfo("America/Toronto")
RULES = Rules(TORONTO)
SET = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)  # the password ends on 15 April, the account (used on 1 April) on 1 October
FACTS = AccountFacts(SET, datetime(2026, 4, 1, 15, 0, tzinfo=UTC), password_set_at=SET)


def on(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=TORONTO).astimezone(UTC)


def due(day: str, facts: AccountFacts = FACTS, sent: set[tuple[str, date, int]] | None = None) -> list[tuple[str, int, int]]:
    return [(notice.kind.value, notice.days, notice.left) for notice in due_notices(facts, sent or set(), on(day), RULES)]


def test_the_password_notices_of_a_year() -> None:
    sent: set[tuple[str, date, int]] = set()
    went_out: list[tuple[str, int]] = []
    for day in (date(2026, 3, 1) + timedelta(days=number) for number in range(60)):
        for notice in due_notices(FACTS, sent, on(day.isoformat()), RULES):
            went_out.append((day.isoformat(), notice.days))
            sent.add(notice.key)
    assert went_out == [("2026-04-01", 14), ("2026-04-08", 7), ("2026-04-14", 1)]


def test_the_inactivity_notices() -> None:
    expired = replace(FACTS, password_set_at=SET)
    assert due("2026-08-31", expired) == []
    assert due("2026-09-01", expired) == [("inactivity", 30, 30)]
    assert due("2026-09-24", expired) == [("inactivity", 7, 7)]
    assert due("2026-09-30", expired) == [("inactivity", 1, 1)]
    assert due("2026-10-01", expired) == [("inactivity", 1, 0)]
    assert due("2026-10-02", expired) == [], "it is closed: there is nothing to announce"


def test_after_downtime_only_the_nearest_goes_out() -> None:
    assert due("2026-04-11") == [("password", 7, 4)]
    assert due("2026-04-15") == [("password", 1, 0)], "the last day"
    sent = {("password", date(2026, 4, 15), 7)}
    assert due("2026-04-11", sent=sent) == [], "the one of 14 days is not made up for"


def test_a_new_password_has_notices_of_its_own() -> None:
    sent = {("password", date(2026, 4, 15), days) for days in (14, 7, 1)}
    later = replace(FACTS, password_set_at=on("2026-04-14"))
    assert due("2026-07-01", later, sent) == [("password", 14, 13)]


def test_both_deadlines_on_one_day_are_two_notices() -> None:
    facts = AccountFacts(on("2026-01-10"), on("2026-03-30"), password_set_at=on("2026-06-30"))
    assert due("2026-09-29", facts) == [("password", 1, 1), ("inactivity", 1, 1)]


def test_who_is_told_nothing() -> None:
    day = "2026-04-14"
    assert due(day) != []
    assert due(day, replace(FACTS, suspended_at=SET)) == []
    assert due(day, replace(FACTS, closed_at=SET)) == []
    assert due(day, replace(FACTS, password_set_at=None)) == [], "an invited member has no password that could end"


@given(st.integers(0, 200), st.lists(st.integers(0, 20), max_size=30))
def test_every_notice_goes_out_once_at_most_and_in_order(start: int, gaps: list[int]) -> None:
    """Whatever days the sweep runs on, no deadline is announced twice for one threshold, and the thresholds only go down."""
    sent: set[tuple[str, date, int]] = set()
    seen: dict[NoticeKind, list[int]] = {kind: [] for kind in NoticeKind}
    day = date(2026, 1, 15) + timedelta(days=start)
    for gap in gaps:
        day += timedelta(days=gap)
        for notice in due_notices(FACTS, sent, on(day.isoformat()), RULES):
            assert isinstance(notice, Notice)
            assert 0 <= notice.left <= notice.days
            sent.add(notice.key)
            seen[notice.kind].append(notice.days)
    for kind, days in seen.items():
        assert days == sorted(set(days), reverse=True)
        assert set(days) <= set(DAYS[kind])
