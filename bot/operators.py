"""What the administrators are told by mail, at most once an hour a matter: much trouble must not become many letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.caps import once
from bot.composer import Composer
from bot.core.letters import Letter
from bot.core.replies import Reply
from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Operators:
    """The listed administrators' addresses."""

    composer: Composer
    addresses: Sequence[str]

    def letters(self, reply: Reply, now: datetime) -> list[Letter]:
        """One letter to each."""
        return [self.composer.notice(address, reply, None, now) for address in self.addresses]

    async def alert(self, tx: Transaction, reply: Reply, now: datetime) -> list[Letter]:
        """One letter to each, unless this matter (the template) was told within the hour."""
        if not self.addresses or not await once(tx, f"alert:{reply.template}", now):
            return []
        return self.letters(reply, now)
