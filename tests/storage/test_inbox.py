"""The inbox on both engines: kept once, claimed by one, in order, finished or parked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from bot.core.seal import Seal
from bot.core.values import Channel, RawRecord
from storage.database import Database, Row, Transaction
from storage.inbox import LEASE, REPETITION, Claimed, Inbox
from storage.opening import open_database

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Known:
    """An identity as the mail reader makes it."""

    key: bytes
    for_ever: bool = True
    twin: bytes | None = None


def known(name: str, *, for_ever: bool = True, twin: str = "") -> Known:
    key = hashlib.sha256(name.encode()).digest()
    return Known(key, for_ever, hashlib.sha256(twin.encode()).digest() if twin else None)


def record(text: str = "HELP", conversation: str = "mail:marie@customer.example") -> RawRecord:
    return RawRecord(Channel.MAIL, text.encode(), "marie@customer.example", ("service@x",), "192.0.2.1", conversation)


@dataclass
class Box:
    """One transaction a call, as the desk does."""

    database: Database
    seal: Seal

    async def __call__(self, job: Callable[[Inbox], Awaitable[Result]]) -> Result:
        async def run(tx: Transaction) -> Result:
            return await job(Inbox(tx, self.seal))

        return await self.database.write(run)

    async def accept(
        self, name: str = "a", *, now: datetime = NOW, conversation: str = "c", identity: Known | None = None
    ) -> int | None:
        one = identity or known(name)
        return await self(lambda inbox: inbox.accept(record(name, conversation), one, "smtp", now, due=now))

    async def claim(self, count: int = 10, now: datetime = NOW) -> list[Claimed]:
        return await self(lambda inbox: inbox.claim(count, now))

    async def only(self) -> Row:
        async def read(tx: Transaction) -> Row:
            (row,) = await tx.rows("SELECT * FROM inbox")
            return row

        return await self.database.read(read)


@pytest.fixture
def box(database: Database, seal: Seal) -> Box:
    return Box(database, seal)


async def test_a_message_comes_out_as_it_went_in(box: Box) -> None:
    number = await box(lambda inbox: inbox.accept(record("é\0"), known("a"), "smtp", NOW, due=NOW))
    (claimed,) = await box.claim()
    assert claimed.id == number
    assert claimed.attempts == 1
    assert claimed.conversation == "mail:marie@customer.example"
    assert Inbox.open(claimed, box.seal) == record("é\0")


async def test_what_is_kept_is_sealed(box: Box) -> None:
    await box(lambda inbox: inbox.accept(record("mot de passe"), known("a"), "smtp", NOW, due=NOW))
    assert b"mot de passe" not in bytes((await box.only())["sealed"])


async def test_a_message_answered_at_once_is_done_and_not_kept(box: Box) -> None:
    await box(lambda inbox: inbox.accept(record(), known("a"), "smtp", NOW, due=None, outcome="answered"))
    row = await box.only()
    assert (row["state"], row["sealed"], row["outcome"]) == ("done", None, "answered")
    assert await box.claim() == []


async def test_a_duplicate_is_refused_for_ever(box: Box) -> None:
    assert await box.accept("a") is not None
    assert await box.accept("a", now=NOW + timedelta(days=400)) is None


async def test_a_twin_by_another_way_is_refused(box: Box) -> None:
    assert await box.accept(identity=known("smtp", twin="the same")) is not None
    assert await box.accept(identity=known("imap", twin="the same"), now=NOW + timedelta(days=3)) is None
    assert await box.accept(identity=known("other", twin="another")) is not None


async def test_without_message_id_a_repetition_counts_again_after_half_an_hour(box: Box) -> None:
    def accept(after: timedelta) -> Awaitable[int | None]:
        return box.accept(identity=known("a", for_ever=False), now=NOW + after)

    assert await accept(timedelta(0)) is not None
    assert await accept(REPETITION) is None
    assert await accept(REPETITION + timedelta(microseconds=1)) is not None
    assert await accept(REPETITION + timedelta(minutes=10)) is None


@pytest.mark.parametrize("for_ever", [True, False])
async def test_the_same_message_arriving_many_times_at_once_is_kept_once(
    url: str, seal: Seal, database: Database, *, for_ever: bool
) -> None:
    other = Box(await open_database(url), seal)
    boxes = [Box(database, seal), other]
    accepted = await asyncio.gather(
        *(
            boxes[number % 2].accept(
                identity=known(f"way {number}" if for_ever else "same", for_ever=for_ever, twin="t"),
                now=NOW + timedelta(microseconds=number),
            )
            for number in range(20)
        )
    )
    await other.database.close()
    assert sum(one is not None for one in accepted) == 1


async def test_claims_come_oldest_first_and_count_the_attempt(box: Box) -> None:
    ids = [await box.accept(f"m{number}", conversation=f"c{number}") for number in range(5)]
    assert [claimed.id for claimed in await box.claim(3)] == ids[:3]
    assert [claimed.id for claimed in await box.claim(3)] == ids[3:]
    assert await box.claim(3) == []
    again = await box.claim(10, NOW + LEASE)
    assert [(claimed.id, claimed.attempts) for claimed in again] == [(number, 2) for number in ids]


async def test_a_message_waits_while_an_earlier_one_of_its_conversation_is_being_answered(box: Box) -> None:
    first = await box.accept("first")
    (claimed,) = await box.claim()
    assert claimed.id == first
    second = await box.accept("second")
    other = await box.accept("other", conversation="d")
    assert [claimed.id for claimed in await box.claim()] == [other]
    await box(lambda inbox: inbox.finish(claimed.id, "answered", NOW))
    assert [claimed.id for claimed in await box.claim()] == [second]


async def test_messages_of_one_conversation_are_claimed_together(box: Box) -> None:
    ids = [await box.accept(f"m{number}") for number in range(3)]
    assert [claimed.id for claimed in await box.claim()] == ids


async def test_concurrent_claims_never_give_one_row_twice(url: str, seal: Seal, database: Database) -> None:
    boxes = [Box(database, seal), Box(await open_database(url), seal)]
    wanted = {await boxes[0].accept(f"m{number}", conversation=f"c{number}") for number in range(40)}
    batches = await asyncio.gather(*(boxes[number % 2].claim(5) for number in range(12)))
    await boxes[1].database.close()
    claimed = [one.id for batch in batches for one in batch]
    assert all(len(batch) <= 5 for batch in batches)
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == wanted


async def test_concurrent_claims_never_split_a_conversation(url: str, seal: Seal, database: Database) -> None:
    boxes = [Box(database, seal), Box(await open_database(url), seal)]
    for number in range(12):
        await boxes[0].accept(f"m{number}", conversation=f"c{number % 3}")
    batches = await asyncio.gather(*(boxes[number % 2].claim(1) for number in range(8)))
    await boxes[1].database.close()
    conversations = [one.conversation for batch in batches for one in batch]
    assert sorted(conversations) == ["c0", "c1", "c2"], "one of each: the others wait for it"


async def test_a_message_put_off_is_due_later_with_its_attempt_counted(box: Box) -> None:
    await box.accept()
    (claimed,) = await box.claim()
    later = NOW + timedelta(seconds=20)
    await box(lambda inbox: inbox.retry(claimed.id, "LookupError", later))
    assert await box.claim() == []
    assert not await box(lambda inbox: inbox.any_due(NOW))
    assert await box(lambda inbox: inbox.any_due(later))
    (again,) = await box.claim(now=later)
    assert again.attempts == 2


async def test_only_one_finishes(box: Box) -> None:
    await box.accept()
    (claimed,) = await box.claim()
    finish = [box(lambda inbox: inbox.finish(claimed.id, "answered", NOW)) for _ in range(4)]
    assert sorted(await asyncio.gather(*finish)) == [False, False, False, True]
    assert (await box.only())["sealed"] is None
    assert await box(lambda inbox: inbox.waiting()) == 0


async def test_a_parked_message_can_be_read_and_replayed(box: Box) -> None:
    await box.accept("odd")
    (claimed,) = await box.claim()
    assert await box(lambda inbox: inbox.park(claimed.id, "LookupError", NOW))
    assert not await box(lambda inbox: inbox.finish(claimed.id, "late", NOW))
    assert await box.claim(now=NOW + timedelta(days=1)) == []
    (listed,) = await box(lambda inbox: inbox.parked())
    assert (listed["id"], listed["outcome"]) == (claimed.id, "LookupError")
    shown = await box(lambda inbox: inbox.parked_record(claimed.id))
    assert shown is not None
    assert shown.content == b"odd"
    assert await box(lambda inbox: inbox.replay(claimed.id, NOW))
    assert not await box(lambda inbox: inbox.replay(claimed.id, NOW))
    (again,) = await box.claim()
    assert again.attempts == 1


async def test_a_discarded_message_is_forgotten(box: Box) -> None:
    await box.accept()
    (claimed,) = await box.claim()
    await box(lambda inbox: inbox.park(claimed.id, "LookupError", NOW))
    assert await box(lambda inbox: inbox.discard(claimed.id, NOW))
    assert (await box.only())["sealed"] is None
    assert await box(lambda inbox: inbox.parked_record(claimed.id)) is None
    assert not await box(lambda inbox: inbox.replay(claimed.id, NOW))
