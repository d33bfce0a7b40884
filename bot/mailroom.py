"""Takes in what is fetched from a mailbox: each message once, its fate written down in the transaction that keeps it.

A crash leaves a message either not taken in, or taken in with its fate: it is then filed without being read again. Where the
mailbox was made anew in between, and its UIDs with it, the message is known by its identity, and one that has no identity for ever
(without Message-ID or Date) by the digest of its content.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import structlog

from bot.core.clock import Clock
from bot.core.delivered import envelope_of
from bot.core.errors import StatementRefused, StorageError, where_raised
from bot.core.imap_words import Entry
from bot.core.immutable import immutable
from bot.core.inbound import OwnAddress
from bot.core.letters import Queued
from bot.core.mailbox import Fate, Fault, Mark
from bot.core.ports import Offer
from bot.core.replies import Reply
from bot.core.seal import Seal
from bot.core.secret_words import mail_may_hold_secret
from bot.core.values import Channel, RawRecord
from bot.desk import Desk, Read, Received
from bot.metrics import Metrics
from bot.operators import Operators
from storage.database import Database, Transaction
from storage.mailbox_marks import MailboxMarks
from storage.outbox import Outbox

SOURCE = "imap"
AHEAD = 500  # messages that wait for an answer; beyond it the mailbox is the queue, and mail by other ways is not held up by it

log = structlog.get_logger("imap")


@immutable
class _Letter:
    """A message as read, before it is kept."""

    entry: Entry
    digest: bytes
    read: Read
    fate: Fate


@dataclass(frozen=True, slots=True)
class Mailroom:
    """The intake of one mailbox (`bot.core.mailbox.Intake`). `mailbox` names it among all; `shown` and `failed` are for people.

    `secret` are the names of the commands that take a password.
    """

    mailbox: str
    shown: str
    failed: str
    own: OwnAddress
    secret: Collection[str]
    database: Database
    desk: Desk
    operators: Operators
    seal: Seal
    offer: Offer
    clock: Clock
    metrics: Metrics

    @property
    def room(self) -> int:
        """How many messages may be taken now."""
        return self.desk.room(AHEAD)

    async def marks(self, validity: int, entries: Sequence[Entry]) -> Mapping[int, Mark]:
        """What is remembered of these messages, by UID."""
        return await self.database.read(lambda tx: self._marks(tx).of(validity, entries))

    async def begin(self, validity: int, entries: Sequence[Entry]) -> None:
        """Counts a try of each; committed before they are fetched."""
        await self.database.write(lambda tx: self._marks(tx).begin(validity, entries))

    async def take(self, validity: int, messages: Sequence[tuple[Entry, bytes]]) -> Mapping[int, Fate]:
        """Keeps messages for good, many in one transaction, or knows them again; where each goes, by UID."""
        fates: dict[int, Fate] = {}
        letters: list[_Letter] = []
        for entry, content in messages:
            try:
                known = await self._known(validity, entry, content)
            except StorageError:
                raise
            except Exception as error:  # a message that breaks the reading: the others go on, and it is tried again alone
                log.error("mail_not_read", uid=entry.uid, error=type(error).__name__, where=where_raised(error))
                continue
            if isinstance(known, Fate):
                fates[entry.uid] = known
            else:
                letters.append(known)
        return fates | await self._keep_all(validity, letters)

    async def _known(self, validity: int, entry: Entry, content: bytes) -> Fate | _Letter:
        """Reads a message; its fate where that is clear already."""
        digest = blake2b(content, digest_size=32, person=b"mailbox mark").digest()
        if await self.database.read(lambda tx: self._marks(tx).elsewhere(validity, digest)) is not None:
            fate = await self.database.write(lambda tx: self._marks(tx).moved_here(validity, entry, digest))
            if fate is not None:
                return fate
        sender, recipients = envelope_of(content, self.own)
        read = await self.desk.read(RawRecord(Channel.MAIL, content, sender, recipients))
        if read.inbound.refusal and sender != "":
            return await self.give_up(validity, entry, Fault.NO_SENDER)
        fate = Fate.EXPUNGE if mail_may_hold_secret(read.inbound, read.reading, self.secret) else Fate.DONE
        return _Letter(entry, digest, read, fate)

    async def _keep_all(self, validity: int, letters: Sequence[_Letter]) -> dict[int, Fate]:
        async def keep(tx: Transaction) -> list[Received]:
            return [await self._keep(tx, validity, letter) for letter in letters]

        if not letters:
            return {}
        try:
            await self.database.write(keep, self._go_on)
        except StatementRefused as error:
            if len(letters) == 1:
                log.error("mail_not_read", uid=letters[0].entry.uid, error=str(error))
                return {}
            alone = [await self._keep_all(validity, [letter]) for letter in letters]
            return {uid: fate for kept in alone for uid, fate in kept.items()}
        return {letter.entry.uid: letter.fate for letter in letters}

    async def _keep(self, tx: Transaction, validity: int, letter: _Letter) -> Received:
        await self._marks(tx).decide(validity, letter.entry, letter.fate, letter.digest)
        return await self.desk.keep(tx, letter.read, SOURCE)

    def _go_on(self, received: Sequence[Received]) -> None:
        for one in received:
            self.desk.go_on(one)
            self.metrics.received.labels(SOURCE, one.receipt).inc()

    async def give_up(self, validity: int, entry: Entry, fault: Fault) -> Fate:
        """Decides that a message goes to the failed ones, and tells the administrators."""
        log.error("mail_failed", uid=entry.uid, octets=entry.size, why=fault.value, next=f"look into the mailbox {self.failed}")
        self.metrics.received.labels(SOURCE, "failed").inc()
        await self.database.write(lambda tx: self._give_up(tx, validity, entry, fault), self.offer)
        return Fate.FAILED

    async def _give_up(self, tx: Transaction, validity: int, entry: Entry, fault: Fault) -> list[Queued]:
        now = self.clock.now()
        await self._marks(tx).decide(validity, entry, Fate.FAILED, None)
        facts = {"mailbox": self.shown, "failed": self.failed, "why": fault.value}
        return await self._queue(tx, Reply("operator/mail_failed", facts), now)

    async def _queue(self, tx: Transaction, reply: Reply, now: datetime) -> list[Queued]:
        outbox = Outbox(tx, self.seal)
        return [await outbox.add(letter, None, now) for letter in await self.operators.alert(tx, reply, now)]

    async def filed(self, validity: int, uids: Iterable[int]) -> None:
        """They are not in the mailbox any more."""
        gone = list(uids)
        await self.database.write(lambda tx: self._marks(tx).forget(validity, gone))

    async def only(self, validity: int, uids: Iterable[int]) -> None:
        """Nothing but these is in the mailbox now: what else was remembered is forgotten."""
        present = frozenset(uids)
        strays = await self.database.read(lambda tx: self._marks(tx).strays(validity, present))
        for other, gone in strays.items():
            await self.database.write(lambda tx, other=other, gone=gone: self._marks(tx).forget(other, gone))  # type: ignore[misc]

    def _marks(self, tx: Transaction) -> MailboxMarks:
        return MailboxMarks(tx, self.mailbox, self.clock.now())
