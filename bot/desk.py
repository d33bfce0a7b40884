"""The main path. Read this file first.

A message is kept before anything is done with it, answered in one transaction, and its answer waits in the outbox in that same
transaction. A crash at any point means "done" or "done again from the same record", never half. What only shows public facts is
answered in the very transaction that keeps it (the quick path); all else is kept first and answered by a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

import structlog

from bot.core.authenticity import Verdict
from bot.core.clock import Clock
from bot.core.commands import Reading
from bot.core.errors import StatementRefused, StorageError
from bot.core.inbound import Inbound, Reader
from bot.core.letters import Letter, Queued
from bot.core.ports import Offer, SenderVerifier
from bot.core.seal import Seal
from bot.core.values import Channel, RawRecord
from bot.counter import Counter
from bot.metrics import Metrics
from storage.database import Database, Transaction
from storage.inbox import Claimed, Identity, Inbox
from storage.outbox import Outbox

log = structlog.get_logger("desk")

ATTEMPTS = 3  # then the message is parked: a person looks, the others are served
QUICK_OCTETS = 16_384
QUICK_SECONDS = 0.05
BATCH = 64
POLL_SECONDS = 1.0  # within this time the desk finds what another process wrote (a replayed message)
_RETRY = timedelta(seconds=20)


class Receipt(StrEnum):
    """What became of a message at the door."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt, for a refusal with its reason, for a quick answer with its letters."""

    receipt: Receipt
    reason: str = ""
    letters: tuple[Queued, ...] = ()
    waits: bool = False


class _UndoneError(Exception):
    """Leaves a transaction whose message turned out to be finished already."""


