"""What is different when a message came by chat: what may not be said like this, what is removed, when silence is better.

| the message                                 | then                                                                  |
|---------------------------------------------|-----------------------------------------------------------------------|
| in a group, and about an account            | said in a private chat only; a password is removed and not tried      |
| forwarded, or made by another bot           | shows public facts, changes nothing                                   |
| a link's words                              | the same, and may begin what asks further                             |
| edited, its meaning as before               | silence                                                               |
| edited into another open question           | answered as a reply                                                   |
| edited into a change, or while a form waits | nothing is changed: said so                                           |
| may hold a password                         | removed, whatever else becomes of it                                  |
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from bot.core.chat import Chat, Origin
from bot.core.commands import Command, CommandSpec, Effect, Reading
from bot.core.courtesy import GREETINGS
from bot.core.folding import fold
from bot.core.replies import Reply
from bot.heard import Heard
from handlers.listing import row

_BY_LINK = frozenset({"language", "login", "request_access", "forgot_password", "profile", "link"})  # bare: they ask further
Specs = Callable[[str], CommandSpec]


def barred(reading: Reading, chat: Chat, specs: Specs) -> Reading:
    """The reading without the commands that may not be said in this way; they are kept apart, so that the answer can say why."""
    allowed = tuple(command for command in reading.commands if _may_be_said(command, chat, specs(command.name)))
    if len(allowed) == len(reading.commands):
        return reading
    return replace(reading, commands=allowed, barred=tuple(each for each in reading.commands if each not in allowed))


def _may_be_said(command: Command, chat: Chat, spec: CommandSpec) -> bool:
    if spec.effect is Effect.OPEN:
        return True
    if chat.edited or chat.origin is Origin.FORWARDED:
        return False
    if chat.in_group and not spec.in_groups:
        return False
    return chat.origin is Origin.OWN or spec.in_groups or (spec.name in _BY_LINK and not command.argument and not command.lines)


def said_before(heard: Heard) -> str | None:
    """What an edited message meant before it was edited, None where that is not remembered."""
    chat = heard.inbound.chat
    return dict(heard.known.said).get(chat.message_id) if chat is not None else None


def meaning(reading: Reading, text: str) -> str:
    """What a message means, so that an edit that changes nothing can be told: its commands, or else its words."""
    commands = (*reading.commands, *reading.barred)
    words = [f"{one.name} {fold(one.argument)} {fold(chr(10).join(one.lines))}" for one in commands] or [fold(text)]
    return hashlib.blake2b("\n".join(words).encode("utf-8", "replace"), digest_size=6).hexdigest()


def hush(heard: Heard) -> str:
    """Why a message that speaks to the desk is better left alone, "" when it is answered."""
    chat, reading = heard.inbound.chat, heard.reading
    if chat is None:
        return ""
    nothing = not (reading.commands or reading.barred)
    if chat.in_group and chat.to_anyone and nothing:
        return "chat_not_ours"  # a bare /command that another bot of the group may know
    if chat.edited and (said_before(heard) == meaning(reading, heard.inbound.text) or (nothing and heard.form is None)):
        return "chat_unchanged_edit"
    return ""


def instead(heard: Heard, specs: Specs) -> Reply | None:
    """What is answered in place of what the message says, None where it is answered as it stands."""
    chat, reading = heard.inbound.chat, heard.reading
    if chat is None:
        return None
    if chat.media and not heard.inbound.text:
        return Reply("chat/media", {"kind": chat.media}, understood=False)
    if chat.edited and (reading.barred or (heard.form is not None and not reading.commands)):
        return Reply("chat/edited", {"form": heard.form is not None})
    if not reading.barred:
        return None
    if chat.origin is not Origin.OWN:
        return Reply(
            "chat/borrowed", {"link": chat.origin is Origin.LINK, "command": row(specs(reading.barred[0].name), logged_in=False)}
        )
    return Reply("chat/private_only", {"secret": heard.secret})


def greets(heard: Heard) -> bool:
    """Whether somebody only says hello in a chat, and is shown what there is."""
    text = heard.inbound.text
    if heard.inbound.chat is None or heard.reading.commands or not text.strip():
        return False
    return heard.reading.empty or (heard.reading.courtesy and GREETINGS.at(fold(text).split(), 0) > 0)
