"""What is remembered of messages in a mailbox, on both databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot.core.imap_words import Entry
from bot.core.mailbox import Fate, Mark
from storage.database import Database
from storage.mailbox_marks import MailboxMarks
from tests.support.clock import HandClock

T = TypeVar("T")
ONE, TWO, THREE = Entry(1, 100), Entry(2, 200), Entry(3, 300)


class Marks:
    def __init__(self, database: Database, mailbox: str = "a") -> None:
        self.database, self.mailbox, self.clock = database, mailbox, HandClock()

    async def do(self, job: Callable[[MailboxMarks], Awaitable[T]]) -> T:
        return await self.database.write(lambda tx: job(MailboxMarks(tx, self.mailbox, self.clock.now())))


async def test_tries_are_counted(database: Database) -> None:
    marks = Marks(database)
    await marks.do(lambda on: on.begin(7, [ONE, TWO]))
    await marks.do(lambda on: on.begin(7, [ONE]))
    assert await marks.do(lambda on: on.of(7, [ONE, TWO, THREE])) == {1: Mark(2), 2: Mark(1)}
    assert await marks.do(lambda on: on.of(7, [])) == {}


async def test_a_fate_stands_until_it_is_forgotten(database: Database) -> None:
    marks = Marks(database)
    await marks.do(lambda on: on.begin(7, [ONE]))
    await marks.do(lambda on: on.decide(7, ONE, Fate.EXPUNGE, b"digest"))
    assert (await marks.do(lambda on: on.of(7, [ONE])))[1].fate is Fate.EXPUNGE
    assert await marks.do(lambda on: on.of(8, [ONE])) == {}
    assert await Marks(database, "another mailbox").do(lambda on: on.of(7, [ONE])) == {}
    await marks.do(lambda on: on.forget(7, [1]))
    assert await marks.do(lambda on: on.of(7, [ONE])) == {}


async def test_a_mark_of_another_size_is_of_another_message(database: Database) -> None:
    """Some servers give a mailbox that is made anew the UIDVALIDITY of the old one."""
    marks, other = Marks(database), Entry(1, 101)
    await marks.do(lambda on: on.decide(7, ONE, Fate.DONE, b"digest"))
    assert await marks.do(lambda on: on.of(7, [other])) == {}
    await marks.do(lambda on: on.begin(7, [other]))
    assert await marks.do(lambda on: on.of(7, [other])) == {1: Mark(1)}
    assert await marks.do(lambda on: on.elsewhere(8, b"digest")) is None


async def test_what_was_decided_under_another_validity_is_found_once(database: Database) -> None:
    marks = Marks(database)
    await marks.do(lambda on: on.decide(7, ONE, Fate.EXPUNGE, b"digest"))
    await marks.do(lambda on: on.begin(7, [TWO]))
    assert await marks.do(lambda on: on.elsewhere(7, b"digest")) is None
    assert await marks.do(lambda on: on.elsewhere(8, b"other")) is None
    assert await marks.do(lambda on: on.elsewhere(8, b"digest")) == (7, 1, Fate.EXPUNGE)
    assert await marks.do(lambda on: on.moved_here(8, THREE, b"digest")) is Fate.EXPUNGE
    assert (await marks.do(lambda on: on.of(8, [THREE])))[3].fate is Fate.EXPUNGE
    assert await marks.do(lambda on: on.moved_here(8, ONE, b"digest")) is None


async def test_what_is_gone_is_forgotten_and_what_may_be_put_back_later(database: Database) -> None:
    marks = Marks(database)
    await marks.do(lambda on: on.begin(7, [ONE, TWO]))
    await marks.do(lambda on: on.decide(8, ONE, Fate.DONE, b"1"))
    await marks.do(lambda on: on.decide(8, THREE, Fate.DONE, b"3"))
    assert await marks.do(lambda on: on.strays(8, {3})) == {8: [1]}
    assert await Marks(database, "another mailbox").do(lambda on: on.strays(8, set())) == {}
    marks.clock.moment += timedelta(days=8)
    assert await marks.do(lambda on: on.strays(8, {3})) == {7: [1, 2], 8: [1]}
