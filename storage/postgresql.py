"""PostgreSQL behind the port, for carriers that already run one or want several machines (asyncpg).

Every job is a transaction of its own on a pooled connection: PostgreSQL groups commits itself. `:name` becomes `$n` once for each
statement. The pool is the desk's own: no pgbouncer is needed between, and one that hands a connection to another client after each
transaction would break the statements prepared on it.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg

from bot.core.errors import StatementRefused, StorageBusy, StorageError, StorageFull
from storage.database import Job, Parameters, Result, Row, Sizes, Then, Transaction, migrations, refuse_newer
from storage.postgresql_hold import PostgresqlHold, hold_postgresql

_CONNECTIONS = 10
_CONNECT_SECONDS = 10.0
_COMMAND_SECONDS = 15.0
_MIGRATION_SECONDS = 3_600.0  # a new column on a large table; other desks wait for it
_TRIES = 3  # a deadlock or serialization failure is nobody's fault: the job runs again
_CLOSE_SECONDS = 10.0
_MIGRATION_LOCK = 8_420_114  # an arbitrary number that all desks of a database agree on

# What the statements' comments ask for. Two claims at once would not see each other's leases, and one machine could answer a
# conversation's second message while another answers its first; two looks for the same twin would both find none.
_CLAIMS = "/* skip locked */"
_ONE_AT_A_TIME = re.compile(r"/\* one at a time by :(\w+) \*/")

# A named parameter, outside quotes and not a `::cast`.
_PARAMETER = re.compile(r"'[^']*'|--[^\n]*|(?<!:):([a-z_][a-z0-9_]*)")


# What asyncpg raises: the server's errors, its own, a lost connection, `command_timeout`, values that cannot be encoded.
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError, OverflowError)
# Of those, what concerns one statement (asyncpg's own DataError is a ValueError).
_ONE_STATEMENT = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    asyncpg.SyntaxOrAccessError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class _Translated:
    """A statement in PostgreSQL's words, its parameters in order, and what only one transaction at a time may run it with."""

    sql: str
    names: tuple[str, ...]
    alone: bool
    alone_by: str  # the parameter whose value counts, "" for none

    def lock(self, parameters: Parameters) -> int:
        """The advisory lock to take first: a signed 64-bit number that all machines agree on."""
        value = parameters[self.alone_by] if self.alone_by else b""
        octets = value if isinstance(value, bytes) else str(value).encode()
        digest = hashlib.sha256(self.sql.encode() + b"\0" + octets).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


@lru_cache(maxsize=1024)
def _translate(statement: str) -> _Translated:
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    alone = _ONE_AT_A_TIME.search(statement)
    sql = _PARAMETER.sub(number, _ONE_AT_A_TIME.sub("", statement).replace(_CLAIMS, "FOR UPDATE SKIP LOCKED"))
    return _Translated(sql, tuple(names), alone is not None or _CLAIMS in statement, alone[1] if alone else "")


