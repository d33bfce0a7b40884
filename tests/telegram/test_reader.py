"""An update read: who says what where, and when the desk keeps silent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.telegram_reader import read_update
from bot.core.chat import ChatEvent, ChatKind, Origin, UnreadableUpdateError
from bot.core.chat_words import link_payload
from bot.core.inbound import Inbound
from bot.core.values import Language
from tests.telegram.updates import BOT, GROUP, MARIE, message, ours, person, place, record, tap, update


def read(plain: dict[str, Any]) -> Inbound:
    return read_update(record(plain))[0]


def test_a_private_message_is_read_with_its_chat_and_language() -> None:
    inbound = read(update(message=message("Où est mon envoi 123456789 ?", message_id=77)))
    assert inbound.text == "Où est mon envoi 123456789 ?"
    assert (inbound.silence, inbound.hint) == ("", Language.FR)
    assert (inbound.sender.key, inbound.sender.chat_id, inbound.sender.display_name) == ("telegram:4242", MARIE, "Marie")
    chat = inbound.chat
    assert chat is not None
    assert (chat.id, chat.kind, chat.user_id, chat.message_id, chat.in_group) == (MARIE, ChatKind.PRIVATE, MARIE, 77, False)


def test_an_update_is_the_same_again_by_its_number_for_ever() -> None:
    one = update(message=message("HELP"))
    edited_octets = {**one, "message": {**one["message"], "text": "AIDE"}}
    first, again = read_update(record(one))[1], read_update(record(edited_octets))[1]
    other = read_update(record(update(message=message("HELP"))))[1]
    assert first.key == again.key != other.key
    assert first.for_ever
    assert len(first.key) == 32


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/trace 123456789", "trace 123456789"),
        ("/reperer 123456789", "reperer 123456789"),
        ("/repérer 123456789", "repérer 123456789"),
        ("/demande_acces", "demande acces"),
        ("/aide@EssaiTransportBot", "aide"),
        ("/AIDE@essaitransportbot", "AIDE"),
        ("/start", "START"),
        ("/services\n/contact", "services\ncontact"),
        ("/login ABCD2345 a_b_c@x", "login ABCD2345 a_b_c@x"),
        ("1/2 skid 123456789", "1/2 skid 123456789"),
    ],
)
def test_a_slash_command_is_plain_words(text: str, words: str) -> None:
    assert read(update(message=message(text))).text == words


def test_a_command_for_another_bot_is_not_ours_anywhere() -> None:
    for chat in (MARIE, GROUP):
        assert read(update(message=message("/help@SomeOtherBot", chat=chat))).silence == "chat_other_bot"


def test_a_deep_link_says_its_command() -> None:
    payload = link_payload("TRACE 123456789")
    inbound = read(update(message=message(f"/start {payload}")))
    assert inbound.text == "TRACE 123456789"
    assert inbound.chat is not None
    assert inbound.chat.origin is Origin.LINK


@pytest.mark.parametrize("payload", ["nothing-of-ours", "AAAA", "%%%", "VFJBQ0U", "x" * 65, "é"])
def test_a_payload_that_no_link_of_ours_carries_is_a_plain_start(payload: str) -> None:
    said = read(update(message=message(f"/start {payload}"))).text
    assert said == ("TRACE" if payload == "VFJBQ0U" else "START")


def test_a_group_is_answered_only_when_it_speaks_to_the_desk() -> None:
    def silence(text: str, **more: Any) -> str:
        return read(update(message=message(text, chat=GROUP, **more))).silence

    assert silence("did anybody see 123456789 on the dock?") == "chat_group_talk"
    assert silence("TRACE 123456789") == "chat_group_talk"
    assert silence("/trace 123456789") == ""
    assert silence(f"@{BOT} 123456789") == ""
    assert silence("and 123456789?", reply_to_message=ours("PRO 123456789", chat=GROUP)) == ""
    assert silence("and 123456789?", reply_to_message=message("PRO 123456789", chat=GROUP)) == "chat_group_talk"


def test_in_a_group_nobody_is_known() -> None:
    inbound = read(update(message=message("/profile", chat=GROUP)))
    assert (inbound.sender.key, inbound.sender.chat_id) == (f"telegram:{GROUP}", 0)
    assert inbound.chat is not None
    assert (inbound.chat.user_id, inbound.chat.in_group) == (MARIE, True)


def test_a_tap_is_the_command_of_its_button_said_by_whoever_tapped() -> None:
    shown = ours("PRO 123-456789\nEn transit")
    inbound = read(tap("~c.k2~REPÉRAGE 123-456789", shown, user=person(99, language="en")))
    assert inbound.text == "REPÉRAGE 123-456789"
    assert inbound.hint is Language.EN
    chat = inbound.chat
    assert chat is not None
    assert (chat.mark, chat.user_id, chat.tapped_message_id) == ("c.k2", 99, shown["message_id"])
    assert chat.callback_id.startswith("tap")
    assert chat.tapped_at == 1_795_000_000


def test_a_tap_on_a_message_too_old_to_be_read_still_counts() -> None:
    gone = {"chat": place(MARIE), "message_id": 5, "date": 0}
    inbound = read(tap("HELP", gone))
    assert (inbound.text, inbound.silence) == ("HELP", "")
    assert inbound.chat is not None
    assert (inbound.chat.tapped_message_id, inbound.chat.tapped_at) == (5, 0)


def test_edited_forwarded_and_answering_messages_say_so() -> None:
    edited = read(update(edited_message=message("TRACE 123456789", edit_date=1_795_000_100)))
    assert edited.chat is not None
    assert edited.chat.edited
    origin = {"type": "hidden_user", "sender_user_name": "Boss", "date": 1_795_000_000}
    forwarded = read(update(message=message("LOGOUT", forward_origin=origin)))
    assert forwarded.chat is not None
    assert forwarded.chat.origin is Origin.FORWARDED
    answering = read(update(message=message("any update?", reply_to_message=ours("PRO 123456789"))))
    assert answering.quoted == "PRO 123456789"
    assert answering.chat is not None
    assert answering.chat.answers_us


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]}, "photo"),
        ({"voice": {"file_id": "a", "file_unique_id": "b", "duration": 3}}, "voice"),
        ({"location": {"longitude": 1.0, "latitude": 2.0}}, "location"),
    ],
)
def test_what_is_no_text_is_named_in_private_and_silence_in_a_group(content: dict[str, Any], kind: str) -> None:
    private = read(update(message=message(**content)))
    assert private.chat is not None
    assert (private.silence, private.chat.media) == ("", kind)
    assert read(update(message=message(chat=GROUP, **content))).silence.startswith("chat_")
    captioned = read(update(message=message(caption="TRACE 123456789", **content)))
    assert (captioned.text, captioned.silence) == ("TRACE 123456789", "")


def test_an_anonymous_administrator_of_a_group_is_nobody_in_particular() -> None:
    """Telegram writes the group in place of the person, who is answered like anybody there and never taken for somebody listed."""
    bot = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    said = message("/trace 123456789", chat=GROUP, user=bot, sender_chat=place(GROUP))
    inbound = read(update(message=said))
    assert inbound.chat is not None
    assert (inbound.silence, inbound.text, inbound.chat.user_id) == ("", "trace 123456789", 0)
    elsewhere = message("/trace 123456789", chat=GROUP, user=bot, sender_chat=place(-77))
    assert read(update(message=elsewhere)).silence == "chat_no_person"


@pytest.mark.parametrize(
    "plain",
    [
        update(channel_post=message("TRACE 123456789", chat=GROUP)),
        update(message={**message("x"), "chat": {"id": -5, "type": "channel", "title": "c"}}),
        update(message=ours("TRACE 123456789")),
        update(message=message(new_chat_title="Quai 5", chat=GROUP)),
        update(message=message(left_chat_member=person(9), chat=GROUP)),
        update(message=message(pinned_message=message("x"))),
        update(poll={"id": "1", "question": "?", "options": []}),
        update(inline_query={"id": "1", "from": person(), "query": "", "offset": ""}),
        update(something_new={"field": 1}),
        tap("HELP", None),
    ],
)
def test_what_no_person_says_to_the_desk_is_silence(plain: dict[str, Any]) -> None:
    assert read(plain).silence


@pytest.mark.parametrize(
    ("chat", "status", "event"),
    [
        (MARIE, "kicked", ChatEvent.BLOCKED),
        (MARIE, "member", ChatEvent.UNBLOCKED),
        (GROUP, "member", ChatEvent.JOINED),
        (GROUP, "left", ChatEvent.LEFT),
    ],
)
def test_what_becomes_of_the_desk_in_a_chat_is_an_event(chat: int, status: str, event: ChatEvent) -> None:
    bot = {"id": 1, "is_bot": True, "first_name": "b"}
    until = {"until_date": 0} if status == "kicked" else {}
    change = {"chat": place(chat), "from": person(), "date": 1_795_000_000}
    member = {"old_chat_member": {"status": "left", "user": bot}, "new_chat_member": {"status": status, "user": bot, **until}}
    inbound = read(update(my_chat_member={**change, **member}))
    assert inbound.chat is not None
    assert (inbound.chat.event, inbound.silence) == (event, "chat_event")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"not json",
        b"[]",
        b'{"message": {}}',
        b'{"update_id": "x", "message": 5}',
        b'{"update_id": 12, "message": {"message_id": 1}}',
        json.dumps(update(message={**message("x"), "date": 10**30})).encode(),
        json.dumps(update(message={**message("x"), "chat": 5})).encode(),
    ],
)
def test_an_update_that_cannot_be_read_says_so_and_keeps_its_identity(octets: bytes) -> None:
    with pytest.raises(UnreadableUpdateError) as raised:
        read_update(record(octets))
    with pytest.raises(UnreadableUpdateError) as again:
        read_update(record(octets))
    assert raised.value.identity == again.value.identity
    assert len(raised.value.identity.key) == 32
    assert "python-telegram-bot" in str(raised.value)


def test_text_that_cannot_be_encoded_is_read() -> None:
    plain = update(message=message("x"))
    plain["message"]["text"] = "TRACE \ud800\x00123456789"
    assert read(plain).text == "TRACE ?123456789"
