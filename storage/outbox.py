"""The letters to send: added in the transaction that answers, sent once, retried with growing delays, or given up and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.clock import to_micros
from bot.core.letters import Letter, Queued, pack_letter, unpack_letter
from bot.core.seal import Seal, SealBrokenError
from bot.core.values import Channel
from storage.database import Transaction, clean, statements

_SQL = statements("outbox")

LEASE = timedelta(minutes=2)  # longer than one delivery may take (bot/delivery.py); after a crash the letter is due again


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter of ours that a message answers or reports on."""

    id: int
    conversation: str
    template: str


class Outbox:
    """The outbox on an open transaction."""

    def __init__(self, transaction: Transaction, seal: Seal) -> None:
        self._transaction = transaction
        self._seal = seal

    async def add(self, letter: Letter, inbox_id: int | None, now: datetime, *, leased: bool = True) -> Queued:
        """Queues a letter, leased to this process: it hands the letter on from memory once the transaction is committed.

        Not `leased`: any running desk takes it at once (the command line sends nothing itself). Chat messages never are: only the
        one desk that speaks with Telegram takes them.
        """
        moment = to_micros(now)
        leased = leased and letter.channel is not Channel.TELEGRAM
        letter_id = await self._transaction.insert(
            _SQL["add"],
            {
                "inbox_id": inbox_id,
                "channel": letter.channel,
                "conversation": letter.conversation,
                "message_id": letter.message_id,
                "template": letter.template,
                "understood": int(letter.understood),
                "secret": int(letter.secret),
                "bulk": int(letter.bulk),
                "sealed": self._seal.close(pack_letter(letter), letter.message_id.encode()),
                "due_at": to_micros(now + LEASE) if leased else moment,
                "created_at": moment,
            },
        )
        assert letter_id is not None  # noqa: S101 - an INSERT without a conflict clause inserts
        return Queued(letter_id, letter, 0, moment)

    async def claim(self, count: int, now: datetime) -> list[Queued]:
        """At most `count` due letters, oldest first. One that does not open is given up: it must not hold the others."""
        rows = await self._transaction.rows(_SQL["claim"], {"now": to_micros(now), "lease": to_micros(now + LEASE), "count": count})
        claimed = []
        for row in sorted(rows, key=lambda row: int(row["id"])):
            try:
                claimed.append(queued_letter(row, self._seal))
            except SealBrokenError as error:
                await self.give_up(int(row["id"]), str(error), now)
        return claimed

    async def any_due(self, now: datetime) -> bool:
        """Whether a claim may find something; cheap, and writes nothing."""
        return await self._transaction.row(_SQL["any_due"], {"now": to_micros(now)}) is not None

    async def of_conversation(self, conversation: str) -> list[Queued]:
        """What waits for one conversation, oldest first."""
        rows = await self._transaction.rows(_SQL["of_conversation"], {"conversation": conversation})
        return [queued_letter(row, self._seal) for row in rows]

    async def sent(self, letter_id: int, now: datetime, remote_id: int | None = None) -> None:
        """Marks as sent and forgets the content; `remote_id` is the number that Telegram gave to a message."""
        await self._transaction.run(_SQL["sent"], {"id": letter_id, "now": to_micros(now), "remote_id": remote_id})

    async def retry(self, letter_id: int, error: str, due: datetime) -> None:
        """Puts off until `due`; `error` is the relay's answer, for operators."""
        await self._transaction.run(_SQL["retry"], {"id": letter_id, "error": clean(error[:500]), "due_at": to_micros(due)})

    async def give_up(self, letter_id: int, error: str, now: datetime) -> None:
        """Tries no more; the row stays."""
        await self._transaction.run(_SQL["give_up"], {"id": letter_id, "error": clean(error[:500]), "now": to_micros(now)})

    async def hold(self, letter_id: int, reason: str, due: datetime) -> None:
        """Puts off until `due` without counting an attempt: the letter waits for a safe way out."""
        await self._transaction.run(_SQL["hold"], {"id": letter_id, "error": clean(reason[:500]), "due_at": to_micros(due)})

    async def answered(self, message_ids: tuple[str, ...]) -> Sent | None:
        """The letter of ours that the first known of these Message-IDs names, None when they name none."""
        for message_id in message_ids:
            row = await self._transaction.row(_SQL["answered"], {"message_id": clean(message_id)})
            if row is not None:
                return Sent(int(row["id"]), row["conversation"], row["template"])
        return None

    async def bounced(self, letter_id: int, status: str, now: datetime) -> bool:
        """Marks that a letter came back; False when it was marked before."""
        values = {"id": letter_id, "status": clean(status), "now": to_micros(now)}
        return await self._transaction.run(_SQL["bounced"], values) == 1


def queued_letter(row: Mapping[str, Any], seal: Seal) -> Queued:
    """A row of the outbox with its letter. Raises SealBrokenError."""
    recipient, envelope_sender, content = unpack_letter(seal.open(bytes(row["sealed"]), row["message_id"].encode()))
    letter = Letter(
        channel=Channel(row["channel"]),
        conversation=row["conversation"],
        message_id=row["message_id"],
        template=row["template"],
        recipient=recipient,
        content=content,
        envelope_sender=envelope_sender,
        secret=bool(row["secret"]),
        bulk=bool(row["bulk"]),
    )
    return Queued(int(row["id"]), letter, int(row["attempts"]), int(row["created_at"]))
