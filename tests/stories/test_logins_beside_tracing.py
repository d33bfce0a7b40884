"""Twenty logins a second, each with its hashing, do not slow tracing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bot.commands.import_command import import_samples
from tests.support.desk import StartedDesk, started_desk

LOGINS, A_SECOND, TRACES = 40, 20, 30


async def test_tracing_goes_on_beside_a_flood_of_logins(tmp_path: Path) -> None:
    async with started_desk(tmp_path, limits={"login_attempts_per_minute": 0, "answers_per_hour": 0}) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        flood = asyncio.create_task(_log_in(desk))
        waits = [await _trace(desk, number) for number in range(TRACES)]
        await flood
        await desk.settle()
    templates = [letter["X-Autopro-Template"] for letter in desk.relay.letters]
    assert templates.count("login/refused") == LOGINS, "every login was answered as well"
    assert templates.count("trace/found") == TRACES
    waits.sort()
    # A quiet machine takes some 20 ms; without threads of its own for hashing each would wait for dozens of logins.
    assert waits[len(waits) // 2] < 0.5
    assert waits[-1] < 2.0


async def _log_in(desk: StartedDesk) -> None:
    for number in range(LOGINS):
        sender = f"guesser{number}@elsewhere.example"
        await desk.hand_in(
            desk.mail(f"LOGIN K7MP4TX{number % 7 + 3} wrong horse battery {number}", sender=sender), envelope_sender=sender
        )
        await asyncio.sleep(1 / A_SECOND)


async def _trace(desk: StartedDesk, number: int) -> float:
    sender = f"dock{number}@customer.example"
    began = time.monotonic()
    await desk.hand_in(desk.mail("TRACE 123456789", sender=sender), envelope_sender=sender)
    async with asyncio.timeout(20):
        while not any(letter.recipient == sender for letter in desk.relay.letters):
            desk.relay.arrived.clear()
            await desk.relay.arrived.wait()
    return time.monotonic() - began
