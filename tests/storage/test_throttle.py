"""Tallies are kept word for word, on both databases."""

from __future__ import annotations

from bot.core.caps import NOTHING_YET, Tally
from storage.database import Database, Transaction
from storage.throttle import Throttle


async def test_what_was_put_is_what_is_got(database: Database) -> None:
    first, second = Tally(1, 1_795_000_000_000_000, 2, 1_795_000_000_000_001), Tally(60, 5, 0, 0)

    async def put(tx: Transaction) -> None:
        throttle = Throttle(tx)
        assert await throttle.get("mail:a@b.example") == NOTHING_YET
        await throttle.put("mail:a@b.example", first)
        await throttle.put("unproved mail:a@b.example", second)

    await database.write(put)
    assert await database.read(lambda tx: Throttle(tx).get("mail:a@b.example")) == first
    await database.write(lambda tx: Throttle(tx).put("mail:a@b.example", second))
    assert await database.read(lambda tx: Throttle(tx).get("mail:a@b.example")) == second
    assert await database.read(lambda tx: Throttle(tx).get("unproved mail:a@b.example")) == second
