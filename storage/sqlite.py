"""SQLite behind the port: one writer, many jobs a commit, reads beside it.

The statements of a transaction run on the event loop (a few microseconds each); what can wait for a disk or another process, the
commit and a busy begin, runs in aiosqlite's thread. WAL with `synchronous=FULL`: with NORMAL a commit is not synced, and a mail
that was answered 250 could vanish in a power cut (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import deque
from contextlib import suppress
from pathlib import Path

import aiosqlite

from bot.core.errors import StorageError
from storage.ahead import Ahead
from storage.changes import Changes
from storage.database import Job, Result, Sizes, Then, Transaction, migrations, refuse_newer
from storage.sqlite_ahead import Lookahead
from storage.sqlite_jobs import Waiting
from storage.sqlite_tidying import sizes, tidy
from storage.sqlite_transaction import SqliteTransaction, primary_code, storage_error

GROUP = 64  # jobs that share one commit at most: beyond it the sync is a small part already, and the first would wait long
BUSY_SECONDS = 15.0  # how long another process (an import) may hold the database before a mail is answered 451
_COPIED_AFTER = 1_000  # changed rows, those of some 200 mails: their 10 MB of log are read again after a crash
_READ_BUSY_MILLISECONDS = 1000  # a reader waits only while another process recovers the log; the event loop waits with it

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 16000",  # pages, 64 MB: mostly the log is copied earlier, between commits
    "PRAGMA journal_size_limit = 67108864",  # octets: what the log keeps of the disk after a large import
)


class SqliteHold:
    """A role in a database that only this process serves: always to be had, and never lost."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    async def release(self) -> None:
        """Nothing is held."""


class SqliteDatabase:
    """The embedded database. Made by `open_sqlite`."""

    def __init__(self, path: Path, writer: sqlite3.Connection, thread: aiosqlite.Connection, reader: sqlite3.Connection) -> None:
        self._path = str(path)
        self._file = _file(self._path)
        self._writer = writer
        self._reader = reader
        self._thread = thread
        self._queue: deque[Waiting] = deque()
        self._arrived = asyncio.Event()
        self._changes, self._unseen = Changes(), Changes()
        self._lookahead = Lookahead(reader, self._changes)
        self._copied = 0  # rows changed when the log was copied last
        self._copying = asyncio.Lock()  # of two at once, SQLite refuses the second
        self._closing = False
        self._closed = False
        self._committer = asyncio.create_task(self._commit_groups(), name="sqlite committer")

    async def write(self, job: Job[Result], then: Then[Result] | None = None) -> Result:
        """Runs `job` in the next group; see `Database.write`."""
        if self._closing:
            raise StorageError("the database is closing; try again when the desk runs")
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append(Waiting(job, done, then))
        self._arrived.set()
        return await done

    async def read(self, job: Job[Result]) -> Result:
        """Runs `job` on the read connection, on one snapshot; see `Database.read`."""
        if self._closed or self._committer.done():  # who cannot write is not ready
            raise StorageError("the database is closed; start the desk again")
        self._check_still_there()
        begins = not self._reader.in_transaction
        try:
            if begins:
                self._reader.execute("BEGIN")
            return await job(SqliteTransaction(self._reader, self._unseen))
        except sqlite3.Error as error:
            raise storage_error(error) from error
        finally:
            if begins and not self._closed and self._reader.in_transaction:
                with suppress(sqlite3.Error):  # a damaged file: what was found says more
                    self._reader.execute("ROLLBACK")

    async def ahead(self, job: Job[Result]) -> Ahead[Result] | None:
        """While a commit is under way; see `Database.ahead`."""
        return await self._lookahead.run(job)

    async def hold(self, role: str) -> SqliteHold:
        """Always to be had: one process serves an embedded database; see `Database.hold`."""
        return SqliteHold()

    async def faults(self) -> list[str]:
        """What `PRAGMA quick_check` finds; see `Database.faults`."""

        async def check(tx: Transaction) -> list[str]:
            return [str(row["quick_check"]) for row in await tx.rows("PRAGMA quick_check(5)")]

        try:
            found = await self.read(check)
        except StorageError as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    async def tidy(self) -> Sizes:
        """Cuts the log off and gives free pages back; see `Database.tidy`."""
        self._check_still_there()
        try:
            async with self._copying:
                return await asyncio.to_thread(tidy, Path(self._path))
        except sqlite3.OperationalError as error:
            if primary_code(error) == sqlite3.SQLITE_BUSY:  # somebody writes for long: the next time, then
                return sizes(Path(self._path))
            raise storage_error(error) from error

    async def close(self) -> None:
        """Commits what waits, then closes both connections."""
        self._closing = True
        self._arrived.set()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._committer, return_exceptions=True)
        if self._closed:
            return
        self._closed = True
        self._reader.close()
        await self._thread.close()  # the last to close copies the log into the database and syncs it

    async def _commit_groups(self) -> None:
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._queue:
                    await self._commit_group([self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))])
                    await self._copy_log()
                if self._closing:
                    return
        finally:
            self._closing = True
            while self._queue:
                self._queue.popleft().lost(StorageError("the database is closing; try again when the desk runs"))

    async def _commit_group(self, group: list[Waiting]) -> None:
        try:
            await self._begin()
            self._lookahead.group_begins(self._writer)
            for waiting in group:
                await self._run(waiting)
            with self._lookahead.while_waiting():
                await self._thread.commit()
        except BaseException as error:
            failure = error if isinstance(error, StorageError) else storage_error(error)
            for waiting in group:
                waiting.lost(failure)
            with suppress(sqlite3.Error):
                await asyncio.shield(self._thread.rollback())
            if not isinstance(error, Exception):
                raise
        else:
            for waiting in group:
                waiting.committed()

    async def _copy_log(self) -> None:
        """Copies the log into the database when it has grown, after the group was told: two syncs more that nobody waits for."""
        if self._writer.total_changes - self._copied < _COPIED_AFTER:
            return
        self._copied = self._writer.total_changes
        async with self._copying:
            with (
                suppress(sqlite3.Error),
                self._lookahead.while_waiting(),
            ):  # a failing disk shows at the next commit: there it counts
                await self._thread.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")

    async def _begin(self) -> None:
        # BEGIN IMMEDIATE: a deferred transaction that reads first and writes later fails at once when another process wrote
        # in between, whatever the busy time-out. Mostly nobody else writes, so it is tried without a thread first.
        self._check_still_there()
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY:
                raise
            await self._thread.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            try:
                await self._thread.execute("BEGIN IMMEDIATE")
            finally:
                self._writer.execute("PRAGMA busy_timeout = 0")

    async def _run(self, waiting: Waiting) -> None:
        transaction = SqliteTransaction(self._writer, self._changes)
        try:
            async with transaction.savepoint():
                waiting.result = await waiting.job(transaction)
                if transaction.failure is not None:  # PostgreSQL undoes the whole job then
                    raise transaction.failure
        except (Exception, asyncio.CancelledError) as error:  # the job's own: handed to its caller, the others go on
            if _is_cancelled(self._committer):
                raise
            waiting.failure = error
        if transaction.broken is not None:
            raise transaction.broken  # a full or failing disk: nothing of the group can be kept
        if not self._writer.in_transaction:
            raise StorageError("the database undid a whole transaction; look at its disk, the senders try again")

    def _check_still_there(self) -> None:
        # SQLite goes on writing to a file that was moved or deleted, and all of it would be gone at the next start.
        if _file(self._path) != self._file:
            raise StorageError(
                f"{self._path} was moved, replaced or deleted under the running desk; put it back, or start the desk afresh"
            )


