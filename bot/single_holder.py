"""Work that one desk of all does, where several share a database: it is done by whoever holds its role."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.core.errors import StorageError
from storage.database import Database, Hold

WAIT_SECONDS = 5.0  # how often a desk looks whether the role is free: another takes over within this

log = structlog.get_logger("app")


async def while_holding(database: Database, role: str, work: Callable[[], Awaitable[None]]) -> None:
    """Does `work` while this process holds `role`, and waits while another one does; ends when `work` ends by itself.

    `work` is cancelled when the role is lost, and begun anew when it is had again.
    """
    while True:
        try:
            hold = await database.hold(role)
        except StorageError as error:
            log.error("role_unknown", role=role, error=str(error))
            hold = None
        if hold is None:
            await asyncio.sleep(WAIT_SECONDS)
            continue
        log.info("role_taken", role=role)
        try:
            if await _ended(work, hold):
                return
            log.error("role_lost", role=role, next="another desk takes over; is the connection to the database good?")
        finally:
            await hold.release()
        await asyncio.sleep(2 * WAIT_SECONDS)  # whoever waits has a better way to the database, and comes first


async def _ended(work: Callable[[], Awaitable[None]], hold: Hold) -> bool:
    """Whether `work` came to its own end before the role was lost."""
    working, lost = asyncio.ensure_future(work()), asyncio.ensure_future(hold.lost.wait())
    try:
        await asyncio.wait((working, lost), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            return False
        await working
        return True
    finally:
        working.cancel()
        lost.cancel()
        await asyncio.gather(working, lost, return_exceptions=True)
