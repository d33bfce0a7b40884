"""The jobs that wait for SQLite's writer, each with the future that its caller awaits."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.core.errors import StorageError
from storage.database import Job, Then


class Waiting:
    """A job in the queue, and the future that its caller awaits."""

    __slots__ = ("done", "failure", "job", "result", "then")

    def __init__(self, job: Job[Any], done: asyncio.Future[Any], then: Then[Any] | None) -> None:
        self.job = job
        self.done = done
        self.then = then
        self.result: Any = None
        self.failure: BaseException | None = None

    def committed(self) -> None:
        """Tells who waits; a job that failed by itself was undone by itself."""
        if self.failure is None and self.then is not None:
            try:
                self.then(self.result)
            except Exception as error:  # the caller's own fault, and nobody else's
                self.failure = error
        if self.done.done():  # its caller was cancelled
            return
        if isinstance(self.failure, asyncio.CancelledError):
            self.done.cancel()
        elif self.failure is not None:
            self.done.set_exception(self.failure)
        else:
            self.done.set_result(self.result)

    def lost(self, reason: StorageError) -> None:
        """Tells who waits that nothing was kept."""
        if not self.done.done():
            self.done.set_exception(type(reason)(str(reason)))  # an exception of its own: each caller's traceback grows on it
