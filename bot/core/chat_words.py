"""The words of a chat message as the grammar reads them: slash commands, the desk's own name, and the payload of a deep link."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from bot.core.immutable import immutable

PAYLOAD_LIMIT = 64  # characters (Bot API, deep linking): A-Z, a-z, 0-9, _ and -
_SLASH = re.compile(r"[ \t]*/([^\s@/]{1,64})(?:@([A-Za-z0-9_]{1,32}))?(?=\s|$)")
_START = "START"
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9_-]")


@immutable
class Said:
    """What a message says.

    `text` has its slash commands as plain words. `commands` tells that there was one for this desk, `others` one for another bot,
    `named` that the desk was called by its name, `linked` that the words came with a link (`/start PAYLOAD`).
    """

    text: str
    commands: bool = False
    others: bool = False
    named: bool = False
    linked: bool = False


def said(text: str, bot: str) -> Said:
    """Reads a message's text; `bot` is the desk's user name, "" while nobody knows it."""
    payload = _payload(text, bot)
    if payload is not None:
        return Said(payload or _START, commands=True, linked=bool(payload))
    named, lines = _without_name(text, bot)
    mine = others = False
    kept: list[str] = []
    for line in lines:
        found = _SLASH.match(line)
        if found is None:
            kept.append(line)
        elif found[2] and found[2].lower() != bot.lower():
            others = True
        else:
            mine = True
            kept.append(found[1].replace("_", " ") + line[found.end() :])
    return Said("\n".join(kept).strip(), mine, others, named)


def _without_name(text: str, bot: str) -> tuple[bool, Sequence[str]]:
    if not bot:
        return False, text.split("\n")
    mention = re.compile(rf"(?<![\w/])@{re.escape(bot)}(?!\w)[,:]?", re.IGNORECASE)
    named = mention.search(text) is not None
    return named, (mention.sub(" ", text) if named else text).split("\n")


def _payload(text: str, bot: str) -> str | None:
    """The command of a deep link, "" for one that says nothing; None when it is no deep link."""
    found = _SLASH.match(text)
    if found is None or found[1].lower() != "start" or (found[2] and found[2].lower() != bot.lower()):
        return None
    return read_payload(text[found.end() :].strip())


def link_payload(command: str) -> str | None:
    """What a link to the chat carries for a command: `https://t.me/BOT?start=PAYLOAD`. None when it does not fit."""
    payload = base64.urlsafe_b64encode(command.encode()).rstrip(b"=").decode()
    return payload if 0 < len(payload) <= PAYLOAD_LIMIT else None


def read_payload(payload: str) -> str:
    """The command of a payload, "" for one that no link of ours carries."""
    if not payload or len(payload) > PAYLOAD_LIMIT or _NOT_BASE64.search(payload):
        return ""
    try:
        text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.isprintable() and link_payload(text) == payload else ""
