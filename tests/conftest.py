"""`database`: a test that asks for it runs on SQLite and on PostgreSQL (a private server, when it is installed)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.opening import open_database
from tests.support.postgresql import Server, running_server

BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as started:
        yield started


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Where a database may be made that holds nothing yet."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path}/desk.db"
    server: Server = request.getfixturevalue("server")
    return await server.new_database()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await open_database(url)
    yield opened
    await opened.close()
