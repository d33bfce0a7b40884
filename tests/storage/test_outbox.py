"""The outbox, the correspondents, the tallies and the depths on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.core.letters import Letter
from bot.core.seal import Seal
from bot.core.values import Channel, Language
from storage.correspondents import CHOICES_LAST, STRANGER, Correspondents
from storage.database import Database, Row, Transaction
from storage.depths import Depths
from storage.opening import open_database
from storage.outbox import LEASE, Outbox

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DUE = NOW + LEASE
Result = TypeVar("Result")


def letter(name: str = "a", channel: Channel = Channel.MAIL) -> Letter:
    return Letter(
        channel=channel,
        conversation="mail:marie@customer.example",
        message_id=f"<{name}@carrier.example>",
        template="trace/found",
        recipient="marie@customer.example",
        content="Réponse".encode(),
        envelope_sender="",
        secret=name == "secret",
    )


async def outbox(database: Database, seal: Seal, job: Callable[[Outbox], Awaitable[Result]]) -> Result:
    async def run(tx: Transaction) -> Result:
        return await job(Outbox(tx, seal))

    return await database.write(run)


async def rows(database: Database) -> list[Row]:
    async def read(tx: Transaction) -> list[Row]:
        return list(await tx.rows("SELECT * FROM outbox ORDER BY id"))

    return await database.read(read)


async def test_a_letter_comes_out_as_it_went_in_when_its_lease_ends(database: Database, seal: Seal) -> None:
    queued = await outbox(database, seal, lambda box: box.add(letter("secret"), None, NOW))
    assert queued.letter == letter("secret")
    assert await outbox(database, seal, lambda box: box.claim(10, NOW)) == []
    (claimed,) = await outbox(database, seal, lambda box: box.claim(10, DUE))
    assert claimed.letter == letter("secret")
    assert (claimed.id, claimed.attempts, claimed.created_at) == (queued.id, 0, queued.created_at)
    assert await outbox(database, seal, lambda box: box.claim(10, DUE)) == []


async def test_what_is_kept_is_sealed_and_forgotten_once_sent(database: Database, seal: Seal) -> None:
    queued = await outbox(database, seal, lambda box: box.add(letter(), None, NOW))
    (row,) = await rows(database)
    assert "Réponse".encode() not in bytes(row["sealed"])
    await outbox(database, seal, lambda box: box.sent(queued.id, NOW))
    (row,) = await rows(database)
    assert (row["state"], row["sealed"], row["attempts"]) == ("sent", None, 1)


async def test_a_letter_that_failed_is_due_later_and_one_given_up_is_kept(database: Database, seal: Seal) -> None:
    first = await outbox(database, seal, lambda box: box.add(letter("a"), None, NOW))
    second = await outbox(database, seal, lambda box: box.add(letter("b"), None, NOW))
    later = NOW + timedelta(hours=1)
    await outbox(database, seal, lambda box: box.retry(first.id, "451 later", later))
    await outbox(database, seal, lambda box: box.give_up(second.id, "550 never", NOW))
    assert not await outbox(database, seal, lambda box: box.any_due(DUE))
    (claimed,) = await outbox(database, seal, lambda box: box.claim(10, later))
    assert (claimed.id, claimed.attempts) == (first.id, 1)
    _, kept = await rows(database)
    assert (kept["state"], kept["last_error"]) == ("failed", "550 never")
    assert kept["sealed"] is not None


async def test_a_relay_s_answer_in_odd_octets_is_kept_as_far_as_it_can_be(database: Database, seal: Seal) -> None:
    queued = await outbox(database, seal, lambda box: box.add(letter(), None, NOW))
    answer = b"550 refus\xe9 \x00 par le serveur".decode("utf-8", "surrogateescape")  # as aiosmtplib gives it
    await outbox(database, seal, lambda box: box.give_up(queued.id, answer, NOW))
    (row,) = await rows(database)
    assert row["last_error"] == "550 refus  par le serveur"


async def test_concurrent_claims_never_give_one_letter_twice(url: str, seal: Seal, database: Database) -> None:
    for number in range(30):
        await outbox(database, seal, lambda box, number=number: box.add(letter(f"m{number}"), None, NOW))  # type: ignore[misc]
    other = await open_database(url)
    claims = [outbox((database, other)[number % 2], seal, lambda box: box.claim(4, DUE)) for number in range(10)]
    claimed = [queued.id for batch in await asyncio.gather(*claims) for queued in batch]
    await other.close()
    assert len(claimed) == len(set(claimed)) == 30


async def test_a_terminal_fetches_its_own(database: Database, seal: Seal) -> None:
    await outbox(database, seal, lambda box: box.add(letter("t", Channel.TERMINAL), None, NOW))
    assert await outbox(database, seal, lambda box: box.claim(10, DUE)) == []
    (own,) = await outbox(database, seal, lambda box: box.of_conversation("mail:marie@customer.example"))
    assert own.letter.channel is Channel.TERMINAL


async def test_the_letter_that_a_message_id_names_is_found(database: Database, seal: Seal) -> None:
    queued = await outbox(database, seal, lambda box: box.add(letter("a"), None, NOW))
    found = await outbox(database, seal, lambda box: box.answered(("<x@y>", "\ud800\0", "<a@carrier.example>")))
    assert found is not None
    assert (found.id, found.template) == (queued.id, "trace/found")
    assert await outbox(database, seal, lambda box: box.answered(("<x@y>",))) is None


async def test_what_is_remembered_of_a_correspondent(database: Database) -> None:
    key = "mail:é@customer.example"

    async def remember(tx: Transaction) -> None:
        people = Correspondents(tx, NOW)
        assert await people.get(key) == STRANGER
        await people.meet(key)
        await people.meet(key)
        await people.set_language(key, Language.FR)
        await people.set_choices(key, (3, 2, 1))
        await people.stop_notices(key)

    async def recall(tx: Transaction) -> None:
        person = await Correspondents(tx, NOW + CHOICES_LAST).get(key)
        assert person.language is Language.FR
        assert person.stopped
        assert person.choices == (3, 2, 1)
        late = await Correspondents(tx, NOW + CHOICES_LAST + timedelta(microseconds=1)).get(key)
        assert late.choices == ()

    await database.write(remember)
    await database.read(recall)


async def test_the_depths_of_both_queues(database: Database, seal: Seal) -> None:
    assert await database.read(Depths.read) == Depths(0, 0, 0, 0, 0, 0)
    queued = await outbox(database, seal, lambda box: box.add(letter("a"), None, NOW))
    await outbox(database, seal, lambda box: box.add(letter("b"), None, NOW))
    await outbox(database, seal, lambda box: box.give_up(queued.id, "550", NOW))
    depths = await database.read(Depths.read)
    assert (depths.outbox_waiting, depths.outbox_failed) == (1, 1)
    assert depths.outbox_oldest == queued.created_at
