"""The fast tier declines what is unusual; what it reads, python-telegram-bot's types read alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram_plain import plain_message
from bot.channels.telegram_reader import read_update
from bot.core.chat import UnreadableUpdateError
from bot.core.chat_words import link_payload
from bot.core.inbound import Inbound
from tests.telegram.updates import BOT, GROUP, message, ours, person, place, record, tap, update

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_ODD = _SCALARS | st.lists(_SCALARS, max_size=2) | st.dictionaries(st.sampled_from(["id", "type", "x"]), _SCALARS, max_size=2)
_WORDS = st.text(max_size=40) | st.sampled_from(
    [
        "TRACE 123456789",
        "/trace 123456789",
        f"/aide@{BOT}",
        "/help@OtherBot",
        f"@{BOT} 123456789",
        "/start",
        "/start VFJBQ0U",
        "\0",
        "\ud800",
    ]
)
_NUMBERS = st.integers(min_value=1, max_value=2**53)
_ENTITIES = st.fixed_dictionaries(
    {"type": st.sampled_from(["bot_command", "mention", "of_tomorrow"]), "offset": st.integers(0, 9), "length": st.integers(0, 9)}
)
_NAMES = {"last_name": st.text(max_size=5), "username": st.text(max_size=5)}
_USERS = st.fixed_dictionaries(
    {"id": _NUMBERS, "is_bot": st.sampled_from([False, False, False, True]), "first_name": st.text(max_size=5)},
    optional={"language_code": st.sampled_from(["fr", "en-CA", "de", ""]), "is_premium": st.just(True), **_NAMES},
)
_CHATS = st.fixed_dictionaries(
    {"id": _NUMBERS, "type": st.sampled_from(["private", "private", "private", "group", "channel"])},
    optional={"first_name": st.text(max_size=5), **_NAMES},
)
_MESSAGES = st.fixed_dictionaries(
    {
        "message_id": _NUMBERS,
        "date": st.integers(min_value=0, max_value=2**31 - 1),
        "chat": _CHATS,
        "from": _USERS,
        "text": _WORDS,
    },
    optional={"entities": st.lists(_ENTITIES, max_size=2)},
)


@st.composite
def _updates(draw: st.DrawFn) -> dict[str, Any]:
    """A plain message, in half of the cases with something in it that is another than it should be, more, or missing."""
    said = draw(_MESSAGES)
    whole = {"update_id": draw(_NUMBERS), "message": said}
    if draw(st.booleans()):
        place = draw(st.sampled_from([whole, said, said["chat"], said["from"], *said.get("entities", [])]))
        name = draw(
            st.sampled_from([*place, "caption", "photo", "via_bot", "forward_origin", "reply_to_message", "user", "is_forum"])
        )
        if draw(st.booleans()):
            place[name] = draw(_ODD)
        else:
            place.pop(name, None)
    return whole


def _read(octets: bytes, *, fast: bool) -> tuple[Inbound | None, bytes]:
    try:
        inbound, identity = read_update(record(octets), fast=fast)
    except UnreadableUpdateError as error:
        return None, error.identity.key
    return inbound, identity.key


@settings(max_examples=600, deadline=None)
@given(_updates())
def test_both_tiers_read_alike(plain: dict[str, Any]) -> None:
    octets = json.dumps(plain).encode()
    assert _read(octets, fast=True) == _read(octets, fast=False)


_PLAIN = [
    message("Où est mon envoi 123456789 ?"),
    message("/trace 123456789", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    message("/help@SomeOtherBot"),
    message(f"/start {link_payload('TRACE 123456789')}"),
    message("HELP", user=person(language=None)),
    message("HELP", user={**person(), "last_name": "Tremblay", "username": "marie", "is_premium": True}),
]


@pytest.mark.parametrize("plain", _PLAIN)
def test_plain_words_in_a_private_chat_are_taken(plain: dict[str, Any]) -> None:
    whole = update(message=plain)
    taken = plain_message(whole, BOT)
    assert taken is not None
    assert taken == read_update(record(whole), fast=False)[0]


@pytest.mark.parametrize(
    "whole",
    [
        update(message=message("TRACE 123456789", chat=GROUP)),
        update(message=ours("TRACE 123456789")),
        update(message=message()),
        update(message=message("")),
        update(message=message("no", reply_to_message=ours("PRO 123456789"))),
        update(message=message("LOGOUT", forward_origin={"type": "hidden_user", "sender_user_name": "x", "date": 1})),
        update(message=message("HELP", via_bot=person())),
        update(message=message("HELP", business_connection_id="b")),
        update(message=message("HELP", entities=[{"type": "text_mention", "offset": 0, "length": 4, "user": person()}])),
        update(message=message("HELP", date=-1)),
        update(message={**message("HELP"), "chat": {**place(1), "of_tomorrow": 1}}),
        update(message=message("HELP", user={**person(), "id": True})),
        update(edited_message=message("HELP")),
        update(message=message("HELP"), something_new={}),
        tap("HELP", ours("PRO 123456789")),
        5,
        {"update_id": 1, "message": 5},
    ],
)
def test_all_else_is_declined(whole: Any) -> None:
    assert plain_message(whole, BOT) is None
