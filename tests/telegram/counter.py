"""A started desk with a bot, sample shipments and mail: where the stories about chats take place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.commands.import_command import import_into, import_samples
from tests.stories.rows import rows
from tests.support.bot_api import BotApi
from tests.support.chats import Chat, Shown
from tests.support.house import House
from tests.support.speech import ADMIN
from tests.support.telegram_desk import TelegramDesk, telegram_desk

GROUP = -100
NEWS = (
    "pro,status,occurred_at,city,province,reason,signed_by\n123456789,DELIVERED,2026-11-23T10:05:00-05:00,Mississauga,ON,,J. Roy\n"
)
FORWARDED = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Boss", "date": 1_795_000_000}}


@dataclass
class Counter(House):
    """The house of the stories about accounts, whose people also chat."""

    desk: TelegramDesk

    async def after(self, chat: Chat, text: str = "", **more: Any) -> list[Shown]:
        """Everything that the desk shows after a message in a chat, once all is settled."""
        if text or more:
            chat.say(text, **more)
        return await self.shown_since(chat)

    async def after_edit(self, chat: Chat, message_id: int, text: str) -> list[Shown]:
        """The same after an edit."""
        chat.edit(message_id, text)
        return await self.shown_since(chat)

    async def tapped(self, chat: Chat, words: str, shown: Shown | None = None, **more: Any) -> list[Shown]:
        """The same after a tap."""
        chat.tap(words, shown, **more)
        return await self.shown_since(chat)

    async def shown_since(self, chat: Chat) -> list[Shown]:
        """What is new on the screen once everything said is answered and sent."""
        await self.desk.api.confirmed()
        await self.desk.settle()
        new = list(chat.shown.values())[chat.read :]
        chat.read += len(new)
        return new

    async def delivered(self, folder: Path) -> None:
        """The carrier says that PRO 123456789 was delivered."""
        file = folder / "news.csv"
        file.write_text(NEWS, encoding="utf-8")
        (report,) = await import_into(self.desk.app.database, [file], now=self.desk.clock.now())
        assert not report.refused

    async def outcomes(self) -> list[str]:
        """What became of every message, oldest first."""
        return [row["outcome"] for row in await rows(self.desk, "SELECT outcome FROM inbox ORDER BY id")]

    async def sent(self, template: str) -> int:
        """How many letters of a kind were sent."""
        return len(await rows(self.desk, f"SELECT id FROM outbox WHERE state = 'sent' AND template = '{template}'"))


@asynccontextmanager
async def open_counter(folder: Path, api: BotApi | None = None, **sections: Mapping[str, Any]) -> AsyncIterator[Counter]:
    """A started desk whose relay may be sent passwords without TLS: it is on this machine."""
    values: dict[str, Mapping[str, Any]] = {"admins": {"addresses": [ADMIN]}, "relay": {"allow_plain_secrets": True}, **sections}
    async with telegram_desk(folder, api=api, **values) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        yield Counter(desk)
