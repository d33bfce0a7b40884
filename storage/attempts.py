"""Wrong passwords counted in the database, so that a restart forgives nothing. What they lock is `bot.core.accounts.locks`."""

from __future__ import annotations

import hashlib
from datetime import datetime

from bot.core.accounts.locks import FORGOTTEN
from bot.core.accounts.records import Failures
from bot.core.clock import from_micros, to_micros
from storage.database import Transaction, clean, statements

_SQL = statements("attempts")
_STRANGERS = ""
_MINUTE = 60_000_000  # microseconds


class AttemptStore:
    """The attempts on an open transaction; see `bot.core.accounts.stores.Attempts`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def failures(self, code: str, source: str) -> tuple[Failures, Failures]:
        """What is counted for a code from this source, and from all strangers together."""
        return await self._read(code, source), await self._read(code, _STRANGERS)

    async def count(self, code: str, source: str, now: datetime, *, trusted: bool) -> None:
        """Counts an attempt."""
        for counted in (source,) if trusted else (source, _STRANGERS):
            values = {"now": to_micros(now), "forgotten": to_micros(now - FORGOTTEN), "ahead": to_micros(now + FORGOTTEN)}
            await self._transaction.run(_SQL["count"], {**_key(code, counted), **values})

    async def forgive(self, code: str, source: str, *, trusted: bool) -> None:
        """The password was right."""
        await self._transaction.run(_SQL["forgive"], _key(code, source))
        if not trusted:
            await self._transaction.run(_SQL["forgive_stranger"], _key(code, _STRANGERS))

    async def take_back(
        self, code: str, source: str, counted_at: datetime, before: tuple[Failures, Failures], *, trusted: bool
    ) -> None:
        """The attempt was no guess: the counts stand as `before` it, with what others added since."""
        for counted, failures in zip((source,) if trusted else (source, _STRANGERS), before, strict=False):
            moments = {"counted_at": to_micros(counted_at), "before": to_micros(failures.last_at or counted_at)}
            await self._transaction.run(_SQL["take_back"], {**_key(code, counted), **moments})

    async def unlock(self, code: str) -> bool:
        """Ends every lock of a code."""
        return await self._transaction.run(_SQL["unlock"], {"code": _digest(code)}) > 0

    async def in_minute(self, now: datetime) -> int:
        """Counts one more attempt in the present minute over the whole desk."""
        row = await self._transaction.row(_SQL["in_minute"], {"minute": to_micros(now) // _MINUTE})
        return 0 if row is None else int(row["attempts"])

    async def sweep(self, before: datetime) -> int:
        """Forgets counts whose last failure is older."""
        await self._transaction.run(_SQL["sweep_minutes"], {"minute": to_micros(before) // _MINUTE})
        return await self._transaction.run(_SQL["sweep"], {"before": to_micros(before)})

    async def _read(self, code: str, source: str) -> Failures:
        row = await self._transaction.row(_SQL["failures"], _key(code, source))
        return Failures() if row is None else Failures(row["failures"], from_micros(row["last_at"]))


def _key(code: str, source: str) -> dict[str, str]:
    return {"code": _digest(code), "source": clean(source)}


def _digest(code: str) -> str:
    return hashlib.blake2b(clean(code).encode(), digest_size=16).hexdigest()
