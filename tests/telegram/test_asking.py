"""Asking in a chat, in both languages: words, slash commands, numbers, buttons, links, edits, groups, and what is no text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.core.chat_words import link_payload
from tests.stories.test_poison import damage, mend, parked
from tests.support.chats import Chat
from tests.telegram.counter import FORWARDED, GROUP, Counter, open_counter

LANGUAGES = ("en", "fr")


@pytest.mark.parametrize(
    ("language", "text", "status"),
    [
        ("en", "/trace 123456789", "Out for delivery"),
        ("en", "TRACE 123456789", "Out for delivery"),
        ("en", "where is my shipment 123456789?", "Out for delivery"),
        ("en", "123-456789", "Out for delivery"),
        ("fr", "/reperer 123456789", "En cours de livraison"),
        ("fr", "/reperage@EssaiBot 123456789", "En cours de livraison"),
        ("fr", "/repérer 123456789", "En cours de livraison"),
        ("fr", "où est mon envoi 123456789 ?", "En cours de livraison"),
        ("fr", f"/start {link_payload('REPÉRAGE 123456789')}", "En cours de livraison"),
    ],
)
async def test_a_shipment_is_traced_however_it_is_asked_for(counter: Counter, language: str, text: str, status: str) -> None:
    chat = counter.desk.private(language=language)
    shown = await counter.desk.chat(chat, text)
    assert status in shown.text
    assert shown.parameters["link_preview_options"] == {"is_disabled": True}
    assert shown.parameters["parse_mode"] == "HTML"
    assert "reply_parameters" not in shown.parameters


@pytest.mark.parametrize(
    ("language", "other", "says"), [("fr", "English only", "We speak English"), ("en", "Français", "français")]
)
async def test_the_first_answer_greets_and_offers_the_other_language(
    counter: Counter, language: str, other: str, says: str
) -> None:
    chat = counter.desk.private(language=language)
    greeted = await counter.desk.chat(chat, "/start")
    assert "Essai Transport" in greeted.text
    chat.tap(other)
    assert says in (await chat.next()).text
    again = await counter.desk.chat(chat, "SERVICES")
    assert ("Our services" if language == "fr" else "Nos services") in again.text
    assert not [label for label in again.labels() if label in ("English only", "Français seulement")]


async def test_whose_language_nobody_knows_is_answered_in_both(counter: Counter) -> None:
    shown = await counter.desk.chat(counter.desk.private(language="xx"), "123456789")
    assert shown.text.index("En cours de livraison") < shown.text.index("Out for delivery")
    assert shown.text.startswith("English version below.")
    assert {"English only", "Français seulement"} <= set(shown.labels())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_hello_is_answered_with_what_there_is_and_thanks_with_silence(counter: Counter, language: str) -> None:
    chat = counter.desk.private(language=language)
    hello, thanks = ("hello", "thanks!") if language == "en" else ("bonjour", "merci!")
    for _ in range(2):
        (shown,) = await counter.after(chat, hello)
        assert ("TRACE" if language == "en" else "REPÉRAGE") in shown.text
    assert await counter.after(chat, thanks) == []
    assert await counter.after(chat, "👍") == []


@pytest.mark.parametrize(("language", "question"), [("en", "any update?"), ("fr", "du nouveau ?")])
async def test_a_question_about_a_card_means_its_number(counter: Counter, language: str, question: str) -> None:
    chat = counter.desk.private(language=language)
    card = await counter.desk.chat(chat, "123456789")
    answer = await counter.desk.chat(chat, question, reply_to=card.id)
    assert "123456789" in answer.text


@pytest.mark.parametrize(
    ("language", "refresh", "unchanged", "status", "changed"),
    [
        ("en", "latest news", "no change since", "Delivered", "The status has changed"),
        ("fr", "dernières nouvelles", "aucun changement depuis", "Livrée", "Le statut a changé"),
    ],
)
async def test_a_card_is_refreshed_in_place_and_a_change_is_also_said(
    counter: Counter, tmp_path: Path, language: str, refresh: str, unchanged: str, status: str, changed: str
) -> None:
    chat = counter.desk.private(language=language)
    card = await counter.desk.chat(chat, "123456789")
    assert await counter.tapped(chat, refresh) == []
    ((_, word),) = chat.toasts
    assert unchanged in word
    await counter.delivered(tmp_path)
    (news,) = await counter.tapped(chat, refresh, card)
    assert status in news.text
    assert changed in news.text
    assert news.parameters["reply_parameters"]["message_id"] == card.id
    assert card.edits == 1
    assert status in card.text
    assert [text for _, text in chat.toasts[1:]] == [""]
    assert not [label for label in card.labels() if refresh in label]  # what is delivered brings no more news


async def test_a_card_that_is_gone_is_shown_anew(counter: Counter, tmp_path: Path) -> None:
    chat = counter.desk.private(language="en")
    card = await counter.desk.chat(chat, "123456789")
    await counter.delivered(tmp_path)
    data = card.button("latest news").data
    card.deleted = True
    chat.send_data(data, card)
    anew, news = await counter.shown_since(chat)
    assert "Delivered" in anew.text
    assert "The status has changed" in news.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_tap_is_acknowledged_exactly_once(counter: Counter, language: str) -> None:
    chat = counter.desk.private(language=language)
    shown = await counter.desk.chat(chat, "AIDE" if language == "fr" else "HELP")
    labels = shown.labels()
    for label in labels:
        await counter.tapped(chat, label, shown)
    chat.send_data("bla bla", shown)  # a forged client may send anything
    chat.send_data("~", shown)
    chat.send_data("~c.0123456789~123456789", shown)
    await counter.shown_since(chat)
    taps = [call.parameters["callback_query_id"] for call in counter.desk.api.called("answerCallbackQuery")]
    assert len(taps) == len(set(taps)) == len(labels) + 3


async def test_buttons_have_words_and_hold_their_command(counter: Counter) -> None:
    chat = counter.desk.private(language="fr")
    for text in ("/start", "REPÉRAGE 999999999", "SERVICES", "CONNEXION", "PROFIL", "DEMANDE D’ACCÈS"):
        shown = await counter.desk.chat(chat, text)
        for row in shown.buttons:
            for button in row:
                assert any(character.isalpha() for character in button.text)
                assert 0 < len(button.data.encode()) <= 64


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_edit_is_answered_when_it_asks_something_else(counter: Counter, language: str) -> None:
    chat = counter.desk.private(language=language)
    word = "TRACE" if language == "en" else "REPÉRAGE"
    chat.say(f"{word} 999999999")
    number = chat.last_id
    await chat.next()
    assert await counter.after_edit(chat, number, f"{word}  999 999 999") == []
    (answer,) = await counter.after_edit(chat, number, f"{word} 123456789")
    assert "123456789" in answer.text
    assert answer.parameters["reply_parameters"]["message_id"] == number
    assert await counter.after_edit(chat, number, "blabla") == []


@pytest.mark.parametrize(("language", "said"), [("en", "never changes anything"), ("fr", "ne change jamais rien")])
async def test_an_edit_changes_nothing(counter: Counter, language: str, said: str) -> None:
    chat = counter.desk.private(language=language)
    other = "FR" if language == "en" else "EN"
    chat.say("TRACE 123456789")
    number = chat.last_id
    await chat.next()
    (answer,) = await counter.after_edit(chat, number, f"LANGUAGE {other}")
    assert said in answer.text
    assert ("Our services" if language == "en" else "Nos services") in (await counter.desk.chat(chat, "SERVICES")).text


async def test_a_group_hears_the_desk_only_when_it_asks_it(counter: Counter) -> None:
    group = counter.desk.api.group(GROUP)
    for talk in ("did anybody see 123456789 on the dock?", "TRACE 123456789", "/help@SomeOtherBot", "/weather", "merci!"):
        assert await counter.after(group, talk) == [], talk
    (asked,) = await counter.after(group, "/trace 123456789")
    assert "123456789" in asked.text
    assert asked.parameters["reply_parameters"]["message_id"]
    (named,) = await counter.after(group, "@EssaiBot 123456789")
    assert "123456789" in named.text
    (answered,) = await counter.after(group, "et 999999999 ?", reply_to=asked.id)
    assert "999999999" in answered.text


@pytest.mark.parametrize(("language", "said"), [("en", "Only in a private chat"), ("fr", "Seulement dans un clavardage privé")])
async def test_a_group_hears_nothing_of_an_account(counter: Counter, language: str, said: str) -> None:
    group = counter.desk.api.group(GROUP)
    somebody = {"id": 31, "is_bot": False, "first_name": "Luc", "language_code": language}
    for command in ("/profile", "/my_shipments", "/members", "/request_access", "/logout", "/link"):
        (shown,) = await counter.after(group, command, by=somebody)
        assert said in shown.text, command
    assert (await counter.outcomes())[-1] == "answered"


@pytest.mark.parametrize(("language", "said"), [("en", "somebody else’s words"), ("fr", "les mots de quelqu’un d’autre")])
async def test_a_forwarded_message_changes_nothing(counter: Counter, language: str, said: str) -> None:
    chat = counter.desk.private(language=language)
    (traced,) = await counter.after(chat, "please TRACE 123456789", **FORWARDED)
    assert "123456789" in traced.text
    for words in ("LANGUAGE FR", "STOP", "REQUEST ACCESS"):
        (shown,) = await counter.after(chat, words, **FORWARDED)
        assert said in shown.text
    link = link_payload("STOP")
    (linked,) = await counter.after(chat, f"/start {link}")
    assert ("Nothing was done" if language == "en" else "Rien n’a été fait") in linked.text


@pytest.mark.parametrize(("language", "said"), [("en", "We read words only"), ("fr", "Nous ne lisons que les mots")])
async def test_what_is_no_text_is_answered_kindly_in_private(counter: Counter, language: str, said: str) -> None:
    photo: dict[str, Any] = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]}
    chat, group = counter.desk.private(language=language), counter.desk.api.group(GROUP)
    (shown,) = await counter.after(chat, **photo)
    assert said in shown.text
    (read,) = await counter.after(chat, caption="123456789", **photo)
    assert "123456789" in read.text
    assert await counter.after(group, **photo) == []


@pytest.mark.parametrize(("language", "said"), [("en", "A person will look"), ("fr", "Une personne lira")])
async def test_who_cannot_be_answered_hears_that_a_person_will_look(counter: Counter, language: str, said: str) -> None:
    chat = counter.desk.private(language=language)
    card = await counter.desk.chat(chat, "123456789")
    await damage(counter.desk)
    chat.tap(card.labels()[0], card)
    await counter.desk.api.confirmed()
    await parked(counter.desk, at=-1)
    (told,) = await counter.shown_since(chat)
    assert said in told.text
    assert len(chat.toasts) == 1
    await mend(counter.desk)
    assert "123456789" in (await counter.desk.chat(chat, "123456789")).text


async def test_menus_follow_language_and_place_and_are_sent_once(tmp_path: Path) -> None:
    async with open_counter(tmp_path) as counter:
        chat = counter.desk.private(language="en")
        await counter.shown_since(chat)
        commands = counter.desk.api.screens.commands
        private, group = ("{'type': 'all_private_chats'}", "{'type': 'all_group_chats'}")
        assert "reperer" in _names(commands[private, "fr"])
        assert "demande_acces" in _names(commands[private, "fr"])
        assert {"trace", "request_access"} <= _names(commands[private, "en"])
        assert _names(commands[private, ""]) == _names(commands[private, "fr"])
        assert _names(commands[group, "en"]) == {"trace", "services", "language", "contact", "help"}
        await counter.desk.chat(chat, "LANGUE FR")
        await counter.shown_since(chat)
        own = f"{{'type': 'chat', 'chat_id': {chat.id}}}"
        assert _names(commands[own, ""]) == _names(commands[private, "fr"])
        sent = len(counter.desk.api.called("setMyCommands"))
        await counter.desk.chat(chat, "SERVICES")
        async with open_counter(tmp_path, counter.desk.api) as again:
            await again.desk.chat(chat, "SERVICES")
            assert len(counter.desk.api.called("setMyCommands")) == sent


def _names(commands: list[dict[str, str]]) -> set[str]:
    return {command["command"] for command in commands}


async def test_every_command_of_the_menus_is_understood(counter: Counter) -> None:
    await counter.desk.api.wait(lambda: len(counter.desk.api.called("setMyCommands")) >= 6)
    for language in LANGUAGES:
        commands = counter.desk.api.screens.commands["{'type': 'all_private_chats'}", language]
        for number, command in enumerate(commands):
            chat: Chat = counter.desk.private(1000 + number, language=language)
            assert await counter.after(chat, f"/{command['command']}"), command
    assert "not_understood" not in await counter.outcomes()
