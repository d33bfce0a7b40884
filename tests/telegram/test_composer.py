"""Chat messages as they are written: what one answer becomes when it is long, in two languages, or about a message that is gone."""

from __future__ import annotations

from bot.chat_composer import ChatComposer
from bot.core.chat import Chat, ChatKind
from bot.core.chat_calls import read_call
from bot.core.chat_text import TEXT_LIMIT, shown, units
from bot.core.replies import Reply
from bot.core.values import Language
from tests.handlers.counter import renderer
from tests.letters.samples import SAMPLES
from tests.support.clock import CountingMint

PRIVATE = Chat(42, ChatKind.PRIVATE, 42, message_id=7)
OVERVIEW = Reply("help/overview", SAMPLES["help/overview"][0])


def composer() -> ChatComposer:
    return ChatComposer(renderer(), CountingMint(), (Language.FR, Language.EN))


def test_a_long_answer_is_several_messages_of_whole_lines_with_the_buttons_under_the_last() -> None:
    replies = [OVERVIEW, Reply("help/topics", SAMPLES["help/topics"][0]), OVERVIEW, OVERVIEW]
    calls = [read_call(letter.content) for letter in composer().answer(PRIVATE, replies, Language.FR, first=True)]
    assert len(calls) > 1
    assert all(call.method == "sendMessage" for call in calls)
    assert all(units(shown(call.parameters["text"])) <= TEXT_LIMIT for call in calls)
    assert ["reply_markup" in call.parameters for call in calls] == [False] * (len(calls) - 1) + [True]
    lines = [line for call in calls for line in call.parameters["text"].split("\n") if line]
    whole = renderer().chat(replies, (Language.FR,), first_contact=True).html
    assert lines == [line for line in whole.split("\n") if line]


def test_every_answer_that_a_chat_can_get_fits_a_message_or_is_cut_well() -> None:
    for name, samples in SAMPLES.items():
        for facts in samples:
            for language in (*Language, None):
                for letter in composer().answer(PRIVATE, [Reply(name, facts)], language, first=False):
                    call = read_call(letter.content)
                    assert 0 < units(shown(call.parameters["text"])) <= TEXT_LIMIT, name
                    for row in call.parameters.get("reply_markup", {}).get("inline_keyboard", []):
                        for button in row:
                            assert any(character.isalpha() for character in button["text"]), name
                            assert len(button.get("callback_data", "x").encode()) <= 64, name


def test_a_tap_about_nothing_is_acknowledged_all_the_same() -> None:
    tapped = Chat(42, ChatKind.PRIVATE, 42, callback_id="5", tapped_message_id=3)
    (letter,) = composer().at_least(tapped)
    assert read_call(letter.content).parameters == {"callback_query_id": "5"}
    assert composer().at_least(PRIVATE) == ()


def test_no_answer_in_a_chat_speaks_of_what_only_a_letter_has() -> None:
    """Words that a customer can be answered in a chat: nothing to click, no subject, no letter that was answered."""
    asked_in_chats = ("trace/", "help/", "services/", "contact/", "language/", "unknown/", "form/", "chat/", "limit/", "stop/")
    for name, samples in SAMPLES.items():
        if not name.startswith(asked_in_chats):
            continue
        for facts in samples:
            for language in Language:
                words = shown(renderer().chat([Reply(name, facts)], (language,), first_contact=True).html).lower()
                for letters_own in ("click", "cliquez", "this letter", "cette lettre", "your subject", "son objet", "reply-to"):
                    assert letters_own not in words, (name, letters_own)
