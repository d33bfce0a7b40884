"""Argon2id beside the loop: what fits, what it costs, and what happens when too many come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from bot.core.errors import HashingBusy
from bot.hashing import Argon2Hashing


@pytest.fixture
async def hashing() -> AsyncIterator[Argon2Hashing]:
    made = Argon2Hashing()
    yield made
    made.close()


async def test_which_of_two_fits(hashing: Argon2Hashing) -> None:
    known, temporary = await asyncio.gather(hashing.hash("mon chien adore la neige"), hashing.hash("K7MP-4TXR"))
    assert "argon2id" in known
    assert "m=19456,t=2,p=1" in known
    assert await hashing.verify(("mon chien adore la neige", known), ("x", temporary)) == 0
    assert await hashing.verify(("k7mp 4txr", known), ("K7MP-4TXR", temporary)) == 1
    assert await hashing.verify(("wrong", known), ("wrong", temporary)) is None


async def test_nothing_fits_where_there_is_no_hash(hashing: Argon2Hashing) -> None:
    assert await hashing.verify(("", "")) is None, "the dummy hash is that of the empty password"
    assert await hashing.verify() is None
    assert await hashing.verify(("x", "no hash at all")) is None


async def test_an_unknown_code_takes_the_time_of_a_known_one(hashing: Argon2Hashing) -> None:
    known = await hashing.hash("right")

    # The process's own time in all its threads: what else the machine does makes no difference.
    async def fastest(*candidates: tuple[str, str]) -> float:
        times = []
        for _ in range(5):
            begun = time.process_time()
            await hashing.verify(*candidates)
            times.append(time.process_time() - begun)
        return min(times)

    unknown, one, two = await fastest(), await fastest(("wrong", known)), await fastest(("right", known), ("wrong", known))
    assert max(unknown, one, two) < 1.8 * min(unknown, one, two), (unknown, one, two)


async def test_old_parameters_are_recognised(hashing: Argon2Hashing) -> None:
    assert hashing.outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not hashing.outdated(await hashing.hash("x"))


async def test_the_queue_is_bounded_and_empties() -> None:
    hashing = Argon2Hashing(most_waiting=3)
    try:
        results = await asyncio.gather(*(hashing.hash("x") for _ in range(5)), return_exceptions=True)
        assert [type(result) for result in results] == [str, str, str, HashingBusy, HashingBusy]
        assert isinstance(await hashing.hash("x"), str)
    finally:
        hashing.close()


async def test_the_loop_goes_on_meanwhile(hashing: Argon2Hashing) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while not work.done():
            turns += 1
            await asyncio.sleep(0)

    work = asyncio.create_task(hashing.hash("x"))
    await others()
    await work
    assert turns > 50


async def test_a_caller_that_gives_up_leaves_its_work_counted() -> None:
    hashing = Argon2Hashing(most_waiting=1)
    try:
        given_up = asyncio.create_task(hashing.hash("x"))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        async with asyncio.timeout(5):
            while True:
                try:
                    assert await hashing.hash("x")
                    break
                except HashingBusy:
                    await asyncio.sleep(0.005)
    finally:
        hashing.close()


async def test_more_than_two_would_tell_their_number(hashing: Argon2Hashing) -> None:
    with pytest.raises(ValueError, match="at most 2"):
        await hashing.verify(("a", ""), ("b", ""), ("c", ""))
