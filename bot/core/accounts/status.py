"""An account's status, derived from dated facts and never stored.

| what is true now                                            | status           |
|-------------------------------------------------------------|------------------|
| it was closed, or its inactivity deadline has passed        | CLOSED           |
| else: it is suspended                                       | SUSPENDED        |
| else: no password was ever chosen                           | INVITED          |
| else: the password's deadline has passed                    | PASSWORD_EXPIRED |
| else                                                        | ACTIVE           |

The help page's rules: "Your password will remain active for a period of three months. After this period, you will be advised on
the next visit … that your password has expired and you will be asked to choose a new one"; "An account is closed automatically
after six months of inactivity. Once closed, a new account must be requested".

A deadline is a local date in the desk's zone: that of the anchor plus calendar months, clamped to the month's end (30 November plus
three months is 28 February), and what it ends is valid through that whole day. So no clock change and no leap year moves it, and
nobody is cut off in the middle of a working day. The lazy rule, this file at the moment of use, wins over the sweep, which only
writes down what is true already: a sweep that does not run keeps nobody in, and one that runs twice closes nobody early.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from dateutil.relativedelta import relativedelta


class Status(StrEnum):
    """What an account is good for now."""

    INVITED = "invited"
    ACTIVE = "active"
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105 - a status
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is stored about an account's life. Moments are aware.

    `last_activity_at` is the last successful authentication or authenticated command, at first the moment of creation.
    """

    created_at: datetime
    last_activity_at: datetime
    password_set_at: datetime | None = None
    temporary_expires_at: datetime | None = None
    suspended_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The calendar of the settings: months, and the desk's zone."""

    zone: tzinfo
    password_months: int = 3
    inactive_months: int = 6


def status_of(facts: AccountFacts, now: datetime, rules: Rules) -> Status:
    """The first row of the table above that is true."""
    return next(status for status, is_true in _PRECEDENCE if is_true(facts, now, rules))


def password_deadline(facts: AccountFacts, rules: Rules) -> date | None:
    """The last local day on which the password opens services, None when there is no password."""
    if facts.password_set_at is None:
        return None
    return _last_day(facts.password_set_at, rules.password_months, rules.zone)


def inactivity_deadline(facts: AccountFacts, rules: Rules) -> date:
    """The last local day before the account closes for want of activity."""
    return _last_day(max(facts.created_at, facts.last_activity_at), rules.inactive_months, rules.zone)


def previous_counts(facts: AccountFacts, now: datetime, rules: Rules) -> bool:
    """Whether the password before the last change is still known as such: as long as the one that replaced it lives.

    Whoever comes later meets an expired password anyway, and a hash of what people may use elsewhere is not kept without need.
    """
    return facts.closed_at is None and facts.password_set_at is not None and not _is_expired(facts, now, rules)


def temporary_alive(facts: AccountFacts, now: datetime) -> bool:
    """Whether a temporary password may still be presented: up to, and not at, its expiry."""
    return facts.temporary_expires_at is not None and now < facts.temporary_expires_at


def local_date(moment: datetime, zone: tzinfo) -> date:
    """The date that the wall calendar in the desk's office shows at that moment."""
    return moment.astimezone(zone).date()


def _last_day(anchor: datetime, months: int, zone: tzinfo) -> date:
    return local_date(anchor, zone) + relativedelta(months=months)  # clamps at the month's end


def _is_closed(facts: AccountFacts, now: datetime, rules: Rules) -> bool:
    return facts.closed_at is not None or local_date(now, rules.zone) > inactivity_deadline(facts, rules)


def _is_suspended(facts: AccountFacts, now: datetime, rules: Rules) -> bool:
    return facts.suspended_at is not None


def _is_invited(facts: AccountFacts, now: datetime, rules: Rules) -> bool:
    return facts.password_set_at is None


def _is_expired(facts: AccountFacts, now: datetime, rules: Rules) -> bool:
    deadline = password_deadline(facts, rules)
    return deadline is not None and local_date(now, rules.zone) > deadline


def _is_active(facts: AccountFacts, now: datetime, rules: Rules) -> bool:
    return True


_PRECEDENCE: tuple[tuple[Status, Callable[[AccountFacts, datetime, Rules], bool]], ...] = (
    (Status.CLOSED, _is_closed),
    (Status.SUSPENDED, _is_suspended),
    (Status.INVITED, _is_invited),
    (Status.PASSWORD_EXPIRED, _is_expired),
    (Status.ACTIVE, _is_active),
)
