"""SERVICES, LANGUAGE, CONTACT, STOP, and what was not understood."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.commands import Reading
from bot.core.grammar import Vocabulary
from bot.core.values import Channel, Language
from handlers import services
from handlers.language import language_meant
from handlers.table import HANDLERS
from handlers.unknown import answer_unknown
from tests.handlers.counter import DESK, SENDER, CounterInMemory, written
from tests.letters.account_specs import ACCOUNT_SPECS

EN, FR = Language.EN, Language.FR


def test_no_two_commands_claim_one_word() -> None:
    """The table as a whole is a vocabulary, and TRACE and LANGUAGE have their owners in it."""
    vocabulary = Vocabulary([handler.spec for handler in HANDLERS])
    assert vocabulary.trace is not None
    assert vocabulary.language is not None
    assert len({handler.spec.name for handler in HANDLERS}) == len(HANDLERS)


async def test_the_directory_marks_what_needs_an_access_code_until_login() -> None:
    """Help page: the keys before the services' headings disappear."""
    table = [handler for handler in HANDLERS if handler.spec.name != "services"]
    loaded = [*(handler.spec for handler in table), *ACCOUNT_SPECS]
    counter = CounterInMemory(handlers=[services.handler_for(loaded), *table])
    reply = await counter.reply("SERVICES")
    assert [row.name for row in reply.facts["services"]] == list(services.DIRECTORY)
    english, french = written(reply, EN), written(reply, FR)
    assert "- Tracing: where a shipment is. Write TRACE.\n" in english
    assert "Write PROFILE. 🔑 Access code required.\n" in english
    assert "Écrivez PROFIL. 🔑 Code d’accès exigé.\n" in french
    assert english.count("🔑") - 1 == english.count("Access code required.")
    counter.logged_in = True
    assert "🔑" not in written(await counter.reply("SERVICES EN LIGNE"), FR)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("LANGUAGE FR", FR),
        ("LANGUE FRANÇAIS", FR),
        ("LANGUAGE FRENCH", FR),
        ("langue francais", FR),
        ("FRANÇAIS", FR),
        ("FR", FR),
        ("French", FR),
        ("En français, s.v.p.", FR),
        ("LANGUAGE EN", EN),
        ("LANGUE ANGLAIS", EN),
        ("LANGUE EN ANGLAIS", EN),
        ("LANGUAGE ENGLISH", EN),
        ("ENGLISH", EN),
        ("Anglais", EN),
        ("English please", EN),
    ],
)
async def test_the_language_is_set_and_remembered_for_an_authentic_sender(text: str, language: Language) -> None:
    """The answer itself is in the language that was asked for."""
    counter = CounterInMemory(can_remember=True)
    reply = await counter.reply(text)
    assert (reply.template, reply.language) == ("language/set", language)
    assert counter.correspondents.languages == {SENDER.key: language}


async def test_a_sender_who_may_be_forged_changes_nothing_for_later() -> None:
    """The answer holds the language; the letter says how to keep it."""
    counter = CounterInMemory()
    reply = await counter.reply("LANGUE FR")
    assert reply.language is FR
    assert counter.correspondents.languages == {}
    assert "rien n’est changé pour la suite" in written(reply, FR)
    assert "From now on" not in written(reply, EN)


@pytest.mark.parametrize(("text", "unknown"), [("LANGUAGE", False), ("LANGUE", False), ("LANGUAGE SPANISH", True)])
async def test_language_alone_or_another_one_shows_both(text: str, unknown: bool) -> None:
    """Both are one tap away, in both halves."""
    reply = await CounterInMemory().reply(text)
    assert (reply.template, reply.facts["unknown"]) == ("language/choose", unknown)
    for language in Language:
        assert "LANGUAGE EN" in written(reply, language)
        assert "LANGUE FR" in written(reply, language)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("EN", EN),
        ("FR", FR),
        ("EN FRANCAIS", FR),
        ("EN ANGLAIS", EN),
        ("TO FRENCH", FR),
        ("FRANCAIS ANGLAIS", None),
        ("ESPANOL", None),
        ("", None),
    ],
)
def test_what_names_a_language(words: str, language: Language | None) -> None:
    """ "En" is a French preposition before another word."""
    assert language_meant(words) is language


