"""What handlers ask of sessions, tokens and counted attempts on the open transaction, and of password hashing beside it.

Methods that answer `bool` tell whether they changed anything: of two that come at once the first wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.accounts.records import Failures, Grant, NewSession, Session, Token
from bot.core.accounts.tokens import Purpose


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

    async def issue_code(self, grant: Grant, code: str, now: datetime) -> None:
        """Keeps a short code that a person will type (`codes.fold_link_code`), bound to the account of the grant."""
        ...

    async def find_code(self, purpose: Purpose, account_id: int, code: str) -> Token | None:
        """A typed code of that account as on file, dead or alive, None for one that was never issued."""
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

    async def take_back(
        self, code: str, source: str, counted_at: datetime, before: tuple[Failures, Failures], *, trusted: bool
    ) -> None:
        """The attempt was no guess (the previous password): it leaves the counts, which stand as `failures` gave them before it.

        Earlier failures stay: else whoever knows an old password could begin a new count after every fourth guess.
        """
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
