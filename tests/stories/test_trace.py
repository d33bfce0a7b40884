"""The first story of the product: a mail in, a traced shipment out, in both languages, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.import_command import import_samples
from tests.support.desk import StartedDesk, started_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StartedDesk]:
    async with started_desk(tmp_path) as started:
        await import_samples(started.app.database, started.clock.now())
        yield started


async def test_trace_in_english(desk: StartedDesk) -> None:
    letter = await desk.ask("Hi,\n\nplease TRACE 123456789\n\nThanks,\nMary")
    assert letter["X-Autopro-Template"] == "trace/found"
    assert "Toronto" in letter.text


async def test_trace_in_french(desk: StartedDesk) -> None:
    letter = await desk.ask("REPÉRAGE 123456789")
    assert letter["X-Autopro-Template"] == "trace/found"
    assert letter["Content-Language"] == "fr"
    assert "Toronto" in letter.text
