"""Messages out: what Telegram refuses, delays or loses, chat by chat; nothing is lost, and the order within a chat is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.core.chat_calls import Call, letter_number
from bot.core.letters import Letter
from bot.core.values import Channel
from storage.correspondents import Correspondents
from storage.database import Transaction
from storage.outbox import Outbox
from tests.stories.rows import rows
from tests.support.bot_api import BotApi, running_bot_api
from tests.support.chats import Chat
from tests.support.clock import HandClock
from tests.support.telegram_desk import TelegramDesk, telegram_desk

ADMIN = "chief@carrier.example"
REAL_LIMITS = {"telegram_per_second": 30, "telegram_chat_per_second": 1, "telegram_group_per_minute": 20}


def letter(chat: Chat, call: Call, name: str = "", *, bulk: bool = False) -> Letter:
    return Letter(
        Channel.TELEGRAM, f"telegram:{chat.id}", name or str(id(call)), "test/one", str(chat.id), call.content(), bulk=bulk
    )


def text(chat: Chat, words: str, **more: Any) -> Call:
    return Call("sendMessage", {"chat_id": chat.id, "text": words, **more})


async def put(desk: TelegramDesk, *letters: Letter) -> None:
    """Writes letters into the outbox and hands them on, as an answer does."""
    app = desk.app
    assert app.telegram is not None

    async def write(tx: Transaction) -> list[Any]:
        return [await Outbox(tx, app.seal).add(one, None, app.clock.now()) for one in letters]

    await app.database.write(write, app.telegram.delivery.offer)


async def states(desk: TelegramDesk) -> list[str]:
    return [row["state"] for row in await rows(desk, "SELECT state FROM outbox WHERE template = 'test/one' ORDER BY id")]


def words(chat: Chat) -> list[str]:
    return [shown.text for shown in chat.screen]


async def until(desk: TelegramDesk, condition: str) -> None:
    """Until some message in the outbox is as the condition says."""
    async with asyncio.timeout(20):
        while not await rows(desk, f"SELECT id FROM outbox WHERE template = 'test/one' AND {condition}"):
            await asyncio.sleep(0.02)


async def test_429_makes_that_chat_wait_and_nobody_else(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        busy, other = desk.private(7), desk.private(8)
        desk.api.fail("sendMessage", 429, "Too Many Requests: retry after 30", chat_id=7, retry_after=30)
        await put(desk, *(letter(busy, text(busy, f"{number}")) for number in (1, 2, 3)), letter(other, text(other, "4")))
        await desk.api.wait(lambda: words(other) == ["4"])
        await until(desk, "due_at > created_at")
        desk.clock.move(seconds=29)
        await put(desk, letter(busy, text(busy, "5")), letter(other, text(other, "6")))
        await desk.api.wait(lambda: words(other) == ["4", "6"])
        assert words(busy) == []
        desk.clock.move(seconds=2)
        await desk.api.wait(lambda: words(busy) == ["1", "2", "3", "5"])
        await desk.settle()
        assert [row["attempts"] for row in await rows(desk, "SELECT attempts FROM outbox WHERE template = 'test/one'")] == [
            1
        ] * 6  # waiting is no failure


async def test_what_was_put_off_stays_so_over_a_restart(tmp_path: Path) -> None:
    clock = HandClock()
    async with running_bot_api() as api:
        busy, other = api.private(7), api.private(8)
        async with telegram_desk(tmp_path, clock, api=api) as desk:
            api.fail("sendMessage", 429, chat_id=7, retry_after=600)
            await put(desk, letter(busy, text(busy, "1")), letter(busy, text(busy, "2")))
            await until(desk, "due_at > created_at")
        async with telegram_desk(tmp_path, clock, api=api) as desk:
            await put(desk, letter(busy, text(busy, "3")), letter(other, text(other, "4")))
            await api.wait(lambda: words(other) == ["4"])
            assert words(busy) == []
            clock.move(seconds=601)
            await api.wait(lambda: words(busy) == ["1", "2", "3"])


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502, "raw": b"<html>"}, {"status": 200, "raw": b"nothing"}])
async def test_a_faulty_server_is_tried_again_and_nothing_overtakes(tmp_path: Path, fault: dict[str, Any]) -> None:
    async with telegram_desk(tmp_path) as desk:
        chat, other = desk.private(7), desk.private(8)
        for _ in range(2):
            desk.api.fail("sendMessage", **fault, chat_id=7)
        await put(desk, letter(chat, text(chat, "1")), letter(chat, text(chat, "2")), letter(other, text(other, "3")))
        await desk.api.wait(lambda: words(other) == ["3"])
        for attempts in (1, 2):
            await until(desk, f"attempts = {attempts} AND due_at > created_at")
            desk.clock.move(seconds=6)
        await desk.api.wait(lambda: words(chat) == ["1", "2"])


async def test_who_blocks_the_desk_is_not_written_to_until_they_unblock_it(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, admins={"addresses": [ADMIN]}) as desk:
        chat, other = desk.private(7), desk.private(8)
        chat.blocked = True  # the event that says so has not arrived yet
        await put(desk, *(letter(chat, text(chat, f"{number}"), bulk=True) for number in range(5)), letter(other, text(other, "6")))
        await desk.api.wait(lambda: words(other) == ["6"])
        await desk.settle()
        assert await states(desk) == ["failed"] * 5 + ["sent"]
        assert len([call for call in desk.api.calls if call.chat_id == 7]) == 1
        assert await paused(desk, chat)
        assert (await rows(desk, "SELECT count(*) AS kept FROM outbox WHERE state = 'failed' AND sealed IS NOT NULL"))[0][
            "kept"
        ] == 0
        chat.unblock()
        await desk.api.confirmed()
        assert not await paused(desk, chat)
        assert "PRO" in (await desk.chat(chat, "TRACE 123456789")).text
        chat.block()
        await desk.api.confirmed()
        assert await paused(desk, chat)
        assert desk.relay.letters == []  # nothing that an operator could do


async def paused(desk: TelegramDesk, chat: Chat) -> bool:
    return (await desk.app.database.read(lambda tx: Correspondents(tx, desk.clock.now()).get(f"telegram:{chat.id}"))).paused


async def test_what_is_refused_for_good_is_given_up_and_the_operators_are_told(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, admins={"addresses": [ADMIN]}) as desk:
        chat = desk.private(7)
        await put(desk, letter(chat, text(chat, "<b>", parse_mode="HTML")), letter(chat, text(chat, "after it")))
        await desk.api.wait(lambda: words(chat) == ["after it"])
        told = await desk.relay.next()
        assert told["X-Autopro-Template"] == "operator/given_up"
        assert "t parse entities" in told.text
        await desk.settle()
        assert await states(desk) == ["failed", "sent"]


async def test_a_group_that_became_a_supergroup_is_told_with_its_new_number(tmp_path: Path) -> None:
    """The administrators' chat has then another number: the letter to the operators says which setting takes it."""
    async with telegram_desk(tmp_path, admins={"addresses": [ADMIN]}) as desk:
        chat = desk.api.group(-55)
        chat.moved_to = -1001234567890
        await put(desk, letter(chat, text(chat, "a card")))
        told = await desk.relay.next()
        assert told["X-Autopro-Template"] == "operator/given_up"
        for words_of_it in ("-1001234567890", "admin_chat_id"):
            assert told.text.count(words_of_it) == 2, "in both languages"