@pytest.mark.parametrize("text", ["CONTACT", "JOINDRE", "Nous joindre", "Telephone", "contact us please"])
async def test_contact_gives_the_numbers_as_each_language_writes_them(text: str) -> None:
    """The help page's three numbers."""
    reply = await CounterInMemory().reply(text)
    assert reply.template == "contact/numbers"
    assert "Telephone: 514-856-5559\nTelephone: 905-624-7894\nTelephone: 1-800-856-5559\n" in written(reply, EN)
    assert (
        "Téléphone\u00a0: 514\u00a0856-5559\nTéléphone\u00a0: 905\u00a0624-7894\nTéléphone\u00a0: 1\u00a0800\u00a0856-5559\n"
        in written(reply, FR)
    )


@pytest.mark.parametrize("text", ["STOP", "stop.", "Arrêt", "ARRETER", "Unsubscribe", "Désabonnement", "ME DÉSABONNER"])
async def test_stop_stops_at_once_and_says_what_still_comes(text: str) -> None:
    """No question, no delay, no proof."""
    counter = CounterInMemory()
    reply = await counter.reply(text)
    assert counter.correspondents.stopped == {SENDER.key}
    assert "What still comes: the answers to your own messages" in written(reply, EN)
    assert "Ce qui continue\u00a0: les réponses à vos propres messages" in written(reply, FR)


@pytest.mark.parametrize(
    "text", ["Please stop at the gate before you unload", "We had a full stop", "Contact: Julie", "Langue : français"]
)
async def test_prose_and_form_lines_change_nothing(text: str) -> None:
    """Ordinary words and `Label: value` lines are no commands."""
    counter = CounterInMemory(can_remember=True)
    await counter.reply(text)
    assert counter.correspondents.stopped == set()
    assert counter.correspondents.languages == {}


async def test_what_was_not_understood_gets_the_nearest_commands() -> None:
    """As actions to tap; nothing is executed."""
    counter = CounterInMemory(can_remember=True)
    reply = await counter.reply("TRCAE")
    assert (reply.template, reply.understood) == ("unknown/nearest", False)
    assert [row.name for row in reply.facts["nearest"]] == ["trace"]
    assert "Trace a shipment: “TRACE”" in written(reply, EN)
    assert "Repérer une expédition\u00a0: «\u00a0REPÉRAGE\u00a0»" in written(reply, FR)


async def test_where_nothing_comes_near_the_usual_commands_are_offered() -> None:
    """Tracing, help and a person."""
    reply = await CounterInMemory().reply("We would appreciate knowing the dimensions of the trailers used by your company.")
    assert reply.template == "unknown/nearest"
    assert [row.name for row in reply.facts["nearest"]] == ["trace", "help", "contact"]


async def test_an_empty_message_is_told_how_to_begin() -> None:
    """An empty mail, or one with a picture alone."""
    reply = await CounterInMemory().reply("")
    assert (reply.template, reply.understood) == ("unknown/empty", False)


@pytest.mark.parametrize(("channel", "template"), [(Channel.MAIL, "handoff/told"), (Channel.TELEGRAM, "unknown/nearest")])
async def test_prose_that_a_person_reads_says_so(channel: Channel, template: str) -> None:
    """Only mail goes on to a person; elsewhere nothing is promised."""
    counter = CounterInMemory(desk=replace(DESK, handoff=True), channel=channel)
    reply = await counter.reply("Your driver left a glove on our dock this morning, shall we keep it?")
    assert (reply.template, reply.understood) == (template, False)


def test_a_wish_for_a_language_holds_for_the_answer() -> None:
    """ "… en français svp" in what was not understood is honoured all the same."""
    reply = answer_unknown(CounterInMemory().visit(), Reading(nearest=("nobody",), switch=FR))
    assert reply.language is FR
    assert [row.name for row in reply.facts["nearest"]] == ["trace", "help", "contact"]
