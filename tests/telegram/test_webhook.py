"""Updates by webhook: the secret first, 200 only when the update is kept, 503 while it cannot be, and Telegram repeats."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from storage.database import Transaction
from tests.stories.rows import rows
from tests.support.bot_api import running_bot_api
from tests.support.telegram_desk import SECRET, TelegramDesk, fill_inbox, telegram_desk

HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def post(desk: TelegramDesk, body: bytes, secret: str | None) -> int:
    headers = {} if secret is None else {HEADER: secret}
    url = f"http://127.0.0.1:{desk.ports.http}/telegram"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def listening(desk: TelegramDesk) -> None:
    await desk.api.wait_for("getWebhookInfo")


async def test_an_update_that_is_posted_is_kept_and_answered(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, mode="webhook") as desk:
        chat = desk.private(language="en")
        assert "PRO 200000001" in (await desk.chat(chat, "TRACE 200000001")).text
        hook = desk.api.webhook
        assert hook is not None
        assert hook.secret == SECRET
        assert set(hook.allowed) == {"message", "edited_message", "callback_query", "my_chat_member"}
        assert hook.deliveries[-1][1] == 200
        assert desk.api.called("getUpdates") == []


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "é"])
async def test_without_the_secret_nothing_is_taken(tmp_path: Path, secret: str | None) -> None:
    async with telegram_desk(tmp_path, mode="webhook") as desk:
        await listening(desk)
        assert await post(desk, b'{"update_id": 1}', secret) == 403
        assert await rows(desk, "SELECT id FROM inbox") == []


async def test_what_is_no_update_is_parked_once_and_not_repeated(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, mode="webhook") as desk:
        await listening(desk)
        for _ in range(2):
            assert await post(desk, b"\xff\x00 not JSON", SECRET) == 200
        assert await post(desk, b'{"update_id": 5, "message": {"odd": 1}}', SECRET) == 200
        assert [row["state"] for row in await rows(desk, "SELECT state FROM inbox")] == ["parked", "parked"]


async def test_no_200_before_the_commit(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, mode="webhook") as desk:
        await listening(desk)
        await break_inbox(desk, broken=True)
        desk.api.retry_seconds = 0.01
        chat = desk.private(language="fr")
        update = chat.say("AIDE")
        hook = desk.api.webhook
        assert hook is not None
        await desk.api.wait_for("getMe")
        async with asyncio.timeout(20):
            while len(hook.deliveries) < 2:
                await asyncio.sleep(0.01)
        assert set(hook.deliveries) == {(update, 503)}
        await break_inbox(desk, broken=False)
        await chat.next()
        assert hook.deliveries[-1] == (update, 200)
        assert len(await rows(desk, "SELECT id FROM inbox")) == 1


async def break_inbox(desk: TelegramDesk, *, broken: bool) -> None:
    """A database that refuses what is kept, as one that is away does."""
    names = ("inbox", "inbox_away") if broken else ("inbox_away", "inbox")

    async def rename(tx: Transaction) -> None:
        await tx.run(f"ALTER TABLE {names[0]} RENAME TO {names[1]}")

    await desk.app.database.write(rename)


async def test_a_desk_that_has_too_much_to_do_says_so(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, mode="webhook", limits={"waiting_messages": 1}) as desk:
        await listening(desk)
        await fill_inbox(desk)
        desk.private().say("AIDE")
        hook = desk.api.webhook
        assert hook is not None
        async with asyncio.timeout(20):
            while not hook.deliveries:
                await asyncio.sleep(0.01)
        assert hook.deliveries[0][1] == 503
        assert len(await rows(desk, "SELECT id FROM inbox")) == 1


async def test_the_mode_may_change_both_ways_and_nothing_is_lost(tmp_path: Path) -> None:
    async with running_bot_api() as api:
        chat = api.private(7, language="en")
        for number, mode in enumerate(("polling", "webhook", "polling"), 1):
            chat.say(f"TRACE {200_000_000 + number}")
            async with telegram_desk(tmp_path, api=api, mode=mode):
                assert f"PRO {200_000_000 + number}" in (await chat.next()).text
                await api.confirmed()
                assert (api.webhook is None) is (mode == "polling")
        assert len(chat.shown) == 3


async def test_a_webhook_that_another_program_took_away_is_an_alarm_and_set_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_webhook.LOOK_SECONDS", 0.05)
    async with telegram_desk(tmp_path, mode="webhook") as desk:
        await listening(desk)
        await desk.api._delete_webhook()
        await desk.api.wait(lambda: desk.api.webhook is not None)
        assert b"autopro_telegram_conflicts_total 1.0" in await desk.app.observation.exposition()
