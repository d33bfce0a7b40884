"""Of several desks on one database one sweeps; when it ends, another does."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.app import App, running
from bot.serving import sweeping
from tests.support.clock import HandClock
from tests.support.desk import settings_for
from tests.support.postgresql import Server


def _sweeps(app: App) -> float:
    return sum(
        sample.value for metric in app.metrics.swept.collect() for sample in metric.samples if sample.name.endswith("_total")
    )


async def _has_swept(app: App) -> None:
    async with asyncio.timeout(30):
        while not _sweeps(app):
            await asyncio.sleep(0.02)  # the counter of metrics has no event


@pytest.mark.postgres
async def test_one_desk_sweeps_and_the_other_takes_over(tmp_path: Path, server: Server) -> None:
    settings = settings_for(tmp_path, database={"url": await server.new_database()})
    async with AsyncExitStack() as stack:
        second = await stack.enter_async_context(running(settings, HandClock()))
        async with running(settings, HandClock()) as first, sweeping(first):
            await _has_swept(first)
            await stack.enter_async_context(sweeping(second))
            await asyncio.sleep(0.5)  # a second sweep would have run by now: it comes first of all
            assert (_sweeps(first), _sweeps(second)) == (1, 0)
        await _has_swept(second)
