"""What the main path asks of its edges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from bot.core.authenticity import Verdict
from bot.core.chat_calls import WrittenCall
from bot.core.letters import Letter, Queued


class SenderVerifier(Protocol):
    """Tells whether a mail is really from its From (DKIM, DMARC, a configured relay's word, a configured origin)."""

    def configured(self, peer: str) -> bool:
        """Whether the peer is one of the configured relays or origins: its mail is verified only when a command needs it."""
        ...

    def at_once(self, *, from_domain: str | None, peer: str, received_count: int) -> Verdict | None:
        """The verdict, where the peer alone tells it; else None."""
        ...

    async def verdict(self, raw: bytes, *, from_domain: str | None, peer: str | None, received_count: int) -> Verdict:
        """The verdict with its reason; never raises."""
        ...


class Offer(Protocol):
    """Hands committed letters to whoever sends them, from memory."""

    def __call__(self, letters: Sequence[Queued]) -> None:
        """Takes the letters, or leaves them to the outbox when too many wait."""
        ...


class TemporaryFailureError(Exception):
    """The letter was not taken now; it is tried again. The text is for operators."""


class PermanentFailureError(Exception):
    """The letter will never be taken; the row is kept. The text is for operators."""


class SecretHeldError(Exception):
    """The letter holds a password and the way out is not encrypted: it waits. The text is for operators."""


class PutOffError(Exception):
    """The other side wants a pause of `wait`: no failure of the letter. The text is for operators."""

    def __init__(self, text: str, wait: timedelta) -> None:
        super().__init__(text)
        self.wait = wait


class UnwelcomeError(Exception):
    """The desk may not write to that chat. The text is for operators."""


class Transport(Protocol):
    """A way out for letters."""

    @property
    def confidential(self) -> bool:
        """Whether nobody on the way can read what goes out here, so that it may hold a password."""
        ...

    async def send(self, letter: Letter, following: Letter | None = None) -> None:
        """Sends one letter. Raises TemporaryFailureError or PermanentFailureError.

        `following` is the letter that the caller sends next, where it knows: a way out may get ready for it meanwhile.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


class Caller(Protocol):
    """A way out for chat messages: one call each."""

    async def send(self, call: WrittenCall) -> int | None:
        """One call; the number of the message that it made.

        Raises TemporaryFailureError, PermanentFailureError, PutOffError or UnwelcomeError.
        """
        ...
