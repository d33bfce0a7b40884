"""Runs jobs ahead while SQLite's writer waits for a disk (storage/ahead.py)."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from storage.ahead import Ahead, run_ahead
from storage.changes import Changes
from storage.database import Job, Result
from storage.sqlite_transaction import SqliteTransaction

# Running ahead costs a tenth of a mail's time: groups are smaller, a second connection reads pages of its own. On a quick
# disk that is lost (docs/adr/0012). Where commits take longer it is won back.
WORTH_SECONDS = 0.005
_LATELY = 16  # waits; the shortest of them tells of the disk, the others also of how busy the event loop was meanwhile


class Lookahead:
    """What runs ahead, on one snapshot of the read connection for each wait of the writer."""

    def __init__(self, reader: sqlite3.Connection, changes: Changes) -> None:
        self._reader = reader
        self._changes = changes  # of the writer
        self._waiting = False
        self._waits: deque[float] = deque(maxlen=_LATELY)  # seconds
        self._mark = changes.mark()
        self._version = 0  # of the database file, as the writer's connection counts what others write

    def group_begins(self, writer: sqlite3.Connection) -> None:
        """A group's transaction has begun: marks it, and finds out whether another process (an import) wrote since the last."""
        self._mark = self._changes.mark()
        (version,) = writer.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._changes.unknown()

    @contextmanager
    def while_waiting(self) -> Iterator[None]:
        """The writer waits for a disk."""
        began, self._waiting = time.perf_counter(), min(self._waits, default=0.0) >= WORTH_SECONDS
        try:
            yield
        finally:
            self._waiting = False
            self._waits.append(time.perf_counter() - began)
            if self._reader.in_transaction:  # it must not hold up the copying of the log
                with suppress(sqlite3.Error):
                    self._reader.execute("ROLLBACK")

    async def run(self, job: Job[Result]) -> Ahead[Result] | None:
        """While the writer waits, so that the job would have to wait with it; see `Database.ahead`."""
        if not self._waiting:
            return None
        mark = self._mark  # of this group's beginning: whether the snapshot has its changes already is not known
        try:
            if not self._reader.in_transaction:
                self._reader.execute("BEGIN")
            snapshot = SqliteTransaction(self._reader, Changes())
            return await run_ahead(snapshot, job, lambda statement: self._changes.since(mark, statement))
        except Exception:  # whatever it is, it shows again in the transaction, where it is dealt with
            return None
