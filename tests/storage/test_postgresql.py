"""What only PostgreSQL does: a server that is not there, goes away, comes back; and the desk's first story on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.commands.import_command import import_samples
from bot.core.errors import StorageBusy, StorageError
from storage.database import Transaction, statements
from storage.postgresql import PostgresqlDatabase, _translate, open_postgresql
from tests.support.desk import started_desk
from tests.support.postgresql import Server

pytestmark = pytest.mark.postgres
ADD = "INSERT INTO correspondent (conversation, first_seen) VALUES (:key, 1)"


@pytest.fixture
async def database(server: Server) -> AsyncIterator[PostgresqlDatabase]:
    opened = await open_postgresql(await server.new_database())
    yield opened
    await opened.close()


async def test_the_commit_is_synced_whatever_the_server_s_default(server: Server) -> None:
    url = await server.new_database()
    connection = await asyncpg.connect(url)
    await connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    await connection.close()
    database = await open_postgresql(url)

    async def setting(tx: Transaction) -> str:
        row = await tx.row("SHOW synchronous_commit")
        assert row is not None
        return str(row["synchronous_commit"])

    assert await database.write(setting) == "on"
    await database.close()


async def test_a_claim_takes_no_more_than_asked_whatever_the_plan(server: Server) -> None:
    """A bare `id IN (SELECT … LIMIT 1 FOR UPDATE SKIP LOCKED)` claims all five under this plan."""
    url = await server.new_database()
    await (await open_postgresql(url)).close()
    connection = await asyncpg.connect(url)
    row = "INSERT INTO inbox (channel, source, identity, conversation, due_at, received_at) VALUES ('mail', 's', $1, $2, 1, 1)"
    await connection.executemany(row, [(bytes([number]), f"c{number}") for number in range(5)])
    for method in ("hashagg", "sort", "hashjoin", "mergejoin", "material"):
        await connection.execute(f"SET enable_{method} = off")
    claim = _translate(statements("inbox")["claim"])
    values = {"now": 10, "lease": 20, "count": 1}
    claimed = await connection.fetch(claim.sql, *(values[name] for name in claim.names))
    await connection.close()
    assert len(claimed) == 1


async def test_no_server_says_what_to_do() -> None:
    with pytest.raises(StorageError, match=r"Check \[database\] url and that the server runs"):
        await open_postgresql("postgresql://desk@127.0.0.1:1/desk")


async def test_an_unknown_database_says_what_to_do(server: Server) -> None:
    with pytest.raises(StorageError, match="does not exist"):
        await open_postgresql(server.url("nowhere"))


async def test_a_deadlock_is_tried_again(database: PostgresqlDatabase) -> None:
    async def add(tx: Transaction) -> None:
        await tx.run_many(ADD, [{"key": "a"}, {"key": "b"}])

    await database.write(add)
    held = [asyncio.Event(), asyncio.Event()]
    tries = 0

    async def update(tx: Transaction, first: str, second: str, own: asyncio.Event, other: asyncio.Event) -> None:
        nonlocal tries
        tries += 1
        step = "UPDATE correspondent SET first_seen = first_seen + 1 WHERE conversation = :key"
        await tx.run(step, {"key": first})
        own.set()
        await other.wait()
        await tx.run(step, {"key": second})

    await asyncio.gather(
        database.write(lambda tx: update(tx, "a", "b", held[0], held[1])),
        database.write(lambda tx: update(tx, "b", "a", held[1], held[0])),
    )

    async def seen(tx: Transaction) -> list[int]:
        return [row["first_seen"] for row in await tx.rows("SELECT first_seen FROM correspondent")]

    assert await database.read(seen) == [3, 3]
    assert tries == 3


async def test_what_is_in_the_way_for_ever_is_reported_after_three_tries(database: PostgresqlDatabase) -> None:
    tries = 0

    async def busy(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        await tx.run("DO $$ BEGIN RAISE serialization_failure; END $$")

    with pytest.raises(StorageBusy):
        await database.write(busy)
    assert tries == 3


async def test_a_server_that_falls_over_is_found_again(server: Server, database: PostgresqlDatabase) -> None:
    async def add(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "x"})

    async def count(tx: Transaction) -> int:
        return len(await tx.rows("SELECT conversation FROM correspondent"))

    await database.write(add)
    await asyncio.to_thread(server.stop, at_once=True)
    try:
        with pytest.raises(StorageError):
            await database.read(count)
        with pytest.raises(StorageError):
            await database.write(add)
    finally:
        await asyncio.to_thread(server.start)
    assert await database.read(count) == 1


async def test_the_first_story_on_postgresql(server: Server, tmp_path: Path) -> None:
    url = await server.new_database()
    async with started_desk(tmp_path, database={"url": url}) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        english = await desk.ask("Hi,\n\nplease TRACE 123456789\n\nThanks,\nMary")
        assert english["X-Autopro-Template"] == "trace/found"
        french = await desk.ask("REPÉRAGE 123456789")
        assert french["Content-Language"] == "fr"
        mail = desk.mail("HELP")
        assert [(await desk.hand_in(mail))[0] for _ in range(3)] == [250, 250, 250]
        await desk.settle()
        assert len(desk.relay.letters) == 1


async def test_a_part_with_a_deadline_does_not_wait_for_a_slow_statement(database: PostgresqlDatabase) -> None:
    async def job(tx: Transaction) -> bool:
        with pytest.raises(TimeoutError):  # noqa: PT012
            async with tx.savepoint(seconds=0.05):
                await tx.run(ADD, {"key": "undone"})
                await tx.rows("SELECT pg_sleep(30)")
        await tx.run(ADD, {"key": "kept"})
        return await tx.row("SELECT 1 AS found FROM correspondent WHERE conversation = 'undone'") is None

    async with asyncio.timeout(10):
        assert await database.write(job)
