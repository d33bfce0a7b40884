"""Updates by polling: kept before they are confirmed, answered once each and in order; no odd update holds up the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands.import_command import import_samples
from tests.stories.rows import rows
from tests.support.bot_api import running_bot_api
from tests.support.telegram_desk import telegram_desk


@pytest.mark.parametrize(
    ("language", "words", "answer"), [("fr", "repérage 123456789", "livr"), ("en", "/trace 123456789", "deliver")]
)
async def test_a_question_in_a_chat_is_answered(tmp_path: Path, language: str, words: str, answer: str) -> None:
    async with telegram_desk(tmp_path) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        shown = await desk.chat(desk.private(language=language), words)
        assert "123456789" in shown.text.replace("-", "")
        await desk.api.confirmed()
        await desk.settle()
        assert [row["state"] for row in await rows(desk, "SELECT state FROM inbox")] == ["done"]
        assert {row["state"] for row in await rows(desk, "SELECT state FROM outbox")} == {"sent"}


async def test_what_was_not_confirmed_comes_again_and_is_answered_once(tmp_path: Path) -> None:
    async with running_bot_api() as api:
        chat = api.private(7)
        api.fail("getUpdates", 200, raw=b"", after=True)  # the answer with the update is lost on its way
        async with telegram_desk(tmp_path, api=api) as desk:
            await desk.chat(chat, "AIDE")
            update = {"update_id": 100_001, "message": chat.said[1]}
            await api.confirmed()
            api.push_raw(update)  # Telegram says it again
            await desk.chat(chat, "SERVICES")
            await api.confirmed()
            await desk.settle()
            assert len(await rows(desk, "SELECT id FROM inbox")) == 2
            assert len(chat.shown) == 2
