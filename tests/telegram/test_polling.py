"""Updates by polling: kept before they are confirmed, answered once each and in order; no odd update holds up the others."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.commands.import_command import import_samples
from storage.database import Transaction
from tests.stories.rows import rows
from tests.support.bot_api import running_bot_api
from tests.support.postgresql import Server
from tests.support.telegram_desk import TelegramDesk, fill_inbox, telegram_desk

ADMIN = "chief@carrier.example"


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


async def test_an_odd_update_is_parked_once_and_the_others_are_served(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, admins={"addresses": [ADMIN]}) as desk:
        chat = desk.private(language="en")
        desk.api.push({"message": {"message_id": "?", "chat": []}})
        desk.api.push({"callback_query": 7})
        desk.api.push({"something_new": {"of": "next year"}})
        assert "PRO 200000001" in (await desk.chat(chat, "TRACE 200000001")).text
        await desk.api.confirmed()
        found = await rows(desk, "SELECT state, outcome FROM inbox ORDER BY id")
        assert [row["state"] for row in found] == ["parked", "parked", "done", "done"]
        told = await desk.relay.next()
        assert (told.recipient, told["X-Autopro-Template"]) == (ADMIN, "operator/parked")
        await desk.settle()
        assert desk.relay.letters == []  # once an hour, however many there are


@pytest.mark.parametrize("where", ["read", "keep"])
async def test_a_fault_of_ours_parks_its_update_and_the_others_are_served(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with telegram_desk(tmp_path) as desk:
        work = getattr(desk.app.desk, where)

        async def stumbles(*arguments: Any) -> Any:
            if (
                b"stumble"
                in next(one for one in (getattr(each, "record", each) for each in arguments) if hasattr(one, "content")).content
            ):
                raise LookupError("a fault")
            return await work(*arguments)

        monkeypatch.setattr(desk.app.desk, where, stumbles)
        first, second = desk.private(7, language="en"), desk.private(8, language="en")
        first.say("stumble over this")
        second.say("TRACE 200000001")
        first.say("TRACE 200000002")
        assert "PRO 200000001" in (await second.next()).text
        assert "PRO 200000002" in (await first.next()).text
        await desk.api.confirmed()
        found = await rows(desk, "SELECT state, outcome FROM inbox ORDER BY id")
        assert next((row["state"], row["outcome"]) for row in found) == ("parked", "LookupError")
        assert [row["state"] for row in found] == ["parked", "done", "done"]


async def test_an_element_without_a_number_does_not_make_the_desk_ask_in_circles(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        desk.api.garbage = ["no update at all", {"update_id": "seven"}]
        chat = desk.private(language="en")
        assert "PRO 200000001" in (await desk.chat(chat, "TRACE 200000001")).text
        await desk.api.confirmed()
        before = len(desk.api.called("getUpdates"))
        await desk.api.wait(lambda: len(desk.api.called("getUpdates")) >= before + 2)
        first, second = (call.at for call in desk.api.called("getUpdates")[-2:])
        assert second - first >= 0.9
        states = [row["state"] for row in await rows(desk, "SELECT state FROM inbox")]
        assert sorted(states) == ["done", "parked", "parked"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "raw": b"<html>a proxy</html>"},
        {"status": 200, "raw": b'{"ok": true, "result": "nothing"}'},
        {"status": 200, "raw": b'{"ok": true}'},
        {"status": 200, "raw": b"[" * 100_000},
        {"status": 500},
        {"status": 429, "retry_after": 1},
        {"status": 401},
    ],
    ids=["no JSON", "no list", "no result", "deep", "500", "429", "401"],
)
async def test_an_answer_that_is_none_is_asked_for_again_with_a_pause(tmp_path: Path, fault: dict[str, Any]) -> None:
    async with running_bot_api() as api:
        chat = api.private(7, language="en")
        chat.say("TRACE 200000001")
        api.fail("getUpdates", **fault)
        async with telegram_desk(tmp_path, api=api):
            assert "PRO 200000001" in (await chat.next()).text
            await api.confirmed()
            asked = [call.at for call in api.calls if call.method == "getUpdates"]
            assert asked[1] - asked[0] >= 0.9


async def test_order_is_kept_within_a_chat_while_others_are_served(tmp_path: Path) -> None:
    async with running_bot_api() as api:
        chats = [api.private(number, language="en") for number in range(200, 220)]
        for number in range(8):
            for chat in chats:
                chat.say(f"TRACE {chat.id}{number:06d}" if number != 3 else "LOGIN K7QM4RT9 wrong-password-of-mine")
        async with telegram_desk(tmp_path, api=api, limits={"answers_per_hour": 0}) as desk:
            await api.confirmed()
            await desk.settle()
            for chat in chats:
                order = [match[1] for shown in chat.shown.values() if (match := re.search(r"PRO (\d+)", shown.text))]
                assert order == [f"{chat.id}{number:06d}" for number in range(8) if number != 3]
                assert not re.search(r"PRO \d", list(chat.shown.values())[3].text)  # the slow one was waited for


async def test_while_there_is_no_room_the_offset_stands_still(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, limits={"waiting_messages": 1}) as desk:
        await desk.chat(desk.private(8), "AIDE")  # the first updates after a start are not answered at once
        await fill_inbox(desk)
        chat, slow = desk.private(7, language="en"), desk.private(9, language="en")
        chat.say("TRACE 200000001")  # answered at once: needs no room
        slow.say("LOGIN K7QM4RT9 wrong-password-of-mine")
        chat.say("TRACE 200000002")
        await desk.api.wait(lambda: len(desk.api.updates) == 2)
        assert "PRO 200000001" in (await chat.next()).text
        await change(desk, "UPDATE inbox SET due_at = 0 WHERE conversation = 'terminal:full'")
        assert "PRO 200000002" in (await chat.next()).text
        await desk.api.confirmed()
        assert len(await rows(desk, "SELECT id FROM inbox")) == 5


async def test_a_database_that_is_away_loses_nothing(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        await desk.chat(desk.private(8), "AIDE")
        await desk.api.confirmed()
        await change(desk, "ALTER TABLE inbox RENAME TO inbox_away")
        chat = desk.private(7, language="en")
        chat.say("TRACE 200000001")
        polls = len(desk.api.called("getUpdates"))
        await desk.api.wait(lambda: len(desk.api.called("getUpdates")) >= polls + 2)
        assert len(desk.api.updates) == 1
        await change(desk, "ALTER TABLE inbox_away RENAME TO inbox")
        assert "PRO 200000001" in (await chat.next()).text
        await desk.api.confirmed()


async def test_another_poller_is_an_alarm_until_it_is_gone(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        await desk.chat(desk.private(7), "AIDE")
        desk.api.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
        desk.private(7).say("AIDE")  # ends the question under way
        await desk.api.wait(lambda: [call for call in desk.api.calls if call.status == 409])
        async with asyncio.timeout(20):
            while not (found := await desk.app.observation.obstacles()):
                await asyncio.sleep(0.01)
        assert found == [
            "telegram: Conflict: terminated by other getUpdates request; only one program may take this bot's updates: "
            "stop the other one, or give the desk a bot of its own"
        ]
        assert b"autopro_telegram_conflicts_total 1.0" in await desk.app.observation.exposition()
        async with asyncio.timeout(20):
            while await desk.app.observation.obstacles():
                await asyncio.sleep(0.02)


async def test_silence_of_telegram_is_told(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        await desk.chat(desk.private(7), "AIDE")
        await desk.api.confirmed()
        desk.clock.move(seconds=89)
        assert await desk.app.observation.obstacles() == []
        desk.clock.move(seconds=2)
        assert await desk.app.observation.obstacles() == ["telegram: no answer for 91 seconds"]
        assert b"autopro_telegram_age_seconds 91.0" in await desk.app.observation.exposition()


async def test_numbers_that_begin_anew_after_a_quiet_week_are_not_passed_over(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        chat = desk.private(7, language="en")
        await desk.chat(chat, "AIDE")
        await desk.api.confirmed()
        asked = desk.api.questions
        desk.api.end_question()
        await desk.api.wait(lambda: desk.api.questions > asked)
        desk.api.push_raw({"update_id": 12, "message": chat._message("TRACE 200000001", None)})
        assert "PRO 200000001" in (await chat.next()).text


@pytest.mark.postgres
async def test_of_two_desks_one_polls_and_the_other_takes_over(tmp_path: Path, server: Server) -> None:
    database = {"url": await server.new_database()}
    async with running_bot_api() as api, AsyncExitStack() as stack:
        chat = api.private(7, language="en")
        async with telegram_desk(tmp_path, api=api, database=database) as first:
            assert "PRO 200000001" in (await first.chat(chat, "TRACE 200000001")).text
            second = await stack.enter_async_context(telegram_desk(tmp_path, api=api, database=database))
            assert "PRO 200000002" in (await first.chat(chat, "TRACE 200000002")).text
            assert await second.app.observation.obstacles() == []  # waiting for its turn is no fault
        assert "PRO 200000003" in (await second.chat(chat, "TRACE 200000003")).text
        await api.confirmed()
        await second.settle()
        assert [call for call in api.calls if call.status == 409] == []
        assert len(chat.shown) == 3


async def change(desk: TelegramDesk, statement: str) -> None:
    async def run(tx: Transaction) -> None:
        await tx.run(statement)

    await desk.app.database.write(run)
