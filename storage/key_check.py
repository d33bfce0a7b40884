"""Whether the key at hand is the one that sealed what the database holds."""

from __future__ import annotations

from bot.core.seal import Seal, SealBrokenError
from storage.database import Database, Transaction, statements

_SQL = statements("key_check")


async def check_key(database: Database, seal: Seal) -> None:
    """Raises SealBrokenError when something that is still needed does not open with this key."""
    contents = await database.read(_contents)
    broken: SealBrokenError | None = None
    for content, context in contents:
        try:
            seal.open(content, context)
        except SealBrokenError as error:
            broken = error
        else:
            return  # the key is right; a single damaged row is parked or given up when its turn comes
    if broken is not None:
        raise SealBrokenError(
            "the key file does not open what the database holds: put back the file that belongs to it "
            "(after an 'autopro key change' that was cut off, run that again; see docs/secrets.md)"
        ) from broken


async def _contents(tx: Transaction) -> list[tuple[bytes, bytes]]:
    found = []
    for name in ("inbox_new", "inbox_parked"):
        if (row := await tx.row(_SQL[name])) is not None:
            found.append((bytes(row["sealed"]), bytes(row["identity"])))
    for name in ("outbox_due", "outbox_failed"):
        if (row := await tx.row(_SQL[name])) is not None:
            found.append((bytes(row["sealed"]), str(row["message_id"]).encode()))
    for name in ("member", "audit"):  # where nothing waits: a key that does not open these would serve accounts to nobody
        if (row := await tx.row(_SQL[name])) is not None:
            found.append((bytes(row["sealed"]), f"{name}:{row['id']}".encode()))
    return found
