"""What is on file about accounts, their members, sessions, tokens, requests and the audit trail: plain values.

Moments are aware and in UTC. `id` is the database's; a request's `number` is a label that people say aloud and proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.core.accounts.status import AccountFacts
from bot.core.accounts.tokens import Purpose
from bot.core.values import Assurance, Language


class MemberState(StrEnum):
    """Where a member of an account stands."""

    INVITED = "invited"  # has not confirmed the invitation yet: receives nothing else, may do nothing
    ACTIVE = "active"
    SUSPENDED = "suspended"  # another member objected; an administrator looks
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Account:
    """An access code with its password, shared by one or more members of an enterprise.

    Hashes are Argon2id strings, "" for none. `previous_hash` is the password before the last change (`status.previous_counts` says
    how long it is of use). `temporary_*` is the password that an approval or NEW CODE made: `temporary_member`
    is the member to whom it went, `temporary_used_at` when it was first presented. `new_code_until` is how long the address on
    record may ask for a fresh one (seven days from an approval).
    """

    id: int
    code: str
    company: str
    created_at: datetime
    last_activity_at: datetime
    password_hash: str = field(default="", repr=False)
    password_set_at: datetime | None = None
    previous_hash: str = field(default="", repr=False)
    temporary_hash: str = field(default="", repr=False)
    temporary_expires_at: datetime | None = None
    temporary_used_at: datetime | None = None
    temporary_member: int | None = None
    new_code_until: datetime | None = None
    suspended_at: datetime | None = None
    closed_at: datetime | None = None
    reason: str = ""  # why it was suspended or closed: a stable word
    customer_numbers: tuple[str, ...] = ()

    @property
    def facts(self) -> AccountFacts:
        """What its status is derived from."""
        return AccountFacts(
            created_at=self.created_at,
            last_activity_at=self.last_activity_at,
            password_set_at=self.password_set_at,
            temporary_expires_at=self.temporary_expires_at,
            suspended_at=self.suspended_at,
            closed_at=self.closed_at,
        )


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made; it has no password and no temporary one yet."""

    code: str
    company: str
    customer_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One person on an account. `address` is lower-case and the only place where account data may go besides `chats`."""

    id: int
    account_id: int
    address: str
    name: str
    telephone: str
    language: Language | None
    principal: bool
    state: MemberState
    created_at: datetime
    chats: tuple[int, ...] = ()  # linked private chats
    address_changed_at: datetime | None = None
    bounced_at: datetime | None = None  # a letter to the address came back; None again when one is answered

    @property
    def person(self) -> str:
        """Who a token for this member is bound to."""
        return f"mail:{self.address}"


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to be added."""

    address: str
    name: str = ""
    telephone: str = ""
    language: Language | None = None
    principal: bool = False
    state: MemberState = MemberState.ACTIVE


@dataclass(frozen=True, slots=True)
class Session:
    """A login. By mail it travels in a token, elsewhere it belongs to the conversation.

    `member_id` is None where the access code is shared and nothing tells which member it is. `limited` allows nothing but
    choosing a new password. `password_confirmed_at` makes it A3.
    """

    id: int
    conversation: str
    account_id: int
    member_id: int | None
    limited: bool
    opened_at: datetime
    last_used_at: datetime
    password_confirmed_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def assurance(self) -> Assurance:
        """What the session proves: A3 with the current password given in it, else A2."""
        return Assurance.SESSION if self.password_confirmed_at is None else Assurance.CURRENT_PASSWORD


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be opened."""

    conversation: str
    account_id: int
    member_id: int | None = None
    limited: bool = False
    password_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for: purpose, the one person who may use it, the assurance it was issued at, and what it is about.

    `person` is a conversation's key ("mail:a@b", "telegram:42"). `data` is kept sealed (a new address, a pending decision).
    """

    purpose: Purpose
    person: str
    assurance: Assurance
    account_id: int | None = None
    member_id: int | None = None
    session_id: int | None = None
    request_number: int | None = None
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Token:
    """A token on file: never the token itself, only its digest."""

    digest: bytes
    grant: Grant
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class RequestKind(StrEnum):
    """What is asked of an administrator."""

    ACCESS = "access"
    PASSWORD = "password"  # noqa: S105 - a kind of request


class RequestState(StrEnum):
    """Where a request stands. An access request is put to administrators once its address is confirmed."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    LAPSED = "lapsed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Request:
    """A request for access or for a forgotten password.

    `claimed` is what the requester wrote, `on_file` what the desk held when it was made; both are kept sealed. `authenticity` is
    how the sender was proved, or why not, in a stable word. `merged` counts the requests of the same address that came after it.
    """

    number: int
    kind: RequestKind
    conversation: str
    address: str
    language: Language | None
    claimed: Mapping[str, str]
    on_file: Mapping[str, str]
    authenticity: str
    created_at: datetime
    state: RequestState = RequestState.OPEN
    confirmed_at: datetime | None = None
    account_id: int | None = None
    member_id: int | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: Mapping[str, str] = field(default_factory=dict)  # reason, customers, join …
    reminders: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request to be kept. `confirmed` tells that the address needs no confirmation (or had it)."""

    kind: RequestKind
    conversation: str
    address: str
    language: Language | None
    claimed: Mapping[str, str]
    on_file: Mapping[str, str] = field(default_factory=dict)
    authenticity: str = ""
    confirmed: bool = False
    account_id: int | None = None
    member_id: int | None = None


class NoteKind(StrEnum):
    """What was said in a request's thread."""

    QUESTION = "question"
    ANSWER = "answer"
    CALL = "call"  # an administrator telephoned: nothing reachable was on file
    BOUNCED = "bounced"  # the credentials came back
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing said in a request's thread."""

    kind: NoteKind
    who: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestLetter:
    """A letter about a request that an administrator received: the thread in which they are told what became of it."""

    request_number: int
    admin: str
    message_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class SuggestedCustomer:
    """A customer number that may be the requester's, and why ("same_company", "same_domain", "shipment_name")."""

    number: str
    why: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong passwords counted so far for an access code from one source, or from all of them."""

    count: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice that went out: for which deadline, and how many days before it was meant."""

    kind: str
    deadline: date
    days: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit trail. `actor` and `facts` are empty once `erased`."""

    id: int
    at: datetime
    event: str
    account_id: int | None
    request_number: int | None
    actor: str
    facts: Mapping[str, str]
    erased: bool = False


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last row of the trail and its chained code: written down elsewhere, it shows later whether the trail was cut off."""

    id: int
    code: str  # hexadecimal

    def __str__(self) -> str:
        return f"{self.id}:{self.code}"


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What a check of the trail found. `fault` is "" for an intact trail, else a stable word; `row` is where it begins.

    `rows` is how many stand there, `forgotten` how many went before them because they were old.
    """

    rows: int
    head: AuditHead
    fault: str = ""
    row: int = 0
    forgotten: int = 0

    @property
    def intact(self) -> bool:
        """Whether every row is as it was written, none is missing, and none was cut off."""
        return not self.fault
