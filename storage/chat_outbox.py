"""The chat messages of the outbox: what may go out, what was put off, what went out lately. One desk at a time sends them."""

from __future__ import annotations

from datetime import datetime

from bot.core.clock import from_micros, to_micros
from bot.core.letters import Queued
from bot.core.seal import Seal
from storage.database import Transaction, clean, statements
from storage.outbox import queued_letter

_SQL = statements("outbox")


class ChatOutbox:
    """The chat messages on an open transaction."""

    def __init__(self, transaction: Transaction, seal: Seal) -> None:
        self._transaction = transaction
        self._seal = seal

    async def ready(self, now: datetime, count: int) -> list[int]:
        """At most `count` messages of chats that were not put off: answers first, oldest first."""
        return [
            int(row["id"]) for row in await self._transaction.rows(_SQL["chats_ready"], {"now": to_micros(now), "count": count})
        ]

    async def letter(self, letter_id: int) -> Queued | None:
        """One that waits, None when it does not. Raises SealBrokenError."""
        row = await self._transaction.row(_SQL["waiting"], {"id": letter_id})
        return None if row is None else queued_letter(row, self._seal)

    async def put_off(self, now: datetime) -> set[str]:
        """The conversations that wait for their time."""
        return {row["conversation"] for row in await self._transaction.rows(_SQL["chats_put_off"], {"now": to_micros(now)})}

    async def sent_since(self, since: datetime) -> list[tuple[str, datetime]]:
        """What went out lately, oldest first: conversation and moment."""
        rows = await self._transaction.rows(_SQL["sent_since"], {"since": to_micros(since)})
        return [(row["conversation"], from_micros(row["finished_at"])) for row in rows]

    async def remote_id(self, message_id: str) -> int | None:
        """The number that Telegram gave to a letter of ours, None when it has none."""
        row = await self._transaction.row(_SQL["remote_id"], {"message_id": clean(message_id)})
        return None if row is None or row["remote_id"] is None else int(row["remote_id"])

    async def letter_of(self, conversation: str, remote_id: int) -> str:
        """The Message-ID of the letter of ours to which Telegram gave that number, "" when it is none."""
        row = await self._transaction.row(_SQL["letter_of"], {"conversation": conversation, "remote_id": remote_id})
        return "" if row is None else str(row["message_id"])

    async def latest_templates(self, conversation: str) -> list[str]:
        """What was last written to a chat, newest first: the templates of a few calls."""
        return [row["template"] for row in await self._transaction.rows(_SQL["latest_templates"], {"conversation": conversation})]

    async def forget(self, conversation: str, reason: str, now: datetime) -> int:
        """Gives up what waits for a chat that nobody may write to; how much that was."""
        values = {"conversation": conversation, "error": clean(reason[:500]), "now": to_micros(now)}
        return await self._transaction.run(_SQL["forget_chat"], values)
