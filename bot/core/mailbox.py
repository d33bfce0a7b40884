"""A mailbox as a way in: where a message goes once it is handled, and what the reader of the mailbox asks of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from bot.core.imap_words import Entry
from bot.core.immutable import immutable


class Fate(StrEnum):
    """Where a message goes that is dealt with; nothing goes anywhere before it is decided for good."""

    DONE = "done"  # kept by the desk: filed in the mailbox for what is done
    FAILED = "failed"  # could not be read: filed where a person looks, who is told
    EXPUNGE = "expunge"  # kept by the desk, and it may hold a password: not filed anywhere


class Fault(StrEnum):
    """Why a message goes to the failed ones; the letter to the administrators says it in words."""

    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"  # it could not be fetched or read in several tries
    NO_SENDER = "no_sender"  # no reader could say who it is from: an answer might go to anybody


@immutable
class Mark:
    """What the desk remembers of a message that still lies in the mailbox: how often it was tried, or its fate."""

    tries: int = 0
    fate: Fate | None = None


class Intake(Protocol):
    """Takes in what the reader of a mailbox fetches. A UID means something only together with its UIDVALIDITY.

    All raise StorageError.
    """

    @property
    def room(self) -> int:
        """How many messages may be taken now; what finds no room stays in the mailbox."""
        ...

    async def marks(self, validity: int, entries: Sequence[Entry]) -> Mapping[int, Mark]:
        """What is remembered of these messages, by UID."""
        ...

    async def begin(self, validity: int, entries: Sequence[Entry]) -> None:
        """Counts a try of each, before it is fetched: what kills the process or the connection is noticed after a few."""
        ...

    async def take(self, validity: int, messages: Sequence[tuple[Entry, bytes]]) -> Mapping[int, Fate]:
        """Keeps messages for good, in their order; where each goes, by UID. One that is not named could not be read."""
        ...

    async def give_up(self, validity: int, entry: Entry, fault: Fault) -> Fate:
        """Decides that a message goes to the failed ones, and tells the administrators."""
        ...

    async def filed(self, validity: int, uids: Iterable[int]) -> None:
        """They are not in the mailbox any more."""
        ...

    async def only(self, validity: int, uids: Iterable[int]) -> None:
        """Nothing but these is in the mailbox now: what else was remembered is forgotten."""
        ...
