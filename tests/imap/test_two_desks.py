"""Two desks on one PostgreSQL, one mailbox: one of them reads it, and the other takes over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.imap.desk import MailboxDesk, mailbox_desk
from tests.support.dovecot import Dovecot
from tests.support.postgresql import Server, running_server
from tests.support.relay import SentLetter


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with running_server() as running:
        yield running


async def test_one_desk_reads_and_the_other_takes_over(tmp_path: Path, dovecot: Dovecot, postgresql: Server) -> None:
    """Each message is answered once, and waiting for one's turn is no fault."""
    database = {"url": await postgresql.new_database()}
    async with AsyncExitStack() as stack:
        async with mailbox_desk(tmp_path, dovecot, database=database) as first:
            await first.put(first.letter("TRACE 123456789"))
            await first.filed(1)
            assert "PRO 123456789" in (await first.relay.next()).text
            second = await stack.enter_async_context(mailbox_desk(tmp_path, dovecot, database=database))
            await first.put(first.letter("REPÉRAGE 123456789"))
            await first.filed(2)
            assert await second.app.observation.obstacles() == []
            assert "En cours de livraison" in (await _next_of(first, second)).text
        await second.put(second.letter("TRACE 123-456-789"))
        await second.filed(3)
        assert "PRO 123456789" in (await second.relay.next()).text
        await second.settle()
        assert second.relay.letters == []


async def _next_of(*desks: MailboxDesk) -> SentLetter:
    """The next letter, whichever desk sends it: whoever keeps a message hands it to the database, and either may answer."""
    waiting = [asyncio.ensure_future(desk.relay.next()) for desk in desks]
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    return done.pop().result()
