"""The accepted messages: kept sealed and once each, claimed for answering, finished or parked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.core.clock import to_micros
from bot.core.immutable import immutable
from bot.core.seal import Seal, pack_record, unpack_record
from bot.core.values import RawRecord
from storage.database import Transaction, clean, statements

_SQL = statements("inbox")

REPETITION = timedelta(minutes=30)  # how long a mail without Message-ID or Date counts as the same: a script may repeat itself
LEASE = timedelta(minutes=2)  # after a crash a claimed message is due again


class Identity(Protocol):
    """What makes a message the same message again."""

    @property
    def key(self) -> bytes:
        """32 octets over envelope sender and content."""
        ...

    @property
    def for_ever(self) -> bool:
        """False when a repetition counts as the same for half an hour only."""
        ...

    @property
    def twin(self) -> bytes | None:
        """32 octets that are the same when the same mail comes by another way."""
        ...


class Authenticity(Protocol):
    """Why a sender counts as authentic or not, and the domain that this is about."""

    @property
    def reason(self) -> str:
        """A stable word."""
        ...

    @property
    def detail(self) -> str:
        """One domain, or several with commas between them."""
        ...


@immutable
class _Unseen:
    reason: str = ""
    detail: str = ""


UNSEEN: Authenticity = _Unseen()  # nobody had to look


@immutable
class Claimed:
    """A message that is this worker's to answer."""

    id: int
    conversation: str
    attempts: int
    received_at: int  # microseconds UTC
    identity: bytes
    sealed: bytes


class Inbox:
    """The inbox on an open transaction."""

    def __init__(self, transaction: Transaction, seal: Seal) -> None:
        self._transaction = transaction
        self._seal = seal

    async def accept(
        self,
        record: RawRecord,
        identity: Identity,
        source: str,
        now: datetime,
        *,
        due: datetime | None,
        outcome: str = "",
        authenticity: Authenticity = UNSEEN,
    ) -> int | None:
        """Keeps a message; its id, None when it was accepted before.

        With `due` it is to be answered from then on. Without, it is answered in this very transaction: its content is not kept.
        """
        moment = to_micros(now)
        twin = identity.twin if identity.for_ever else identity.key
        since = 0 if identity.for_ever else to_micros(now - REPETITION)
        if twin is not None and await self._transaction.row(_SQL["twin"], {"twin": twin, "since": since}) is not None:
            return None
        key = identity.key if identity.for_ever else identity.key + moment.to_bytes(8, "big")
        return await self._transaction.insert(
            _SQL["accept"],
            {
                "channel": record.channel,
                "source": source,
                "identity": key,
                "twin": twin,
                "conversation": record.conversation,
                "sealed": None if due is None else self._seal.close(pack_record(record), key),
                "state": "done" if due is None else "new",
                "due_at": moment if due is None else to_micros(due),
                "received_at": moment,
                "finished_at": moment if due is None else None,
                "outcome": outcome,
                "authenticity": authenticity.reason,
                "authenticity_domain": clean(authenticity.detail),
            },
        )

    async def any_of(self, conversation: str) -> bool:
        """Whether something of a conversation waits for its answer."""
        return await self._transaction.row(_SQL["any_of"], {"conversation": conversation}) is not None

    async def waiting(self) -> int:
        """How many messages wait for an answer."""
        row = await self._transaction.row(_SQL["waiting"])
        return 0 if row is None else int(row["waiting"])

    async def claim(self, count: int, now: datetime) -> list[Claimed]:
        """At most `count` due messages, oldest first, each with its attempt counted."""
        rows = await self._transaction.rows(_SQL["claim"], {"now": to_micros(now), "lease": to_micros(now + LEASE), "count": count})
        return sorted((_claimed(row) for row in rows), key=lambda claimed: claimed.id)

    @staticmethod
    def open(claimed: Claimed, seal: Seal) -> RawRecord:
        """The record as it was accepted. Raises SealBrokenError."""
        return unpack_record(seal.open(claimed.sealed, claimed.identity))

    async def any_due(self, now: datetime) -> bool:
        """Whether a claim may find something; cheap, and writes nothing."""
        return await self._transaction.row(_SQL["any_due"], {"now": to_micros(now)}) is not None

    async def finish(self, message_id: int, outcome: str, now: datetime, authenticity: Authenticity = UNSEEN) -> bool:
        """Marks as answered and forgets the content; False when another worker has finished it."""
        values = {
            "id": message_id,
            "outcome": outcome,
            "now": to_micros(now),
            "authenticity": authenticity.reason,
            "authenticity_domain": clean(authenticity.detail),
        }
        return await self._transaction.run(_SQL["finish"], values) == 1

    async def retry(self, message_id: int, outcome: str, due: datetime) -> None:
        """Puts off until `due`."""
        await self._transaction.run(_SQL["retry"], {"id": message_id, "outcome": outcome, "due_at": to_micros(due)})

    async def wait(self, message_id: int, outcome: str, due: datetime) -> None:
        """Puts off until `due` for no fault of the message: its attempt does not count."""
        await self._transaction.run(_SQL["wait"], {"id": message_id, "outcome": outcome, "due_at": to_micros(due)})

    async def park(self, message_id: int, reason: str, now: datetime) -> bool:
        """Sets aside for a person, with its content."""
        return await self._transaction.run(_SQL["park"], {"id": message_id, "outcome": reason, "now": to_micros(now)}) == 1

    async def parked(self) -> list[Mapping[str, Any]]:
        """The parked messages without their content."""
        return list(await self._transaction.rows(_SQL["parked"]))

    async def parked_record(self, message_id: int) -> RawRecord | None:
        """A parked message's content."""
        row = await self._transaction.row(_SQL["parked_one"], {"id": message_id})
        return None if row is None else unpack_record(self._seal.open(row["sealed"], row["identity"]))

    async def replay(self, message_id: int, now: datetime) -> bool:
        """Makes a parked message due again, with fresh attempts."""
        return await self._transaction.run(_SQL["replay"], {"id": message_id, "now": to_micros(now)}) == 1

    async def discard(self, message_id: int, now: datetime) -> bool:
        """Forgets a parked message's content."""
        return await self._transaction.run(_SQL["discard"], {"id": message_id, "now": to_micros(now)}) == 1


def _claimed(row: Mapping[str, Any]) -> Claimed:
    return Claimed(
        int(row["id"]),
        row["conversation"],
        int(row["attempts"]),
        int(row["received_at"]),
        bytes(row["identity"]),
        bytes(row["sealed"]),
    )
