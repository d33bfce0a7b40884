"""kill -9 and SIGTERM at any moment, with a real `autopro serve`: every update is answered, in order, and has its effect once."""

from __future__ import annotations

import asyncio
import random  # noqa: TID251 - any moment, and the same one again for the same seed
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage.database import Transaction
from storage.opening import open_database
from tests.support.bot_api import TOKEN, BotApi, running_bot_api
from tests.support.chats import Chat

AUTOPRO = Path(sys.executable).parent / "autopro"
CHATS, UPDATES = 12, 15
BEGINNINGS = (2, 60, 150)  # of calls after which the process is killed, about


def settings_file(folder: Path, url: str, api: BotApi) -> Path:
    file = folder / "autopro.toml"
    file.write_text(
        f'[desk]\ndata_dir = "{folder}"\n[database]\nurl = "{url}"\n[smtp]\nenabled = false\n[http]\nenabled = false\n'
        f'[telegram]\ntoken = "{TOKEN}"\napi_url = "{api.url}"\n[log]\nlevel = "debug"\n'
        "[limits]\nanswers_per_hour = 0\ntelegram_per_second = 0\ntelegram_chat_per_second = 0\ntelegram_group_per_minute = 0\n"
    )
    return file


@asynccontextmanager
async def serving(config: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (config.parent / "stderr").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            str(AUTOPRO), "serve", "--config", str(config), stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while b"autopro ready" not in await process.stdout.readline():
            assert process.returncode is None


def question(chat: Chat, number: int) -> str:
    """A number that no shipment has, so that every answer can be told from the others."""
    return f"TRACE {chat.id * 1_000_000 + number:09d}"


def ask(chats: Sequence[Chat], numbers: range) -> None:
    for number in numbers:
        for chat in chats:
            chat.say(question(chat, number))


def answered(chat: Chat) -> list[int]:
    """The numbers in a chat's answers, in their order."""
    return [int(match[1]) for shown in chat.screen if (match := re.search(rf"PRO {chat.id}(\d{{6}})", shown.text))]


def without_repeats(numbers: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


async def finished(api: BotApi, chats: Sequence[Chat]) -> None:
    await api.wait(lambda: not api.updates and all(len(set(answered(chat))) == UPDATES for chat in chats), 120)


async def end_leases(url: str) -> None:
    """Of the messages that the killed process was answering, for which one would wait two minutes."""
    database = await open_database(url)
    await database.write(lambda tx: tx.run("UPDATE inbox SET due_at = 0 WHERE state = 'new'"))
    await database.close()


async def counts(url: str, statement: str) -> list[tuple[object, ...]]:
    database = await open_database(url)

    async def read(tx: Transaction) -> list[tuple[object, ...]]:
        return [tuple(row[key] for key in row.keys()) for row in await tx.rows(statement)]  # noqa: SIM118 - sqlite3.Row

    try:
        return await database.read(read)
    finally:
        await database.close()


@pytest.mark.parametrize("seed", [1])
async def test_kill_nine(tmp_path: Path, url: str, seed: int) -> None:
    chance = random.Random(seed)
    async with running_bot_api() as api:
        chats = [api.private(200 + number, language="en") for number in range(CHATS)]
        config = settings_file(tmp_path, url, api)
        ask(chats, range(1, 6))
        kills = 0
        for beginning in BEGINNINGS:
            async with serving(config) as process:
                before = len(api.calls)
                after = before + beginning + chance.randrange(20)
                await api.wait(lambda after=after: len(api.calls) >= after or not api.updates, 60)
                if kills < 2:
                    ask(chats, range(6 + kills * 5, 11 + kills * 5))
                kills += 1
                await asyncio.sleep(chance.random() * 0.05)  # any moment
                process.kill()
                await process.wait()
        await end_leases(url)
        async with serving(config) as process:
            await finished(api, chats)
            process.terminate()
            async with asyncio.timeout(25):
                assert await process.wait() == 0
        for chat in chats:
            assert without_repeats(answered(chat)) == list(range(1, UPDATES + 1)), chat.id
        assert await counts(url, "SELECT state, count(*) FROM inbox GROUP BY state") == [("done", CHATS * UPDATES)]
        answers = "SELECT state, count(*) FROM outbox WHERE template = 'trace/not_found' GROUP BY state"
        assert await counts(url, answers) == [("sent", CHATS * UPDATES)]
        repeats = sum(len(chat.screen) - UPDATES for chat in chats)
        assert repeats <= kills * 48  # what was on its way when the process died
        assert all(len({shown.html for shown in chat.screen}) == UPDATES for chat in chats)  # a repetition is word for word
        assert TOKEN.partition(":")[2] not in (tmp_path / "stderr").read_text(encoding="utf-8")


async def test_two_sigterms(tmp_path: Path, url: str) -> None:
    async with running_bot_api() as api:
        chats = [api.private(200 + number, language="fr") for number in range(CHATS)]
        config = settings_file(tmp_path, url, api)
        ask(chats, range(1, UPDATES + 1))
        async with serving(config) as process:
            await api.wait(lambda: len(api.called("sendMessage")) >= 20, 60)
            process.terminate()
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(25):
                assert await process.wait() == 0
        async with serving(config) as process:
            await finished(api, chats)
            process.terminate()
            async with asyncio.timeout(25):
                assert await process.wait() == 0
        for chat in chats:
            assert answered(chat) == list(range(1, UPDATES + 1)), chat.id  # an orderly end repeats nothing
