"""The life of an account as a table: what may happen to it in which status, and what that makes of its facts.

| event            | INVITED | ACTIVE | PASSWORD_EXPIRED | SUSPENDED | CLOSED |
|------------------|---------|--------|------------------|-----------|--------|
| APPROVE          | yes     | yes    | yes              | no        | no     |
| UNDO             | yes     | yes    | yes              | yes       | no     |
| PRESENT_TEMPORARY| yes     | yes    | yes              | no        | no     |
| PRESENT_EXPIRED  | no      | no     | yes              | no        | no     |
| CHOOSE_PASSWORD  | yes     | yes    | yes              | no        | no     |
| USE              | no      | yes    | no               | no        | no     |
| SUSPEND          | yes     | yes    | yes              | no        | no     |
| RESUME           | no      | no     | no               | yes       | no     |
| CLOSE            | yes     | yes    | yes              | yes       | no     |

Nothing leads out of CLOSED ("Once closed, a new account must be requested"). APPROVE makes a temporary password, which opens
nothing but the choice of a new one; the old password works until then. The storage keeps the same rules in its conditions, for two
that come at once; a handler asks here first, to tell the sender why not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.accounts.status import AccountFacts, Rules, Status, status_of, temporary_alive


class Event(StrEnum):
    """What can happen to an account."""

    APPROVE = "approve"
    UNDO = "undo"
    PRESENT_TEMPORARY = "present_temporary"
    PRESENT_EXPIRED = "present_expired"  # the password itself, after its three months: it only lets choose a new one
    CHOOSE_PASSWORD = "choose_password"  # noqa: S105 - an event
    USE = "use"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The event cannot happen in this status; nothing changed."""

    status: Status


_LIVING = frozenset({Status.INVITED, Status.ACTIVE, Status.PASSWORD_EXPIRED})

ALLOWED: dict[Event, frozenset[Status]] = {
    Event.APPROVE: _LIVING,
    Event.UNDO: _LIVING | {Status.SUSPENDED},
    Event.PRESENT_TEMPORARY: _LIVING,
    Event.PRESENT_EXPIRED: frozenset({Status.PASSWORD_EXPIRED}),
    Event.CHOOSE_PASSWORD: _LIVING,
    Event.USE: frozenset({Status.ACTIVE}),
    Event.SUSPEND: _LIVING,
    Event.RESUME: frozenset({Status.SUSPENDED}),
    Event.CLOSE: _LIVING | {Status.SUSPENDED},
}


def allowed(event: Event, facts: AccountFacts, now: datetime, rules: Rules) -> bool:
    """Whether the event may happen now; a temporary password must still be alive to be presented."""
    if event is Event.PRESENT_TEMPORARY and not temporary_alive(facts, now):
        return False
    return status_of(facts, now, rules) in ALLOWED[event]


def after(
    event: Event, facts: AccountFacts, now: datetime, rules: Rules, *, temporary_for: timedelta = timedelta(hours=24)
) -> AccountFacts | NotAllowed:
    """The facts after the event, or why it cannot happen."""
    if not allowed(event, facts, now, rules):
        return NotAllowed(status_of(facts, now, rules))
    return _EFFECTS[event](facts, now, temporary_for)


_Effect = Callable[[AccountFacts, datetime, timedelta], AccountFacts]


def _used(facts: AccountFacts, now: datetime) -> AccountFacts:
    return replace(facts, last_activity_at=max(now, facts.last_activity_at))


_EFFECTS: dict[Event, _Effect] = {
    Event.APPROVE: lambda facts, now, hours: replace(facts, temporary_expires_at=now + hours),
    Event.UNDO: lambda facts, now, hours: replace(facts, temporary_expires_at=None),
    Event.PRESENT_TEMPORARY: lambda facts, now, hours: _used(facts, now),
    Event.PRESENT_EXPIRED: lambda facts, now, hours: _used(facts, now),
    Event.CHOOSE_PASSWORD: lambda facts, now, hours: _used(replace(facts, password_set_at=now, temporary_expires_at=None), now),
    Event.USE: lambda facts, now, hours: _used(facts, now),
    Event.SUSPEND: lambda facts, now, hours: replace(facts, suspended_at=now),
    Event.RESUME: lambda facts, now, hours: replace(facts, suspended_at=None),
    Event.CLOSE: lambda facts, now, hours: replace(facts, closed_at=now, temporary_expires_at=None),
}