class _Open:
    """A transaction on one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.failure: StorageError | None = None  # after which PostgreSQL undoes everything to the last savepoint, at COMMIT too

    async def rows(self, statement: str, parameters: Parameters | None = None) -> Sequence[Row]:
        sql, values = _bind(statement, parameters)
        translated = _translate(statement)
        with self._watched():
            if translated.alone:
                await self._connection.execute("SELECT pg_advisory_xact_lock($1)", translated.lock(parameters or {}))
            found: Sequence[Row] = await self._connection.fetch(sql, *values)
        return found

    async def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        rows = await self.rows(statement, parameters)
        return rows[0] if rows else None

    async def run(self, statement: str, parameters: Parameters | None = None) -> int:
        sql, values = _bind(statement, parameters)
        with self._watched():
            status: str = await self._connection.execute(sql, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def insert(self, statement: str, parameters: Parameters) -> int | None:
        row = await self.row(statement, parameters)
        return None if row is None else int(row["id"])

    async def note(self, statement: str, parameters: Parameters) -> None:
        await self.run(statement, parameters)

    async def run_many(self, statement: str, parameters: Sequence[Parameters]) -> None:
        with self._watched():
            await self._connection.executemany(_translate(statement).sql, [_bind(statement, one)[1] for one in parameters])

    def savepoint(self, *, seconds: float | None = None) -> AbstractAsyncContextManager[None]:
        return self._savepoint(seconds)

    @asynccontextmanager
    async def _savepoint(self, seconds: float | None) -> AsyncIterator[None]:
        # The deadline inside: one that falls when the savepoint is being released must not leave it released.
        async with self._part(), asyncio.timeout(seconds):
            yield

    @asynccontextmanager
    async def _part(self) -> AsyncIterator[None]:
        part = self._connection.transaction()  # inside a transaction, asyncpg makes a savepoint of it
        with self._watched():
            await part.start()
        try:
            yield
        except BaseException:
            with self._watched():
                await part.rollback()
            self.failure = None
            raise
        with self._watched():
            await part.commit()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            self.failure = _storage_error(error)
            raise self.failure from error


class PostgresqlDatabase:
    """A database server. Made by `open_postgresql`."""

    def __init__(self, pool: asyncpg.Pool, url: str) -> None:
        self._pool = pool
        self._url = url
        self._running: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def write(self, job: Job[Result], then: Then[Result] | None = None) -> Result:
        """Runs `job` in a transaction of its own; see `Database.write`."""
        if self._closing:
            raise StorageError("the database is closing; try again when the desk runs")
        # Shielded: a caller that is cancelled while the commit is under way must not leave it half known.
        task = asyncio.create_task(self._write(job, then))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _write(self, job: Job[Result], then: Then[Result] | None) -> Result:
        for left in reversed(range(_TRIES)):
            try:
                result = await self._transaction(job)
            except StorageBusy:
                if not left:
                    raise
            else:
                if then is not None:
                    then(result)
                return result
        raise AssertionError("unreachable")

    async def _transaction(self, job: Job[Result], **options: Any) -> Result:
        connection = await _told(self._pool.acquire(timeout=_COMMAND_SECONDS))
        try:
            transaction = connection.transaction(**options)
            await _told(transaction.start())
            opened = _Open(connection)
            try:
                result = await job(opened)
                if opened.failure is not None:
                    raise opened.failure
            except BaseException:
                with suppress(StorageError):  # a lost connection has undone it already; the job's own error is what counts
                    await _told(transaction.rollback())
                raise
            await _told(transaction.commit())
        finally:
            with suppress(StorageError):
                await _told(self._pool.release(connection))
        return result

    async def read(self, job: Job[Result]) -> Result:
        """Runs `job` on a pooled connection, on one snapshot; see `Database.read`."""
        return await self._transaction(job, isolation="repeatable_read", readonly=True)

    async def ahead(self, job: Job[Result]) -> None:
        """Never: transactions run beside one another here; see `Database.ahead`."""

    async def hold(self, role: str) -> PostgresqlHold | None:
        """By advisory lock, on a connection beside the pool; see `Database.hold`."""
        return await _told(hold_postgresql(self._url, role))

    async def faults(self) -> list[str]:
        """Nothing: a server watches over its own files (data checksums); see `Database.faults`."""
        return []

    async def tidy(self) -> Sizes:
        """Nothing but a look: the server's autovacuum tidies, and it keeps its log itself; see `Database.tidy`."""

        async def look(tx: Transaction) -> int:
            row = await tx.row("SELECT pg_database_size(current_database()) AS octets")
            return 0 if row is None else int(row["octets"])

        return Sizes(await self.read(look), 0)

    async def close(self) -> None:
        """Waits for what runs, then closes the pool."""
        self._closing = True
        await asyncio.gather(*self._running, return_exceptions=True)
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._pool.close()
        except _ERRORS:
            self._pool.terminate()  # a server that does not answer: nothing of ours is on its way any more


async def open_postgresql(url: str) -> PostgresqlDatabase:
    """Opens and migrates the database behind `postgresql://…`. Raises StorageError with what to do."""
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS,
            # synchronous_commit: where a server has it off, a mail that was answered 250 could vanish in a power cut.
            server_settings={"application_name": "autopro-desk", "timezone": "UTC", "synchronous_commit": "on"},
        )
    except _ERRORS as error:
        raise StorageError(
            f"cannot reach the PostgreSQL database: {_words(error)}. Check [database] url and that the server runs."
        ) from error
    try:
        async with pool.acquire() as connection, connection.transaction():
            await _migrate(connection)
    except StorageError:
        await pool.close()
        raise
    except _ERRORS as error:
        await pool.close()
        raise StorageError(f"cannot migrate the database: {_words(error)}. The desk's user must own its schema.") from error
    return PostgresqlDatabase(pool, url)


async def _migrate(connection: asyncpg.Connection) -> None:
    # Another desk may be at it: its end is waited for.
    await connection.execute(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})", timeout=_MIGRATION_SECONDS)
    await connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY)")
    known = migrations("postgresql")
    refuse_newer(await connection.fetchval("SELECT max(number) FROM schema_version"), known, "the database")
    for number, sql in known:
        if await connection.fetchrow("SELECT 1 FROM schema_version WHERE number = $1", number) is None:
            await connection.execute(sql, timeout=_MIGRATION_SECONDS)
            await connection.execute("INSERT INTO schema_version (number) VALUES ($1)", number)


def _bind(statement: str, parameters: Mapping[str, Any] | None) -> tuple[str, list[Any]]:
    translated = _translate(statement)
    values = parameters or {}
    try:
        return translated.sql, [values[name] for name in translated.names]
    except KeyError as error:
        raise StatementRefused(f"the database refused a statement: no value for {error}") from error


async def _told(step: Awaitable[Result]) -> Result:
    """Awaits a step of asyncpg; its errors in our words."""
    try:
        return await step
    except _ERRORS as error:
        raise _storage_error(error) from error


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _storage_error(error: BaseException) -> StorageError:
    if isinstance(error, asyncpg.DiskFullError):
        return StorageFull("the disk of the PostgreSQL server is full; free some space, the senders try again")
    if isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError | asyncpg.LockNotAvailableError):
        return StorageBusy("another transaction was in the way; the senders try again")
    if isinstance(error, _ONE_STATEMENT):
        return StatementRefused(f"the database refused a statement: {error}")
    return StorageError(f"the database failed: {_words(error)}; is the PostgreSQL server up? The senders try again")
