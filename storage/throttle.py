"""How much was written lately, kept over restarts; what may still be written is decided in bot/core/caps.py."""

from __future__ import annotations

from bot.core.caps import NOTHING_YET, Tally
from storage.database import Transaction, clean, statements

_SQL = statements("throttle")


class Throttle:
    """The tallies on an open transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, bucket: str) -> Tally:
        """The tally of a bucket as it was put; its windows may have ended."""
        row = await self._transaction.row(_SQL["get"], {"bucket": clean(bucket)})
        if row is None:
            return NOTHING_YET
        return Tally(int(row["letters"]), int(row["letters_since"]), int(row["unrecognised"]), int(row["unrecognised_since"]))

    async def put(self, bucket: str, tally: Tally) -> None:
        """Keeps the tally of a bucket."""
        await self._transaction.note(
            _SQL["put"],
            {
                "bucket": clean(bucket),
                "letters": tally.letters,
                "letters_since": tally.letters_since,
                "unrecognised": tally.unrecognised,
                "unrecognised_since": tally.unrecognised_since,
            },
        )
