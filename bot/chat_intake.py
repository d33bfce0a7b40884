"""Chat updates at the door: kept many in one transaction, in their order, and none of them able to hold up the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core.chat import Chat, ChatEvent, UnreadableUpdateError, update_identity
from bot.core.clock import Clock
from bot.core.errors import StatementRefused, StorageError, where_raised
from bot.core.immutable import immutable
from bot.core.seal import Seal
from bot.core.updates import number_of
from bot.core.values import RawRecord
from bot.desk import Desk, Read, Receipt, Received
from bot.metrics import Metrics
from bot.setbacks import Setbacks
from storage.correspondents import Correspondents
from storage.database import Database, Transaction
from storage.inbox import Identity, Inbox

SOURCE = "telegram"

log = structlog.get_logger("telegram")


@immutable
class _Unreadable:
    """An update that nobody can read: kept for a person."""

    record: RawRecord
    identity: Identity
    reason: str


class ChatIntake:
    """Keeps updates."""

    def __init__(self, *, desk: Desk, database: Database, setbacks: Setbacks, seal: Seal, clock: Clock, metrics: Metrics) -> None:
        self._desk = desk
        self._database = database
        self._setbacks = setbacks
        self._seal = seal
        self._clock = clock
        self._metrics = metrics

    async def keep(self, records: Sequence[RawRecord], *, quickly: bool) -> int:
        """Keeps records for good, and says how many of them, from the first on, there was room for. Raises StorageError: none was.

        Not `quickly`: each is kept before anything is done with it, and its attempts counted. What comes again and again until it
        is kept must come that way once: else a message that kills the process would kill it for ever.
        """
        updates = [await self._read(record, quickly) for record in records]
        if self._desk.is_busy:
            busy = next((place for place, one in enumerate(updates) if isinstance(one, Read) and not one.quick), len(updates))
            updates = updates[:busy]
        try:
            received = await self._keep_all(updates)
        except Exception as error:  # whatever one of them brings about must not hold up the others
            if _concerns_all(error):
                raise
            received = [await self._keep_alone(update) for update in updates]
        for one in received:
            self._metrics.received.labels(SOURCE, one.receipt).inc()
        if len(received) < len(records):
            self._metrics.received.labels(SOURCE, Receipt.BUSY).inc()
        return len(received)

    async def _read(self, record: RawRecord, quickly: bool) -> Read | _Unreadable:
        try:
            read = await self._desk.read(record)
        except UnreadableUpdateError as error:
            return _Unreadable(record, error.identity, str(error))
        except Exception as error:  # a fault of ours: Telegram would send it again for ever, and nothing behind it
            log.error("update_unread", error=type(error).__name__, where=where_raised(error))
            identity = update_identity(record.peer, number_of(record.content), record.content)
            return _Unreadable(record, identity, type(error).__name__)
        return read if quickly else replace(read, quick=False)

    async def _keep_all(self, updates: Sequence[Read | _Unreadable]) -> list[Received]:
        async def keep(tx: Transaction) -> list[Received]:
            return [await self._keep(tx, update) for update in updates]

        return await self._database.write(keep, self._go_on) if updates else []

    async def _keep_alone(self, update: Read | _Unreadable) -> Received:
        """What cannot be kept with the others, alone; and if not even so, for a person to look at."""
        try:
            return (await self._keep_all([update]))[0]
        except Exception as error:
            if isinstance(update, _Unreadable) or _concerns_all(error):
                raise
            log.error("update_not_kept", error=type(error).__name__, where=where_raised(error))
            return (await self._keep_all([_Unreadable(update.record, update.identity, type(error).__name__)]))[0]

    async def _keep(self, tx: Transaction, update: Read | _Unreadable) -> Received:
        if isinstance(update, _Unreadable):
            return await self._set_aside(tx, update)
        conversation, chat = update.record.conversation, update.inbound.chat
        if chat is not None:
            await self._note(tx, conversation, chat, self._clock.now())
        # Order is kept within a chat: what comes behind a message that waits for its answer waits as well.
        if update.quick and await Inbox(tx, self._seal).any_of(conversation):
            update = replace(update, quick=False)
        return await self._desk.keep(tx, update, SOURCE)

    async def _note(self, tx: Transaction, conversation: str, chat: Chat, now: datetime) -> None:
        """Whether the desk may write there: who blocks it is not written to, who writes to it may be."""
        correspondents = Correspondents(tx, now)
        if chat.event in (ChatEvent.BLOCKED, ChatEvent.LEFT):
            await correspondents.pause(conversation)
        else:
            await correspondents.resume(conversation)

    async def _set_aside(self, tx: Transaction, update: _Unreadable) -> Received:
        letters = await self._setbacks.set_aside(tx, update.record, update.identity, SOURCE, update.reason)
        return Received(Receipt.DUPLICATE) if letters is None else Received(Receipt.ACCEPTED, "parked", letters)

    def _go_on(self, received: Sequence[Received]) -> None:
        for one in received:
            self._desk.go_on(one)


def _concerns_all(error: Exception) -> bool:
    """Whether the database is away or full: then nothing can be kept."""
    return isinstance(error, StorageError) and not isinstance(error, StatementRefused)
