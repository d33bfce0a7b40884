"""A short way to import into the database of the test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.import_work import import_into
from bot.core.importing.model import FileReport
from bot.core.shipments import Shipment
from storage.database import Database
from storage.shipments import ShipmentStore

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

Import = Callable[..., Awaitable[list[FileReport]]]
Find = Callable[[str], Awaitable[Shipment]]


@pytest.fixture
def load(database: Database, tmp_path: Path) -> Import:
    """Writes texts to files and imports them together: `await load(text, …, now=NOW)`."""

    async def run(*contents: str | bytes, now: datetime = NOW) -> list[FileReport]:
        paths = []
        for number, content in enumerate(contents):
            path = tmp_path / f"file{number}"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append(path)
        return await import_into(database, paths, now=now)

    return run


@pytest.fixture
def find(database: Database) -> Find:
    async def run(pro: str) -> Shipment:
        shipment = await database.read(lambda transaction: ShipmentStore(transaction).by_pro(pro))
        assert shipment is not None
        return shipment

    return run
