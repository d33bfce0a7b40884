"""Which notice is due: a password that ends in 14, 7 or 1 days, an account that closes in 30, 7 or 1 days.

Each goes out once for a deadline. After downtime only the nearest one is sent: three letters that say the same on one morning would
be noise. A suspended account is told nothing (its members can do nothing about it), nor is a closed one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.core.accounts.status import (
    AccountFacts,
    Rules,
    Status,
    inactivity_deadline,
    local_date,
    password_deadline,
    status_of,
)


class NoticeKind(StrEnum):
    """What ends."""

    PASSWORD = "password"  # noqa: S105 - a kind of notice
    INACTIVITY = "inactivity"


DAYS: Mapping[NoticeKind, tuple[int, ...]] = {NoticeKind.PASSWORD: (14, 7, 1), NoticeKind.INACTIVITY: (30, 7, 1)}

# In which status a notice still says something that its reader does not know and can change.
_TELLS = {
    NoticeKind.PASSWORD: frozenset({Status.ACTIVE}),
    NoticeKind.INACTIVITY: frozenset({Status.ACTIVE, Status.PASSWORD_EXPIRED, Status.INVITED}),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that is due. `days` is the threshold that makes it one letter, `left` the days that truly remain (0: today)."""

    kind: NoticeKind
    deadline: date
    days: int
    left: int

    @property
    def key(self) -> tuple[str, date, int]:
        """What makes it the same notice again."""
        return (self.kind.value, self.deadline, self.days)


def due_notices(facts: AccountFacts, sent: Collection[tuple[str, date, int]], now: datetime, rules: Rules) -> list[Notice]:
    """The notices to send now, at most one a kind; `sent` are the keys of those that went out."""
    status = status_of(facts, now, rules)
    deadlines = {NoticeKind.PASSWORD: password_deadline(facts, rules), NoticeKind.INACTIVITY: inactivity_deadline(facts, rules)}
    today = local_date(now, rules.zone)
    due = []
    for kind, deadline in deadlines.items():
        if deadline is None or status not in _TELLS[kind]:
            continue
        left = (deadline - today).days
        reached = [days for days in DAYS[kind] if left <= days]
        if left >= 0 and reached:
            notice = Notice(kind, deadline, min(reached), left)
            if notice.key not in sent:
                due.append(notice)
    return due
