"""What may be said how in a chat, and which messages hold a password."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram_reader import read_update
from bot.chatting import barred, meaning
from bot.core.chat_words import link_payload
from bot.core.commands import Reading
from bot.core.grammar import Context, Vocabulary, read
from bot.core.secret_words import message_holds_secret
from handlers.table import HANDLERS
from tests.telegram.updates import GROUP, message, record, update

SPECS = {handler.spec.name: handler.spec for handler in HANDLERS}
VOCABULARY = Vocabulary(list(SPECS.values()))
SECRET = frozenset(name for name, spec in SPECS.items() if spec.secret)
FORWARDED = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Boss", "date": 1_795_000_000}}


def reading(text: str, *, edited: bool = False, **more: Any) -> Reading:
    key = "edited_message" if edited else "message"
    inbound, _ = read_update(record(update(**{key: message(text, **more)})))
    assert inbound.chat is not None
    return barred(read(VOCABULARY, "", inbound.text, Context()), inbound.chat, SPECS.__getitem__)


def names(found: Reading) -> tuple[list[str], list[str]]:
    return [command.name for command in found.commands], [command.name for command in found.barred]


@pytest.mark.parametrize(
    ("more", "may"),
    [
        ({}, True),
        ({"chat": GROUP}, False),
        (FORWARDED, False),
        ({"edited": True}, False),
    ],
)
def test_what_changes_something_is_said_in_ones_own_words_in_private(more: dict[str, Any], may: bool) -> None:
    for text in ("/logout", "/connexion K7MP4TXR secret passe", "/profil", "/demande_acces", "/stop"):
        allowed, kept_apart = names(reading(text, **more))
        assert bool(allowed) is may, text
        assert bool(kept_apart) is not may, text
    assert names(reading("/trace 123456789", **more)) == (["trace"], [])


def test_a_group_may_choose_its_language() -> None:
    assert names(reading("/langue fr", chat=GROUP)) == (["language"], [])


@pytest.mark.parametrize(
    ("command", "may"),
    [
        ("TRACE 123456789", True),
        ("LANGUE FR", True),
        ("LOGIN", True),
        ("DEMANDE D’ACCÈS", True),
        ("LOGIN K7MP4TXR secret", False),
        ("LOGOUT", False),
        ("STOP", False),
        ("PROFILE LANGUAGE FR", False),
    ],
)
def test_a_link_may_begin_what_asks_further_and_changes_nothing(command: str, may: bool) -> None:
    allowed, kept_apart = names(reading(f"/start {link_payload(command)}"))
    assert (bool(allowed), bool(kept_apart)) == (may, not may)


def test_an_edit_that_changes_nothing_means_the_same() -> None:
    def meant(text: str) -> str:
        return meaning(read(VOCABULARY, "", text, Context()), text)

    assert meant("trace 123456789") == meant("Trace  123456789")
    assert meant("trace 123456789") != meant("trace 123456780")
    assert meant("bla bla") == meant("Bla, bla!")
    assert meant("bla bla") != meant("bla ble")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("LOGIN K7MP4TXR les outardes passent", True),
        ("connexion K7MP4TXR outardes1988", True),
        ("NEW PASSWORD les outardes passent au nord", True),
        ("CHANGER MOT DE PASSE ancien12345 nouveau12345", True),
        ("CHANGE PASSWORD\nles outardes passent au nord", True),
        ("login K7MP4TXR", False),
        ("login hunter2hunter2", True),
        ("LOGIN", False),
        ("my password is hunter2hunter2", True),
        ("mon mot de passe est soleil1988", True),
        ("passwrod: hunter2hunter2", True),
        ("logn K7MP4TXR hunter2hunter2", True),
        ("K7MP4TXR hunter2hunter2", True),
        ("TRACE 123456789\nmy password is hunter2hunter2", True),
        ("FORGOT PASSWORD\nit was hunter2 or password hunter3hunter3", True),
        ("FORGOT PASSWORD", False),
        ("mot de passe oublié", False),
        ("HELP how long will my password remain active?", False),
        ("aide durée du mot de passe", False),
        ("How long will my password remain active?", False),
        ("Combien de temps mon mot de passe reste-t-il actif?", False),
        ("is my password hunter2hunter2?", True),
        ("where is 123456789?", False),
        ("où est mon envoi 123456789 ?", False),
        ("", False),
    ],
)
def test_which_messages_may_hold_a_password(text: str, holds: bool) -> None:
    assert message_holds_secret(text, read(VOCABULARY, "", text, Context()), SECRET) is holds
