"""Test letters: to the desk itself, to see that mail for its subaddresses comes back; to administrators, to judge an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Probe:
    """The last test letter to an address, and what came of it.

    `authentic` tells that the answer proved its sender, `reason` how or why not.
    """

    address: str
    message_id: str
    sent_at: datetime
    answered_at: datetime | None
    authentic: bool
    reason: str
    domain: str


@dataclass(frozen=True, slots=True)
class ProbeLetter:
    """How far the letter came: the outbox's state ("due", "sent", "failed"), its last error, the code of a report on it."""

    state: str
    attempts: int
    error: str
    bounce: str


class Probes(Protocol):
    """The test letters."""

    async def answered(self, address: str, now: datetime, *, authentic: bool, reason: str, domain: str) -> None:
        """It came back, or was answered."""
        ...

    async def get(self, address: str) -> Probe | None:
        """The last one to an address."""
        ...
