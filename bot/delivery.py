"""Sends what waits in the outbox: from memory right after the commit, or claimed from the database after a restart or a failure.

A letter is sent at least once and the same letter every time: what was sent but could not be marked is sent again word for word,
under the same Message-ID. What became of it is written down by `bot/marking.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.errors import StorageError
from bot.core.letters import Letter, Queued
from bot.core.ports import PermanentFailureError, SecretHeldError, TemporaryFailureError, Transport
from bot.core.seal import Seal
from bot.core.values import Channel
from bot.marking import Marking, Patience, Returned, Sending
from bot.metrics import Metrics
from bot.operators import Operators
from storage.database import Database
from storage.outbox import LEASE, Outbox

log = structlog.get_logger("delivery")

SEND_SECONDS = 60.0  # for one letter; below the outbox's lease, so that nobody else sends it meanwhile
MEMORY = 2_000  # letters handed over in memory at most; beyond it they stay in the outbox until claimed
BATCH = 64
POLL_SECONDS = 1.0
PATIENCE = Patience(
    delays=(timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2)),
    give_up=timedelta(days=3),  # RFC 5321 section 4.5.4.1 asks for four to five days; a status is stale much earlier
)


class Delivery:
    """The outbox's way out."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        transports: Mapping[Channel, Transport],
        operators: Operators,
        workers: int,
    ) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._transports = transports
        self._workers = workers
        self._marking = Marking(
            database=database,
            seal=seal,
            clock=clock,
            metrics=metrics,
            operators=operators,
            offer=self.offer,
            patience=PATIENCE,
        )
        self._queue: asyncio.Queue[Queued] = asyncio.Queue(MEMORY)
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def tell_of_failures(self, returned: Returned) -> None:
        """Who hears of letters that nobody will receive: a credential that does not arrive opens its request again."""
        self._marking.tell_of_failures(returned)

    def offer(self, letters: Sequence[Queued]) -> None:
        """Takes committed letters from memory; what finds no room is claimed from the outbox when its lease ends."""
        for queued in letters:
            if queued.letter.channel in self._transports:
                with suppress(asyncio.QueueFull):
                    self._queue.put_nowait(queued)

    async def run(self) -> None:
        """Sends until `drain` has ended it."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._send_letters()) for _ in range(self._workers)]
            tasks += [group.create_task(self._claim_due()), group.create_task(self._marking.run())]
            self._tasks = tasks

    async def drain(self) -> None:
        """Sends what was handed over, marks it, then ends `run`. What time does not allow stays in the outbox."""
        self._stopping = True
        await self._queue.join()
        await self._marking.join()
        for task in self._tasks:
            task.cancel()

    async def _send_letters(self) -> None:
        queued: Queued | None = None
        while True:
            queued = queued or await self._queue.get()
            following = self._following()
            self._marking.report(Sending(queued, await self._send(queued.letter, following)))
            self._queue.task_done()
            queued = following

    def _following(self) -> Queued | None:
        """The letter that a worker sends next, while there is one for every other worker as well."""
        return self._queue.get_nowait() if self._queue.qsize() >= self._workers else None

    async def _send(self, letter: Letter, following: Queued | None) -> Exception | None:
        """Sends one letter; what stood in the way."""
        transport = self._transports[letter.channel]
        if self._is_held(letter):
            return SecretHeldError("it holds a password and [relay] tls is none; set tls, or allow_plain_secrets")
        same_way = following is not None and following.letter.channel is letter.channel and not self._is_held(following.letter)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await transport.send(letter, following.letter if following is not None and same_way else None)
        except TimeoutError:
            return TemporaryFailureError(f"no answer within {SEND_SECONDS:.0f} seconds")
        except (TemporaryFailureError, PermanentFailureError) as error:
            return error
        except Exception as error:  # a fault of ours in a transport must not end the worker
            return TemporaryFailureError(type(error).__name__)
        return None

    def _is_held(self, letter: Letter) -> bool:
        return letter.secret and not self._transports[letter.channel].confidential

    async def _claim_due(self) -> None:
        while not self._stopping:
            try:
                claimed = await self._claim()
            except StorageError as error:
                log.error("outbox_unreadable", error=str(error))
                claimed = []
            for queued in claimed:
                await self._queue.put(queued)
            if len(claimed) < BATCH:
                await asyncio.sleep(POLL_SECONDS)

    async def _claim(self) -> list[Queued]:
        now = self._clock.now()
        if self._queue.qsize() > MEMORY // 2:  # what waits here would outlive its lease
            return []
        if not await self._database.read(lambda tx: Outbox(tx, self._seal).any_due(now)):
            return []
        return await self._database.write(lambda tx: Outbox(tx, self._seal).claim(BATCH, now))


assert LEASE.total_seconds() > SEND_SECONDS  # noqa: S101 - two constants in two files that must agree
