"""Writes down what became of letters that were sent, or were not: many at a time, in one transaction.

Temporary failures are tried again with growing, persisted delays; then the row is kept and the operators are told.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.core.clock import Clock, from_micros, to_micros
from bot.core.errors import StatementRefused, StorageError
from bot.core.letters import Letter, Queued
from bot.core.ports import Offer, PermanentFailureError, PutOffError, SecretHeldError, UnwelcomeError
from bot.core.replies import Reply
from bot.core.seal import Seal
from bot.metrics import Metrics
from bot.operators import Operators
from storage.chat_outbox import ChatOutbox
from storage.correspondents import Correspondents
from storage.database import Database, Transaction
from storage.outbox import Outbox

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
log = structlog.get_logger("delivery")

BATCH = 64
AGAIN_SECONDS = 1.0  # while the database refuses
HOLD = timedelta(minutes=10)  # how often a letter that holds a password looks whether the way out is safe now

Returned = Callable[[Transaction, Sequence[str], datetime], Awaitable[list[Letter]]]


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a letter: nothing stood in its way, or `failure` did. `remote_id` is the number that Telegram gave it."""

    queued: Queued
    failure: Exception | None = None
    remote_id: int | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait after the first failure of a letter, the second, …; and how old it may become."""

    delays: Sequence[timedelta]
    give_up: timedelta

    def delay(self, attempts: int) -> timedelta:
        """How long to wait after the `attempts`-th failure (1 is the first)."""
        return self.delays[min(attempts, len(self.delays)) - 1]


async def _nobody_hears(_tx: Transaction, _message_ids: Sequence[str], _now: datetime) -> list[Letter]:
    return []


def _nobody_waits(_sendings: Sequence[Sending]) -> None:
    return None


class Marking:
    """The outbox's marks. `marked` hears of sendings as soon as they are written down, or cannot be."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        operators: Operators,
        offer: Offer,
        patience: Patience,
        marked: Callable[[Sequence[Sending]], None] = _nobody_waits,
    ) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._operators = operators
        self._offer = offer
        self._patience = patience
        self._marked = marked
        self._returned: Returned = _nobody_hears
        self._sendings: asyncio.Queue[Sending] = asyncio.Queue()

    def tell_of_failures(self, returned: Returned) -> None:
        """Who hears of letters that nobody will receive: a credential that does not arrive opens its request again."""
        self._returned = returned

    def report(self, sending: Sending) -> None:
        """Takes what became of a letter; `run` writes it down."""
        self._sendings.put_nowait(sending)

    async def join(self) -> None:
        """Until all that was reported is written down."""
        await self._sendings.join()

    async def run(self) -> None:
        """Writes down what is reported, until cancelled."""
        while True:
            sendings = [await self._sendings.get()]
            while not self._sendings.empty() and len(sendings) < BATCH:
                sendings.append(self._sendings.get_nowait())
            await self._write(sendings)
            self._marked(sendings)
            for _ in sendings:
                self._sendings.task_done()

    async def _write(self, sendings: Sequence[Sending]) -> None:
        """Until it is written: what was sent but is not marked goes out again."""
        while True:
            try:
                await self._database.write(lambda tx: self._mark(tx, sendings), self._offer)
                return
            except StorageError as error:
                log.error("delivery_not_marked", letters=len(sendings), error=str(error))
                if isinstance(error, StatementRefused):
                    return
                await asyncio.sleep(AGAIN_SECONDS)

    async def _mark(self, tx: Transaction, sendings: Sequence[Sending]) -> list[Queued]:
        """Writes down what came of each letter; the letters that tell the operators of it."""
        now, outbox = self._clock.now(), Outbox(tx, self._seal)
        alerts: list[Letter] = []
        for sending in sendings:
            queued, failure = sending.queued, sending.failure
            if failure is None:
                await outbox.sent(queued.id, now, sending.remote_id)
                self._count(queued, "sent")
                self._metrics.latency.observe((to_micros(now) - queued.created_at) / 1e6)
            elif isinstance(failure, SecretHeldError):
                await outbox.hold(queued.id, str(failure), now + HOLD)
                self._count(queued, "held")
                log.error("delivery_held", outbox_id=queued.id, template=queued.letter.template, next=str(failure))
                alerts += await self._operators.alert(tx, Reply("operator/held", {}), now)
            elif isinstance(failure, PutOffError):
                await outbox.hold(queued.id, str(failure), now + failure.wait)
                self._count(queued, "put_off")
                log.warning("chat_put_off", outbox_id=queued.id, seconds=failure.wait.total_seconds(), error=_for_the_log(failure))
            elif isinstance(failure, UnwelcomeError):
                alerts += await self._pause(tx, queued, failure, now)
            elif isinstance(failure, PermanentFailureError) or now - from_micros(queued.created_at) >= self._patience.give_up:
                alerts += await self._give_up(tx, queued, failure)
            else:
                await outbox.retry(queued.id, str(failure), now + self._patience.delay(queued.attempts + 1))
                self._count(queued, "retry")
                log.warning("delivery_put_off", outbox_id=queued.id, attempt=queued.attempts + 1, error=_for_the_log(failure))
        return [await outbox.add(letter, None, now) for letter in alerts]

    async def _give_up(self, tx: Transaction, queued: Queued, failure: Exception) -> list[Letter]:
        now, letter = self._clock.now(), queued.letter
        await Outbox(tx, self._seal).give_up(queued.id, str(failure), now)
        self._count(queued, "given_up")
        log.error("delivery_given_up", outbox_id=queued.id, template=letter.template, error=_for_the_log(failure))
        if letter.template.startswith("operator/"):  # telling the operators that they cannot be told helps nobody
            return []
        alerts = await self._operators.alert(tx, Reply("operator/given_up", {"id": queued.id, "reason": str(failure)[:300]}), now)
        return [*alerts, *await self._returned(tx, [letter.message_id], now)]

    async def _pause(self, tx: Transaction, queued: Queued, failure: UnwelcomeError, now: datetime) -> list[Letter]:
        """The chat has blocked the desk: no fault of ours, and nothing for the operators to do, unless it is the administrators'
        own, in which nobody would read of requests any more."""
        conversation = queued.letter.conversation
        await Correspondents(tx, now).pause(conversation)
        forgotten = await ChatOutbox(tx, self._seal).forget(conversation, str(failure), now)
        self._count(queued, "unwelcome")
        log.info("chat_paused", outbox_id=queued.id, forgotten=forgotten)
        if not queued.letter.template.startswith("admin/"):
            return []
        return await self._operators.alert(tx, Reply("operator/given_up", {"id": queued.id, "reason": str(failure)[:300]}), now)

    def _count(self, queued: Queued, result: str) -> None:
        self._metrics.delivered.labels(queued.letter.channel, result).inc()


def _for_the_log(failure: Exception) -> str:
    """What stood in the way, without the addresses that mail servers repeat: the row's number leads to them."""
    return _ADDRESS.sub("…@…", str(failure))[:200]
