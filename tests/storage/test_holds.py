"""Roles that one desk of all may have: taken, waited for, lost, handed on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot import single_holder
from bot.single_holder import while_holding
from storage.database import Database
from storage.opening import open_database
from storage.postgresql import open_postgresql
from tests.support.postgresql import Server


async def until(condition: asyncio.Event, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        await condition.wait()


async def end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_role_is_had_and_given_back(database: Database) -> None:
    for _ in range(2):
        hold = await database.hold("mailbox")
        assert hold is not None
        assert not hold.lost.is_set()
        await hold.release()


async def test_work_that_ends_by_itself_ends_the_role(database: Database) -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    async with asyncio.timeout(20):
        await while_holding(database, "mailbox", work)
    assert done.is_set()


async def test_what_breaks_the_work_is_not_swallowed(database: Database) -> None:
    async def work() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await while_holding(database, "mailbox", work)


class Worker:
    """Work that goes on until it is cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.ended = asyncio.Event()

    async def __call__(self) -> None:
        self.began.set()
        self.ended.clear()
        try:
            await asyncio.Event().wait()
        finally:
            self.began.clear()
            self.ended.set()


@pytest.fixture
async def two(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, list[Database]]]:
    monkeypatch.setattr(single_holder, "WAIT_SECONDS", 0.05)
    url = await server.new_database()
    desks: list[Database] = [await open_postgresql(url) for _ in range(2)]
    yield url, desks
    for desk in desks:
        await desk.close()


@pytest.mark.postgres
async def test_one_desk_of_two_works_and_the_other_takes_over(two: tuple[str, list[Database]]) -> None:
    _, (first, second) = two
    here, there = Worker(), Worker()
    one = asyncio.create_task(while_holding(first, "mailbox", here))
    await until(here.began)
    other = asyncio.create_task(while_holding(second, "mailbox", there))
    assert await second.hold("mailbox") is None
    hold = await second.hold("another role")
    assert hold is not None
    await hold.release()
    assert not there.began.is_set()
    await end(one)
    await until(there.began)
    await end(other)


@pytest.mark.postgres
async def test_a_desk_whose_connection_is_gone_stops_at_once(two: tuple[str, list[Database]]) -> None:
    url, (first, second) = two
    here, there = Worker(), Worker()
    one = asyncio.create_task(while_holding(first, "mailbox", here))
    await until(here.began)
    other = asyncio.create_task(while_holding(second, "mailbox", there))
    connection = await asyncpg.connect(url)
    try:
        held = "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND datname = current_database()"
        assert await connection.fetchval(f"SELECT pg_terminate_backend(pid) {held}")
        await until(here.ended)
        await until(there.began)
        assert not here.began.is_set()
    finally:
        await connection.close()
        await end(one, other)


async def test_an_embedded_database_needs_no_lock(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/desk.db")
    try:
        holds = [await database.hold("mailbox") for _ in range(2)]
        assert all(hold is not None for hold in holds)
    finally:
        await database.close()
