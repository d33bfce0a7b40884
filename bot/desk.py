"""The main path. Read this file first.

A message is kept before anything is done with it, answered in one transaction, and its answer waits in the outbox in that same
transaction. A crash at any point means "done" or "done again from the same record", never half. What only shows public facts is
answered in the very transaction that keeps it (the quick path); all else is kept first and answered by a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

import structlog

from bot.core.anteroom import Changed
from bot.core.bounce import Bounce
from bot.core.clock import Clock
from bot.core.commands import Reading
from bot.core.errors import StatementRefused, StorageError, where_raised
from bot.core.immutable import immutable
from bot.core.inbound import Inbound
from bot.core.letters import Letter, Queued
from bot.core.ports import Offer
from bot.core.seal import Seal
from bot.core.values import Channel, RawRecord
from bot.counter import Answer, Counter
from bot.examiner import Examiner, Findings
from bot.metrics import Metrics
from bot.reception import Prepared
from bot.returns import record_bounce
from bot.setbacks import ATTEMPTS, Setbacks
from storage.ahead import Ahead
from storage.database import Database, Transaction
from storage.inbox import UNSEEN, Claimed, Identity, Inbox
from storage.outbox import Outbox

log = structlog.get_logger("desk")

QUICK_OCTETS = 16_384
QUICK_SECONDS = 0.05
BATCH = 64
PREPARATIONS = 3  # what was prepared may no longer fit, when two change one account at once
POLL_SECONDS = 1.0  # within this time the desk finds what another process wrote (a replayed message)


class Receipt(StrEnum):
    """What became of a message at the door."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    BUSY = "busy"


@immutable
class Received:
    """A receipt, for a refusal with its reason, for a quick answer with its letters."""

    receipt: Receipt
    reason: str = ""
    letters: tuple[Queued, ...] = ()
    waits: bool = False


@immutable
class Read:
    """A message as read, before anything is kept of it. `quick` tells that it may be answered in the transaction that keeps it."""

    record: RawRecord
    inbound: Inbound
    identity: Identity
    reading: Reading
    quick: bool


class _UndoneError(Exception):
    """Leaves a transaction whose message turned out to be finished already."""


