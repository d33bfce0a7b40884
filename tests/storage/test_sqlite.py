"""What only SQLite does: shared commits, the lock of its one file, full and damaged disks, ends without a goodbye."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bot.core.errors import StorageBusy, StorageError, StorageFull
from storage import sqlite
from storage.database import Transaction
from storage.sqlite import SqliteDatabase, open_sqlite

ADD = "INSERT INTO correspondent (conversation, first_seen) VALUES (:key, 1)"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await open_sqlite(tmp_path / "desk.db")
    yield opened
    await opened.close()


def add(key: str) -> Callable[[Transaction], Awaitable[str]]:
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


async def test_the_commit_is_synced(database: SqliteDatabase) -> None:
    assert database._writer.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert database._writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


async def test_the_file_is_its_owners_alone(database: SqliteDatabase, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "desk.db").stat().st_mode) == 0o600


async def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="Restore it from a backup"):
        await open_sqlite(tmp_path / "a.db")


async def test_a_full_disk_that_a_job_lets_pass_fails_its_whole_group(database: SqliteDatabase, tmp_path: Path) -> None:
    """SQLite may undo the whole transaction then, and with it the jobs before: nobody may be told that theirs was kept."""
    pages = database._writer.execute("PRAGMA page_count").fetchone()[0]
    database._writer.execute(f"PRAGMA max_page_count = {pages}")

    async def careless(tx: Transaction) -> None:
        with suppress(StorageError):
            for number in range(2000):
                await tx.run(ADD, {"key": f"{number:0500d}"})

    told: list[str] = []
    results = await asyncio.gather(
        database.write(add("before"), told.append),
        database.write(careless),
        database.write(add("after"), told.append),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [StorageFull] * 3
    assert len({id(result) for result in results}) == 3, "each caller gets an exception of its own"
    assert told == []
    assert keys(tmp_path / "desk.db") == set()
    database._writer.execute("PRAGMA max_page_count = 1073741823")
    assert await database.write(add("later")) == "later"


async def test_a_file_that_was_moved_away_is_not_written_to(database: SqliteDatabase, tmp_path: Path) -> None:
    await database.write(add("before"))
    (tmp_path / "desk.db").rename(tmp_path / "elsewhere.db")
    with pytest.raises(StorageError, match="put it back"):
        await database.write(add("lost"))
    with pytest.raises(StorageError, match="put it back"):
        await database.read(add("unread"))
    (tmp_path / "elsewhere.db").rename(tmp_path / "desk.db")
    await database.write(add("after"))
    assert keys(tmp_path / "desk.db") == {"before", "after"}


async def test_the_log_does_not_grow_for_ever(database: SqliteDatabase, tmp_path: Path) -> None:
    async def read(tx: Transaction) -> None:
        await tx.rows("SELECT conversation FROM correspondent LIMIT 10")

    for number in range(400):
        writes = [database.write(add(f"{number:04d}-{one}-" + "x" * 8000)) for one in range(10)]
        await asyncio.gather(database.read(read), *writes, database.read(read))
    assert (tmp_path / "desk.db").stat().st_size > 20_000_000
    assert (tmp_path / "desk.db-wal").stat().st_size < 40_000_000


async def test_the_log_s_size_after_a_large_import_is_bounded(database: SqliteDatabase) -> None:
    assert database._writer.execute("PRAGMA journal_size_limit").fetchone()[0] == 64 * 1024 * 1024


_PROGRAM = """
import asyncio, sys
from pathlib import Path
from storage.sqlite import open_sqlite

async def add(tx):
    await tx.run("INSERT INTO correspondent (conversation, first_seen) VALUES ('kept', 1)")

async def main():
    database = await open_sqlite(Path(sys.argv[1]))
    await database.write(add)
    waiting = asyncio.create_task(database.write(lambda tx: asyncio.sleep(0)))
    await asyncio.sleep(0)
    raise SystemExit(7)

asyncio.run(main())
"""


async def test_a_process_that_forgets_to_close_ends_and_keeps_what_it_wrote(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", _PROGRAM, tmp_path / "a.db")
    try:
        async with asyncio.timeout(20):
            assert await child.wait() == 7
    finally:
        if child.returncode is None:
            child.kill()
    assert keys(tmp_path / "a.db") == {"kept"}


async def test_a_committer_that_is_ended_leaves_nobody_waiting(database: SqliteDatabase) -> None:
    database._committer.cancel()
    waiting = asyncio.create_task(database.write(add("never")))
    async with asyncio.timeout(5):
        with pytest.raises(StorageError):
            await waiting
        with pytest.raises(StorageError):
            await database.write(add("never either"))


async def test_a_damaged_page_is_found_when_asked(tmp_path: Path) -> None:
    database = await open_sqlite(tmp_path / "a.db")
    assert await database.faults() == []
    await database.close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'shipment_event'").fetchone()
    content = bytearray((tmp_path / "a.db").read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    (tmp_path / "a.db").write_bytes(content)
    database = await open_sqlite(tmp_path / "a.db")
    assert await database.faults() != []
    await database.close()


async def test_damage_inside_the_file_is_a_storage_error(tmp_path: Path) -> None:
    database = await open_sqlite(tmp_path / "a.db")
    for number in range(50):
        await database.write(add(f"{number}" + "x" * 900))
    await database.close()
    content = bytearray((tmp_path / "a.db").read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    (tmp_path / "a.db").write_bytes(content)
    with pytest.raises(StorageError):  # noqa: PT012 - it may be seen at once or when the pages are read
        database = await open_sqlite(tmp_path / "a.db")
        try:
            await database.write(add("more"))
        finally:
            await database.close()


@pytest.mark.parametrize(
    ("waits", "runs"),
    [
        ([], False),
        ([1.0] * 16, True),
        ([1.0] * 15 + [0.001], False),  # a quick disk under a busy desk
        ([0.001] + [1.0] * 16, True),  # it was quick once
    ],
)
async def test_jobs_run_ahead_where_every_commit_waits_long(database: SqliteDatabase, waits: list[float], runs: bool) -> None:
    async def look(tx: Transaction) -> int:
        return len(await tx.rows("SELECT conversation FROM correspondent"))

    database._lookahead._waits.clear()
    database._lookahead._waits.extend(waits)
    assert await database.ahead(look) is None, "nothing is being committed"
    write = asyncio.create_task(database.write(add("first")))
    seen = []
    while not write.done():
        seen.append(await database.ahead(look))
        await asyncio.sleep(0)
    assert any(found is not None for found in seen) == runs
