"""The two engines' migrations describe one schema, are applied once by whoever comes first, and a newer database is left alone."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import asyncpg
import pytest

from bot.core.errors import StorageError
from storage import sqlite
from storage.database import Transaction, migrations
from storage.opening import open_database
from storage.postgresql import open_postgresql
from storage.sqlite import open_sqlite
from tests.support.postgresql import Server
from tools.postgresql_migration import translate

_SAME = {"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea"}

Column = tuple[str, str, str, bool]  # table, column, type, not null


def test_the_migrations_are_twins() -> None:
    twins = migrations("postgresql")
    assert [number for number, _ in twins] == [number for number, _ in migrations("sqlite")]
    for (number, sql), (_, twin) in zip(migrations("sqlite"), twins, strict=True):
        assert twin == translate(sql), f"run: python tools/postgresql_migration.py (migration {number})"


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [number for number, _ in migrations("sqlite")]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.postgres
async def test_both_engines_have_the_same_tables_columns_and_indexes(server: Server, tmp_path: Path) -> None:
    url = await server.new_database()
    await (await open_postgresql(url)).close()
    await (await open_sqlite(tmp_path / "a.db")).close()
    connection = await asyncpg.connect(url)
    try:
        assert _sqlite_columns(tmp_path / "a.db") == await _postgresql_columns(connection)
        assert _sqlite_indexes(tmp_path / "a.db") == await _postgresql_indexes(connection)
    finally:
        await connection.close()


def _sqlite_columns(path: Path) -> set[Column]:
    connection = sqlite3.connect(path)
    names = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ]
    found = set()
    for table in names:
        for _, column, kind, not_null, _, key in connection.execute(f"PRAGMA table_info({table})"):
            found.add((table, column, _SAME[kind], bool(not_null or key)))
    connection.close()
    return found


async def _postgresql_columns(connection: asyncpg.Connection) -> set[Column]:
    rows = await connection.fetch(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'"
    )
    return {(row[0], row[1], row[2], row[3] == "NO") for row in rows}


def _sqlite_indexes(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")}
    connection.close()
    return found


async def _postgresql_indexes(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch(
        "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u'))"
    )
    return {row[0] for row in rows}


async def _versions(tx: Transaction) -> list[int]:
    return [row["number"] for row in await tx.rows("SELECT number FROM schema_version ORDER BY number")]


async def test_many_who_open_at_once_migrate_once(url: str) -> None:
    opened = await asyncio.gather(*(open_database(url) for _ in range(4)))
    assert await opened[0].read(_versions) == [number for number, _ in migrations("sqlite")]
    await asyncio.gather(*(database.close() for database in opened))


async def test_processes_that_open_at_once_migrate_once(url: str) -> None:
    program = "import asyncio, sys; from storage.opening import open_database\n"
    program += "async def main():\n    await (await open_database(sys.argv[1])).close()\nasyncio.run(main())"
    children = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, url) for _ in range(4)]
    assert await asyncio.gather(*(child.wait() for child in children)) == [0, 0, 0, 0]
    database = await open_database(url)
    assert await database.read(_versions) == [number for number, _ in migrations("sqlite")]
    await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    async def future(tx: Transaction) -> None:
        await tx.run("INSERT INTO schema_version (number) VALUES (:number)", {"number": 9_999})

    database = await open_database(url)
    await database.write(future)
    await database.close()
    with pytest.raises(StorageError, match="newer version"):
        await open_database(url)


async def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = migrations("sqlite")
    following = max(number for number, _ in known) + 1
    broken = [*known, (following, "CREATE TABLE half (a INTEGER);\nCREATE TABLE half (a INTEGER);")]
    monkeypatch.setattr(sqlite, "migrations", lambda _engine: broken)
    with pytest.raises(StorageError):
        await open_sqlite(tmp_path / "a.db")
    monkeypatch.undo()
    database = await open_sqlite(tmp_path / "a.db")
    assert following not in await database.read(_versions)
    await database.close()
    assert not [name for name in _sqlite_columns(tmp_path / "a.db") if name[0] == "half"]
