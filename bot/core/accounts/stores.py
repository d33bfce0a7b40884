"""What handlers ask of the stores of the open transaction. Methods that answer `bool` tell whether they changed anything: they
are conditional updates, so that of two that come at once the first wins and the second is told so.

Source: DESIGN 5 and 6 in docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.accounts.records import (
    Account,
    AuditEntry,
    AuditHead,
    AuditVerdict,
    Failures,
    Grant,
    Member,
    MemberState,
    NewAccount,
    NewMember,
    NewRequest,
    NewSession,
    Note,
    NoteKind,
    Request,
    RequestKind,
    RequestLetter,
    RequestState,
    SentNotice,
    Session,
    SuggestedCustomer,
    Token,
)
from bot.core.accounts.tokens import Purpose
from bot.core.values import Language


class Accounts(Protocol):
    """Accounts: their passwords, customer numbers and life."""

    async def create(self, new: NewAccount, now: datetime) -> Account | None:
        """Makes an account; None when the code exists."""
        ...

    async def by_id(self, account_id: int) -> Account | None:
        """An account by its id."""
        ...

    async def by_code(self, code: str) -> Account | None:
        """An account by its folded access code (`codes.fold_code`)."""
        ...

    async def by_company(self, company: str) -> list[Account]:
        """Accounts of a company, however its name is written (folded), oldest first."""
        ...

    async def all(self) -> list[Account]:
        """Every account, oldest first, closed ones too."""
        ...

    async def set_password(self, account_id: int, password_hash: str, now: datetime) -> bool:
        """Sets the password and consumes the temporary one; False when the account is closed."""
        ...

    async def rehash(self, account_id: int, old_hash: str, new_hash: str) -> bool:
        """Replaces a hash of the same password by one with today's parameters; dates do not move."""
        ...

    async def set_temporary(
        self, account_id: int, password_hash: str, member_id: int, expires_at: datetime, new_code_until: datetime | None
    ) -> bool:
        """Sets a temporary password (an older one ends); None leaves `new_code_until`. False when the account is closed."""
        ...

    async def use_temporary(self, account_id: int, now: datetime) -> bool:
        """Notes that the temporary password was presented; True the first time."""
        ...

    async def drop_temporary(self, account_id: int) -> bool:
        """UNDO: voids a temporary password not yet used, and NEW CODE with it."""
        ...

    async def suspend(self, account_id: int, reason: str, now: datetime) -> bool:
        """Suspends an account that is neither suspended nor closed."""
        ...

    async def resume(self, account_id: int) -> bool:
        """Ends a suspension; never opens a closed account."""
        ...

    async def close(self, account_id: int, reason: str, now: datetime) -> bool:
        """Closes for good and forgets the password and the temporary one. Sessions, tokens and links are ended by the caller."""
        ...

    async def active(self, account_id: int, now: datetime) -> bool:
        """Moves the last activity forward (never back); False when the account is closed."""
        ...

    async def set_company(self, account_id: int, company: str) -> None:
        """Corrects the company's name."""
        ...

    async def set_customer_numbers(self, account_id: int, numbers: Sequence[str]) -> None:
        """Replaces the customer numbers."""
        ...

    async def known_customers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those of `numbers` that a shipment or another account holds."""
        ...

    async def suggested_customers(self, company: str, domain: str) -> list[SuggestedCustomer]:
        """Customer numbers that may be the requester's; `domain` is "" for free-mail addresses, which suggest nothing."""
        ...

    async def sent_notices(self, account_id: int) -> frozenset[SentNotice]:
        """The notices that went out."""
        ...

    async def add_notice(self, account_id: int, notice: SentNotice, now: datetime) -> bool:
        """Records a notice; False when it was recorded before."""
        ...


class Members(Protocol):
    """The people on the accounts. Removed members are found only where it is said."""

    async def of_account(self, account_id: int) -> list[Member]:
        """The members, principal first, then oldest first; without removed ones."""
        ...

    async def by_id(self, member_id: int) -> Member | None:
        """A member, removed or not."""
        ...

    async def by_address(self, address: str) -> list[Member]:
        """The members with that address (case does not matter), on whatever account, oldest first."""
        ...

    async def of_domain(self, domain: str) -> list[Member]:
        """The members whose addresses are in a domain."""
        ...

    async def by_chat(self, chat_id: int) -> Member | None:
        """The member to whom a private chat is linked."""
        ...

    async def domains(self) -> frozenset[str]:
        """Every domain that a member's address is in, to compare look-alikes with."""
        ...

    async def add(self, account_id: int, new: NewMember, now: datetime) -> Member | None:
        """Adds a member; None when that address is on the account already. A removed member's row is used anew."""
        ...

    async def set_state(self, member_id: int, state: MemberState, now: datetime, *, only_from: MemberState | None = None) -> bool:
        """Confirms, suspends, resumes or removes (which also unlinks chats); False when it was not in `only_from`."""
        ...

    async def set_name(self, member_id: int, name: str) -> None:
        """Changes the name."""
        ...

    async def set_telephone(self, member_id: int, telephone: str) -> None:
        """Changes the telephone number."""
        ...

    async def set_language(self, member_id: int, language: Language | None) -> None:
        """Changes the preferred language."""
        ...

    async def set_address(self, member_id: int, address: str, now: datetime) -> bool:
        """Changes the default address; False when another member of the account has it."""
        ...

    async def set_bounced(self, member_id: int, at: datetime | None) -> None:
        """Notes that letters come back (None: that they arrive again)."""
        ...

    async def link_chat(self, member_id: int, chat_id: int, now: datetime) -> bool:
        """Links a private chat; False when it is linked to a member already."""
        ...

    async def unlink_chat(self, chat_id: int) -> bool:
        """Unlinks a chat."""
        ...

    async def unlink_account(self, account_id: int) -> int:
        """Unlinks every chat of an account (it was closed); how many there were."""
        ...


