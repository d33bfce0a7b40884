"""Keeps SQLite's files small: copies the log into the database and cuts it off, and gives free pages back to the disk.

On a connection of its own in a thread, so that the event loop goes on. While it holds the writer's lock (some milliseconds) the
desk's writer waits as it does for any other process.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.database import Sizes

_BUSY_SECONDS = 0.2  # the writer is held up as long as a reader is waited for
LARGE_LOG_OCTETS = 256 * 1024 * 1024  # only a reader that does not end lets it come to that
_SPARE_PAGES = 4_096  # 16 MiB of free pages stay: they are used again soon
_STEP_PAGES = 500  # given back a transaction


def tidy(path: Path) -> Sizes:
    """What the files measure afterwards. A reader that holds an old snapshot keeps the log as it is: the next time, then.

    Source: https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files.
    """
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        _give_back(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return sizes(path)


def sizes(path: Path) -> Sizes:
    """What the files measure."""
    return Sizes(_octets(path), _octets(path.with_name(f"{path.name}-wal")))


def _give_back(connection: sqlite3.Connection) -> None:
    free = int(connection.execute("PRAGMA freelist_count").fetchone()[0])
    while free > _SPARE_PAGES:
        connection.executescript(f"PRAGMA incremental_vacuum({_STEP_PAGES})")  # a script: each page is a step of the statement
        before, free = free, int(connection.execute("PRAGMA freelist_count").fetchone()[0])
        if free >= before:  # made without auto_vacuum: its free pages are used again, and the file keeps its size
            return


def _octets(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
