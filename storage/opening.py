"""Opens the database that the settings name."""

from __future__ import annotations

from pathlib import Path

from storage.database import Database
from storage.sqlite import open_sqlite

_SQLITE = "sqlite:///"


async def open_database(url: str) -> Database:
    """The database behind `sqlite:///PATH` or `postgresql://…`, made or migrated. Raises StorageError with what to do."""
    if url.startswith(_SQLITE):
        return await open_sqlite(Path(url.removeprefix(_SQLITE)))
    from storage.postgresql import open_postgresql  # asyncpg is loaded by those who use it

    return await open_postgresql(url)
