"""Passwords in chats: taken in private alone, removed at once, kept and shown nowhere; codes and temporary ones by letter only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.stories.rows import rows
from tests.support.people import value
from tests.support.speech import ENGLISH, FRENCH, PASSWORD, Speech
from tests.telegram.counter import GROUP, Counter, open_counter

SPEECHES = pytest.mark.parametrize("speech", [ENGLISH, FRENCH], ids=lambda speech: speech.language)
WRONG = "wrong horse battery staple"


def _left(folder: Path) -> bytes:
    """Every octet of the database's files."""
    return b"".join(path.read_bytes() for path in folder.glob("desk.db*"))


@SPEECHES
async def test_the_whole_way_from_the_letter_to_a_session(counter: Counter, tmp_path: Path, speech: Speech) -> None:
    credentials = await counter.credentials(speech)
    code, temporary = value(credentials, speech.code_label), value(credentials, speech.temporary_label)
    chat = counter.desk.private(language=speech.language)
    (opened,) = await counter.after(chat, speech.login.format(code=code, password=temporary))
    assert chat.said == {}, "the message with the password is gone"
    (changed,) = await counter.after(chat, speech.new.format(password=PASSWORD))
    assert chat.said == {}
    await counter.after(chat, speech.logout)
    (again,) = await counter.after(chat, speech.login.format(code=code, password=PASSWORD))
    (shipments,) = await counter.after(chat, speech.shipments)
    (profile,) = await counter.after(chat, speech.profile)
    assert "123456789" in shipments.text.replace("-", "")
    for shown in (opened, changed, again, shipments, profile):
        for secret in (temporary, PASSWORD, code):
            assert secret not in shown.html
    assert len(counter.desk.api.called("deleteMessage")) == 3
    database = counter.desk.app.settings.desk.data_dir
    await counter.desk.settle()
    for secret in (temporary, PASSWORD):
        assert secret.encode() not in _left(database)


@SPEECHES
async def test_a_wrong_password_is_removed_and_said_to_be_removed(counter: Counter, speech: Speech) -> None:
    code = await counter.open_account(speech)
    chat = counter.desk.private(language=speech.language)
    (refused,) = await counter.after(chat, speech.login.format(code=code, password=WRONG))
    assert ("removed" if speech is ENGLISH else "retiré") in refused.text
    assert WRONG not in refused.html
    assert chat.said == {}


@SPEECHES
async def test_what_only_looks_like_a_password_is_removed_as_well(counter: Counter, speech: Speech) -> None:
    chat = counter.desk.private(language=speech.language)
    sentence = "my password is hunter2hunter2" if speech is ENGLISH else "mon mot de passe est soleil1988"
    (shown,) = await counter.after(chat, sentence)
    assert ("may hold a password" if speech is ENGLISH else "contient peut-être un mot de passe") in shown.text
    assert chat.said == {}
    question = "How long will my password remain active?" if speech is ENGLISH else "AIDE durée du mot de passe"
    await counter.after(chat, question)
    assert len(chat.said) == 1, "a question is no password"


@SPEECHES
async def test_a_password_alone_after_we_asked_for_one_is_removed(counter: Counter, speech: Speech) -> None:
    """Whoever taps “Log in” and then writes the password alone."""
    chat = counter.desk.private(language=speech.language)
    await counter.after(chat, "SERVICES")
    await counter.tapped(chat, "Log in" if speech is ENGLISH else "Ouvrir la session")
    await counter.after(chat, PASSWORD)
    assert len(chat.said) == 1, "the password is gone, SERVICES stays"
    await counter.after(chat, speech.trace)
    await counter.after(chat, "bla bla bla")
    assert len(chat.said) == 3, "after another answer bare words are only words"


@SPEECHES
async def test_a_password_is_removed_where_no_answer_is_given_any_more(tmp_path: Path, speech: Speech) -> None:
    async with open_counter(tmp_path, limits={"answers_per_hour": 1}) as counter:
        chat = counter.desk.private(language=speech.language)
        await counter.after(chat, speech.services)
        assert await counter.after(chat, speech.login.format(code="K7MP4TXR", password=PASSWORD)) == []
        assert len(chat.said) == 1
        assert await counter.tapped(chat, chat.last.labels()[0]) == []
        assert len(chat.toasts) == 1, "and a tap ends its waiting"


