"""A started desk with a bot: chats on one side, a mail relay on the other; both in the test's hand, and so is the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import running
from bot.core.mail import Identity
from bot.core.values import Channel, RawRecord
from bot.serving import listening
from storage.database import Transaction
from storage.inbox import Inbox
from tests.process.child import free_port
from tests.support.bot_api import TOKEN, BotApi, running_bot_api
from tests.support.chats import Chat, Shown
from tests.support.clock import HandClock
from tests.support.desk import StartedDesk, settings_for
from tests.support.relay import running_relay

SECRET = "webhook-secret_0123456789"
NO_LIMITS = {"telegram_per_second": 0, "telegram_chat_per_second": 0, "telegram_group_per_minute": 0}


@dataclass
class TelegramDesk(StartedDesk):
    """Also takes mail, like any desk. `api` is Telegram."""

    api: BotApi = field(kw_only=True)

    def private(self, user_id: int = 7, first_name: str = "Marie", language: str = "fr", **user: Any) -> Chat:
        """A person's chat with the bot."""
        return self.api.private(user_id, first_name, language, **user)

    async def chat(self, chat: Chat, text: str, **options: Any) -> Shown:
        """Says something in a chat and gives the next message of the bot there."""
        chat.say(text, **options)
        return await chat.next()


@asynccontextmanager
async def telegram_desk(
    folder: Path, clock: HandClock | None = None, *, mode: str = "polling", api: BotApi | None = None, **sections: Mapping[str, Any]
) -> AsyncIterator[TelegramDesk]:
    """A desk with its listeners, a relay and a bot, Telegram's limits lifted. An `api` that is given outlives the desk."""
    if api is None:
        async with running_bot_api() as started, telegram_desk(folder, clock, mode=mode, api=started, **sections) as desk:
            yield desk
        return
    clock = clock or HandClock()
    http = free_port()
    telegram = {
        "token": TOKEN,
        "api_url": api.url,
        "mode": mode,
        "webhook_url": f"https://127.0.0.1:{http}/telegram",
        "webhook_secret": SECRET,
    }
    values: dict[str, Mapping[str, Any]] = {**sections, "http": {"port": http, **sections.get("http", {})}}
    values["telegram"] = {**telegram, **sections.get("telegram", {})}
    values["limits"] = {**NO_LIMITS, **sections.get("limits", {})}
    async with running_relay() as relay:
        settings = settings_for(folder, relay.port, **values)
        async with running(settings, clock) as app, listening(app) as ports:
            yield TelegramDesk(app, ports, relay, clock, api=api)


async def fill_inbox(desk: TelegramDesk) -> None:
    """One message that waits until tomorrow: with `waiting_messages` 1 the desk has no room for more."""
    app, now = desk.app, desk.clock.now()
    record = RawRecord(Channel.TERMINAL, b"later", conversation="terminal:full")

    async def accept(tx: Transaction) -> None:
        await Inbox(tx, app.seal).accept(record, Identity(b"f" * 32, True, None), "test", now, due=now + timedelta(days=1))

    await app.database.write(accept)
    async with asyncio.timeout(20):
        while not app.desk.is_busy:
            await asyncio.sleep(0.02)
