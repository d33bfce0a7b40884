"""/readyz and /metrics where a part of the desk has ended."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from bot.metrics import Metrics
from bot.observation import Observation
from storage.sqlite import open_sqlite
from tests.support.clock import HandClock
from tests.support.desk import started_desk


async def test_a_part_that_has_ended_is_an_obstacle(tmp_path: Path) -> None:
    database = await open_sqlite(tmp_path / "a.db")

    async def dies() -> None:
        raise LookupError

    async def lives() -> None:
        await asyncio.Event().wait()

    dead, alive = asyncio.create_task(dies(), name="delivery"), asyncio.create_task(lives(), name="desk")
    observation = Observation(database, Metrics(), HandClock())
    observation.watch(dead)
    observation.watch(alive)
    assert await observation.obstacles() == []
    await asyncio.wait([dead])
    assert isinstance(dead.exception(), LookupError)
    assert await observation.obstacles() == ["delivery has ended; restart the desk"]
    await database.close()
    assert [line.partition(" ")[0] for line in await observation.obstacles()] == ["delivery", "database:"]
    alive.cancel()
    assert b"autopro_inbox_waiting" in await observation.exposition()


async def test_a_desk_whose_worker_has_ended_is_not_ready(tmp_path: Path) -> None:
    async with started_desk(tmp_path) as desk, aiohttp.ClientSession() as client:
        address = f"http://127.0.0.1:{desk.ports.http}/readyz"
        async with client.get(address) as answer:
            assert answer.status == 200
        (worker,) = [task for task in asyncio.all_tasks() if task.get_name() == "delivery"]
        worker.cancel()
        await asyncio.wait([worker])
        async with client.get(address) as answer:
            assert answer.status == 503
            assert "delivery has ended" in await answer.text()
