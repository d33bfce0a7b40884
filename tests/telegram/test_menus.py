"""The menus of commands beyond private chats and groups: the administrators' chat, a chat whose profile has another language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.values import Language
from tests.support.bot_api import running_bot_api
from tests.support.speech import ENGLISH, FRENCH, PASSWORD, Speech
from tests.support.telegram_desk import telegram_desk
from tests.telegram.counter import Counter

OFFICE = -100500


def _scope(chat_id: int) -> str:
    return f"{{'type': 'chat', 'chat_id': {chat_id}}}"


@pytest.mark.parametrize(
    ("language", "offered", "of_a_session"),
    [
        (Language.EN, {"requests", "trace", "help"}, {"login", "request_access"}),
        (Language.FR, {"demandes", "reperer", "aide"}, {"connexion", "demande_acces"}),
    ],
)
async def test_the_administrators_chat_lists_requests_and_offers_nothing_of_a_session(
    tmp_path: Path, language: Language, offered: set[str], of_a_session: set[str]
) -> None:
    async with running_bot_api() as api:
        api.group(OFFICE, "Bureau")
        async with telegram_desk(tmp_path, api=api, telegram={"admin_chat_id": OFFICE}):
            await api.wait_for("setMyCommands", 9)  # three places, each for everybody and in two languages
        menus = api.screens.commands
        names = {command["command"] for command in menus[_scope(OFFICE), language.value]}
        assert offered <= names
        assert not of_a_session & names
        private = {command["command"] for command in menus["{'type': 'all_private_chats'}", language.value]}
        assert of_a_session <= private
        assert not {"requests", "demandes"} & private


@pytest.mark.parametrize(("speech", "other"), [(ENGLISH, "fr"), (FRENCH, "en")], ids=["en", "fr"])
async def test_a_chat_s_menu_follows_the_language_of_its_profile(counter: Counter, speech: Speech, other: str) -> None:
    """Somebody whose program is in one language and whose profile in the other: once they are known, and again when it changes."""
    code = await counter.open_account(speech)
    chat = counter.desk.private(language=other)
    await counter.after(chat, speech.login.format(code=code, password=PASSWORD))
    words = {"en": "profile", "fr": "profil"}
    assert words[speech.language] in _own_menu(counter, chat.id)
    assert words[other] not in _own_menu(counter, chat.id)
    await counter.after(chat, f"{'PROFILE LANGUAGE' if speech is ENGLISH else 'PROFIL LANGUE'} {other.upper()}")
    assert words[other] in _own_menu(counter, chat.id)
    assert words[speech.language] not in _own_menu(counter, chat.id)


def _own_menu(counter: Counter, chat_id: int) -> set[str]:
    return {command["command"] for command in counter.desk.api.screens.commands[_scope(chat_id), ""]}
