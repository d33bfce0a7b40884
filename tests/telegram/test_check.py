"""`autopro check` asks the Bot API (a real server on loopback) who the bot is, and says how to mend what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.commands.check import check_all
from bot.commands.checks.finding import Finding
from bot.commands.checks.telegram import check_telegram
from tests.process.child import free_port
from tests.support.bot_api import TOKEN, BotApi, Webhook, running_bot_api
from tests.support.desk import settings_for

ADMINS = -100123
HOOK = {"mode": "webhook", "webhook_url": "https://desk.example/telegram", "webhook_secret": "hush"}


async def look(folder: Path, port: int, **telegram: Any) -> dict[str, Finding]:
    settings = settings_for(folder, telegram={"token": TOKEN, "api_url": f"http://127.0.0.1:{port}", **telegram})
    return {finding.subject: finding for finding in await check_all(settings, checks=[check_telegram])}


async def test_without_a_bot_there_is_nothing_to_mend(tmp_path: Path) -> None:
    (finding,) = await check_all(settings_for(tmp_path), checks=[check_telegram])
    assert finding.well


async def test_a_bot_and_its_chat(tmp_path: Path) -> None:
    async with running_bot_api() as api:
        api.screens.group(ADMINS, "The office")
        found = await look(tmp_path, api.port, admin_chat_id=ADMINS)
    assert [(name, one.well, one.found) for name, one in found.items()] == [
        ("telegram", True, "the bot is @EssaiBot"),
        ("administrators' chat", True, "the bot is in The office"),
    ]
    assert {call.method for call in api.calls} == {"getMe", "getChat"}, "nothing is changed"


async def test_a_chat_in_which_the_bot_is_not(tmp_path: Path) -> None:
    async with running_bot_api() as api:
        finding = (await look(tmp_path, api.port, admin_chat_id=ADMINS))["administrators' chat"]
    assert not finding.well
    assert "admin_chat_id" in finding.mend


async def test_a_token_that_telegram_does_not_know(tmp_path: Path) -> None:
    async with running_bot_api() as api:
        api.fail("getMe", 401, "Unauthorized")
        finding = (await look(tmp_path, api.port))["telegram"]
    assert not finding.well
    assert "@BotFather" in finding.mend
    assert TOKEN not in f"{finding.found}{finding.mend}"


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    finding = (await look(tmp_path, free_port()))["telegram"]
    assert not finding.well
    assert "api_url" in finding.mend
    assert TOKEN not in finding.found


async def webhook(api: BotApi, folder: Path) -> Finding:
    return (await look(folder, api.port, **HOOK))["telegram webhook"]


async def test_the_webhook_as_telegram_has_it(tmp_path: Path) -> None:
    async with running_bot_api() as api:
        assert (await webhook(api, tmp_path)).mend == "start the desk: it sets it"
        api.webhook = Webhook(HOOK["webhook_url"], "hush", [])
        assert (await webhook(api, tmp_path)).well
        api.webhook.last_error = "Wrong response from the webhook: 502 Bad Gateway"
        finding = await webhook(api, tmp_path)
        assert not finding.well
        assert "502 Bad Gateway" in finding.found
