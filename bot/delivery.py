"""Sends what waits in the outbox: from memory right after the commit, or claimed from the database after a restart or a failure.

A letter is sent at least once and the same letter every time: what was sent but could not be marked is sent again word for word,
under the same Message-ID. Temporary failures are tried again with growing, persisted delays; then the row is kept and the operator
told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.core.clock import Clock, from_micros, to_micros
from bot.core.errors import StorageError
from bot.core.letters import Letter, Queued
from bot.core.ports import PermanentFailureError, SecretHeldError, TemporaryFailureError, Transport
from bot.core.replies import Reply
from bot.core.seal import Seal
from bot.core.values import Channel
from bot.metrics import Metrics
from bot.operators import Operators
from storage.database import Database, Transaction
from storage.outbox import LEASE, Outbox

log = structlog.get_logger("delivery")

SEND_SECONDS = 60.0  # for one letter; below the outbox's lease, so that nobody else sends it meanwhile
MEMORY = 2_000  # letters handed over in memory at most; beyond it they stay in the outbox until claimed
BATCH = 64
POLL_SECONDS = 1.0
GIVE_UP = timedelta(days=3)  # RFC 5321 section 4.5.4.1 asks for four to five days; a status is stale much earlier
HOLD = timedelta(minutes=10)  # how often a letter that holds a password looks whether the way out is safe now
_DELAYS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=2))

_Result = tuple[Queued, Exception | None]
Returned = Callable[[Transaction, Sequence[str], datetime], Awaitable[list[Letter]]]


async def _nobody_hears(_tx: Transaction, _message_ids: Sequence[str], _now: datetime) -> list[Letter]:
    return []


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th failure (1 is the first)."""
    return _DELAYS[min(attempts, len(_DELAYS)) - 1]


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
        self._metrics = metrics
        self._transports = transports
        self._operators = operators
        self._workers = workers
        self._returned: Returned = _nobody_hears
        self._queue: asyncio.Queue[Queued] = asyncio.Queue(MEMORY)
        self._results: asyncio.Queue[_Result] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def tell_of_failures(self, returned: Returned) -> None:
        """Who hears of letters that nobody will receive: a credential that does not arrive opens its request again."""
        self._returned = returned

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
            tasks += [group.create_task(self._claim_due()), group.create_task(self._mark_results())]
            self._tasks = tasks

    async def drain(self) -> None:
        """Sends what was handed over, marks it, then ends `run`. What time does not allow stays in the outbox."""
        self._stopping = True
        await self._queue.join()
        await self._results.join()
        for task in self._tasks:
            task.cancel()

    async def _send_letters(self) -> None:
        queued: Queued | None = None
        while True:
            queued = queued or await self._queue.get()
            following = self._following()
            self._results.put_nowait((queued, await self._send(queued.letter, following)))
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

    async def _mark_results(self) -> None:
        while True:
            results = [await self._results.get()]
            while not self._results.empty() and len(results) < BATCH:
                results.append(self._results.get_nowait())
            try:
                await self._database.write(lambda tx, results=results: self._mark(tx, results), self.offer)  # type: ignore[misc]
            except StorageError as error:
                # Sent but not marked: the lease ends and the same letter goes out again.
                log.error("delivery_not_marked", letters=len(results), error=str(error))
            for _ in results:
                self._results.task_done()

    async def _mark(self, tx: Transaction, results: Sequence[_Result]) -> list[Queued]:
        """Writes down what came of each letter; the letters that tell the operators of it."""
        now, outbox = self._clock.now(), Outbox(tx, self._seal)
        alerts: list[Letter] = []
        for queued, failure in results:
            name = queued.letter.channel
            if failure is None:
                await outbox.sent(queued.id, now)
                self._metrics.delivered.labels(name, "sent").inc()
                self._metrics.latency.observe((to_micros(now) - queued.created_at) / 1e6)
            elif isinstance(failure, SecretHeldError):
                await outbox.hold(queued.id, str(failure), now + HOLD)
                self._metrics.delivered.labels(name, "held").inc()
                log.error("delivery_held", outbox_id=queued.id, template=queued.letter.template, next=str(failure))
                alerts += await self._operators.alert(tx, Reply("operator/held", {}), now)
            elif isinstance(failure, PermanentFailureError) or now - from_micros(queued.created_at) >= GIVE_UP:
                alerts += await self._give_up(tx, queued, failure)
            else:
                await outbox.retry(queued.id, str(failure), now + retry_delay(queued.attempts + 1))
                self._metrics.delivered.labels(name, "retry").inc()
                log.warning("delivery_put_off", outbox_id=queued.id, attempt=queued.attempts + 1, error=str(failure)[:200])
        return [await outbox.add(letter, None, now) for letter in alerts]

    async def _give_up(self, tx: Transaction, queued: Queued, failure: Exception) -> list[Letter]:
        now, letter = self._clock.now(), queued.letter
        await Outbox(tx, self._seal).give_up(queued.id, str(failure), now)
        self._metrics.delivered.labels(letter.channel, "given_up").inc()
        log.error("delivery_given_up", outbox_id=queued.id, template=letter.template, error=str(failure)[:200])
        if letter.template.startswith("operator/"):  # telling the operators that they cannot be told helps nobody
            return []
        alerts = await self._operators.alert(tx, Reply("operator/given_up", {"id": queued.id, "reason": str(failure)[:300]}), now)
        return [*alerts, *await self._returned(tx, [letter.message_id], now)]

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