class Desk:
    """Receives, answers, hands on to delivery."""

    def __init__(
        self,
        *,
        database: Database,
        reader: Reader,
        counter: Counter,
        verifier: SenderVerifier,
        offer: Offer,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        most_waiting: int,
    ) -> None:
        self._database = database
        self._read = reader
        self._counter = counter
        self._verifier = verifier
        self._offer = offer
        self._seal = seal
        self._clock = clock
        self._metrics = metrics
        self._most_waiting = most_waiting
        self._waiting = 0  # as last seen; exact enough to keep a flood from filling the disk
        self._wake = asyncio.Event()
        self._stopping = False

    async def receive(self, record: RawRecord, source: str) -> Received:
        """Keeps a message for good; only when this returns may the edge say so. Raises StorageError: nothing was kept."""
        inbound, identity = self._read(record)
        if inbound.refusal and record.envelope_sender:
            self._metrics.received.labels(source, Receipt.REFUSED).inc()
            return Received(Receipt.REFUSED, inbound.refusal)
        record = replace(record, conversation=inbound.sender.key)
        reading = self._counter.read(inbound)
        quick = self._may_answer_quickly(record, inbound, reading)
        if not quick and self._most_waiting and self._waiting >= self._most_waiting:
            self._metrics.received.labels(source, Receipt.BUSY).inc()
            return Received(Receipt.BUSY)
        received = await self._database.write(
            lambda tx: self._keep(tx, record, inbound, identity, source, reading if quick else None), self._go_on
        )
        self._metrics.received.labels(source, received.receipt).inc()
        return received

    async def work(self) -> None:
        """Answers what was kept, until `stop`."""
        while not self._stopping:
            claimed = await self._claim()
            if claimed:
                in_order = sorted(claimed, key=attrgetter("conversation", "id"))
                conversations = [list(messages) for _, messages in groupby(in_order, attrgetter("conversation"))]
                await asyncio.gather(*map(self._answer_in_order, conversations))
                continue
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()

    def stop(self) -> None:
        """Lets `work` end after what it has begun."""
        self._stopping = True
        self._wake.set()

    def _go_on(self, received: Received) -> None:
        if received.letters:
            self._offer(received.letters)
        if received.waits:
            self._waiting += 1
            self._wake.set()

    def _may_answer_quickly(self, record: RawRecord, inbound: Inbound, reading: Reading) -> bool:
        # Only plain small mail from peers whose mail is not verified first, and that asks for nothing but public facts or gets no
        # answer at all. Whatever is odd is kept first, its attempts counted: it cannot kill the desk again and again.
        if record.channel is Channel.TERMINAL:
            return True
        if not inbound.plain or inbound.token or len(record.content) > QUICK_OCTETS:
            return False
        return bool(inbound.silence) or not self._needs_verdict(record, inbound, reading)

    def _needs_verdict(self, record: RawRecord, inbound: Inbound, reading: Reading) -> bool:
        if record.channel is not Channel.MAIL or inbound.silence:
            return False
        return not self._verifier.configured(record.peer) or not self._counter.only_shows(reading)

    async def _keep(
        self, tx: Transaction, record: RawRecord, inbound: Inbound, identity: Identity, source: str, reading: Reading | None
    ) -> Received:
        """Keeps a message; with a `reading`, tries to answer it in the same transaction."""
        now = self._clock.now()
        inbox = Inbox(tx, self._seal)
        if reading is not None:
            try:
                async with asyncio.timeout(QUICK_SECONDS), tx.savepoint():
                    answer = await self._counter.answer(tx, record.channel, inbound, None, now, reading)
                    inbox_id = await inbox.accept(record, identity, source, now, due=None, outcome=answer.outcome)
                    if inbox_id is None:
                        raise _UndoneError
                    letters = await self._queue(tx, answer.letters, inbox_id, now)
            except _UndoneError:
                return Received(Receipt.DUPLICATE)
            except Exception as error:
                if isinstance(error, StorageError) and not isinstance(error, StatementRefused):
                    raise
                # Whatever else it was: kept as it is, and answered by a worker with its attempts counted.
                log.warning("quick_answer_failed", error=type(error).__name__, where=_where(error))
            else:
                self._metrics.answered.labels(answer.outcome).inc()
                return Received(Receipt.ACCEPTED, answer.outcome, letters)
        inbox_id = await inbox.accept(record, identity, source, now, due=now)
        return Received(Receipt.DUPLICATE) if inbox_id is None else Received(Receipt.ACCEPTED, waits=True)

    async def _claim(self) -> list[Claimed]:
        now = self._clock.now()
        self._waiting = await self._database.read(lambda tx: Inbox(tx, self._seal).waiting())
        if not self._waiting or not await self._database.read(lambda tx: Inbox(tx, self._seal).any_due(now)):
            return []
        return await self._database.write(lambda tx: Inbox(tx, self._seal).claim(BATCH, now))

    async def _answer_in_order(self, messages: Sequence[Claimed]) -> None:
        for claimed in messages:
            try:
                await self._answer_kept(claimed)
            except _UndoneError:
                continue
            except Exception as error:  # the one error boundary: this message is tried again or parked, the others go on
                log.error(
                    "answer_failed", inbox_id=claimed.id, attempt=claimed.attempts, error=type(error).__name__, where=_where(error)
                )
                await self._failed(claimed, type(error).__name__)

    async def _answer_kept(self, claimed: Claimed) -> None:
        if claimed.attempts > ATTEMPTS:  # counted before each try: what kills the process ends here
            await self._park(claimed, "the process ended while answering it")
            return
        record = Inbox.open(claimed, self._seal)
        inbound, _ = self._read(record)
        verdict = None
        if self._needs_verdict(record, inbound, self._counter.read(inbound)):
            domain = inbound.sender.address.rpartition("@")[2] or None
            verdict = await self._verifier.verdict(
                record.content, from_domain=domain, peer=record.peer or None, received_count=inbound.received_count
            )
            if verdict.temporary and claimed.attempts < ATTEMPTS:
                await self._put_off(claimed, verdict.reason)
                return
        await self._database.write(lambda tx: self._settle(tx, claimed, record.channel, inbound, verdict), self._offer)

    async def _settle(
        self, tx: Transaction, claimed: Claimed, channel: Channel, inbound: Inbound, verdict: Verdict | None
    ) -> tuple[Queued, ...]:
        now = self._clock.now()
        answer = await self._counter.answer(tx, channel, inbound, verdict, now)
        if not await Inbox(tx, self._seal).finish(claimed.id, answer.outcome, now):
            raise _UndoneError
        letters = await self._queue(tx, answer.letters, claimed.id, now)
        self._metrics.answered.labels(answer.outcome).inc()
        return letters

    async def _queue(self, tx: Transaction, letters: Sequence[Letter], inbox_id: int, now: datetime) -> tuple[Queued, ...]:
        outbox = Outbox(tx, self._seal)
        return tuple([await outbox.add(letter, inbox_id, now) for letter in letters])

    async def _failed(self, claimed: Claimed, reason: str) -> None:
        with suppress(StorageError):  # the lease ends by itself
            if claimed.attempts < ATTEMPTS:
                await self._put_off(claimed, reason)
            else:
                await self._park(claimed, reason)

    async def _put_off(self, claimed: Claimed, reason: str) -> None:
        due = self._clock.now() + _RETRY * 3 ** (claimed.attempts - 1)
        await self._database.write(lambda tx: Inbox(tx, self._seal).retry(claimed.id, reason, due))

    async def _park(self, claimed: Claimed, reason: str) -> None:
        log.error("message_parked", inbox_id=claimed.id, reason=reason, next="autopro parked show " + str(claimed.id))

        async def park(tx: Transaction) -> tuple[Queued, ...]:
            now = self._clock.now()
            if not await Inbox(tx, self._seal).park(claimed.id, reason, now):
                return ()
            letters = self._counter.parked(self._readable(claimed), claimed.id, reason, now)
            return await self._queue(tx, letters, claimed.id, now)

        await self._database.write(park, self._offer)
        self._metrics.answered.labels("parked").inc()

    def _readable(self, claimed: Claimed) -> Inbound | None:
        try:
            record = Inbox.open(claimed, self._seal)
            return self._read(record)[0] if record.channel is Channel.MAIL else None
        except Exception:  # it may be parked because it cannot be read
            return None


def _where(error: BaseException) -> str:
    """File and line where an exception was raised: its text may hold a stranger's words and stays out of logs."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace is not None else ""
