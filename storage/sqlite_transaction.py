"""A transaction on SQLite, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import lru_cache

from bot.core.errors import StatementRefused, StorageBusy, StorageError, StorageFull
from storage.changes import Changes
from storage.database import Parameters, Row

# What concerns one statement; all else (a full disk, a failing one, a damaged file) concerns the whole transaction.
_ONE_STATEMENT = frozenset(
    (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_TOOBIG)
)
# What `execute` raises: besides the database's own errors, values that cannot be bound (a lone surrogate, 2**63).
_ERRORS = (sqlite3.Error, ValueError, OverflowError)


class SqliteTransaction:
    """A transaction on the writer's connection (or the reader's). Its methods finish without waiting."""

    def __init__(self, connection: sqlite3.Connection, changes: Changes) -> None:
        self._connection = connection
        self._changes = changes
        self.part = ""  # the innermost savepoint that is open
        self.touched = False  # whether anything ran since it began
        self.failure: StorageError | None = None  # of a statement that the job let pass outside a savepoint of its own
        self.broken: StorageError | None = None  # what ended the whole transaction

    async def rows(self, statement: str, parameters: Parameters | None = None) -> Sequence[Row]:
        """All rows; see `Transaction.rows`."""
        self.touched = True
        self._changes.ran(statement)
        try:
            return self._connection.execute(statement, parameters or {}).fetchall()
        except _ERRORS as error:
            raise self._failure(error) from error

    async def row(self, statement: str, parameters: Parameters | None = None) -> Row | None:
        """The first row; see `Transaction.row`."""
        rows = await self.rows(statement, parameters)  # all of them: a RETURNING statement takes effect when it is finished
        return rows[0] if rows else None

    async def run(self, statement: str, parameters: Parameters | None = None) -> int:
        """How many rows it changed; see `Transaction.run`."""
        return self.execute(statement, parameters).rowcount

    async def insert(self, statement: str, parameters: Parameters) -> int | None:
        """See `Transaction.insert`. What RETURNING gives is put into a table first, which takes as long as inserting."""
        cursor = self.execute(_without_returning(statement), parameters)
        return cursor.lastrowid if cursor.rowcount else None

    async def note(self, statement: str, parameters: Parameters) -> None:
        """See `Transaction.note`."""
        self.execute(statement, parameters)

    async def run_many(self, statement: str, parameters: Sequence[Parameters]) -> None:
        """Once for each; see `Transaction.run_many`."""
        self.touched = True
        self._changes.ran(statement)
        try:
            self._connection.executemany(statement, parameters)
        except _ERRORS as error:
            raise self._failure(error) from error

    def savepoint(self, *, seconds: float | None = None) -> AbstractAsyncContextManager[None]:
        """See `Transaction.savepoint`."""
        return _Savepoint(self)

    @property
    def in_transaction(self) -> bool:
        """Whether it is open still: a full disk may have undone it."""
        return self._connection.in_transaction

    def execute(self, statement: str, parameters: Parameters | None = None) -> sqlite3.Cursor:
        """Runs any statement."""
        self.touched = True
        self._changes.ran(statement)
        try:
            return self._connection.execute(statement, parameters or {})
        except _ERRORS as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> StorageError:
        failure = self.failure = storage_error(error)
        if not isinstance(failure, StatementRefused):
            self.broken = failure
        return failure


class _Savepoint(AbstractAsyncContextManager[None]):
    """A part of a transaction. One that begins where the part around it begins shares its savepoint: nothing is between the two."""

    __slots__ = ("_around", "_name", "_transaction")

    def __init__(self, transaction: SqliteTransaction) -> None:
        self._transaction = transaction

    async def __aenter__(self) -> None:
        transaction = self._transaction
        self._around = transaction.part
        if self._around and not transaction.touched:
            self._name = self._around
            return
        self._name = transaction.part = f"{self._around}p"
        transaction.execute(f"SAVEPOINT {self._name}")
        transaction.touched = False

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        transaction, name = self._transaction, self._name
        transaction.part = self._around
        open_still = transaction.in_transaction  # a full disk may have undone everything already
        if error is not None:
            transaction.failure = None
            if open_still:
                transaction.execute(f"ROLLBACK TO {name}")
        if open_still and name != self._around:
            transaction.execute(f"RELEASE {name}")


@lru_cache(maxsize=64)
def _without_returning(statement: str) -> str:
    bare = statement.removesuffix("RETURNING id")
    if bare == statement:
        raise ValueError("an insert ends in RETURNING id")
    return bare


def storage_error(error: BaseException) -> StorageError:
    """What an error of SQLite (or of binding a value) means to whoever asked."""
    primary = primary_code(error)
    if primary == sqlite3.SQLITE_FULL:
        return StorageFull("the disk that holds the database is full; free some space, the senders try again")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusy("another process holds the database; the senders try again")
    if primary in _ONE_STATEMENT or (primary == 0 and isinstance(error, _ERRORS)):
        return StatementRefused(f"the database refused a statement: {error}")
    return StorageError(f"the database failed: {error}; look at its disk, the senders try again")


def primary_code(error: BaseException) -> int:
    """SQLite's primary result code (https://www.sqlite.org/rescode.html), 0 when it was not SQLite that raised."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
