"""What opens a session, how long it lasts, and what each level of assurance may do.

How sure the desk is (`bot.core.values.Assurance`, after NIST SP 800-63): A0 anyone; A1 an authentic sender; A2 a session opened by
access code and password, by a YES to a challenge, or by a linked private chat; A3 a session in which the current password was
given; A4 a listed administrator with the request's own token. A4 is no session: it decides requests and administers accounts, and
reads nobody's shipments.

What opens what, by the account's status (`entry`):

| presented           | ACTIVE | PASSWORD_EXPIRED | INVITED | SUSPENDED, CLOSED |
|---------------------|--------|------------------|---------|-------------------|
| the password        | A3     | limited          | no      | no                |
| a temporary one     | limited| limited          | limited | no                |
| credentials letter  | limited| limited          | limited | no                |
| YES to a challenge  | A2     | no: expired      | no      | no                |
| a linked chat       | A2     | no: expired      | no      | no                |

The limited session allows nothing but to choose a new password. A mailbox or a chat alone never opens it: whoever reads a mailbox
must not replace a password behind the administrator's back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.accounts.status import Status
from bot.core.values import Assurance

WHOLE = timedelta(hours=12)  # whatever is done in it, a session ends then
IDLE = timedelta(minutes=60)  # the default of [accounts] session_minutes


class Proof(StrEnum):
    """What was presented, and found right."""

    PASSWORD = "password"  # noqa: S105 - a kind of proof
    TEMPORARY = "temporary"
    LETTER = "letter"
    CHALLENGE = "challenge"
    CHAT = "chat"


class Entry(StrEnum):
    """What a right proof opens."""

    CONFIRMED = "confirmed"  # A3
    OPEN = "open"  # A2
    LIMITED = "limited"
    EXPIRED = "expired"  # nothing: the password has expired and has to be presented
    INVITED = "invited"  # nothing: there is no password yet
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Action(StrEnum):
    """What a message may ask for, as far as its rights go."""

    HELP = "help"
    SERVICES = "services"
    CONTACT = "contact"
    LANGUAGE_OF_REPLY = "language_of_reply"
    TRACE_OPEN = "trace_open"
    REQUEST_ACCESS = "request_access"
    FORGOT_PASSWORD = "forgot_password"  # noqa: S105 - an action
    MY_REQUEST = "my_request"
    REMEMBER_LANGUAGE = "remember_language"
    LOCKED_SERVICE = "locked_service"  # TRACE for a party, MY SHIPMENTS, whatever has a key
    SEE_PROFILE = "see_profile"
    CHANGE_PROFILE = "change_profile"  # language, name, telephone
    SEE_MEMBERS = "see_members"
    LOGOUT = "logout"
    NEW_PASSWORD = "new_password"  # noqa: S105 - an action
    CHANGE_PASSWORD = "change_password"  # noqa: S105 - an action
    CHANGE_ADDRESS = "change_address"
    LINK = "link"
    UNLINK = "unlink"
    INVITE = "invite"
    REMOVE = "remove"
    LOGOUT_ALL = "logout_all"
    DECIDE = "decide"
    ADMINISTER = "administer"


_ENTRIES: dict[Proof, dict[Status, Entry]] = {
    Proof.PASSWORD: {
        Status.ACTIVE: Entry.CONFIRMED,
        Status.PASSWORD_EXPIRED: Entry.LIMITED,
        Status.INVITED: Entry.INVITED,
    },
    Proof.TEMPORARY: dict.fromkeys((Status.ACTIVE, Status.PASSWORD_EXPIRED, Status.INVITED), Entry.LIMITED),
    Proof.LETTER: dict.fromkeys((Status.ACTIVE, Status.PASSWORD_EXPIRED, Status.INVITED), Entry.LIMITED),
    Proof.CHALLENGE: {
        Status.ACTIVE: Entry.OPEN,
        Status.PASSWORD_EXPIRED: Entry.EXPIRED,
        Status.INVITED: Entry.INVITED,
    },
    Proof.CHAT: {
        Status.ACTIVE: Entry.OPEN,
        Status.PASSWORD_EXPIRED: Entry.EXPIRED,
        Status.INVITED: Entry.INVITED,
    },
}
_ALWAYS = {Status.SUSPENDED: Entry.SUSPENDED, Status.CLOSED: Entry.CLOSED}

_A0 = frozenset(Assurance)
_A1 = _A0 - {Assurance.ANYONE}
_A2 = frozenset({Assurance.SESSION, Assurance.CURRENT_PASSWORD})
_A3 = frozenset({Assurance.CURRENT_PASSWORD})
_A4 = frozenset({Assurance.ADMINISTRATOR})

_PERMITS: dict[Action, frozenset[Assurance]] = {
    Action.HELP: _A0,
    Action.SERVICES: _A0,
    Action.CONTACT: _A0,
    Action.LANGUAGE_OF_REPLY: _A0,
    Action.TRACE_OPEN: _A0,
    Action.REQUEST_ACCESS: _A0,
    Action.FORGOT_PASSWORD: _A0,
    Action.MY_REQUEST: _A1,
    Action.REMEMBER_LANGUAGE: _A1,
    Action.LOCKED_SERVICE: _A2,
    Action.SEE_PROFILE: _A2,
    Action.CHANGE_PROFILE: _A2,
    Action.SEE_MEMBERS: _A2,
    Action.LOGOUT: _A2,
    Action.NEW_PASSWORD: frozenset(),  # only the limited session: who knows the password changes it with CHANGE PASSWORD
    Action.CHANGE_PASSWORD: _A3,
    Action.CHANGE_ADDRESS: _A3,
    Action.LINK: _A3,
    Action.UNLINK: _A1,  # it takes rights away, and helps whoever lost a telephone
    Action.INVITE: _A3 | _A4,
    Action.REMOVE: _A3 | _A4,
    Action.LOGOUT_ALL: _A3,
    Action.DECIDE: _A4,
    Action.ADMINISTER: _A4,
}
_OPEN = frozenset(action for action, levels in _PERMITS.items() if Assurance.ANYONE in levels)
_LIMITED = _OPEN | {Action.NEW_PASSWORD, Action.LOGOUT}


def entry(proof: Proof, status: Status) -> Entry:
    """What a right proof opens: the table above. Whether it was right, and a temporary password still alive, is known before."""
    return _ALWAYS.get(status) or _ENTRIES[proof][status]


def permits(assurance: Assurance, action: Action, *, limited: bool = False) -> bool:
    """Whether a message of that assurance may do it; `limited` when its session is a limited one."""
    if limited:
        return action in _LIMITED
    return assurance in _PERMITS[action]


def needs(action: Action) -> Assurance:
    """The lowest assurance that may do it, to tell the sender what is missing (for NEW PASSWORD: the limited session's A2)."""
    return min(_PERMITS[action], default=Assurance.SESSION)


def alive(opened_at: datetime, last_used_at: datetime, ended_at: datetime | None, now: datetime, *, idle: timedelta = IDLE) -> bool:
    """Whether a session still counts: not ended, used within `idle`, and opened within twelve hours.

    A clock that went backward (`now` before the opening) ends nothing.
    """
    return ended_at is None and now - last_used_at < idle and now - opened_at < WHOLE