async def test_what_needs_no_call_any_more_is_done(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path, admins={"addresses": [ADMIN]}) as desk:
        chat = desk.private(7)
        await put(desk, letter(chat, text(chat, "card"), "card"))
        await desk.api.wait(lambda: words(chat) == ["card"])
        number = chat.last.id
        edit = Call("editMessageText", {"chat_id": 7, "message_id": number, "text": "card"})
        gone = {"chat_id": 7, "message_id": 999}
        await put(
            desk,
            letter(chat, edit),  # "message is not modified"
            letter(chat, Call("answerCallbackQuery", {"callback_query_id": "cb7.1"})),
            letter(chat, Call("answerCallbackQuery", {"callback_query_id": "cb7.1"})),  # "query is too old"
            letter(chat, Call("deleteMessage", gone)),  # "message to delete not found"
            letter(chat, Call("editMessageText", {**gone, "text": "lost"})),
            letter(chat, text(chat, "end")),
        )
        await desk.api.wait(lambda: words(chat)[-1] == "end")
        await desk.settle()
        assert set(await states(desk)) == {"sent"}
        assert desk.relay.letters == []


async def test_another_call_is_made_where_the_first_is_refused(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        chat = desk.private(7)
        edit = Call("editMessageText", {"chat_id": 7, "message_id": 999, "text": "card"}, otherwise=text(chat, "card"))
        await put(desk, letter(chat, edit, "card"))
        await desk.api.wait(lambda: words(chat) == ["card"])
        await put(desk, letter(chat, Call("editMessageText", {"chat_id": 7, "message_id": letter_number("card"), "text": "news"})))
        await desk.api.wait(lambda: words(chat) == ["news"])  # the number of the message that was really made


async def test_a_message_of_ours_is_named_before_it_has_a_number(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        chat = desk.private(7)
        later = Call("editMessageText", {"chat_id": 7, "message_id": letter_number("card"), "text": "delivered"})
        never = Call("editMessageText", {"chat_id": 7, "message_id": letter_number("unknown"), "text": "x"})
        reply = text(chat, "about it", reply_parameters={"message_id": letter_number("card")})
        await put(
            desk, letter(chat, text(chat, "on its way"), "card"), letter(chat, never), letter(chat, later), letter(chat, reply)
        )
        await desk.api.wait(lambda: words(chat) == ["delivered", "about it"])
        assert chat.last.parameters["reply_parameters"] == {"message_id": chat.screen[0].id}
        await desk.settle()
        assert set(await states(desk)) == {"sent"}


async def test_the_pace_is_kept_in_a_chat_and_over_a_restart(tmp_path: Path) -> None:
    clock = HandClock()
    async with running_bot_api() as api:
        chat, group = api.private(7), api.group(-5)
        async with telegram_desk(tmp_path, clock, api=api, limits=REAL_LIMITS) as desk:
            await put(desk, *(letter(chat, text(chat, f"{number}")) for number in range(3)))
            for count in (1, 2):
                await sent(api, chat, count)
                await put(desk, letter(group, text(group, f"{count}")))  # somebody else's turn goes on
                await sent(api, group, count)
                await marked(desk, 2 * count)
                assert len(chat.screen) == count
                clock.move(seconds=2 - count)
        async with telegram_desk(tmp_path, clock, api=api, limits=REAL_LIMITS) as desk:
            other = desk.private(8)
            await put(desk, letter(other, text(other, "served")))
            await sent(api, other, 1)
            assert len(chat.screen) == 2  # sent within the second before: by the process before
            clock.move(seconds=1)
            await sent(api, chat, 3)


async def marked(desk: TelegramDesk, count: int) -> None:
    """Until so many messages are marked as sent: their moment is that of the clock before the test moves it."""
    async with asyncio.timeout(20):
        while (await states(desk)).count("sent") < count:
            await asyncio.sleep(0.02)


async def sent(api: BotApi, chat: Chat, count: int) -> None:
    await api.wait(lambda: len(chat.screen) >= count)


async def test_answers_overtake_what_nobody_asked_for(tmp_path: Path) -> None:
    limits = {**REAL_LIMITS, "telegram_per_second": 1}
    async with telegram_desk(tmp_path, limits=limits) as desk:
        chats = [desk.private(number) for number in range(10, 14)]
        await put(desk, *(letter(chat, text(chat, "notice"), bulk=True) for chat in chats))
        await marked(desk, 1)
        asking = desk.private(7)
        await put(desk, letter(asking, text(asking, "answer")))
        desk.clock.move(seconds=1)
        await marked(desk, 2)
        assert words(asking) == ["answer"]
        for count in (3, 4, 5):
            desk.clock.move(seconds=1)
            await marked(desk, count)
        assert [words(chat) for chat in chats] == [["notice"]] * 4


async def test_a_letter_that_is_no_call_does_not_hold_the_others(tmp_path: Path) -> None:
    async with telegram_desk(tmp_path) as desk:
        chat = desk.private(7)
        broken = Letter(Channel.TELEGRAM, "telegram:7", "broken", "test/one", "7", b"{}")
        await put(desk, broken, letter(chat, text(chat, "after it")))
        await desk.api.wait(lambda: words(chat) == ["after it"])
        await desk.settle()
        assert await states(desk) == ["failed", "sent"]
