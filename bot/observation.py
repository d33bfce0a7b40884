"""How the desk stands: what /readyz and /metrics say, read from the database when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.core.clock import Clock, to_micros
from bot.core.errors import StorageError
from bot.metrics import Metrics
from storage.database import Database, Transaction
from storage.depths import Depths

log = structlog.get_logger("app")


class Observation:
    """Looks at queues and tasks."""

    def __init__(self, database: Database, metrics: Metrics, clock: Clock) -> None:
        self._database = database
        self._metrics = metrics
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._asked: list[Callable[[], list[str]]] = []

    def watch(self, task: asyncio.Task[None]) -> None:
        """Adds a task without which the desk is not ready; the log says when it breaks."""
        self._tasks.append(task)
        task.add_done_callback(_tell_when_broken)

    def ask(self, obstacles: Callable[[], list[str]]) -> None:
        """Adds somebody who knows of what stands in the way, a line each."""
        self._asked.append(obstacles)

    def whole(self) -> bool:
        """Whether no part has ended: a restart mends that one, and not a database that is away."""
        return not any(task.done() for task in self._tasks)

    async def obstacles(self) -> list[str]:
        """What stands in the way of serving, a line each; [] when nothing does."""
        found = [f"{task.get_name()} has ended; restart the desk" for task in self._tasks if task.done()]
        found += [line for obstacles in self._asked for line in obstacles()]
        try:
            await self._database.read(_depths)
        except StorageError as error:
            found.append(f"database: {error}")
        return found

    async def exposition(self) -> bytes:
        """The metrics, with the depths of both queues as they are now; while the database is away, as they were."""
        metrics = self._metrics
        try:
            depths = await self._database.read(_depths)
        except StorageError:
            metrics.ready.set(0)
            return metrics.exposition()
        now = to_micros(self._clock.now())
        metrics.ready.set(int(self.whole()))
        metrics.inbox_waiting.set(depths.inbox_waiting)
        metrics.inbox_oldest.set(_age(depths.inbox_oldest, now))
        metrics.inbox_parked.set(depths.inbox_parked)
        metrics.outbox_waiting.set(depths.outbox_waiting)
        metrics.outbox_oldest.set(_age(depths.outbox_oldest, now))
        metrics.outbox_failed.set(depths.outbox_failed)
        return metrics.exposition()


async def _depths(tx: Transaction) -> Depths:
    return await Depths.read(tx)


def _age(moment: int, now: int) -> float:
    return max(0, now - moment) / 1e6 if moment else 0.0


def _tell_when_broken(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error(
            "part_ended", part=task.get_name(), error=type(task.exception()).__name__, next="restart the desk; /readyz says 503"
        )
