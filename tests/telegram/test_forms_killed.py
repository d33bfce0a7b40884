"""kill -9 in the middle of a form, with a real `autopro serve`: it goes on where it was, with every line that was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.bot_api import running_bot_api
from tests.support.chats import Chat, Shown
from tests.support.speech import ENGLISH, FRENCH, MARIE, Speech
from tests.telegram.test_killed import counts, end_leases, ready, serving, settings_file

ANSWERS = ("Marie Tremblay", "Tremblay inc.", MARIE, "514 555-0142")


def _is_step(shown: Shown, number: int) -> bool:
    return f"Line {number} of 7" in shown.text or f"Ligne {number} de 7" in shown.text


async def _reaches(chat: Chat, number: int) -> None:
    await chat.until(lambda: chat.screen and _is_step(chat.last, number), 60)


@pytest.mark.parametrize("speech", [ENGLISH, FRENCH], ids=lambda speech: speech.language)
async def test_a_form_goes_on_at_the_step_where_the_process_was_killed(tmp_path: Path, url: str, speech: Speech) -> None:
    """Killed behind a question and with an answer on its way; another answer waits at Telegram: no line is lost or asked twice."""
    async with running_bot_api() as api:
        chat = api.private(7, language=speech.language)
        config = settings_file(tmp_path, url, api)
        async with serving(config) as process:
            await ready(process)
            chat.say(speech.request)
            await _reaches(chat, 1)
            chat.say(ANSWERS[0])
            await _reaches(chat, 2)
            process.kill()
            await process.wait()
        chat.say(ANSWERS[1])  # while nobody is there
        async with serving(config) as process:
            await _reaches(chat, 3)
            chat.say(ANSWERS[2])
            await api.confirmed()  # kept; whether it is answered by now is chance
            process.kill()
            await process.wait()
        await end_leases(url)
        async with serving(config) as process:
            await _reaches(chat, 4)
            chat.say(ANSWERS[3])
            await _reaches(chat, 5)
            for number in (6, 7):
                chat.say("SKIP" if speech is ENGLISH else "PASSER")
                await _reaches(chat, number)
            chat.say("SKIP" if speech is ENGLISH else "PASSER")
            question = "Is this right?" if speech is ENGLISH else "Est-ce exact?"
            await chat.until(lambda: question in chat.last.text, 60)
            summary = chat.last.text
            process.terminate()
            await process.wait()
        for answer in (*ANSWERS[:3], "514"):
            assert answer in summary
        assert await counts(url, "SELECT state, count(*) FROM inbox GROUP BY state") == [("done", 8)]
