"""When the calendar sweep last ran."""

from __future__ import annotations

from datetime import datetime

from bot.core.clock import from_micros, to_micros
from storage.database import Transaction, statements

_SQL = statements("sweeps")


class Sweeps:
    """The sweep's memory on an open transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def last(self) -> datetime | None:
        """When a sweep last ran to its end, None when none ever did."""
        row = await self._transaction.row(_SQL["last"])
        return None if row is None else from_micros(row["swept_at"])

    async def note(self, now: datetime) -> None:
        """A sweep ran to its end."""
        await self._transaction.run(_SQL["note"], {"now": to_micros(now)})
