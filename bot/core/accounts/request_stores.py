"""What handlers ask of requests, drafts and the audit trail on the open transaction.

Methods that answer `bool` tell whether they changed anything: of two administrators who decide at once the first wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.accounts.records import (
    AuditEntry,
    AuditHead,
    AuditVerdict,
    NewRequest,
    Note,
    NoteKind,
    Request,
    RequestKind,
    RequestLetter,
    RequestState,
)


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

    async def naming(self, words: Sequence[str]) -> list[AuditEntry]:
        """The rows whose content has one of these words in it."""
        ...

    async def forget_before(self, before: datetime, count: int) -> int:
        """Forgets at most `count` of the rows before a moment, the oldest first; how many. The trail then begins after them."""
        ...

    async def verify(self, *, head: AuditHead | None = None) -> AuditVerdict:
        """Checks every row; with a `head` written down earlier, also that nothing up to it was replaced or cut off."""
        ...
