"""Which commands Telegram offers where: in private chats, in groups, to the administrators, and in a chat whose language is known.

A menu is sent when it has changed, and a digest of what was sent is remembered: at start for everybody, and with an answer for a
chat of its own language.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.chat_composer import ChatComposer
from bot.core.chat import Chat
from bot.core.chat_calls import Call
from bot.core.chat_menu import Menu, for_groups, menu
from bot.core.commands import CommandSpec
from bot.core.grammar import Vocabulary
from bot.core.letters import Letter, Queued
from bot.core.seal import Seal
from bot.core.values import Language
from storage.correspondents import Correspondent, Correspondents
from storage.database import Transaction
from storage.outbox import Outbox

_SUMMARIES = "summaries"  # in templates/_words/commands: what HELP says of each command


class ChatMenus:
    """The menus of one table of commands.

    `specs` are the customers' commands in HELP's order, `for_administrators` those that the administrators' chat has besides.
    `admin_chat` is that chat's number, 0 where there is none.
    """

    def __init__(
        self,
        specs: Sequence[CommandSpec],
        composer: ChatComposer,
        *,
        for_administrators: Sequence[CommandSpec] = (),
        admin_chat: int = 0,
    ) -> None:
        self._composer = composer
        self._admin_chat = admin_chat
        vocabulary = Vocabulary([*specs, *for_administrators])
        listed = [spec for spec in specs if spec.listed]
        kinds = {"private": listed, "group": for_groups(listed), "admin": (*for_administrators, *for_groups(listed))}
        self._menus: Mapping[tuple[str, Language], Menu] = {
            (kind, language): menu(of_kind, language, vocabulary, composer.renderer.words(_SUMMARIES, language))
            for kind, of_kind in kinds.items()
            for language in Language
        }

    async def publish(self, tx: Transaction, seal: Seal, bot_id: str, now: datetime) -> list[Queued]:
        """Puts into the outbox what everybody is offered, where it is not what this bot was given last."""
        calls, key, correspondents = list(self._calls()), f"telegram:menu:{bot_id}", Correspondents(tx, now)
        digest = _digest([call.parameters for call in calls])
        if (await correspondents.get(key)).menu == digest:
            return []
        await correspondents.meet(key)
        await correspondents.given_menu(key, digest)
        outbox = Outbox(tx, seal)
        return [await outbox.add(self._composer.letter(key, "", call, "chat/menu"), None, now) for call in calls]

    def of_chat(self, chat: Chat, language: Language, known: Correspondent) -> tuple[str, Letter] | None:
        """The menu of a chat whose language is known, with its digest; None where it has that one."""
        made = self._menus[self._kind(chat), language]
        digest = _digest(made)
        if known.menu == digest:
            return None
        call = Call("setMyCommands", {"commands": made, "scope": {"type": "chat", "chat_id": chat.id}})
        return digest, self._composer.letter_to(chat.id, call, "chat/menu")

    def _kind(self, chat: Chat) -> str:
        return "admin" if self._admin_chat and chat.id == self._admin_chat else "group" if chat.in_group else "private"

    def _calls(self) -> Iterator[Call]:
        """One a scope and language; without a language code it is for everybody whose program is in a third one."""
        scopes: list[tuple[str, dict[str, Any]]] = [
            ("private", {"type": "all_private_chats"}),
            ("group", {"type": "all_group_chats"}),
        ]
        if self._admin_chat:
            scopes.append(("admin", {"type": "chat", "chat_id": self._admin_chat}))
        for kind, scope in scopes:
            yield Call("setMyCommands", {"commands": self._menus[kind, self._composer.unknown[0]], "scope": scope})
            for language in Language:
                made = self._menus[kind, language]
                yield Call("setMyCommands", {"commands": made, "scope": scope, "language_code": language.value})


def _digest(plain: object) -> str:
    return hashlib.blake2b(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode(), digest_size=8).hexdigest()
