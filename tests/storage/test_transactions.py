"""What the port promises, on both engines: what is kept, what is undone by whom, who is told when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.core.errors import StatementRefused, StorageError
from storage.database import Database, Transaction, clean
from storage.opening import open_database

ADD = "INSERT INTO correspondent (conversation, first_seen) VALUES (:key, 1)"


def add(key: str) -> Callable[[Transaction], Awaitable[str]]:
    async def job(tx: Transaction) -> str:
        assert await tx.run(ADD, {"key": key}) == 1
        return key

    return job


async def keys(database: Database) -> set[str]:
    async def read(tx: Transaction) -> set[str]:
        return {row["conversation"] for row in await tx.rows("SELECT conversation FROM correspondent")}

    return await database.read(read)


async def test_what_write_returned_is_there_after_reopening(url: str) -> None:
    database = await open_database(url)
    assert await database.write(add("a")) == "a"
    await database.close()
    database = await open_database(url)
    assert await keys(database) == {"a"}
    await database.close()


async def test_a_failing_job_undoes_itself_alone(database: Database) -> None:
    async def fails(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "undone"})
        raise LookupError

    results = await asyncio.gather(
        database.write(add("before")), database.write(fails), database.write(add("after")), return_exceptions=True
    )
    assert isinstance(results[1], LookupError)
    assert await keys(database) == {"before", "after"}


async def test_a_job_that_is_cancelled_from_within_undoes_itself_alone(database: Database) -> None:
    async def cancelled(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "undone"})
        raise asyncio.CancelledError

    results = await asyncio.gather(
        database.write(add("before")), database.write(cancelled), database.write(add("after")), return_exceptions=True
    )
    assert isinstance(results[1], asyncio.CancelledError)
    assert await keys(database) == {"before", "after"}
    assert await database.write(add("later")) == "later"


async def test_a_refused_statement_concerns_its_job_alone(database: Database) -> None:
    await database.write(add("same"))
    results = await asyncio.gather(
        database.write(add("one")), database.write(add("same")), database.write(add("two")), return_exceptions=True
    )
    assert isinstance(results[1], StatementRefused)
    assert await keys(database) == {"same", "one", "two"}


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        ("INSERT INTO correspondent (conversation) VALUES (:key)", {"key": "no first_seen"}),
        ("INSERT INTO nowhere VALUES (1)", None),
        ("SELEKT 1", None),
        (ADD, {"kee": "misspelt"}),
        (ADD, None),
        (ADD, {"key": "\ud800"}),
        ("INSERT INTO correspondent (conversation, first_seen) VALUES ('big', :n)", {"n": 2**63}),
        ("UPDATE inbox SET state = 'lost'", None),
    ],
)
async def test_a_wrong_statement_or_value_is_refused_and_harms_nobody(
    database: Database, statement: str, parameters: dict[str, object] | None
) -> None:
    async def wrong(tx: Transaction) -> None:
        if statement.startswith("UPDATE"):
            row = "(channel, source, identity, conversation, due_at, received_at) VALUES ('mail', 's', :identity, 'c', 1, 1)"
            await tx.run(f"INSERT INTO inbox {row}", {"identity": b"i"})
        await tx.run(statement, parameters)

    results = await asyncio.gather(
        database.write(add("before")), database.write(wrong), database.write(add("after")), return_exceptions=True
    )
    assert isinstance(results[1], StatementRefused), results[1]
    assert await keys(database) == {"before", "after"}


async def test_a_refusal_that_a_job_lets_pass_fails_the_job(database: Database) -> None:
    async def careless(tx: Transaction) -> str:
        await tx.run(ADD, {"key": "first"})
        try:
            await tx.run(ADD, {"key": "first"})
        except StatementRefused:
            return "as if nothing had happened"
        return "never"

    with pytest.raises(StatementRefused):
        await database.write(careless)
    assert await keys(database) == set()


async def test_a_savepoint_is_undone_alone(database: Database) -> None:
    async def job(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "kept"})
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with tx.savepoint():
                await tx.run(ADD, {"key": "tried"})
                async with tx.savepoint():
                    await tx.run(ADD, {"key": "tried within"})
                raise ZeroDivisionError
        await tx.run(ADD, {"key": "also kept"})

    await database.write(job)
    assert await keys(database) == {"kept", "also kept"}


async def test_a_part_at_the_very_beginning_is_undone_alone(database: Database) -> None:
    async def job(tx: Transaction) -> None:
        for key in ("first", "second"):
            with pytest.raises(ZeroDivisionError):  # noqa: PT012
                async with tx.savepoint(), tx.savepoint():
                    await tx.run(ADD, {"key": key})
                    raise ZeroDivisionError
        async with tx.savepoint(), tx.savepoint():
            await tx.run(ADD, {"key": "kept"})
        await tx.run(ADD, {"key": "also kept"})

    await database.write(job)
    assert await keys(database) == {"kept", "also kept"}


async def test_a_part_inside_a_part_that_began_with_it_is_undone_alone(database: Database) -> None:
    async def job(tx: Transaction) -> None:
        async with tx.savepoint():
            with pytest.raises(ZeroDivisionError):  # noqa: PT012
                async with tx.savepoint():
                    await tx.run(ADD, {"key": "undone"})
                    raise ZeroDivisionError
            await tx.run(ADD, {"key": "kept"})
            with pytest.raises(ZeroDivisionError):  # noqa: PT012
                async with tx.savepoint():
                    await tx.run(ADD, {"key": "undone too"})
                    raise ZeroDivisionError
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with tx.savepoint():
                async with tx.savepoint():
                    await tx.run(ADD, {"key": "undone with the outer"})
                raise ZeroDivisionError

    await database.write(job)
    assert await keys(database) == {"kept"}


async def test_a_refused_statement_inside_a_savepoint_leaves_the_rest(database: Database) -> None:
    async def job(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "kept"})
        with pytest.raises(StatementRefused):  # noqa: PT012
            async with tx.savepoint():
                await tx.run(ADD, {"key": "tried"})
                await tx.run(ADD, {"key": "kept"})
        await tx.run(ADD, {"key": "also kept"})

    await database.write(job)
    assert await keys(database) == {"kept", "also kept"}


async def test_a_deadline_inside_a_savepoint_leaves_the_rest(database: Database) -> None:
    async def job(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "kept"})
        with pytest.raises(TimeoutError):  # noqa: PT012
            async with asyncio.timeout(0.01), tx.savepoint():
                await tx.run(ADD, {"key": "tried"})
                await asyncio.Event().wait()
        await tx.run(ADD, {"key": "also kept"})

    await database.write(job)
    assert await keys(database) == {"kept", "also kept"}


async def test_a_cancelled_caller_does_not_undo_what_was_handed_over(database: Database) -> None:
    told: list[str] = []
    task = asyncio.create_task(database.write(add("handed over"), told.append))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    async with asyncio.timeout(5):
        while not told:
            await asyncio.sleep(0.005)
    assert await keys(database) == {"handed over"}


async def test_then_is_told_what_is_committed_and_not_what_failed(database: Database, url: str) -> None:
    other = await open_database(url)
    told: list[str] = []

    async def fails(_tx: Transaction) -> str:
        raise LookupError

    await database.write(add("a"), told.append)
    with pytest.raises(LookupError):
        await database.write(fails, told.append)
    assert told == ["a"]
    assert await keys(other) == {"a"}
    await other.close()


async def test_a_then_that_raises_harms_its_own_caller_alone(database: Database) -> None:
    def clumsy(_result: str) -> None:
        raise ZeroDivisionError

    results = await asyncio.gather(
        database.write(add("a")), database.write(add("b"), clumsy), database.write(add("c")), return_exceptions=True
    )
    assert isinstance(results[1], ZeroDivisionError)
    assert await keys(database) == {"a", "b", "c"}, "what is committed is committed"
    async with asyncio.timeout(5):
        assert await database.write(add("later")) == "later"


async def test_closing_finishes_what_was_handed_over(url: str) -> None:
    database = await open_database(url)
    writes = [asyncio.create_task(database.write(add(f"k{number}"))) for number in range(150)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*writes) == [f"k{number}" for number in range(150)]
    with pytest.raises(StorageError):
        await database.write(add("late"))
    with pytest.raises(StorageError):
        await database.read(add("late"))
    await database.close()


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        await database.read(add("never"))
    assert await keys(database) == set()
    assert await database.write(add("a")) == "a"


async def test_a_read_sees_one_moment(database: Database, url: str) -> None:
    other = await open_database(url)
    await database.write(add("a"))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def twice(tx: Transaction) -> tuple[int, int]:
        first = len(await tx.rows("SELECT conversation FROM correspondent"))
        begun.set()
        await go_on.wait()
        return first, len(await tx.rows("SELECT conversation FROM correspondent"))

    reading = asyncio.create_task(other.read(twice))
    await begun.wait()
    await database.write(add("b"))
    go_on.set()
    assert await reading == (1, 1)
    assert await keys(other) == {"a", "b"}
    await other.close()


async def test_text_is_cleaned_of_what_a_database_cannot_keep(database: Database) -> None:
    text = "a\x00b\ud83dc\udcffd é 🚚 ’"
    await database.write(add(clean(text)))
    assert await keys(database) == {"abcd é 🚚 ’"}


async def test_rows_are_ordered_by_octets(database: Database) -> None:
    wanted = ["Z", "a", "b-1", "b1", "É", "é"]

    async def job(tx: Transaction) -> list[str]:
        await tx.run_many(ADD, [{"key": key} for key in reversed(wanted)])
        return [row["conversation"] for row in await tx.rows("SELECT conversation FROM correspondent ORDER BY conversation")]

    assert await database.write(job) == wanted
