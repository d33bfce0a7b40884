"""A whole conversation as both screens show it: access asked for in a chat, approved in the administrators' chat, a login whose
message is removed, a trace, and its card refreshed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.people import value
from tests.support.speech import ENGLISH, FRENCH, MARIE, PASSWORD, Speech
from tests.telegram.counter import open_counter

OFFICE, LISE = -100500, {"id": 501, "is_bot": False, "first_name": "Lise"}
ANSWERS = ("Marie Tremblay", "Tremblay inc.", MARIE, "514 555-0142")


@pytest.mark.parametrize("speech", [ENGLISH, FRENCH], ids=["en", "fr"])
async def test_from_the_request_to_the_refreshed_card(tmp_path: Path, speech: Speech) -> None:
    """Every message of it is in one language, and no secret stands on either screen."""
    english = speech is ENGLISH
    administrators = {"admins": {"addresses": [], "telegram_ids": [LISE["id"]]}, "telegram": {"admin_chat_id": OFFICE}}
    async with open_counter(tmp_path, **administrators) as counter:
        office, chat = counter.desk.api.group(OFFICE, "Bureau"), counter.desk.private(language=speech.language)
        by = {**LISE, "language_code": speech.language}
        await counter.after(office, "/language EN" if english else "/langue FR", by=by)
        skip = "SKIP" if english else "PASSER"
        for text in (speech.request, *ANSWERS, skip, skip, skip):
            await counter.after(chat, text)
        await counter.tapped(chat, "Send" if english else "Envoyer")
        await counter.marie.answers(await counter.marie.gets("access/confirm_address"), speech.yes)
        (card,) = await counter.shown_since(office)
        assert "Marie Tremblay" in card.text
        (told,) = await counter.tapped(office, "without" if english else "sans", card, by=by)
        assert "Lise (Telegram 501)" in told.text
        credentials = await counter.marie.gets("access/credentials")
        code, temporary = value(credentials, speech.code_label), value(credentials, speech.temporary_label)
        await counter.marie.answers(credentials, speech.new.format(password=PASSWORD))
        await counter.marie.gets("password/changed")
        said = len(chat.said)
        (opened,) = await counter.after(chat, speech.login.format(code=code, password=PASSWORD))
        assert len(chat.said) == said, "the message with the password is gone"
        assert "Tremblay inc." in opened.text
        (shipment,) = await counter.after(chat, speech.trace)
        await counter.delivered(tmp_path)
        refresh = "latest news" if english else "dernières nouvelles"
        (news,) = await counter.tapped(chat, refresh, shipment)
        assert shipment.edits == 1
        for shown in (shipment, news):
            assert ("Delivered" if english else "Livrée") in shown.text
        screens = "".join(shown.html for shown in (*chat.screen, *office.screen))
        assert [secret for secret in (code, temporary, PASSWORD) if secret in screens] == []
