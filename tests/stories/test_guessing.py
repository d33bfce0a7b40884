"""Guessing at a password over real sockets, in both languages: strangers wait, over restarts too; the owner keeps every way in."""

from __future__ import annotations

from pathlib import Path

from tests.support.house import open_house
from tests.support.people import nothing_more
from tests.support.speech import ENGLISH, PASSWORD, Speech, each_language


@each_language
async def test_a_stranger_is_locked_and_the_owner_is_not(tmp_path: Path, speech: Speech) -> None:
    async with open_house(tmp_path) as house:
        code, mallory = await house.open_account(speech), await house.stranger(speech)
        right = speech.login.format(code=code, password=PASSWORD)
        answers = [await mallory.asks(speech.login.format(code=code, password=f"guess {n}"), "login/refused") for n in range(5)]
        assert len({letter.text for letter in answers}) == 1
        assert (await mallory.asks(right, "login/refused")).text == answers[0].text, "locked, in the same words"
        # The address on record heard of the first attempt and of the first lock.
        first, lock = await house.marie.gets("login/attempted"), await house.marie.gets("login/attempted")
        assert mallory.address in first.text
        assert ": 5" in lock.text
        # Somebody in Marie's name locks themselves out, not her.
        for n in range(5):
            await house.marie.asks(speech.login.format(code=code, password=f"forged {n}"), "login/refused", unproved=True)
        await house.session(speech, code)
        await house.marie.asks(speech.login.format(code=code, password="").strip(), "login/challenge_sent")
        await house.marie.answers_and_gets(await house.marie.gets("login/challenge"), speech.yes, "login/opened")
        moment = house.desk.clock.moment
        await nothing_more(house.desk)
    async with open_house(tmp_path) as house:
        house.desk.clock.moment = moment
        mallory = house.person("mallory@stranger.example")
        await mallory.asks(right, "login/refused")
        house.desk.clock.move(minutes=1)
        await mallory.asks(right, "login/opened")
        await house.desk.settle()


@each_language
async def test_a_code_that_does_not_exist_locks_alike(tmp_path: Path, speech: Speech) -> None:
    """Nothing in what a stranger reads, from the first guess to the lock, tells which codes exist."""
    async with open_house(tmp_path) as house:
        code, mallory = await house.open_account(speech), await house.stranger(speech)
        for n in range(7):
            texts = [
                (await mallory.asks(speech.login.format(code=each, password=f"guess {n}"), "login/refused")).text
                for each in (code, "Q9999999")
            ]
            assert texts[0] == texts[1]
        assert ("FORGOT PASSWORD" if speech is ENGLISH else "MOT DE PASSE OUBLIÉ") in texts[0]
