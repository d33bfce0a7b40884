"""Updates as the Bot API sends them."""

from __future__ import annotations

import itertools
import json
from typing import Any

from bot.core.values import Channel, RawRecord

BOT_ID = 700700
BOT = "EssaiTransportBot"
MARIE = 4242
GROUP = -1001

_NUMBERS = itertools.count(1)


def person(user_id: int = MARIE, *, language: str | None = "fr", name: str = "Marie") -> dict[str, Any]:
    """A user."""
    return {"id": user_id, "is_bot": False, "first_name": name, **({"language_code": language} if language else {})}


def place(chat_id: int) -> dict[str, Any]:
    """A private chat, or a group for a negative number."""
    return {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup", **({} if chat_id > 0 else {"title": "Quai 4"})}


def message(text: str | None = None, *, chat: int = MARIE, user: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A message; `more` are further fields of it."""
    number = next(_NUMBERS)
    content = {"text": text} if text is not None else {}
    return {"message_id": number, "date": 1_795_000_000, "chat": place(chat), "from": user or person(), **content, **more}


def ours(text: str, *, chat: int = MARIE) -> dict[str, Any]:
    """A message of the desk's."""
    user = {"id": BOT_ID, "is_bot": True, "first_name": "Essai", "username": BOT}
    return message(text, chat=chat, user=user)


def update(**content: Any) -> dict[str, Any]:
    """One update."""
    return {"update_id": next(_NUMBERS), **content}


def tap(data: str, tapped: dict[str, Any] | None, *, user: dict[str, Any] | None = None) -> dict[str, Any]:
    """A tap on a button of a message."""
    query = {"id": f"tap{next(_NUMBERS)}", "from": user or person(), "chat_instance": "1", "data": data}
    return update(callback_query={**query, **({"message": tapped} if tapped is not None else {"inline_message_id": "x"})})


def record(plain: dict[str, Any] | bytes, *, bot: str = BOT) -> RawRecord:
    """What the edge hands over."""
    content = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    return RawRecord(Channel.TELEGRAM, content, recipients=(bot,) if bot else (), peer=str(BOT_ID))
