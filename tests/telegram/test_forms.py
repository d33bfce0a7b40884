"""Forms in a chat, step by step, in both languages; they survive the process, and can be carried from mail to chat and back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.bot_api import running_bot_api
from tests.support.chats import Shown
from tests.support.speech import ENGLISH, FRENCH, MARIE, PASSWORD, Speech
from tests.telegram.counter import FORWARDED, GROUP, Counter, open_counter

SPEECHES = pytest.mark.parametrize("speech", [ENGLISH, FRENCH], ids=lambda speech: speech.language)
ANSWERS = ("Marie Tremblay", "Tremblay inc.", MARIE, "514 555-0142")


def _step(shown: Shown, number: int, of: int) -> None:
    assert f"Line {number} of {of}" in shown.text or f"Ligne {number} de {of}" in shown.text, shown.text


@SPEECHES
async def test_a_request_for_access_from_the_first_line_to_the_administrator(counter: Counter, speech: Speech) -> None:
    english = speech is ENGLISH
    chat = counter.desk.private(language=speech.language)
    (shown,) = await counter.after(chat, "/request_access" if english else "/demande_acces")
    for number, answer in enumerate(ANSWERS, 1):
        _step(shown, number, 7)
        (shown,) = await counter.after(chat, answer)
    for number, button in enumerate(("empty", "English", "empty") if english else ("vide", "Français", "vide"), 5):
        _step(shown, number, 7)
        (shown,) = await counter.tapped(chat, button)
    assert ("Is this right?" if english else "Est-ce exact?") in shown.text
    for value in ("Marie Tremblay", "Tremblay inc.", MARIE, "514"):
        assert value in shown.text
    (sent,) = await counter.tapped(chat, "Send" if english else "Envoyer")
    assert MARIE in sent.text
    assert shown.buttons == [], "what is answered has no buttons any more"
    await counter.marie.answers(await counter.marie.gets("access/confirm_address"), speech.yes)
    assert "Marie Tremblay" in (await counter.admin.gets("admin/decide")).text


@SPEECHES
async def test_back_keeps_what_was_written_and_cancel_forgets_it(counter: Counter, speech: Speech) -> None:
    english = speech is ENGLISH
    chat = counter.desk.private(language=speech.language)
    for text in (speech.request, "Marie Tremblay", "Tremblay inc."):
        (shown,) = await counter.after(chat, text)
    (shown,) = await counter.tapped(chat, "Go back" if english else "Revenir")
    _step(shown, 2, 7)
    assert "Tremblay inc." in shown.text
    (shown,) = await counter.after(chat, "BACK" if english else "RETOUR")
    assert "Marie Tremblay" in shown.text
    (gone,) = await counter.tapped(chat, "Give up" if english else "Abandonner")
    assert ("is forgotten" if english else "est oublié") in gone.text
    (anew,) = await counter.after(chat, speech.request)
    assert "Marie Tremblay" not in anew.text
    _step(anew, 1, 7)


@SPEECHES
async def test_what_cannot_be_right_is_asked_again_with_a_hint(counter: Counter, speech: Speech) -> None:
    english = speech is ENGLISH
    chat = counter.desk.private(language=speech.language)
    for text in (speech.request, *ANSWERS[:2]):
        await counter.after(chat, text)
    (shown,) = await counter.after(chat, "marie chez tremblay")
    _step(shown, 3, 7)
    assert ("is not an e-mail address" if english else "n’est pas une adresse de courriel") in shown.text
    (shown,) = await counter.after(chat, "SKIP" if english else "PASSER")
    _step(shown, 3, 7)


@SPEECHES
async def test_a_line_is_changed_from_the_summary(counter: Counter, speech: Speech) -> None:
    chat = counter.desk.private(language=speech.language)
    skip = "SKIP" if speech is ENGLISH else "PASSER"
    for text in (speech.request, *ANSWERS, skip, skip, skip):
        (shown,) = await counter.after(chat, text)
    old, send = shown, shown.button("Send" if speech is ENGLISH else "Envoyer").data
    (shown,) = await counter.tapped(chat, "2. ")
    _step(shown, 2, 7)
    (shown,) = await counter.after(chat, "Autre inc.")
    assert "Autre inc." in shown.text
    # The buttons of the summary before are over: what they showed is not what would be sent.
    chat.send_data(send, old)
    assert await counter.shown_since(chat) == []
    assert ("question is over" if speech is ENGLISH else "question est passée") in chat.toasts[-1][1]
    assert await counter.sent("access/confirm_sent") == 0


@SPEECHES
async def test_a_form_keeps_no_password(counter: Counter, speech: Speech) -> None:
    chat = counter.desk.private(language=speech.language)
    skip = "SKIP" if speech is ENGLISH else "PASSER"
    for text in (speech.request, *ANSWERS, skip, skip):
        await counter.after(chat, text)
    (told,) = await counter.after(chat, "my password is hunter2hunter2" if speech is ENGLISH else "mon mot de passe : soleil1988")
    assert ("may hold a password" if speech is ENGLISH else "contient peut-être") in told.text
    lost = "I lost my password last week" if speech is ENGLISH else "J’ai perdu mon mot de passe hier"
    (summary,) = await counter.after(chat, lost)
    assert lost in summary.text
    assert "hunter2" not in summary.text
    assert "soleil1988" not in summary.text


@SPEECHES
async def test_an_edit_answers_no_question(counter: Counter, speech: Speech) -> None:
    chat = counter.desk.private(language=speech.language)
    await counter.after(chat, speech.request)
    chat.say(ANSWERS[0])
    number = chat.last_id
    await counter.shown_since(chat)
    (told,) = await counter.after_edit(chat, number, "Marie-Ève Tremblay")
    assert ("the form keeps" if speech is ENGLISH else "le formulaire garde") in told.text
    assert (await counter.after(chat, "photo", **FORWARDED))[-1].text
    (shown,) = await counter.after(chat, ANSWERS[1])
    _step(shown, 3, 7)


@SPEECHES
async def test_a_command_is_answered_between_two_lines(counter: Counter, speech: Speech) -> None:
    chat = counter.desk.private(language=speech.language)
    await counter.after(chat, speech.request)
    await counter.after(chat, ANSWERS[0])
    (card,) = await counter.after(chat, speech.trace)
    assert "123456789" in card.text
    (shown,) = await counter.after(chat, ANSWERS[1])
    _step(shown, 3, 7)


@SPEECHES
async def test_the_form_goes_on_after_the_process_has_ended(tmp_path: Path, speech: Speech) -> None:
    async with running_bot_api() as api:
        chat = api.private(7, language=speech.language)
        async with open_counter(tmp_path, api) as counter:
            await counter.after(chat, speech.request)
            (asked,) = await counter.after(chat, ANSWERS[0])
            _step(asked, 2, 7)
        chat.say(ANSWERS[1])  # while nobody is there
        async with open_counter(tmp_path, api) as counter:
            shown = await chat.next()
            _step(shown, 3, 7)
            (shown,) = await counter.tapped(chat, "Go back" if speech is ENGLISH else "Revenir", shown)
            _step(shown, 2, 7)
            assert ANSWERS[1] in shown.text


@SPEECHES
async def test_a_forgotten_password_is_asked_for_step_by_step(counter: Counter, speech: Speech) -> None:
    english = speech is ENGLISH
    code = await counter.open_account(speech)
    chat = counter.desk.private(language=speech.language)
    (shown,) = await counter.after(chat, "/forgot_password" if english else "/mot_de_passe_oublie")
    for number, answer in enumerate(("Marie Tremblay", "Tremblay inc.", code, "514 555-0142"), 1):
        _step(shown, number, 5)
        (shown,) = await counter.after(chat, answer)
    (shown,) = await counter.tapped(chat, "empty" if english else "vide")
    (received,) = await counter.tapped(chat, "Send" if english else "Envoyer")
    assert ("Our administrator" if english else "administrateur") in received.text
    assert code in (await counter.admin.gets("admin/decide")).text


@SPEECHES
async def test_the_profile_is_changed_line_by_line(counter: Counter, speech: Speech) -> None:
    english = speech is ENGLISH
    code = await counter.open_account(speech)
    chat = counter.desk.private(language=speech.language)
    await counter.after(chat, speech.login.format(code=code, password=PASSWORD))
    (profile,) = await counter.after(chat, "/profile" if english else "/profil")
    assert MARIE in profile.text
    (summary,) = await counter.tapped(chat, "Change these lines" if english else "Changer ces lignes")
    assert MARIE in summary.text
    (asked,) = await counter.tapped(chat, "2. ")
    (summary,) = await counter.after(chat, "418 555-0199")
    (saved,) = await counter.tapped(chat, "Send" if english else "Envoyer")
    assert "418" in saved.text
    assert "418" in (await counter.marie.gets("profile/saved")).text
    assert asked.text
    (profile,) = await counter.after(chat, "/profile" if english else "/profil")
    assert "418" in profile.text


async def test_no_form_is_begun_in_a_group(counter: Counter) -> None:
    group = counter.desk.api.group(GROUP)
    await counter.after(group, "/demande_acces")
    assert await counter.after(group, "Marie Tremblay") == []


@SPEECHES
async def test_a_form_begun_by_mail_goes_on_in_a_chat_and_nobody_else_can_take_it(counter: Counter, speech: Speech) -> None:
    english = speech is ENGLISH
    on = "CONTINUE" if english else "CONTINUER"
    await counter.marie.writes(f"{speech.request}\n{'Name' if english else 'Nom'}: Marie Tremblay\n")
    form = await counter.marie.gets("access/form")
    await counter.marie.answers(form, on)
    word = _word(on, (await counter.marie.gets("form/carry")).text)
    mallory, chat = counter.desk.private(66, "Mallory", language=speech.language), counter.desk.private(language=speech.language)
    for guess in ("", "a" * 26):
        (nothing,) = await counter.after(mallory, f"{on} {guess}")
        assert "Marie" not in nothing.text
    (shown,) = await counter.after(chat, f"{on} {word}")
    _step(shown, 2, 7)
    for text in (*ANSWERS[1:], *(["SKIP" if english else "PASSER"] * 3)):
        (shown,) = await counter.after(chat, text)
    (sent,) = await counter.after(chat, speech.yes)
    assert MARIE in sent.text
    (again,) = await counter.after(mallory, f"{on} {word}")
    assert "Marie" not in again.text, "the word works once"


@SPEECHES
async def test_a_form_begun_in_a_chat_goes_on_by_mail(counter: Counter, speech: Speech) -> None:
    on = "CONTINUE" if speech is ENGLISH else "CONTINUER"
    chat = counter.desk.private(language=speech.language)
    for text in (speech.request, *ANSWERS[:2]):
        await counter.after(chat, text)
    (given,) = await counter.after(chat, on)
    await counter.marie.writes(f"{on} {_word(on, given.text)}")
    form = await counter.marie.gets("access/form")
    assert ANSWERS[0] in form.text
    assert ANSWERS[1] in form.text
    labels = ("E-mail", "Telephone") if speech is ENGLISH else ("Courriel", "Téléphone")
    await counter.marie.answers(form, f"{labels[0]}: {MARIE}\n{labels[1]}: 514 555-0142")
    await counter.marie.gets("access/received")
    assert ANSWERS[0] in (await counter.admin.gets("admin/decide")).text
    (over,) = await counter.after(chat, on)
    assert ANSWERS[0] not in over.text


def _word(on: str, text: str) -> str:
    found = re.search(rf"{on} ([a-z2-7]{{26}})", text)
    assert found is not None, text
    return found[1]
