"""The loopback Bot API server is what the other suites stand on: it keeps Telegram's promises, and the library understands it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram_request import AiohttpRequest
from tests.support.bot_api import TOKEN, BotApi, running_bot_api


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with running_bot_api() as started:
        yield started


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    request = AiohttpRequest()
    yield Bot(TOKEN, f"{api.url}/bot", f"{api.url}/file/bot", request=request, get_updates_request=request)
    await request.shutdown()


async def test_updates_stay_until_a_higher_offset_confirms_them(api: BotApi, bot: Bot) -> None:
    chat = api.private(7)
    first, second = chat.say("AIDE"), chat.say("/trace 123456789")
    for _ in range(2):
        assert [update.update_id for update in await bot.get_updates()] == [first, second]
    assert [update.update_id for update in await bot.get_updates(offset=second)] == [second]
    assert await bot.get_updates(offset=second + 1) == ()
    assert await bot.get_updates() == ()


async def test_a_long_poll_ends_with_the_first_update(api: BotApi, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait(lambda: api.questions == 1)
    api.private(7).say("AIDE")
    assert [update.message.text for update in await poll if update.message] == ["AIDE"]


async def test_the_second_poller_cuts_off_the_first(api: BotApi, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await api.wait(lambda: api.questions == 1)
    await bot.get_updates()
    with pytest.raises(Conflict):
        await poll


async def test_what_screens_show_and_refuse(api: BotApi, bot: Bot) -> None:
    chat = api.private(7)
    sent = await bot.send_message(7, "<b>Bonjour</b> &lt;Luc&gt;", parse_mode="HTML")
    assert (chat.last.text, chat.last.id) == ("Bonjour <Luc>", sent.message_id)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("<b>Bonjour</b> &lt;Luc&gt;", 7, sent.message_id, parse_mode="HTML")
    with pytest.raises(BadRequest, match="parse entities"):
        await bot.send_message(7, "<b>Bonjour", parse_mode="HTML")
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(7, "🚚" * 2049)
    await bot.delete_message(7, sent.message_id)
    assert chat.screen == []
    chat.block()
    with pytest.raises(Forbidden):
        await bot.send_message(7, "encore")
    assert (await bot.get_me()).username == "EssaiBot"
    await bot.send_document(api.group(-5).id, b"%PDF", filename="preuve.pdf")
    assert api.calls[-1].files == {"document": b"%PDF"}


async def test_injected_faults(api: BotApi, bot: Bot) -> None:
    api.private(7)
    api.fail("sendMessage", 429, "Too Many Requests: retry after 9", retry_after=9, chat_id=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(7, "un")
    api.fail("sendMessage", 200, raw=b"<html>proxy</html>")
    with pytest.raises(TelegramError, match="no JSON"):
        await bot.send_message(7, "deux")
    api.fail("sendMessage", hangs=True)
    with pytest.raises(TimedOut):
        await bot.send_message(7, "trois", read_timeout=0.1, connect_timeout=0.1)
    assert api.private(7).screen == []
