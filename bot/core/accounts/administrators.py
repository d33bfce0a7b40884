"""Who decides: the listed addresses, each in a thread of its own, and the listed people in the administrators' chat.

An administrator is named by a string wherever one is noted down: an address, or `telegram:42 Marie Tremblay` for somebody who
tapped a button. The chat itself, to which cards go, is named by its conversation's key, `telegram:-100123`. Telegram's number
proves who taps; the name beside it is the person's own choice, and is there to be read only.
"""

from __future__ import annotations

import re

from bot.core.chat import chat_key

_IN_CHAT = re.compile(r"telegram:(\d+)(?: (.*))?", re.DOTALL)


def by_tap(user_id: int, name: str) -> str:
    """How somebody who taps in the administrators' chat is noted down."""
    return f"{chat_key(user_id)} {name}".strip()


def user_of(admin: str) -> int:
    """Telegram's number of an administrator who tapped, 0 for an address."""
    found = _IN_CHAT.fullmatch(admin)
    return int(found[1]) if found else 0


def named(admin: str) -> str:
    """An administrator as the others read one: the address, or the name in the chat with its number."""
    found = _IN_CHAT.fullmatch(admin)
    if found is None:
        return admin
    number = f"Telegram {found[1]}"
    return f"{found[2]} ({number})" if found[2] else number


def chat_of(admin: str) -> int:
    """Telegram's number of the chat that `is_chat` told. Raises ValueError for anything else."""
    return int(admin.removeprefix("telegram:"))


def is_chat(admin: str) -> bool:
    """Whether letters to that administrator are messages in the administrators' chat."""
    return admin.startswith("telegram:")
