"""When administrators are reminded of a request, and when it lapses.

Reminders come after 4 and 24 open hours: a request of Friday evening is not late on Sunday. The lapse comes after 14 days of the
calendar, which is what the requester counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.accounts.office_hours import OfficeHours

REMIND_HOURS = (4, 24)
LAPSE_DAYS = 14


def reminders_due(since: datetime, sent: int, now: datetime, office: OfficeHours, *, hours: Sequence[float] = REMIND_HOURS) -> int:
    """How many reminders should have gone out by now, 0 when no new one is due.

    `since` is when the request was put to administrators, `sent` how many went out. After downtime both thresholds may have
    passed: one letter is sent then, and the number that this returns is stored.
    """
    passed = office.open_time(since, now)
    reached = sum(passed >= timedelta(hours=hour) for hour in hours)
    return reached if reached > sent else 0


def lapses(created_at: datetime, now: datetime, *, days: int = LAPSE_DAYS) -> bool:
    """Whether a request that nobody decided has lapsed."""
    return now - created_at >= timedelta(days=days)
