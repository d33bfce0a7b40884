"""Deletes what has outlived its period ([retention]), so that nothing grows for ever, and keeps the database's files small.

A few rows a transaction: mail is accepted and answered in between. What may go after how long, and why: docs/adr/0010.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.filing import FilingCabinet
from bot.metrics import Metrics
from bot.retention_settings import RetentionSettings
from storage.database import Transaction
from storage.retention import KINDS, Retention
from storage.sqlite_tidying import LARGE_LOG_OCTETS

log = structlog.get_logger("housekeeping")

BATCH = 100  # rows a transaction: a few milliseconds of the writer
PAUSE_SECONDS = 0.02  # between two batches: others write

_TALLIES_DAYS = 2  # what the caps count ends after a day
_NOTICES_DAYS = 90  # the longest notice goes out 30 days before its deadline; after that it is nobody's any more


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The periods, and the database that they are about."""

    cabinet: FilingCabinet
    periods: RetentionSettings
    metrics: Metrics

    async def run(self, now: datetime) -> dict[str, int]:
        """Forgets what is old at `now`; how many rows of each kind.

        Raises StorageError when the database refuses; what was done by then stands, the next run goes on.
        """
        gone = {}
        for kind, days in self._days().items():
            if days:
                gone[kind] = await self._empty(self._drop(kind, now - timedelta(days=days)))
                self.metrics.forgotten.labels(kind).inc(gone[kind])
        gone = {kind: rows for kind, rows in gone.items() if rows}
        if gone:
            log.info("forgotten", **gone)
        await self._tidy()
        return gone

    def _days(self) -> Mapping[str, int]:
        """How long each kind is kept, 0 for ever; in the order in which one hangs on the other."""
        periods = self.periods
        days = {
            "unsent": periods.outbox_days,
            "sent": periods.outbox_days,
            "failed": periods.failed_days,
            "parked": periods.parked_days,
            "names": periods.inbox_days,
            "fingerprints": periods.duplicate_days,
            "sessions": periods.session_days,
            "requests": periods.request_days,
            "accounts": periods.closed_account_days,
            "members": periods.removed_member_days,
            "notices": _NOTICES_DAYS,
            "correspondents": periods.correspondent_days,
            "tallies": _TALLIES_DAYS,
            "shipments": periods.shipment_days,
        }
        assert days.keys() == set(KINDS)  # noqa: S101 - two files that must agree
        return {**days, "audit": periods.audit_days}

    def _drop(self, kind: str, before: datetime) -> Callable[[Transaction], Awaitable[int]]:
        if kind == "audit":
            return lambda tx: self.cabinet.on(tx).audit.forget_before(before, BATCH)
        return lambda tx: Retention(tx).drop(kind, before, BATCH)

    async def _empty(self, drop: Callable[[Transaction], Awaitable[int]]) -> int:
        rows = 0
        while True:
            done = await self.cabinet.database.write(drop)
            rows += done
            if done < BATCH:
                return rows
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tidy(self) -> None:
        sizes = await self.cabinet.database.tidy()
        self.metrics.database_octets.labels("data").set(sizes.data)
        self.metrics.database_octets.labels("log").set(sizes.log)
        if sizes.log > LARGE_LOG_OCTETS:
            log.warning("database_log_large", octets=sizes.log, next="another program holds the database open: end it")
