"""Roles that one process of all may have: reading the mailbox, for example, where several desks share a PostgreSQL database.

A role is an advisory lock on a connection of its own: the server lets go of it when that connection ends, however it
ends. A desk whose connection is gone is told (`lost`) and must stop at once; another takes over.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress

import asyncpg

_CONNECT_SECONDS = 10.0
_HEARTBEAT_SECONDS = 10.0  # a connection that died without a word is noticed within this and the next
_ANSWER_SECONDS = 10.0
# How long the server keeps the lock of a desk whose machine vanished: about a minute (tcp(7)).
_KEEPALIVE = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}


class PostgresqlHold:
    """A role by advisory lock. Made by `hold_postgresql`."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.lost = asyncio.Event()
        self._connection = connection
        connection.add_termination_listener(lambda _connection: self.lost.set())
        self._heartbeat = asyncio.create_task(self._beat())

    async def release(self) -> None:
        """Gives the role back."""
        self._heartbeat.cancel()
        await asyncio.gather(self._heartbeat, return_exceptions=True)
        await _close(self._connection)

    async def _beat(self) -> None:
        try:
            while not self._connection.is_closed():
                await asyncio.sleep(_HEARTBEAT_SECONDS)
                await self._connection.fetchval("SELECT 1", timeout=_ANSWER_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # TimeoutError is an OSError
            self._connection.terminate()
        self.lost.set()


async def hold_postgresql(url: str, role: str) -> PostgresqlHold | None:
    """The role, None while another process has it. Raises what asyncpg raises."""
    settings = {"application_name": f"autopro-desk {role}", **_KEEPALIVE}
    connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS, command_timeout=_ANSWER_SECONDS, server_settings=settings)
    try:
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", _number(role)):
            return PostgresqlHold(connection)
    except BaseException:
        await _close(connection)
        raise
    await _close(connection)
    return None


async def _close(connection: asyncpg.Connection) -> None:
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await connection.close(timeout=_ANSWER_SECONDS)


def _number(role: str) -> int:
    """The advisory lock of a role: a signed 64-bit number that all desks of a database agree on."""
    return int.from_bytes(hashlib.blake2b(role.encode(), digest_size=8, person=b"desk role").digest(), "big", signed=True)