async def open_sqlite(path: Path) -> SqliteDatabase:
    """Opens (and makes or migrates) the database at `path`, readable by its owner only.

    Raises StorageError when the file cannot be made or opened, with what to do.
    """
    writer = _connect(path)
    try:
        _use_log(writer, path)
        for pragma in _PRAGMAS:
            writer.execute(pragma)
        _migrate(writer, path)
        writer.execute("PRAGMA busy_timeout = 0")
        reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        reader.row_factory = sqlite3.Row
        reader.execute("PRAGMA query_only = ON")
        reader.execute(f"PRAGMA busy_timeout = {_READ_BUSY_MILLISECONDS}")
    except sqlite3.Error as error:
        writer.close()
        raise StorageError(f"cannot use {path} as database: {error}. {_what_to_do(error, path)}") from error
    except StorageError:
        writer.close()
        raise
    # aiosqlite's thread does what may wait; the same connection runs the statements in between on the loop. Never both at once.
    thread = aiosqlite.Connection(lambda: writer, 64)
    thread._thread.daemon = True  # a process that forgets to close must end all the same; what was committed stands
    await thread
    return SqliteDatabase(path, writer, thread, reader)


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"cannot open {path}: {error}. Make its folder writable for the user that runs the desk.") from error
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    return connection


def _use_log(connection: sqlite3.Connection, path: Path) -> None:
    # Where shared memory does not work (network file systems) SQLite keeps its old journal without a word, and readers and
    # the writer would shut each other out.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a new file; what it costs and earns: docs/adr/0010
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(f"{path} cannot have a write-ahead log where it is; put [database] url on a local disk")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY)")
    known = migrations("sqlite")
    refuse_newer(connection.execute("SELECT max(number) FROM schema_version").fetchone()[0], known, str(path))
    for number, sql in known:
        if _is_done(connection, number):
            continue
        try:
            connection.executescript(f"BEGIN EXCLUSIVE;\n{sql}\nINSERT INTO schema_version (number) VALUES ({number});\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if not _is_done(connection, number):  # another process may have migrated while this one waited for the lock
                raise


def _is_done(connection: sqlite3.Connection, number: int) -> bool:
    return connection.execute("SELECT 1 FROM schema_version WHERE number = ?", (number,)).fetchone() is not None


def _file(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, before every read and commit
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_cancelled(task: asyncio.Task[None]) -> bool:
    return task.cancelling() > 0


def _what_to_do(error: sqlite3.Error, path: Path) -> str:
    match primary_code(error):
        case sqlite3.SQLITE_FULL:
            return "Free some space on its disk."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "Another program holds it: wait until it has finished, or stop it."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return f"Make {path} and its folder writable for the user that runs the desk."
        case _:
            return "Restore it from a backup or name another file in [database] url."