class Sessions(Protocol):
    """Logins."""

    async def open(self, new: NewSession, now: datetime) -> Session:
        """Opens a session; one of the same conversation that still runs is ended."""
        ...

    async def by_id(self, session_id: int) -> Session | None:
        """A session, running or not; by mail the id comes from a token's grant."""
        ...

    async def of_conversation(self, conversation: str) -> Session | None:
        """The session of a conversation that was not ended (it may have run out: `sessions.alive`)."""
        ...

    async def touch(self, session_id: int, now: datetime) -> None:
        """Moves its last use forward."""
        ...

    async def confirm_password(self, session_id: int, now: datetime) -> bool:
        """The current password was given in it."""
        ...

    async def end(self, session_id: int, now: datetime) -> bool:
        """Ends one session; True the first time."""
        ...

    async def end_of_account(self, account_id: int, now: datetime, *, but: int | None = None) -> int:
        """Ends an account's sessions, except one; how many ran."""
        ...

    async def end_of_member(self, member_id: int, now: datetime) -> int:
        """Ends a member's sessions; how many ran."""
        ...


class Tokens(Protocol):
    """Tokens in letters."""

    async def issue(self, grant: Grant, now: datetime, *, message_id: str = "", expires_at: datetime | None = None) -> str:
        """Makes a token, 26 characters of base32; `message_id` is that of the letter that carries it.

        It lives as long as its purpose says (`tokens.LIFETIMES`) unless `expires_at` is given.
        """
        ...

    async def find(self, token: str) -> Token | None:
        """A token as on file, dead or alive, None for one that was never issued. See `tokens.judge`."""
        ...

    async def find_by_message(self, message_ids: Sequence[str]) -> Token | None:
        """The token that went out in the first of these letters of ours, for clients that drop Reply-To."""
        ...

    async def carried_by(self, token: str, message_id: str) -> None:
        """Notes which letter carries a token, where the Message-ID is made after it."""
        ...

    async def use(self, digest: bytes, now: datetime) -> bool:
        """Uses a token up; True once."""
        ...

    async def revoke_request(self, request_number: int, now: datetime, *, purposes: Sequence[Purpose] = ()) -> int:
        """Ends the tokens of a request (of these purposes, or all); how many lived."""
        ...

    async def revoke_account(self, account_id: int, now: datetime, *, purposes: Sequence[Purpose] = ()) -> int:
        """Ends the tokens of an account."""
        ...

    async def revoke_member(self, member_id: int, now: datetime) -> int:
        """Ends the tokens of a member."""
        ...

    async def sweep(self, before: datetime) -> int:
        """Forgets tokens that expired before that moment."""
        ...


class Requests(Protocol):
    """Requests for access and for forgotten passwords."""

    async def open(self, new: NewRequest, now: datetime) -> Request | None:
        """Keeps a new request; None when it is confirmed and the same address has such a request open already (`merge` it)."""
        ...

    async def get(self, number: int) -> Request | None:
        """A request by its number."""
        ...

    async def open_of(self, kind: RequestKind, address: str) -> Request | None:
        """The open request of a confirmed address, with which a second one merges.

        Unconfirmed ones are not found: a stranger who names somebody's address must not stand in their way.
        """
        ...

    async def of_address(self, address: str) -> list[Request]:
        """Every request of an address, newest first."""
        ...

    async def of_account(self, account_id: int) -> list[Request]:
        """Every request about an account, newest first."""
        ...

    async def in_state(self, state: RequestState, *, confirmed_only: bool = True) -> list[Request]:
        """Requests in a state, oldest first; by default only those whose address is confirmed."""
        ...

    async def all(self) -> list[Request]:
        """Every request, oldest first."""
        ...

    async def merge(self, number: int, claimed: Mapping[str, str]) -> bool:
        """Takes over what a second request of the same address says; False when the request is no longer open."""
        ...

    async def confirm(self, number: int, now: datetime) -> bool:
        """The address was confirmed; False when it was before, or another request of the address is open (`merge` into that)."""
        ...

    async def decide(self, number: int, state: RequestState, by: str, decision: Mapping[str, str], now: datetime) -> bool:
        """Approves, denies or lets lapse; True for the first who decides."""
        ...

    async def undo(self, number: int, by: str, now: datetime) -> bool:
        """Marks an approved request as undone."""
        ...

    async def reopen(self, number: int) -> bool:
        """Opens a decided request again (its credentials came back), unless the address has another one open."""
        ...

    async def concerns(self, number: int, account_id: int, member_id: int | None) -> None:
        """Says which account and member the request is about, or led to."""
        ...

    async def remind(self, number: int, reminders: int) -> bool:
        """Notes that this many reminders have gone out; False when another did."""
        ...

    async def add_note(self, number: int, note: Note) -> None:
        """Keeps a question, an answer or an event of the thread, sealed."""
        ...

    async def notes(self, number: int, kind: NoteKind | None = None) -> list[Note]:
        """The notes, oldest first."""
        ...

    async def add_letter(self, letter: RequestLetter) -> None:
        """Notes that an administrator received a letter about a request."""
        ...

    async def letters(self, number: int) -> list[RequestLetter]:
        """Who received which letter about a request, oldest first."""
        ...

    async def letters_since(self, admin: str, since: datetime) -> int:
        """How many requests' letters an administrator received since then: above the cap they get a digest."""
        ...

    async def without_letter(self, admin: str) -> list[Request]:
        """Open, confirmed requests of which an administrator has received no letter, oldest first: what a digest lists."""
        ...