class Desk:
    """Receives, answers, hands on to delivery."""

    def __init__(
        self,
        *,
        database: Database,
        examiner: Examiner,
        counter: Counter,
        setbacks: Setbacks,
        offer: Offer,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        most_waiting: int,
    ) -> None:
        self._database = database
        self._examiner = examiner
        self._counter = counter
        self._setbacks = setbacks
        self._offer = offer
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._most_waiting = most_waiting
        self._waiting = 0  # as last seen; exact enough to keep a flood from filling the disk
        self._wake = asyncio.Event()
        self._stopping = False

    async def read(self, record: RawRecord) -> Read:
        """Reads a message. Raises UnreadableUpdateError for a chat update that nobody can read."""
        inbound, identity = await self._examiner.read(record)
        record = replace(record, conversation=inbound.sender.key)
        reading = self._counter.hearing.read(inbound)
        return Read(record, inbound, identity, reading, self._may_answer_quickly(record, inbound, reading))

    @property
    def is_busy(self) -> bool:
        """Whether so much waits that what cannot be answered at once has to come again later."""
        return bool(self._most_waiting) and self._waiting >= self._most_waiting

    def room(self, most: int) -> int:
        """How many more messages may come to wait, for an edge that leaves it at `most` at a time; as last seen."""
        return max(min(most, self._most_waiting or most) - self._waiting, 0)

    async def receive(self, record: RawRecord, source: str) -> Received:
        """Keeps a message for good; only when this returns may the edge say so. Raises StorageError: nothing was kept."""
        read = await self.read(record)
        if read.inbound.refusal and record.envelope_sender:
            self._metrics.received.labels(source, Receipt.REFUSED).inc()
            return Received(Receipt.REFUSED, read.inbound.refusal)
        if not read.quick and self.is_busy:
            self._metrics.received.labels(source, Receipt.BUSY).inc()
            return Received(Receipt.BUSY)
        ahead = await self._database.ahead(lambda tx: self._quick_answer(tx, read)) if read.quick else None
        received = await self._database.write(lambda tx: self.keep(tx, read, source, ahead), self.go_on)
        self._metrics.received.labels(source, received.receipt).inc()
        return received

    async def work(self) -> None:
        """Answers what was kept, until `stop`: many conversations at once, each in its order."""
        running: set[asyncio.Task[None]] = set()
        try:
            while not self._stopping:
                self._wake.clear()
                claimed = await self._claim(BATCH - len(running))
                for _, messages in groupby(sorted(claimed, key=attrgetter("conversation", "id")), attrgetter("conversation")):
                    task = asyncio.create_task(self._answer_in_order(list(messages)))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    task.add_done_callback(lambda _task: self._wake.set())
                if not claimed:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(POLL_SECONDS):
                            await self._wake.wait()
            if running:
                await asyncio.wait(running)
        finally:
            for task in running:
                task.cancel()

    def stop(self) -> None:
        """Lets `work` end after what it has begun."""
        self._stopping = True
        self._wake.set()

    def go_on(self, received: Received) -> None:
        """What follows when a message is kept for good."""
        if received.letters:
            self._offer(received.letters)
        if received.waits:
            self._waiting += 1
            self._wake.set()

    def _may_answer_quickly(self, record: RawRecord, inbound: Inbound, reading: Reading) -> bool:
        # Only plain small mail about which nothing must be found out first, and that asks for public facts or gets no answer.
        # Whatever is odd is kept first, its attempts counted: it cannot kill the desk again and again.
        if self._counter.must_prepare(reading):
            return False
        if record.channel is Channel.TERMINAL:
            return True
        if not inbound.plain or inbound.token or len(record.content) > QUICK_OCTETS:
            return False
        return not self._examiner.must_look(record, inbound, reading)

    async def _quick_answer(self, tx: Transaction, read: Read) -> Answer:
        verdict = self._examiner.at_once(read.record, read.inbound)
        return await self._counter.answer(tx, read.record.channel, read.inbound, verdict, self._clock.now(), read.reading)

    async def keep(self, tx: Transaction, read: Read, source: str, ahead: Ahead[Answer] | None = None) -> Received:
        """Keeps a message; where it is quick, tries to answer it in the same transaction, with what was answered `ahead` of it."""
        now, inbox = self._clock.now(), Inbox(tx, self._seal)
        record, identity = read.record, read.identity
        if read.quick:
            try:
                async with tx.savepoint(seconds=QUICK_SECONDS):
                    verdict = self._examiner.at_once(record, read.inbound)
                    answer = ahead.result if ahead is not None and await ahead.settle(tx) else await self._quick_answer(tx, read)
                    inbox_id = await inbox.accept(
                        record, identity, source, now, due=None, outcome=answer.outcome, authenticity=verdict or UNSEEN
                    )
                    if inbox_id is None:
                        raise _UndoneError
                    letters = await self._queue(tx, answer.letters, inbox_id)
            except _UndoneError:
                return Received(Receipt.DUPLICATE)
            except Exception as error:
                if isinstance(error, StorageError) and not isinstance(error, StatementRefused):
                    raise
                # Whatever else it was: kept as it is, and answered by a worker with its attempts counted.
                if not isinstance(error, Changed):  # it turned out to need preparation
                    log.warning("quick_answer_failed", error=type(error).__name__, where=where_raised(error))
            else:
                self._metrics.answered.labels(answer.outcome).inc()
                return Received(Receipt.ACCEPTED, answer.outcome, letters)
        inbox_id = await inbox.accept(record, identity, source, now, due=now)
        return Received(Receipt.DUPLICATE) if inbox_id is None else Received(Receipt.ACCEPTED, waits=True)

    async def _claim(self, count: int) -> list[Claimed]:
        now = self._clock.now()
        try:
            self._waiting = await self._database.read(lambda tx: Inbox(tx, self._seal).waiting())
            if not count or not self._waiting or not await self._database.read(lambda tx: Inbox(tx, self._seal).any_due(now)):
                return []
            return await self._database.write(lambda tx: Inbox(tx, self._seal).claim(count, now))
        except StorageError as error:  # a full disk, a database that is away: the messages are safe, and wait
            log.error("inbox_unreadable", error=str(error))
            return []

    async def _answer_in_order(self, messages: Sequence[Claimed]) -> None:
        for claimed in messages:
            try:
                await self._answer_kept(claimed)
            except _UndoneError:
                continue
            except Exception as error:  # the one error boundary: this message is tried again or parked, the others go on
                name = type(error).__name__
                log.error("answer_failed", inbox_id=claimed.id, attempt=claimed.attempts, error=name, where=where_raised(error))
                await self._setbacks.failed(claimed, name)

    async def _answer_kept(self, claimed: Claimed) -> None:
        if claimed.attempts > ATTEMPTS:  # counted before each try: what kills the process ends here
            await self._setbacks.park(claimed, "the process ended while answering it")
            return
        record = Inbox.open(claimed, self._seal)
        inbound, _ = await self._examiner.read(record)
        findings = await self._examiner.examine(record, inbound, self._counter.hearing.read(inbound))
        verdict = findings.verdict
        if verdict is not None and verdict.temporary and await self._setbacks.wait_for_dns(claimed, verdict.reason):
            return
        for _ in range(PREPARATIONS):
            prepared = await self._counter.prepare(record.channel, inbound, verdict, self._clock.now())
            try:
                await self._database.write(
                    lambda tx, made=prepared: self._finish(tx, claimed, record.channel, inbound, findings, made),  # type: ignore[misc]
                    self._offer,
                )
            except Changed:  # somebody else changed the account between the two
                continue
            return
        raise Changed

    async def _finish(
        self, tx: Transaction, claimed: Claimed, channel: Channel, inbound: Inbound, findings: Findings, prepared: Prepared
    ) -> tuple[Queued, ...]:
        now, verdict = self._clock.now(), findings.verdict
        answer = await self._counter.answer(tx, channel, inbound, verdict, now, prepared=prepared)
        if not await Inbox(tx, self._seal).finish(claimed.id, answer.outcome, now, verdict or UNSEEN):
            raise _UndoneError
        letters = await self._queue(tx, [*answer.letters, *await self._returned(tx, findings.bounce, now)], claimed.id)
        self._metrics.answered.labels(answer.outcome).inc()
        return letters

    async def _returned(self, tx: Transaction, bounce: Bounce | None, now: datetime) -> list[Letter]:
        """What a letter that came back leads to."""
        if bounce is None:
            return []
        result = await record_bounce(tx, self._seal, bounce, now)
        self._metrics.bounced.labels(result).inc()
        return await self._counter.returned(tx, bounce.message_ids, now) if result == "permanent" else []

    async def _queue(self, tx: Transaction, letters: Sequence[Letter], inbox_id: int) -> tuple[Queued, ...]:
        outbox, now = Outbox(tx, self._seal), self._clock.now()
        return tuple([await outbox.add(letter, inbox_id, now) for letter in letters])
