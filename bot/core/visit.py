"""What a handler is given: who writes, when, with what assurance, and the stores of the open transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.shipments import ReferenceKind, Shipment
from bot.core.values import Assurance, Channel, Language, Sender


class Shipments(Protocol):
    """Shipments in the desk's own database."""

    async def by_pro(self, pro: str) -> Shipment | None:
        """The shipment that a PRO number (nine digits) means now: the newest with it."""
        ...

    async def by_pros(self, pros: Sequence[str]) -> list[Shipment | None]:
        """One result a number, in order."""
        ...

    async def by_reference(self, kind: ReferenceKind, value: str, limit: int) -> list[Shipment]:
        """Shipments with that reference (folded: case and separators do not matter), newest first."""
        ...

    async def by_id(self, shipment_id: int) -> Shipment | None:
        """The shipment behind a line of a list."""
        ...


class Correspondents(Protocol):
    """What the desk remembers of a conversation."""

    async def set_language(self, key: str, language: Language) -> None:
        """Remember the language for later answers."""
        ...

    async def stop_notices(self, key: str) -> None:
        """STOP: no more notices to this address."""
        ...

    async def choices(self, key: str) -> tuple[int, ...]:
        """The shipments' ids of the list sent last, () when there is none or it is older than seven days."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of the open transaction."""

    shipments: Shipments
    correspondents: Correspondents


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What the settings say that customers are told."""

    company: str
    phones: tuple[str, ...]
    address: str
    handoff: bool = False  # prose nobody understood goes on to a person
    email_passwords: bool = True
    check_digit: str = "none"
    timezone: str = "America/Toronto"


@dataclass(frozen=True, slots=True)
class Visit:
    """One message being answered.

    `language` is None while it is unknown (the answer then speaks both). `answered_pros` are the PRO numbers of the subject and
    of our letter that this message answers: a status question without a number of its own means them.
    """

    now: datetime
    channel: Channel
    sender: Sender
    language: Language | None
    assurance: Assurance
    first_contact: bool
    desk: DeskFacts
    stores: Stores
    answered_pros: tuple[str, ...] = ()
    logged_in: bool = False
    can_remember: bool = False  # the sender is authentic: what it wishes may be remembered
