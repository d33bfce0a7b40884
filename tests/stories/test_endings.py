"""However a desk ends, it ends: in time, with its database closed, and with what it promised in it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import app as wiring
from bot.app import running
from bot.core.errors import StorageError
from bot.serving import listening
from tests.stories.rows import rows
from tests.support.clock import HandClock
from tests.support.desk import StartedDesk, settings_for, started_desk
from tests.support.relay import Relay


async def test_a_relay_that_says_nothing_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "DRAIN_SECONDS", 0.5)
    held: list[asyncio.StreamWriter] = []

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    clock = HandClock()
    settings = settings_for(tmp_path, server.sockets[0].getsockname()[1])
    async with asyncio.timeout(8):
        async with running(settings, clock) as app, listening(app) as ports:
            desk = StartedDesk(app, ports, Relay(), clock)
            assert (await desk.hand_in(desk.mail("HELP")))[0] == 250
            while not held:
                await asyncio.sleep(0.01)
    with pytest.raises(StorageError):
        await app.database.write(lambda tx: tx.rows("SELECT 1 AS one"))
    for writer in held:
        writer.close()
    server.close()


async def test_a_full_disk_does_not_end_the_worker_and_nothing_hangs(tmp_path: Path) -> None:
    """Claiming a message writes: when that fails, the worker goes on, and answers as soon as there is room."""
    async with started_desk(tmp_path, mail_trust={"origins": [], "relays": ["127.0.0.1"]}) as desk:
        raw = desk.app.database._writer  # type: ignore[attr-defined]
        odd = desk.mail("HELP")
        odd.add_alternative("<p>HELP</p>", subtype="html")
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages}")
        codes = [(await desk.hand_in(desk.mail(f"HELP {'x' * 900} {number}")))[0] for number in range(30)]
        assert 452 in codes
        raw.execute("PRAGMA max_page_count = 1073741823")
        assert (await desk.hand_in(odd))[0] == 250
        desk.clock.move(minutes=3)
        await desk.settle()
        assert {row["state"] for row in await rows(desk, "SELECT state FROM inbox")} == {"done"}
        assert await desk.app.observation.obstacles() == []


async def test_a_part_that_broke_does_not_keep_the_database_open(tmp_path: Path) -> None:
    clock = HandClock()
    async with asyncio.timeout(8):
        async with running(settings_for(tmp_path), clock) as app:
            for task in app.observation._tasks:
                task.cancel()
            await asyncio.sleep(0)
    with pytest.raises(StorageError):
        await app.database.write(lambda tx: tx.rows("SELECT 1 AS one"))
