"""Opens the database that the settings name."""

from __future__ import annotations

from pathlib import Path

from storage.database import Database
from storage.sqlite import open_sqlite

_SQLITE = "sqlite:///"


async def open_database(url: str) -> Database:
    """The database behind `sqlite:///PATH` or `postgresql://…`, made or migrated. Raises StorageError with what to do."""
    path = sqlite_path(url)
    if path is not None:
        return await open_sqlite(path)
    from storage.postgresql import open_postgresql  # asyncpg is loaded by those who use it

    return await open_postgresql(url)


def sqlite_path(url: str) -> Path | None:
    """The file of an embedded database, None for a server."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
