"""What the stories look up in a started desk's database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from storage.database import Transaction
from tests.support.desk import StartedDesk


async def rows(desk: StartedDesk, statement: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a statement as plain mappings."""

    async def read(tx: Transaction) -> list[dict[str, Any]]:
        return [{key: row[key] for key in row.keys()} for row in await tx.rows(statement)]  # noqa: SIM118 - sqlite3.Row

    return await desk.app.database.read(read)


async def outcomes(desk: StartedDesk) -> list[str]:
    """What became of every message, oldest first."""
    return [row["outcome"] for row in await rows(desk, "SELECT outcome FROM inbox ORDER BY id")]