class Attempts(Protocol):
    """Wrong passwords. An attempt is counted, and committed, before the password is hashed; a right one is forgiven."""

    async def failures(self, code: str, source: str) -> tuple[Failures, Failures]:
        """What is counted for a code from this source, and from all strangers together. Unknown codes count alike."""
        ...

    async def count(self, code: str, source: str, now: datetime, *, trusted: bool) -> None:
        """Counts an attempt; that of a `trusted` source (a member's authentic address or chat) only for that source."""
        ...

    async def forgive(self, code: str, source: str, *, trusted: bool) -> None:
        """The password was right: the source's count ends, and the attempt leaves the strangers' count."""
        ...

    async def unlock(self, code: str) -> bool:
        """An administrator ends every lock of a code."""
        ...

    async def in_minute(self, now: datetime) -> int:
        """Counts one more attempt in the present minute over the whole desk; how many that makes."""
        ...

    async def sweep(self, before: datetime) -> int:
        """Forgets counts whose last failure is older."""
        ...


class Drafts(Protocol):
    """Half-filled forms and other dialogues, one a person and form, sealed; a form begun in mail is finished in chat."""

    async def get(self, person: str, form: str) -> str | None:
        """The state as `put` was given it."""
        ...

    async def put(self, person: str, form: str, state: str, now: datetime) -> None:
        """Keeps the state."""
        ...

    async def latest(self, person: str) -> tuple[str, str] | None:
        """The form and state touched last."""
        ...

    async def drop(self, person: str, form: str) -> None:
        """Forgets it."""
        ...

    async def sweep(self, before: datetime) -> int:
        """Forgets those not touched since."""
        ...


class Audit(Protocol):
    """The audit trail: security events only."""

    async def add(
        self,
        event: str,
        now: datetime,
        *,
        actor: str = "",
        account_id: int | None = None,
        request_number: int | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> int:
        """Appends a row; its id. `event` is a stable word, `actor` who did it. Never hand it a password, token or body."""
        ...

    async def entries(self, *, account_id: int | None = None, since: datetime | None = None, limit: int = 1000) -> list[AuditEntry]:
        """Rows, oldest first."""
        ...

    async def erase(self, account_id: int, now: datetime, *, actor: str = "") -> int:
        """Forgets actor and facts of an account's rows, when the law asks; the chain stays whole. How many rows.

        The erasure is a row itself: content that went missing without one is found by `verify`.
        """
        ...

    async def erase_rows(self, ids: Sequence[int], now: datetime, *, actor: str = "") -> int:
        """Forgets actor and facts of single rows."""
        ...

    async def head(self) -> AuditHead:
        """The last row, to be written to the log daily."""
        ...

    async def verify(self, *, head: AuditHead | None = None) -> AuditVerdict:
        """Checks every row; with a `head` written down earlier, also that nothing up to it was replaced or cut off."""
        ...


class PasswordHashing(Protocol):
    """Argon2id beside the event loop; prepared outside any transaction."""

    async def hash(self, password: str) -> str:
        """The hash of a password. Raises HashingBusy when too many wait."""
        ...

    async def verify(self, *candidates: tuple[str, str]) -> int | None:
        """Which of the (password, hash) pairs fits, the first of them, None for none.

        At most two, each in its own form (`passwords.normalised`, `codes.fold_temporary`); an empty hash fits nothing. It takes the
        time of two whatever it is given, so that nobody learns which codes exist. Raises HashingBusy when too many wait.
        """
        ...

    def outdated(self, password_hash: str) -> bool:
        """Whether a hash was made with other parameters than today's, and should be made anew at the next login."""
        ...
