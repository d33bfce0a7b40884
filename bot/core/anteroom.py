"""Where a handler prepares what is slow, before the transaction that answers: it may look things up, count, and hash."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from bot.core.accounts.stores import PasswordHashing
from bot.core.clock import Mint, SystemMint
from bot.core.values import Channel, Sender
from bot.core.visit import Access, AccountRules, Files

Result = TypeVar("Result")


class Changed(Exception):
    """What was prepared no longer fits what is on file: prepare and answer again."""


class Desk(Protocol):
    """Short transactions of their own, beside the one that answers."""

    async def read(self, job: Callable[[Files], Awaitable[Result]]) -> Result:
        """Looks something up."""
        ...

    async def write(self, job: Callable[[Files], Awaitable[Result]]) -> Result:
        """Writes something that must stand whatever becomes of the answer: a counted attempt."""
        ...


@dataclass(frozen=True, slots=True)
class Anteroom:
    """What `Handler.prepare` is given. `authentic` tells that the sender was proved; `access` is as seen before the transaction."""

    now: datetime
    channel: Channel
    sender: Sender
    authentic: bool
    access: Access
    rules: AccountRules
    hashing: PasswordHashing
    desk: Desk
    mint: Mint = field(default_factory=SystemMint)
