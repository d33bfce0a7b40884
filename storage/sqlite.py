"""SQLite behind the port: one writer, many jobs a commit, reads beside it.

The statements of a transaction run on the event loop (a few microseconds each); what can wait for a disk or another process, the
commit and a busy begin, runs in aiosqlite's thread. WAL with `synchronous=FULL`: with NORMAL a commit is not synced, and a mail
that was answered 250 could vanish in a power cut (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiosqlite

from bot.core.errors import StatementRefused, StorageBusy, StorageError, StorageFull
from storage.database import Job, Parameters, Result, Row, Then, migrations

GROUP = 64  # jobs that share one commit at most: beyond it the sync is a small part already, and the first would wait long
BUSY_SECONDS = 15.0  # how long another process (an import) may hold the database before a mail is answered 451

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)


class _Open:
    """A transaction on the writer's connection (or the reader's). Its methods finish without waiting."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._depth = 0

    async def rows(self, statement: str, parameters: Parameters | None = None) -> Sequence[Row]:
        try:
            return self._connection.execute(statement, parameters or {}).fetchall()
        except sqlite3.Error as error:
            raise _storage_error(error) from error

    async def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        rows = await self.rows(statement, parameters)  # all of them: a RETURNING statement takes effect when it is finished
        return rows[0] if rows else None

    async def run(self, statement: str, parameters: Parameters | None = None) -> int:
        try:
            return self._connection.execute(statement, parameters or {}).rowcount
        except sqlite3.Error as error:
            raise _storage_error(error) from error

    async def run_many(self, statement: str, parameters: Sequence[Parameters]) -> None:
        try:
            self._connection.executemany(statement, parameters)
        except sqlite3.Error as error:
            raise _storage_error(error) from error

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._savepoint()

    @asynccontextmanager
    async def _savepoint(self) -> AsyncIterator[None]:
        name = f"part{self._depth}"
        self._depth += 1
        self._connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk may have undone everything already
                self._connection.execute(f"ROLLBACK TO {name}")
                self._connection.execute(f"RELEASE {name}")
            raise
        else:
            self._connection.execute(f"RELEASE {name}")
        finally:
            self._depth -= 1


class _Waiting:
    """A job in the queue, and the future that its caller awaits."""

    __slots__ = ("done", "failure", "job", "result", "then")

    def __init__(self, job: Job[Any], done: asyncio.Future[Any], then: Then[Any] | None) -> None:
        self.job = job
        self.done = done
        self.then = then
        self.result: Any = None
        self.failure: BaseException | None = None


class SqliteDatabase:
    """The embedded database. Made by `open_sqlite`."""

    def __init__(self, writer: aiosqlite.Connection, raw: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self._writer = writer
        self._raw = raw
        self._reader = reader
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._committer = asyncio.create_task(self._commit_groups(), name="sqlite committer")

    async def write(self, job: Job[Result], then: Then[Result] | None = None) -> Result:
        """Runs `job` in the next group; see `Database.write`."""
        if self._closing:
            raise StorageError("the database is closing; try again when the desk runs")
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(job, done, then))
        self._arrived.set()
        return await done

    async def read(self, job: Job[Result]) -> Result:
        """Runs `job` on the read connection; see `Database.read`."""
        return await job(_Open(self._reader))

    async def close(self) -> None:
        """Commits what waits, then closes both connections (an open aiosqlite thread would hang exit)."""
        self._closing = True
        self._arrived.set()
        await self._committer
        self._reader.close()
        await self._writer.close()

    async def _commit_groups(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue:
                group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
                await self._commit_group(group)
            if self._closing:
                return

    async def _commit_group(self, group: list[_Waiting]) -> None:
        try:
            await self._begin()
            for waiting in group:
                await self._run(waiting)
            await self._writer.commit()
        except (sqlite3.Error, StorageError) as error:
            with suppress(sqlite3.Error):
                await self._writer.rollback()
            failure = error if isinstance(error, StorageError) else _storage_error(error)
            for waiting in group:
                waiting.failure = failure
        for waiting in group:
            if waiting.failure is None and waiting.then is not None:
                waiting.then(waiting.result)
            if waiting.done.cancelled():
                continue
            if waiting.failure is not None:
                waiting.done.set_exception(waiting.failure)
            else:
                waiting.done.set_result(waiting.result)

    async def _begin(self) -> None:
        # BEGIN IMMEDIATE: a deferred transaction that reads first and writes later fails at once when another process wrote
        # in between, whatever the busy time-out. Mostly nobody else writes, so it is tried without a thread first.
        try:
            self._raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await self._writer.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
            finally:
                self._raw.execute("PRAGMA busy_timeout = 0")

    async def _run(self, waiting: _Waiting) -> None:
        transaction = _Open(self._raw)
        try:
            async with transaction.savepoint():
                waiting.result = await waiting.job(transaction)
        except Exception as error:  # the job's own: handed to its caller, the others go on
            if isinstance(error, StorageError) and not isinstance(error, StatementRefused):
                raise  # a full or failing disk: nothing of the group can be kept
            waiting.failure = error


async def open_sqlite(path: Path) -> SqliteDatabase:
    """Opens (and makes or migrates) the database at `path`, readable by its owner only.

    Raises StorageError when the file cannot be made or opened, with what to do.
    """
    raw = _connect(path)
    try:
        for pragma in _PRAGMAS:
            raw.execute(pragma)
        _migrate(raw)
        raw.execute("PRAGMA busy_timeout = 0")
        reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        reader.row_factory = sqlite3.Row
        reader.execute("PRAGMA query_only = ON")
        reader.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    except sqlite3.Error as error:
        raw.close()
        raise StorageError(f"cannot use {path} as database: {error}. Restore it from a backup or name another file.") from error
    writer = aiosqlite.Connection(lambda: raw, 64)
    await writer
    return SqliteDatabase(writer, raw, reader)


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"cannot open {path}: {error}. Make its folder writable for the user that runs the desk.") from error
    raw.row_factory = sqlite3.Row
    raw.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    return raw


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY)")
    for number, sql in migrations("sqlite"):
        script = f"BEGIN EXCLUSIVE;\n{sql}\nINSERT INTO schema_version (number) VALUES ({number});\nCOMMIT;"
        if connection.execute("SELECT 1 FROM schema_version WHERE number = ?", (number,)).fetchone():
            continue
        try:
            connection.executescript(script)
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            # another process may have migrated while this one waited for the lock
            if not connection.execute("SELECT 1 FROM schema_version WHERE number = ?", (number,)).fetchone():
                raise


def _storage_error(error: sqlite3.Error) -> StorageError:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return StorageFull("the disk that holds the database is full; free some space, the senders try again")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusy("another process holds the database; the senders try again")
    if primary in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE):
        return StatementRefused(f"the database refused a statement: {error}")
    return StorageError(f"the database failed: {error}; look at its disk, the senders try again")
