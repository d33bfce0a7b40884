"""SQLite's files stay small: the log is cut off whatever was written, and free pages go back to the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import sqlite_tidying
from storage.database import Transaction
from storage.sqlite import SqliteDatabase, open_sqlite

ADD = "INSERT INTO throttle (bucket) VALUES (:key)"
TEXT = "x" * 2_000
MOST_LOG = 12 * 1024 * 1024  # the log is copied after a thousand changed rows, some 6 MB of these, once the commit was told


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = await open_sqlite(tmp_path / "desk.db")
    yield opened
    await opened.close()


async def fill(database: SqliteDatabase, name: str, rows: int) -> None:
    """In transactions of a hundred rows."""

    async def part(tx: Transaction, begin: int) -> None:
        await tx.run_many(ADD, [{"key": f"{name} {number} {TEXT}"} for number in range(begin, begin + 100)])

    for begin in range(0, rows, 100):
        await database.write(lambda tx, begin=begin: part(tx, begin))  # type: ignore[misc]


async def test_the_log_stays_small_while_nobody_reads(database: SqliteDatabase, tmp_path: Path) -> None:
    for part in range(5):
        await fill(database, f"{part}", 2_000)
        assert (tmp_path / "desk.db-wal").stat().st_size < MOST_LOG
    sizes = await database.tidy()
    assert sizes.log == 0
    assert sizes.data == (tmp_path / "desk.db").stat().st_size > 20_000_000


async def test_a_reader_that_does_not_end_holds_the_log_only_as_long_as_it_reads(database: SqliteDatabase, tmp_path: Path) -> None:
    """An operator's shell with an open transaction: what is written meanwhile stays in the log, and mail is taken all the same."""
    await fill(database, "before", 100)
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as shell:
        shell.execute("BEGIN")
        seen = shell.execute("SELECT count(*) FROM throttle").fetchone()
        await fill(database, "while", 4_000)
        held = await database.tidy()
        assert held.log > MOST_LOG, "nobody may take away what it still reads"
        await fill(database, "after", 100)
        assert shell.execute("SELECT count(*) FROM throttle").fetchone() == seen == (100,)
        shell.execute("ROLLBACK")
        freed = await database.tidy()
    assert freed.log == 0
    rows = await database.read(lambda tx: tx.row("SELECT count(*) AS n FROM throttle"))
    assert rows is not None
    assert rows["n"] == 4_200


async def test_free_pages_go_back_to_the_disk(database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(database, "much", 10_000)
    full = (await database.tidy()).data
    await database.write(lambda tx: tx.run("DELETE FROM throttle"))
    kept = await database.tidy()
    assert kept.data <= sqlite_tidying._SPARE_PAGES * 4096 + 2_000_000, "some are kept: they are used again soon"
    monkeypatch.setattr(sqlite_tidying, "_SPARE_PAGES", 0)
    assert (await database.tidy()).data < full // 10
    assert await database.faults() == []


async def test_a_file_from_before_keeps_its_size_and_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("CREATE TABLE other (x TEXT)")
    monkeypatch.setattr(sqlite_tidying, "_SPARE_PAGES", 0)
    database = await open_sqlite(tmp_path / "old.db")
    try:
        await fill(database, "much", 2_000)
        full = (await database.tidy()).data
        await database.write(lambda tx: tx.run("DELETE FROM throttle"))
        assert (await database.tidy()).data == full
        await fill(database, "again", 2_000)
        assert (await database.tidy()).data <= full * 1.05
    finally:
        await database.close()
