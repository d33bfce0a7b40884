"""Test letters in the database: what went out last to whom, and what came back."""

from __future__ import annotations

from datetime import datetime

from bot.core.accounts.probes import Probe, ProbeLetter
from bot.core.clock import from_micros, to_micros
from storage.database import Transaction, clean, statements
from storage.sealed import moment

_SQL = statements("probes")


class ProbeStore:
    """The test letters on an open transaction; see `bot.core.accounts.probes.Probes`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def sent(self, address: str, message_id: str, now: datetime) -> None:
        """A new test letter is on its way; what came of the one before is forgotten."""
        values = {"address": address.lower(), "message_id": message_id, "now": to_micros(now)}
        await self._transaction.run(_SQL["sent"], values)

    async def answered(self, address: str, now: datetime, *, authentic: bool, reason: str, domain: str) -> None:
        """It came back, or was answered."""
        values = {"address": address.lower(), "now": to_micros(now), "authentic": int(authentic)}
        await self._transaction.run(_SQL["answered"], {**values, "reason": reason, "domain": clean(domain)})

    async def get(self, address: str) -> Probe | None:
        """The last one to an address."""
        row = await self._transaction.row(_SQL["get"], {"address": address.lower()})
        if row is None:
            return None
        return Probe(
            address=row["address"],
            message_id=row["message_id"],
            sent_at=from_micros(row["sent_at"]),
            answered_at=moment(row["answered_at"]),
            authentic=row["authentic"] == 1,
            reason=row["reason"],
            domain=row["domain"],
        )

    async def letter(self, probe: Probe) -> ProbeLetter | None:
        """What became of the letter itself; None when its row is gone."""
        row = await self._transaction.row(_SQL["letter"], {"message_id": probe.message_id})
        if row is None:
            return None
        return ProbeLetter(row["state"], row["attempts"], row["last_error"], row["bounce_status"] if row["bounced_at"] else "")
