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
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.chat_menus import ChatMenus
from bot.core.accounts.stores import Drafts
from bot.core.chat import Chat, Origin
from bot.core.commands import Command, CommandSpec, Effect, Reading
from bot.core.courtesy import GREETINGS
from bot.core.folding import fold
from bot.core.letters import Letter
from bot.core.replies import Reply
from bot.core.secret_words import holds_made_up_word, message_holds_secret
from bot.core.values import Language
from bot.heard import Heard
from handlers.form_steps import under_way
from handlers.listing import row
from storage.chat_outbox import ChatOutbox
from storage.correspondents import Correspondents

_BY_LINK = frozenset({"language", "login", "request_access", "forgot_password", "profile", "link"})  # bare: they ask further
# Calls that show no message.
_UNSEEN = frozenset({"chat/acknowledged", "chat/buttons_removed", "chat/menu", "chat/removal"})
_ASKING = frozenset(
    {
        *("login/how", "login/refused", "login/expired", "login/limited", "login/password_needed"),
        *("password/choose", "password/how", "password/refused", "password/wrong_current", "link/expired"),
    }
)
Specs = Callable[[str], CommandSpec]


class Manners:
    """What the counter asks before it answers a chat.

    `specs` gives the declaration of a command by its name, `secret` are the names of those after which a password may follow.
    """

    def __init__(self, specs: Specs, secret: Collection[str], menus: ChatMenus) -> None:
        self._specs = specs
        self._secret = secret
        self._menus = menus

    async def hear(self, drafts: Drafts, outbox: ChatOutbox, heard: Heard, now: datetime) -> Heard:
        """The message with the form that waits in this chat, and whether it may hold a password."""
        chat, inbound = heard.inbound.chat, heard.inbound
        if chat is None:
            return heard
        form = None if chat.in_group else await under_way(drafts, inbound.sender.key, now)
        secret = not chat.callback_id and message_holds_secret(inbound.text, heard.reading, self._secret)
        if form is not None:
            secret = secret and (bool(heard.reading.commands) or holds_made_up_word(inbound.text))
        elif not secret and _is_bare_answer(heard):
            secret = asks_for_password(await outbox.latest_templates(inbound.sender.key))
        return replace(heard, form=form, secret=secret)

    def instead(self, heard: Heard) -> Reply | None:
        """What is answered in place of what the message says, None where it is answered as it stands."""
        chat, reading = heard.inbound.chat, heard.reading
        if chat is None:
            return None
        if heard.secret and not chat.in_group and not (reading.commands or reading.barred):
            return Reply("chat/removed", {"meant": False}, understood=False)  # nor does a form keep it
        if chat.media and not heard.inbound.text:
            return Reply("chat/media", {"kind": chat.media}, understood=False)
        if chat.edited and (reading.barred or (heard.form is not None and not reading.commands)):
            return Reply("chat/edited", {"form": heard.form is not None})
        if not reading.barred:
            return None
        if chat.origin is not Origin.OWN:
            asked = row(self._specs(reading.barred[0].name), logged_in=False)
            return Reply("chat/borrowed", {"link": chat.origin is Origin.LINK, "command": asked})
        return Reply("chat/private_only", {"secret": heard.secret}, toast=True)

    def told(self, heard: Heard) -> list[Reply]:
        """That a message is removed because it may hold a password, beside what its command is answered."""
        commands = (*heard.reading.commands, *heard.reading.barred)
        if not heard.secret or not commands or heard.inbound.chat is None or heard.inbound.chat.in_group:
            return []
        return [Reply("chat/removed", {"meant": any(command.name in self._secret for command in commands)})]

    async def remember(self, correspondents: Correspondents, heard: Heard, language: Language | None) -> list[Letter]:
        """What the message meant, so that an edit of it can be told; and the menu, where the chat's `language` is known."""
        chat, known, key = heard.inbound.chat, heard.known, heard.inbound.sender.key
        if chat is None:
            return []
        if chat.message_id:
            await correspondents.said(key, known.said, chat.message_id, meaning(heard.reading, heard.inbound.text))
        menu = self._menus.of_chat(chat, language, known) if language is not None else None
        if menu is None:
            return []
        digest, letter = menu
        await correspondents.given_menu(key, digest)
        return [letter]


def barred(reading: Reading, chat: Chat, specs: Specs) -> Reading:
    """The reading without the commands that may not be said in this way; they are kept apart, so that the answer can say why."""
    allowed = tuple(command for command in reading.commands if _may_be_said(command, chat, specs(command.name)))
    if len(allowed) == len(reading.commands):
        return reading
    kept_apart = tuple(each for each in reading.commands if each not in allowed)
    return replace(reading, commands=allowed, barred=kept_apart, switch=None)  # nor do their words choose a language


def _may_be_said(command: Command, chat: Chat, spec: CommandSpec) -> bool:
    if spec.effect is Effect.OPEN:
        return True
    if chat.edited or chat.origin is Origin.FORWARDED:
        return False
    if chat.in_group and not spec.in_groups:
        return False
    return chat.origin is Origin.OWN or spec.in_groups or (spec.name in _BY_LINK and not command.argument and not command.lines)


def _is_bare_answer(heard: Heard) -> bool:
    """Words in a private chat that are no command, no thanks and no hello."""
    chat, reading = heard.inbound.chat, heard.reading
    said = chat is not None and not chat.in_group and not chat.callback_id and heard.inbound.text
    return bool(said) and not (reading.commands or reading.barred or reading.courtesy or reading.empty)


def asks_for_password(latest: Sequence[str]) -> bool:
    """Whether what was said last asked for a password, so that bare words may be one: people leave the command out."""
    said = next((template for template in latest if template not in _UNSEEN), "")
    return not _ASKING.isdisjoint(said.split(", "))


def meaning(reading: Reading, text: str) -> str:
    """What a message means, so that an edit that changes nothing can be told: its commands, or else its words."""
    commands = (*reading.commands, *reading.barred)
    words = [f"{one.name}:{one.argument}\n{chr(10).join(one.lines)}" for one in commands] or [text]
    folded = "\n".join(fold(each).replace(" ", "") for each in words)
    return hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=6).hexdigest()


def hush(heard: Heard) -> str:
    """Why a message that speaks to the desk is better left alone, "" when it is answered."""
    chat, reading = heard.inbound.chat, heard.reading
    if chat is None:
        return ""
    nothing = not (reading.commands or reading.barred)
    if chat.in_group and chat.to_anyone and nothing:
        return "chat_not_ours"  # a bare /command that another bot of the group may know
    if chat.edited and (_said_before(heard) == meaning(reading, heard.inbound.text) or (nothing and heard.form is None)):
        return "chat_unchanged_edit"
    return ""


def _said_before(heard: Heard) -> str | None:
    """What an edited message meant before it was edited, None where that is not remembered."""
    chat = heard.inbound.chat
    return dict(heard.known.said).get(chat.message_id) if chat is not None else None


def greets(heard: Heard) -> bool:
    """Whether somebody only says hello in a chat, and is shown what there is."""
    text = heard.inbound.text
    if heard.inbound.chat is None or heard.reading.commands or not text.strip():
        return False
    return heard.reading.empty or (heard.reading.courtesy and GREETINGS.at(fold(text).split(), 0) > 0)
