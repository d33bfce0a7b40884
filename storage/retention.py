"""Deletes what is older than its period, on an open transaction: a batch of one kind at a time."""

from __future__ import annotations

from datetime import datetime

from bot.core.clock import to_micros
from storage.database import Transaction, statements

_SQL = statements("retention")

KINDS = tuple(name.removeprefix("old_") for name in _SQL if name.startswith("old_"))


class Retention:
    """What is kept, by kind: the names of `storage/queries/retention.sql`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def drop(self, kind: str, before: datetime, count: int) -> int:
        """Forgets at most `count` of a kind that are older; how many there were. Fewer than `count`: no more are left."""
        values = {"before": to_micros(before), "count": count}
        keys = [row["key"] for row in await self._transaction.rows(_SQL[f"old_{kind}"], values)]
        await drop_each(self._transaction, kind, [{"key": key, "before": values["before"]} for key in keys])
        return len(keys)


async def drop_each(transaction: Transaction, kind: str, keys: list[dict[str, object]]) -> None:
    """Forgets these of a kind, with what hangs on them."""
    for name in [name for name in _SQL if keys and (name == f"drop_{kind}" or name.startswith(f"drop_{kind}_"))]:
        await transaction.run_many(_SQL[name], keys)
