"""PostgreSQL behind the port, for carriers that already run one or want several machines (asyncpg).

Every job is a transaction of its own on a pooled connection: PostgreSQL groups commits itself. `:name` becomes `$n` once for each
statement.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from typing import Any

import asyncpg

from bot.core.errors import StatementRefused, StorageBusy, StorageError, StorageFull
from storage.database import Job, Parameters, Result, Row, Then, migrations

_CONNECTIONS = 10
_COMMAND_SECONDS = 15.0
_TRIES = 3  # a deadlock or serialization failure is nobody's fault: the job runs again
_MIGRATION_LOCK = 8_420_114  # an arbitrary number that all desks of a database agree on

# A named parameter, outside quotes and not a `::cast`.
_PARAMETER = re.compile(r"'[^']*'|--[^\n]*|(?<!:):([a-z_][a-z0-9_]*)")


@lru_cache(maxsize=1024)
def _translate(statement: str) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    sql = _PARAMETER.sub(number, statement.replace("/* skip locked */", "FOR UPDATE SKIP LOCKED"))
    return sql, tuple(names)


class _Open:
    """A transaction on one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def rows(self, statement: str, parameters: Parameters | None = None) -> Sequence[Row]:
        sql, values = _bind(statement, parameters)
        try:
            found: Sequence[Row] = await self._connection.fetch(sql, *values)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise _storage_error(error) from error
        return found

    async def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        rows = await self.rows(statement, parameters)
        return rows[0] if rows else None

    async def run(self, statement: str, parameters: Parameters | None = None) -> int:
        sql, values = _bind(statement, parameters)
        try:
            status: str = await self._connection.execute(sql, *values)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise _storage_error(error) from error
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, statement: str, parameters: Sequence[Parameters]) -> None:
        sql, names = _translate(statement)
        try:
            await self._connection.executemany(sql, [tuple(one[name] for name in names) for one in parameters])
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise _storage_error(error) from error

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._savepoint()

    @asynccontextmanager
    async def _savepoint(self) -> AsyncIterator[None]:
        async with self._connection.transaction():  # inside a transaction, asyncpg makes a savepoint of it
            yield


class PostgresqlDatabase:
    """A database server. Made by `open_postgresql`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def write(self, job: Job[Result], then: Then[Result] | None = None) -> Result:
        """Runs `job` in a transaction of its own; see `Database.write`."""
        # Shielded: a caller that is cancelled while the commit is under way must not leave it half known.
        return await asyncio.shield(asyncio.ensure_future(self._write(job, then)))

    async def _write(self, job: Job[Result], then: Then[Result] | None) -> Result:
        for attempt in range(1, _TRIES + 1):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    result = await job(_Open(connection))
            except StorageBusy:
                if attempt == _TRIES:
                    raise
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                raise _storage_error(error) from error
            else:
                if then is not None:
                    then(result)
                return result
        raise AssertionError("unreachable")

    async def read(self, job: Job[Result]) -> Result:
        """Runs `job` on a pooled connection; see `Database.read`."""
        try:
            async with self._pool.acquire() as connection:
                return await job(_Open(connection))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise _storage_error(error) from error

    async def close(self) -> None:
        """Waits for what runs, then closes the pool."""
        await self._pool.close()


async def open_postgresql(url: str) -> PostgresqlDatabase:
    """Opens and migrates the database behind `postgresql://…`. Raises StorageError with what to do."""
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=_CONNECTIONS,
            command_timeout=_COMMAND_SECONDS,
            server_settings={"application_name": "autopro-desk", "timezone": "UTC"},
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise StorageError(
            f"cannot reach the PostgreSQL database: {error}. Check [database] url and that the server runs."
        ) from error
    try:
        async with pool.acquire() as connection, connection.transaction():
            await _migrate(connection)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        await pool.close()
        raise StorageError(f"cannot migrate the database: {error}. The desk's user must own its schema.") from error
    return PostgresqlDatabase(pool)


async def _migrate(connection: asyncpg.Connection) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
    await connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY)")
    for number, sql in migrations("postgresql"):
        if await connection.fetchrow("SELECT 1 FROM schema_version WHERE number = $1", number) is None:
            await connection.execute(sql)
            await connection.execute("INSERT INTO schema_version (number) VALUES ($1)", number)


def _bind(statement: str, parameters: Mapping[str, Any] | None) -> tuple[str, list[Any]]:
    sql, names = _translate(statement)
    return sql, [parameters[name] for name in names] if parameters else []


def _storage_error(error: BaseException) -> StorageError:
    if isinstance(error, asyncpg.DiskFullError):
        return StorageFull("the disk of the PostgreSQL server is full; free some space, the senders try again")
    if isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError | asyncpg.LockNotAvailableError):
        return StorageBusy("another transaction was in the way; the senders try again")
    if isinstance(error, asyncpg.IntegrityConstraintViolationError | asyncpg.DataError | asyncpg.SyntaxOrAccessError):
        return StatementRefused(f"the database refused a statement: {error}")
    return StorageError(f"the database failed: {error}; is the PostgreSQL server up? The senders try again")
