"""Jobs that run ahead of their transaction: they count where nothing changed meanwhile, and else have done nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.core.caps import NOTHING_YET, Tally
from bot.core.errors import StorageError
from bot.core.values import Language
from storage.ahead import TooEarlyError, run_ahead
from storage.correspondents import STRANGER, Correspondent, Correspondents
from storage.database import Database, Transaction
from storage.throttle import Throttle

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ONE = Tally(1, 1, 0, 0)


async def answer(tx: Transaction) -> Tally:
    """As answering does: looks at two tables, then notes in both."""
    tally, known = await Throttle(tx).get("marie"), await Correspondents(tx, NOW).get("marie")
    if not known.known:
        await Correspondents(tx, NOW).meet("marie")
        await Correspondents(tx, NOW).set_language("marie", Language.FR)
    await Throttle(tx).put("marie", Tally(tally.letters + 1, 1, 0, 0))
    return tally


async def state(database: Database) -> tuple[Tally, Correspondent]:
    async def look(tx: Transaction) -> tuple[Tally, Correspondent]:
        return await Throttle(tx).get("marie"), await Correspondents(tx, NOW).get("marie")

    return await database.read(look)


async def test_what_ran_ahead_counts_when_nothing_changed(database: Database) -> None:
    ahead = await database.read(lambda tx: run_ahead(tx, answer))
    assert await state(database) == (NOTHING_YET, STRANGER)
    assert await database.write(ahead.settle)
    assert ahead.result == NOTHING_YET
    tally, known = await state(database)
    assert (tally, known.known, known.language) == (ONE, True, Language.FR)


@pytest.mark.parametrize(
    "between",
    [lambda tx: Throttle(tx).put("marie", ONE), lambda tx: Correspondents(tx, NOW).meet("marie")],
    ids=["the tally", "the correspondent"],
)
async def test_what_changed_meanwhile_leaves_nothing_of_it(
    database: Database, between: Callable[[Transaction], Awaitable[None]]
) -> None:
    ahead = await database.read(lambda tx: run_ahead(tx, answer))
    await database.write(between)
    before = await state(database)
    assert not await database.write(ahead.settle)
    assert await state(database) == before


async def test_what_changed_elsewhere_is_no_matter(database: Database) -> None:
    ahead = await database.read(lambda tx: run_ahead(tx, answer))
    await database.write(lambda tx: Throttle(tx).put("jean", ONE))
    assert await database.write(ahead.settle)


async def test_of_two_in_one_group_that_saw_the_same_the_second_is_too_late(database: Database) -> None:
    both = [await database.read(lambda tx: run_ahead(tx, answer)) for _ in range(2)]
    settled = await asyncio.gather(*(database.write(ahead.settle) for ahead in both))
    assert sorted(settled) == [False, True]
    assert (await state(database))[0] == ONE


async def looks_at_what_it_noted(tx: Transaction) -> None:
    await Correspondents(tx, NOW).meet("marie")
    await Correspondents(tx, NOW).get("marie")


async def counts(tx: Transaction) -> None:
    await tx.run("UPDATE correspondent SET subject = 'x'")


async def lets_it_pass(tx: Transaction) -> None:
    try:
        await counts(tx)
    except TooEarlyError:
        return


async def tries_a_part(tx: Transaction) -> None:
    async with tx.savepoint():
        pass


@pytest.mark.parametrize("job", [looks_at_what_it_noted, counts, lets_it_pass, tries_a_part])
async def test_a_job_that_wants_more_cannot_run_ahead(database: Database, job: Callable[[Transaction], Awaitable[None]]) -> None:
    with pytest.raises(TooEarlyError):
        await database.read(lambda tx: run_ahead(tx, job))


async def test_a_write_that_looks_like_a_read_cannot_run_ahead(database: Database) -> None:
    async def sly(tx: Transaction) -> None:
        await tx.row("INSERT INTO correspondent (conversation, first_seen) VALUES ('marie', 1) RETURNING conversation")

    with pytest.raises(StorageError):
        await database.read(lambda tx: run_ahead(tx, sly))
    assert await state(database) == (NOTHING_YET, STRANGER)
