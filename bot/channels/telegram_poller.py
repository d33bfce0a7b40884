"""Asks Telegram for updates. What was asked for is kept before the next question confirms it: a crash loses nothing.

python-telegram-bot's own poller confirms updates before they are handled, and ends on one that it cannot read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from bot.channels.telegram_api import ApiError, ConflictError, TelegramApi, TokenRefusedError
from bot.channels.telegram_watch import PollWatch
from bot.core.errors import StorageError
from bot.core.updates import arrived, next_offset
from bot.core.values import RawRecord

log = structlog.get_logger("telegram")

WAIT_SECONDS = 25  # how long Telegram may hold a question until something arrives
BUSY_SECONDS = 1.0  # while the inbox has no room, or an answer holds nothing that can be confirmed
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # after one failure, two in a row, …


class Keep(Protocol):
    """Commits records; how many of them, from the first on, there was room for. Raises StorageError."""

    async def __call__(self, records: Sequence[RawRecord], *, quickly: bool) -> int:
        """Not `quickly`: none is answered before it is kept."""
        ...


Sleep = Callable[[float], Awaitable[None]]


class Poller:
    """One bot's updates."""

    def __init__(self, api: TelegramApi, bot_id: str, keep: Keep, watch: PollWatch, sleep: Sleep = asyncio.sleep) -> None:
        self._api = api
        self._bot_id = bot_id
        self._keep = keep
        self._watch = watch
        self._sleep = sleep
        self._username = ""
        # Not stored: Telegram keeps what is not confirmed, and what arrives twice is known by its number.
        self._offset: int | None = None
        # The first updates may hold the one that ended the process before: it is kept first, so that its attempts are counted.
        self._quickly = False

    async def run(self) -> None:
        """Polls until cancelled. No failure ends it."""
        self._watch.begins()
        try:
            await self._persist(self._begin)
            while True:
                await self._persist(self._round)
        finally:
            self._watch.ends()

    async def _begin(self) -> None:
        self._username = (await self._api.myself()).username
        await self._api.poll()

    async def _round(self) -> None:
        # After a failure the answer is not waited for: whether it works again is known at once.
        updates = await self._api.updates(self._offset, 0 if self._watch.troubled else WAIT_SECONDS)
        self._watch.answered()
        if not updates:
            # Everything below the offset is confirmed now. It is dropped, since numbers may start anew, lower, after a quiet week.
            self._offset = None
            return
        all_of_it = [arrived(update, self._bot_id, self._username) for update in updates]
        room = await self._keep([one.record for one in all_of_it], quickly=self._quickly)
        self._quickly = True
        offset = next_offset(all_of_it[:room])
        self._offset = self._offset if offset is None else offset
        if offset is None or room < len(all_of_it):
            await self._sleep(BUSY_SECONDS)

    async def _persist(self, step: Callable[[], Awaitable[None]]) -> None:
        """One step, tried again with growing pauses until it works."""
        failures = 0
        while True:
            try:
                await step()
                return
            except (ApiError, StorageError) as error:
                self._tell(error)
            except Exception as error:  # a fault of ours must not end the intake
                log.error("poll_failed", error=type(error).__name__)
                self._watch.failed("a fault of the desk's own; the log says more")
            await self._sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1

    def _tell(self, error: Exception) -> None:
        match error:
            case ConflictError():
                self._watch.conflict()
                next_step = "only one program may take this bot's updates: stop the other one, or give the desk a bot of its own"
            case TokenRefusedError():
                next_step = "copy [telegram] token from @BotFather"
            case StorageError():
                next_step = "the updates wait at Telegram; look at the database"
            case _:
                next_step = "it is tried again; is [telegram] api_url reachable from here?"
        self._watch.failed(f"{error}; {next_step}")
        log.error("poll_failed", error=str(error), next=next_step)