@SPEECHES
async def test_a_caption_or_an_edit_with_a_password_is_removed(counter: Counter, speech: Speech) -> None:
    code = await counter.open_account(speech)
    chat = counter.desk.private(language=speech.language)
    login = speech.login.format(code=code, password=PASSWORD)
    photo = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]}
    await counter.after(chat, caption=login, **photo)
    assert chat.said == {}
    await counter.after(chat, "bla")
    (number,) = chat.said
    await counter.after_edit(chat, number, login)
    assert chat.said == {}


@SPEECHES
async def test_who_cannot_be_helped_is_asked_to_delete_it(counter: Counter, speech: Speech) -> None:
    code = await counter.open_account(speech)
    chat = counter.desk.private(language=speech.language)
    counter.desk.api.fail("deleteMessage", 400, "Bad Request: message can't be deleted", chat_id=chat.id)
    asked, _ = await counter.after(chat, speech.login.format(code=code, password=PASSWORD))
    assert ("Please delete your message" if speech is ENGLISH else "Effacez votre message") in asked.text


@SPEECHES
async def test_in_a_group_a_password_is_not_tried_and_removed_where_that_is_allowed(counter: Counter, speech: Speech) -> None:
    code = await counter.open_account(speech)
    group = counter.desk.api.group(GROUP)
    somebody = {"id": 31, "is_bot": False, "first_name": "Luc", "language_code": speech.language}
    login = "/" + speech.login.format(code=code, password=PASSWORD)
    (told,) = await counter.after(group, login, by=somebody)
    assert group.said == {}
    assert ("It was not tried" if speech is ENGLISH else "Il n’a pas été essayé") in told.text
    assert await rows(counter.desk, "SELECT id FROM session WHERE conversation LIKE 'telegram:%'") == []
    counter.desk.api.fail("deleteMessage", 400, "Bad Request: message can't be deleted", chat_id=group.id)
    asked, _ = await counter.after(group, login, by=somebody)
    assert ("We may not remove messages" if speech is ENGLISH else "pas le droit de retirer") in asked.text
    assert PASSWORD not in "".join(shown.html for shown in group.shown.values())


@SPEECHES
async def test_a_session_of_a_private_chat_does_not_count_in_a_group(counter: Counter, speech: Speech) -> None:
    code = await counter.open_account(speech)
    chat, group = counter.desk.private(language=speech.language), counter.desk.api.group(GROUP)
    (card,) = (await counter.after(chat, speech.login.format(code=code, password=PASSWORD)))[-1:]
    (mine,) = await counter.after(chat, "123456789")
    assert ("party" if speech is ENGLISH else "partie") in mine.text, "who is a party sees all of it in private"
    (everybodys,) = await counter.after(group, "/trace 123456789", by=chat.user)
    assert ("party" if speech is ENGLISH else "partie à") not in everybodys.text
    assert card.text


@SPEECHES
async def test_a_forwarded_login_opens_nothing(counter: Counter, speech: Speech) -> None:
    code = await counter.open_account(speech)
    chat = counter.desk.private(language=speech.language)
    origin = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Boss", "date": 1_795_000_000}}
    await counter.after(chat, speech.login.format(code=code, password=PASSWORD), **origin)
    assert chat.said == {}
    assert await rows(counter.desk, "SELECT id FROM session WHERE conversation LIKE 'telegram:%'") == []


async def test_no_log_line_holds_a_password(counter: Counter, capfd: pytest.CaptureFixture[str]) -> None:
    code = await counter.open_account(ENGLISH)
    chat = counter.desk.private(language="en")
    counter.desk.api.fail("deleteMessage", 400, "Bad Request: message can't be deleted")
    await counter.after(chat, ENGLISH.login.format(code=code, password=WRONG))
    written = "".join(capfd.readouterr())
    assert WRONG not in written


def test_the_database_can_be_searched() -> None:
    """The search above finds what is there: a canary in a database of the same kind."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE a (b TEXT)")
        connection.execute("INSERT INTO a VALUES (?)", (PASSWORD,))
        assert PASSWORD.encode() in connection.serialize()
