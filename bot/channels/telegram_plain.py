"""The fast tier of reading updates: plain words that a person writes in a private chat, which is most of what arrives.

python-telegram-bot's types take several times as long, mostly for fields that nobody reads. Whatever holds anything but the fields
below, or a value of another kind, is declined and read through those types (`telegram_reader`); what is read here, they read alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.chat import Chat, ChatKind, Origin, chat_key
from bot.core.chat_words import said
from bot.core.inbound import Inbound
from bot.core.language import language_named
from bot.core.values import Language, Sender

_UPDATE = frozenset({"update_id", "message"})
_MESSAGE = {"message_id": int, "date": int, "chat": dict, "from": dict, "text": str}
_NAMES = {"first_name": str, "last_name": str, "username": str}
_CHAT = {"id": int, "type": str, **_NAMES}
_USER = {"id": int, "is_bot": bool, "language_code": str, "is_premium": bool, **_NAMES}
_ENTITY = {"type": str, "offset": int, "length": int}
_LAST_DATE = 2**31  # what the library makes a moment of, whatever the platform


def plain_message(update: Any, bot: str) -> Inbound | None:
    """A plain message to the bot of that user name, None for everything else."""
    if type(update) is not dict or update.keys() != _UPDATE:
        return None
    message = update["message"]
    if type(message) is not dict or not _is_plain(message):
        return None
    chat, user, words = message["chat"], message["from"], said(clean(message["text"]), bot)
    about = Chat(
        id=chat["id"],
        kind=ChatKind.PRIVATE,
        user_id=user["id"],
        message_id=message["message_id"],
        origin=Origin.LINK if words.linked else Origin.OWN,
        to_anyone=words.commands and not words.named,
        bot=bot,
    )
    name = f"{user['first_name']} {user['last_name']}" if user.get("last_name") else user["first_name"]
    return Inbound(
        Sender(chat_key(about.id), display_name=clean(name), chat_id=about.id),
        text=words.text,
        hint=hinted(user.get("language_code")),
        silence="chat_other_bot" if words.others and not words.commands else "",
        chat=about,
    )


def _is_plain(message: Mapping[str, Any]) -> bool:
    entities = message.get("entities", ())
    if not _holds(_MESSAGE, message, more=1 if "entities" in message else 0):
        return False
    chat, user = message["chat"], message["from"]
    return (
        message["text"] != ""
        and 0 <= message["date"] < _LAST_DATE
        and type(entities) in (list, tuple)
        and all(type(one) is dict and _holds(_ENTITY, one) for one in entities)
        and _has(_CHAT, chat, "id", "type")
        and chat["type"] == "private"
        and _has(_USER, user, "id", "is_bot", "first_name")
        and not user["is_bot"]
        and user["first_name"] != ""
    )


def _holds(kinds: Mapping[str, type], values: Mapping[str, Any], more: int = 0) -> bool:
    """Whether it has these fields, each of its kind, and `more` others."""
    return len(values) == len(kinds) + more and all(type(values.get(name)) is kind for name, kind in kinds.items())


def _has(kinds: Mapping[str, type], values: Mapping[str, Any], *needed: str) -> bool:
    """Whether it has no field but these, each of its kind, and all that are `needed`."""
    return all(type(value) is kinds.get(name) for name, value in values.items()) and all(name in values for name in needed)


def hinted(language_code: str | None) -> Language | None:
    """The language of a user's telephone, where it is one of the desk's."""
    return language_named((language_code or "").split("-", 1)[0].upper())


def clean(text: Any) -> str:
    """Text that can be encoded and stored: JSON may hold lone surrogates and NUL."""
    return str(text).replace("\x00", "").encode("utf-8", "replace").decode()
