"""Sends the chat messages of the outbox: chats side by side, in order within a chat, at Telegram's pace.

One desk of all does this (`run` is what holds the role), so that the pace is kept and nothing overtakes. The database is the truth:
what is at hand here was committed, what was put off is let go of until its time, and a message is followed by the next of its chat
only when it is marked as sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.core.chat_calls import WrittenCall, read_call, write_parameters
from bot.core.clock import Clock, to_micros
from bot.core.errors import StorageError
from bot.core.letters import Queued
from bot.core.pacing import Pace, Pacer, Ready, Schedule
from bot.core.ports import Caller, Offer, PermanentFailureError, PutOffError, TemporaryFailureError, UnwelcomeError
from bot.core.seal import Seal, SealBrokenError
from bot.core.values import Channel
from bot.marking import Marking, Patience, Sending
from bot.metrics import Metrics
from bot.operators import Operators
from storage.chat_outbox import ChatOutbox
from storage.database import Database, Transaction
from storage.outbox import Outbox

log = structlog.get_logger("delivery")

AT_ONCE = 48  # calls on their way; below the transport's connections, so that the poll and the webhook's calls find one
MEMORY = 2_000  # messages at hand at most; beyond it they stay in the outbox until there is room
POLL_SECONDS = 1.0  # within this time a message is found that was put off, or that another process wrote
CATCH_UP_SECONDS = 0.05
DRAIN_SECONDS = 5.0
PATIENCE = Patience(
    delays=tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60, 300, 1800)),
    give_up=timedelta(days=1),  # an answer in a chat is stale by then
)
_NO_CALL = WrittenCall("", b"")


class UnresolvableError(Exception):
    """A call names a message of ours that was never sent."""


class ChatDelivery:
    """The chat messages' way out."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        clock: Clock,
        metrics: Metrics,
        operators: Operators,
        offer: Offer,
        transport: Caller,
        pace: Pace,
    ) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._transport = transport
        self._pace = pace
        self._make_marking = partial(
            Marking,
            database=database,
            seal=seal,
            clock=clock,
            metrics=metrics,
            operators=operators,
            offer=offer,
            patience=PATIENCE,
            marked=self._marked,
        )
        self._marking = self._make_marking()
        self._schedule = Schedule(Pacer(pace))
        self._calls: set[asyncio.Task[None]] = set()
        self._sent: dict[int, tuple[Ready, int]] = {}  # and when; the next message of their chats waits until they are marked
        self._put_off: set[str] = set()  # chats that wait for their time
        self._put_off_lately: set[str] = set()
        self._marked_lately: set[int] = set()  # since the look at the outbox began that is under way
        self._caught_up = False  # everything that may go out is at hand: what is offered may follow it
        self._refused = False
        self._stopping = False
        self._wake = asyncio.Event()

    def offer(self, letters: Sequence[Queued]) -> None:
        """Takes committed messages from memory. What is not taken is found in the outbox, in its order."""
        for queued in letters:
            if queued.letter.channel is not Channel.TELEGRAM:
                continue
            if queued.letter.conversation in self._put_off:
                self._refused = True
            elif not self._caught_up or len(self._schedule) >= MEMORY:
                self._caught_up, self._refused = False, True
            else:
                self._add(queued)

    async def run(self) -> None:
        """Sends until cancelled; what is under way then is sent again by whoever comes next."""
        self._marking, self._sent = self._make_marking(), {}
        self._caught_up = False
        marking = asyncio.create_task(self._marking.run())
        try:
            await self._remember()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look())
                group.create_task(self._send_all())
        finally:
            self._caught_up = False
            tasks = (marking, *self._calls)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def drain(self) -> None:
        """Sends what may go out now, for `DRAIN_SECONDS` at most, and marks it. What must wait for its turn stays in the outbox."""
        loop = asyncio.get_running_loop()
        end = loop.time() + DRAIN_SECONDS
        while self._calls or (self._caught_up and not self._stopping and self._schedule.next_at() <= to_micros(self._clock.now())):
            self._stopping = loop.time() > end  # what is on its way is waited for all the same: else it would go out twice
            if self._calls:
                await asyncio.wait(self._calls, return_when=asyncio.FIRST_COMPLETED)
            await self._marking.join()
            await asyncio.sleep(0)
        self._stopping = True  # until it is cancelled nothing begins: what is cut off on its way would go out twice
        await self._marking.join()

    # What may go out

    async def _remember(self) -> None:
        """The pace of before: what went out lately, whatever process sent it."""
        while True:
            try:
                sent = await self._database.read(self._sent_lately)
                break
            except StorageError as error:
                log.error("outbox_unreadable", error=str(error))
                await asyncio.sleep(POLL_SECONDS)
        pacer = Pacer(self._pace)
        for conversation, moment in sent:
            pacer.begins(to_micros(moment))
            pacer.arrived(conversation, to_micros(moment))
        self._schedule = Schedule(pacer)

    async def _sent_lately(self, tx: Transaction) -> list[tuple[str, datetime]]:
        return await ChatOutbox(tx, self._seal).sent_since(self._clock.now() - timedelta(minutes=1))

    async def _look(self) -> None:
        """Finds what was not handed over: after a restart, after a wait, from another process."""
        while True:
            try:
                behind = await self._fetch()
            except StorageError as error:
                log.error("outbox_unreadable", error=str(error))
                behind = False
            await asyncio.sleep(CATCH_UP_SECONDS if behind else POLL_SECONDS)

    async def _fetch(self) -> bool:
        """Takes what may go out, as far as there is room; whether there is more."""
        now = self._clock.now()
        self._refused = False
        self._marked_lately.clear()
        self._put_off_lately.clear()
        self._schedule.forget(to_micros(now))
        room = MEMORY - len(self._schedule)
        ids, put_off = await self._database.read(lambda tx: self._waiting(tx, now, MEMORY + 1))
        # Who was put off since then stays so until the next look; what was sent since then is not at hand again.
        self._put_off = put_off | self._put_off_lately
        self._put_off_lately.clear()
        unknown = [letter_id for letter_id in ids if not self._schedule.knows(letter_id) and letter_id not in self._marked_lately]
        if unknown:  # nothing may overtake these while they are read
            self._caught_up = False
        for letter_id in unknown[:room]:
            await self._take(letter_id)
        self._caught_up = len(ids) <= MEMORY and len(unknown) <= room and not self._refused
        return not self._caught_up

    async def _take(self, letter_id: int) -> None:
        try:
            queued = await self._database.read(lambda tx: ChatOutbox(tx, self._seal).letter(letter_id))
        except SealBrokenError as error:  # it must not hold the others
            now, reason = self._clock.now(), str(error)
            log.error("delivery_given_up", outbox_id=letter_id, error=reason)
            await self._database.write(lambda tx: Outbox(tx, self._seal).give_up(letter_id, reason, now))
            return
        if queued is not None and queued.letter.conversation not in self._put_off:
            self._add(queued)

    async def _waiting(self, tx: Transaction, now: datetime, count: int) -> tuple[list[int], set[str]]:
        outbox = ChatOutbox(tx, self._seal)
        return await outbox.ready(now, count), await outbox.put_off(now)

    def _add(self, queued: Queued) -> None:
        try:
            call = read_call(queued.letter.content)
        except ValueError:
            call = _NO_CALL
        self._schedule.add(Ready(queued, call))
        self._wake.set()

    # On the way

    async def _send_all(self) -> None:
        while True:
            self._wake.clear()
            now = to_micros(self._clock.now())
            room = len(self._calls) < AT_ONCE and not self._stopping
            ready = self._schedule.next(now) if room else None
            if ready is not None:
                task = asyncio.create_task(self._send(ready))
                self._calls.add(task)
                task.add_done_callback(self._one_less)
                continue
            wait = POLL_SECONDS if not room else min(POLL_SECONDS, (self._schedule.next_at() - now) / 1e6)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(wait, 0.001)):
                    await self._wake.wait()

    def _one_less(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._wake.set()

    async def _send(self, ready: Ready) -> None:
        queued, failure, number = ready.queued, None, None
        try:
            if ready.call is _NO_CALL:
                raise PermanentFailureError("this is no call of the Bot API")
            number = await self._transport.send(await self._resolved(ready.call))
        except UnresolvableError as error:
            log.info("call_dropped", outbox_id=queued.id, method=ready.call.method, reason=str(error))
        except (TemporaryFailureError, PermanentFailureError, PutOffError, UnwelcomeError) as error:
            failure = error
        except Exception as error:  # a fault of ours must not keep the chat waiting for ever
            failure = TemporaryFailureError(type(error).__name__)
        self._sent[queued.id] = (ready, to_micros(self._clock.now()))
        self._marking.report(Sending(queued, failure, number))

    def _marked(self, sendings: Sequence[Sending]) -> None:
        """The next of each chat may follow; or the chat was put off, and the outbox keeps what waits for it."""
        for sending in sendings:
            ready, moment = self._sent.pop(sending.queued.id)
            self._marked_lately.add(sending.queued.id)
            if sending.failure is None or isinstance(sending.failure, PermanentFailureError):
                self._schedule.done(ready, moment)
            else:
                self._put_off.add(ready.conversation)
                self._put_off_lately.add(ready.conversation)
                self._schedule.drop(ready.conversation, ready.queued.id)
        self._wake.set()

    async def _resolved(self, call: WrittenCall) -> WrittenCall:
        """The call with the numbers that Telegram gave to the letters it names."""
        if not call.may_name_letters:
            return call
        return WrittenCall(call.method, write_parameters(await self._numbers_in(call.parameters)), call.otherwise)

    async def _numbers_in(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            if set(value) == {"letter"}:
                number = await self._database.read(lambda tx: ChatOutbox(tx, self._seal).remote_id(str(value["letter"])))
                if number is None:
                    raise UnresolvableError("it is about a message that was not sent")
                return number
            return {name: await self._numbers_in(one) for name, one in value.items()}
        return value
