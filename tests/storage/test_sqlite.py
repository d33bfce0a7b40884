"""The SQLite adapter: what is durable when, what is undone by whom, and what a full disk does."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.errors import StatementRefused, StorageBusy, StorageError, StorageFull
from storage import sqlite
from storage.database import Transaction
from storage.sqlite import SqliteDatabase, open_sqlite

ADD = "INSERT INTO correspondent (conversation, first_seen) VALUES (:key, 1)"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await open_sqlite(tmp_path / "desk.db")
    yield opened
    await opened.close()


def add(key: str):  # type: ignore[no-untyped-def]
    async def job(tx: Transaction) -> str:
        await tx.run(ADD, {"key": key})
        return key

    return job


def keys(path: Path) -> set[str]:
    """What another process sees."""
    with sqlite3.connect(path) as connection:
        found = {row[0] for row in connection.execute("SELECT conversation FROM correspondent")}
    connection.close()
    return found


async def test_what_write_returned_is_seen_by_others(database: SqliteDatabase, tmp_path: Path) -> None:
    assert await database.write(add("a")) == "a"
    assert keys(tmp_path / "desk.db") == {"a"}


async def test_concurrent_jobs_share_commits(database: SqliteDatabase, tmp_path: Path) -> None:
    raw = database._writer
    seen: list[str] = []
    raw.set_trace_callback(seen.append)
    await asyncio.gather(*(database.write(add(f"k{number}")) for number in range(100)))
    commits = sum(statement == "COMMIT" for statement in seen)
    assert len(keys(tmp_path / "desk.db")) == 100
    assert commits <= 3, "a hundred jobs that wait together need two groups, not a hundred commits"


async def test_a_failing_job_undoes_itself_alone(database: SqliteDatabase, tmp_path: Path) -> None:
    async def fails(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "undone"})
        raise LookupError

    results = await asyncio.gather(
        database.write(add("before")), database.write(fails), database.write(add("after")), return_exceptions=True
    )
    assert isinstance(results[1], LookupError)
    assert keys(tmp_path / "desk.db") == {"before", "after"}


async def test_a_refused_statement_is_a_storage_error_and_leaves_the_rest(database: SqliteDatabase, tmp_path: Path) -> None:
    results = await asyncio.gather(
        database.write(add("same")), database.write(add("same")), database.write(add("other")), return_exceptions=True
    )
    assert isinstance(results[1], StatementRefused)
    assert keys(tmp_path / "desk.db") == {"same", "other"}


async def test_a_savepoint_is_undone_alone(database: SqliteDatabase, tmp_path: Path) -> None:
    async def job(tx: Transaction) -> None:
        await tx.run(ADD, {"key": "kept"})
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with tx.savepoint():
                await tx.run(ADD, {"key": "tried"})
                raise ZeroDivisionError
        await tx.run(ADD, {"key": "also kept"})

    await database.write(job)
    assert keys(tmp_path / "desk.db") == {"kept", "also kept"}


async def test_a_full_disk_keeps_nothing_and_says_so(database: SqliteDatabase, tmp_path: Path) -> None:
    await database.write(add("before"))
    pages = database._writer.execute("PRAGMA page_count").fetchone()[0]
    database._writer.execute(f"PRAGMA max_page_count = {pages}")

    async def big(tx: Transaction) -> None:
        for number in range(2000):
            await tx.run(ADD, {"key": f"{number:0500d}"})

    with pytest.raises(StorageFull, match="free some space"):
        await database.write(big)
    assert keys(tmp_path / "desk.db") == {"before"}
    database._writer.execute("PRAGMA max_page_count = 1073741823")
    await database.write(add("after"))
    assert keys(tmp_path / "desk.db") == {"before", "after"}


async def test_a_cancelled_caller_does_not_undo_what_was_handed_over(database: SqliteDatabase, tmp_path: Path) -> None:
    told: list[str] = []
    task = asyncio.create_task(database.write(add("handed over"), told.append))
    await asyncio.sleep(0)
    task.cancel()
    await database.write(add("next"))
    assert told == ["handed over"]
    assert keys(tmp_path / "desk.db") == {"handed over", "next"}


async def test_another_process_that_holds_the_lock_is_waited_for(
    database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(database.write(add("waited")))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done, "the writer must wait for the other process"
    other.execute("COMMIT")
    other.close()
    assert await waiting == "waited"
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy):
        await database.write(add("too long"))
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(add("free again")) == "free again"


async def test_reads_go_on_beside_a_writer(database: SqliteDatabase) -> None:
    await database.write(add("a"))

    async def count(tx: Transaction) -> int:
        row = await tx.row("SELECT count(*) AS number FROM correspondent")
        assert row is not None
        return int(row["number"])

    assert await database.read(count) == 1


async def test_a_reader_cannot_write(database: SqliteDatabase) -> None:
    with pytest.raises(StorageError):
        await database.read(add("never"))


async def test_the_commit_is_synced(database: SqliteDatabase) -> None:
    assert database._writer.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert database._writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


async def test_the_file_is_its_owners_alone(database: SqliteDatabase, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "desk.db").stat().st_mode) == 0o600


async def test_opening_twice_migrates_once(tmp_path: Path) -> None:
    first, second = await asyncio.gather(open_sqlite(tmp_path / "a.db"), open_sqlite(tmp_path / "a.db"))
    assert first._writer.execute("SELECT count(*) FROM schema_version").fetchone()[0] >= 1
    await first.close()
    await second.close()


async def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="Restore it from a backup"):
        await open_sqlite(tmp_path / "a.db")


async def test_writing_after_close_is_refused(tmp_path: Path) -> None:
    database = await open_sqlite(tmp_path / "a.db")
    await database.close()
    with pytest.raises(StorageError):
        await database.write(add("late"))
