"""What happens to a message that could not be answered: again later, or set aside for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.caps import once
from bot.core.clock import Clock, from_micros
from bot.core.errors import StorageError
from bot.core.inbound import Inbound, Reader
from bot.core.letters import Letter, Queued
from bot.core.ports import Offer
from bot.core.seal import Seal
from bot.core.values import Channel, RawRecord
from bot.counter import Counter
from bot.metrics import Metrics
from storage.database import Database, Transaction
from storage.inbox import Claimed, Identity, Inbox
from storage.outbox import Outbox

log = structlog.get_logger("desk")

ATTEMPTS = 3  # then the message is parked: a person looks, the others are served
PATIENCE = timedelta(minutes=1)  # how old a message may become while the DNS gives no answer; then it is answered without proof
_RETRY = timedelta(seconds=20)


class Setbacks:
    """Puts off and parks."""

    def __init__(
        self, *, database: Database, reader: Reader, counter: Counter, offer: Offer, seal: Seal, clock: Clock, metrics: Metrics
    ) -> None:
        self._database = database
        self._reader = reader
        self._counter = counter
        self._offer = offer
        self._seal = seal
        self._clock = clock
        self._metrics = metrics

    async def failed(self, claimed: Claimed, reason: str) -> None:
        """Once more later; after the last attempt it is parked. While the database refuses, the lease ends by itself."""
        with suppress(StorageError):
            if claimed.attempts >= ATTEMPTS:
                await self.park(claimed, reason)
                return
            due = self._clock.now() + _RETRY * 3 ** (claimed.attempts - 1)
            await self._database.write(lambda tx: Inbox(tx, self._seal).retry(claimed.id, reason, due))

    async def wait_for_dns(self, claimed: Claimed, reason: str) -> bool:
        """Puts off a message whose sender could not be looked up, each time as long again as it has waited; False when it has
        waited enough. Not the message's fault: the attempt does not count."""
        now = self._clock.now()
        age = now - from_micros(claimed.received_at)
        if age >= PATIENCE:
            return False
        due = now + max(_RETRY, age)
        await self._database.write(lambda tx: Inbox(tx, self._seal).wait(claimed.id, reason, due))
        return True

    async def park(self, claimed: Claimed, reason: str) -> None:
        """Sets aside for a person: its sender and the administrators are told."""
        log.error("message_parked", inbox_id=claimed.id, reason=reason, next=f"autopro parked show {claimed.id}")
        letters = await asyncio.to_thread(self._letters, claimed, reason, self._clock.now())
        await self._database.write(lambda tx: self._park(tx, claimed, letters, reason), self._offer)
        self._metrics.answered.labels("parked").inc()

    async def set_aside(
        self, tx: Transaction, record: RawRecord, identity: Identity, source: str, reason: str
    ) -> tuple[Queued, ...] | None:
        """Keeps a message that cannot even be read, for a person; None when it was kept before.

        The administrators are told once an hour: what one program sends in a new form, it sends a thousand times.
        """
        now, inbox = self._clock.now(), Inbox(tx, self._seal)
        inbox_id = await inbox.accept(record, identity, source, now, due=now)
        if inbox_id is None:
            return None
        await inbox.park(inbox_id, reason, now)
        log.error("message_parked", inbox_id=inbox_id, reason=reason, next=f"autopro parked show {inbox_id}")
        self._metrics.answered.labels("parked").inc()
        letters = self._counter.parked(None, inbox_id, reason, now) if await once(tx, "alert:unreadable", now) else []
        outbox = Outbox(tx, self._seal)
        return tuple([await outbox.add(letter, inbox_id, now) for letter in letters])

    async def _park(self, tx: Transaction, claimed: Claimed, letters: Sequence[Letter], reason: str) -> tuple[Queued, ...]:
        now = self._clock.now()
        if not await Inbox(tx, self._seal).park(claimed.id, reason, now):
            return ()
        outbox = Outbox(tx, self._seal)
        return tuple([await outbox.add(letter, claimed.id, now) for letter in letters])

    def _letters(self, claimed: Claimed, reason: str, now: datetime) -> list[Letter]:
        """What is told; what broke the answer may break this as well, and must not keep the message from being parked."""
        for inbound in (self._readable(claimed), None):
            try:
                return self._counter.parked(inbound, claimed.id, reason, now)
            except Exception as error:
                log.error("parked_letter_failed", inbox_id=claimed.id, error=type(error).__name__)
        return []

    def _readable(self, claimed: Claimed) -> Inbound | None:
        try:
            record = Inbox.open(claimed, self._seal)
            return None if record.channel is Channel.TERMINAL else self._reader(record)[0]
        except Exception:  # it may be parked because it cannot be read
            return None
