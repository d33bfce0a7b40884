"""Replies into chat messages: what the Bot API is called with, decided when it is written.

One call is one letter. A tap is acknowledged exactly once, in the transaction that decides what it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.chat import Chat, chat_key
from bot.core.chat_buttons import keyboard
from bot.core.chat_calls import Call
from bot.core.chat_text import pieces
from bot.core.clock import Mint
from bot.core.letters import Letter
from bot.core.rendering import Renderer
from bot.core.replies import Reply
from bot.core.values import Channel, Language


@dataclass(frozen=True, slots=True)
class ChatComposer:
    """Writes chat messages. `unknown` is the order of the halves while the language is unknown."""

    renderer: Renderer
    mint: Mint
    unknown: tuple[Language, ...]

    def answer(self, chat: Chat, replies: Sequence[Reply], language: Language | None, *, first: bool) -> list[Letter]:
        """The messages that answer one; the last has the buttons."""
        languages = self.unknown if language is None else (language,)
        offered = languages if len(languages) > 1 else tuple(each.other for each in languages) if first else ()
        rendered = self.renderer.chat(replies, languages, first_contact=first, offered=offered)
        buttons = keyboard((label, command, "") for label, command in rendered.buttons)
        template = ", ".join(reply.template for reply in replies)
        understood = all(reply.understood for reply in replies)
        texts = pieces(rendered.html)
        letters = [] if not chat.callback_id else [self.acknowledgement(chat)]
        for text in texts:
            call = self._message(chat, text, buttons if text is texts[-1] else [])
            letters.append(self._letter(chat.id, call, template, understood=understood))
        return letters

    def acknowledgement(self, chat: Chat, words: str = "") -> Letter:
        """Ends the waiting that a tap shows, with a word if there is one."""
        parameters = {"callback_query_id": chat.callback_id, **({"text": words} if words else {})}
        return self._letter(chat.id, Call("answerCallbackQuery", parameters), "chat/acknowledged")

    def _message(self, chat: Chat, html: str, buttons: list[list[dict[str, Any]]]) -> Call:
        parameters: dict[str, Any] = {
            "chat_id": chat.id,
            "text": html,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            **_place(chat),
        }
        if buttons:
            parameters["reply_markup"] = {"inline_keyboard": buttons}
        return Call("sendMessage", parameters)

    def _letter(self, chat_id: int, call: Call, template: str, *, understood: bool = True) -> Letter:
        return Letter(
            channel=Channel.TELEGRAM,
            conversation=chat_key(chat_id),
            message_id=self.mint.token(),
            template=template,
            recipient=str(chat_id),
            content=call.content(),
            understood=understood,
        )


def _place(chat: Chat) -> Mapping[str, Any]:
    """Where an answer belongs: in a group to its message, in a forum to its topic."""
    place: dict[str, Any] = {}
    if chat.thread_id:
        place["message_thread_id"] = chat.thread_id
    answered = chat.message_id or chat.tapped_message_id
    if answered and (chat.in_group or chat.edited):
        place["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
    return place
