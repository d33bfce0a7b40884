"""Replies into chat messages: what the Bot API is called with, decided when it is written.

One call is one letter. A tap is acknowledged exactly once, in the transaction that decides what it does; a message that holds a
password is removed before anything else is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.chat import Chat, ChatKind, chat_key
from bot.core.chat_buttons import CARD, FORM, Button, keyboard
from bot.core.chat_calls import Call, letter_number
from bot.core.chat_text import pieces, shown
from bot.core.clock import Mint
from bot.core.letters import Letter
from bot.core.rendering import Renderer
from bot.core.replies import Reply
from bot.core.values import Channel, Language

_WORD_LIMIT = 200  # characters of what answers a tap (Bot API, answerCallbackQuery)


@dataclass(frozen=True, slots=True)
class ChatComposer:
    """Writes chat messages. `unknown` is the order of the halves while the language is unknown."""

    renderer: Renderer
    mint: Mint
    unknown: tuple[Language, ...]

    def answer(
        self, chat: Chat, replies: Sequence[Reply], language: Language | None, *, first: bool, remove: bool = False
    ) -> list[Letter]:
        """The calls that answer a message; of several texts the last has the buttons. `remove` takes the message away."""
        languages = self.unknown if language is None else (language,)
        toasts = [reply for reply in replies if reply.toast and chat.callback_id]
        letters = self._at_once(chat, languages, self._words(toasts, languages[0]), remove=remove)
        said = [reply for reply in replies if reply not in toasts]
        if not said:
            return letters
        if chat.mark.startswith(FORM):
            letters.append(self.letter_to(chat.id, _without_buttons(chat.id, chat.tapped_message_id), "chat/buttons_removed"))
        offered = languages if len(languages) > 1 else tuple(each.other for each in languages) if first else ()
        made = self._messages(chat, said, languages, first=first, offered=offered)
        if len(said) == 1 and len(made) == 1 and said[0].news is not None and chat.mark.startswith(CARD):
            return [*letters, *self._in_place(chat, said[0], made[0], languages)]
        template, understood = ", ".join(reply.template for reply in said), all(reply.understood for reply in said)
        return [*letters, *(self.letter_to(chat.id, call, template, understood=understood) for call in made)]

    def at_least(self, chat: Chat | None, language: Language | None = None, *, secret: bool = False) -> tuple[Letter, ...]:
        """What goes out although nothing is said: a tap's waiting ends, and a password is removed."""
        if chat is None:
            return ()
        return tuple(self._at_once(chat, self.unknown if language is None else (language,), "", remove=secret))

    def parked(self, chat: Chat, language: Language | None, *, secret: bool) -> list[Letter]:
        """That a person will look at the message; one that may hold a password is removed all the same."""
        return self.answer(chat, [Reply("desk/parked", {"subject": ""})], language, first=False, remove=secret)

    def _at_once(self, chat: Chat, languages: Sequence[Language], words: str, *, remove: bool) -> list[Letter]:
        letters = []
        if chat.callback_id:
            parameters = {"callback_query_id": chat.callback_id, **({"text": words} if words else {})}
            letters.append(self.letter_to(chat.id, Call("answerCallbackQuery", parameters), "chat/acknowledged"))
        if remove and chat.message_id:
            (told, *_) = self._messages(chat, [Reply("chat/not_removed", {"group": chat.in_group})], languages)
            removal = Call("deleteMessage", {"chat_id": chat.id, "message_id": chat.message_id}, otherwise=told)
            letters.append(self.letter_to(chat.id, removal, "chat/removal"))
        return letters

    def notice(
        self, chat_id: int, reply: Reply, language: Language | None, *, token: str = "", answers: str = "", ends: bool = False
    ) -> list[Letter]:
        """Messages to a group that did not just write; a tap on their buttons brings `token` back.

        `answers` names the letter of ours that this goes on with; when it `ends`, that one loses its buttons.
        """
        languages = self.unknown if language is None else (language,)
        chat = Chat(chat_id, ChatKind.GROUP, user_id=0)
        calls = self._messages(chat, [replace(reply, mark=token)], languages)
        letters = []
        if answers:
            number = letter_number(answers)
            if ends:
                letters.append(self.letter_to(chat_id, _without_buttons(chat_id, number), "chat/buttons_removed"))
            answered = {"message_id": number, "allow_sending_without_reply": True}
            calls = [Call(call.method, {**call.parameters, "reply_parameters": answered}) for call in calls]
        return [*letters, *(self.letter_to(chat_id, call, reply.template) for call in calls)]

    def _words(self, toasts: Sequence[Reply], language: Language) -> str:
        if not toasts:
            return ""
        lines = [line for line in shown(self.renderer.chat(toasts, (language,), first_contact=False).html).split("\n") if line]
        # As many whole lines as fit: the first ones say what happened.
        while len("\n".join(lines)) > _WORD_LIMIT and len(lines) > 1:
            lines.pop()
        return "\n".join(lines)[:_WORD_LIMIT]

    def _in_place(self, chat: Chat, reply: Reply, call: Call, languages: Sequence[Language]) -> list[Letter]:
        """The card replaced by itself, anew where it cannot be; and the change as a message, for whoever cannot see an edit."""
        assert reply.news is not None  # noqa: S101 - the caller has looked
        kept = {key: value for key, value in call.parameters.items() if key not in ("message_thread_id", "reply_parameters")}
        edit = Call("editMessageText", {**kept, "message_id": chat.tapped_message_id}, otherwise=call)
        (told, *_) = self._messages(chat, [reply.news], languages)
        answered = {"message_id": chat.tapped_message_id, "allow_sending_without_reply": True}
        news = Call(told.method, {**told.parameters, "reply_parameters": answered})
        return [self.letter_to(chat.id, edit, reply.template), self.letter_to(chat.id, news, reply.news.template)]

    def _messages(
        self,
        chat: Chat,
        replies: Sequence[Reply],
        languages: Sequence[Language],
        *,
        first: bool = False,
        offered: Sequence[Language] = (),
    ) -> list[Call]:
        rendered = self.renderer.chat(replies, languages, first_contact=first, offered=offered)
        bound = next((reply.mark for reply in replies if reply.mark), "")
        made = [(label, command, bound) for label, command in rendered.buttons]
        buttons = keyboard([*made, *((label, command, "") for label, command in rendered.languages)])
        texts = pieces(rendered.html)
        return [self._message(chat, text, buttons if text is texts[-1] else []) for text in texts]

    def _message(self, chat: Chat, html: str, buttons: list[list[Button]]) -> Call:
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

    def letter_to(self, chat_id: int, call: Call, template: str, *, understood: bool = True) -> Letter:
        """One call about a chat."""
        return self.letter(chat_key(chat_id), str(chat_id), call, template, understood=understood)

    def letter(self, conversation: str, recipient: str, call: Call, template: str, *, understood: bool = True) -> Letter:
        """One call."""
        return Letter(
            channel=Channel.TELEGRAM,
            conversation=conversation,
            message_id=self.mint.token(),
            template=template,
            recipient=recipient,
            content=call.content(),
            understood=understood,
        )


def _without_buttons(chat_id: int, message_id: int | Mapping[str, str]) -> Call:
    # A question that is answered has no buttons any more.
    parameters: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id, "reply_markup": {"inline_keyboard": []}}
    return Call("editMessageReplyMarkup", parameters)


def _place(chat: Chat) -> Mapping[str, Any]:
    """Where an answer belongs: in a group to its message, in a forum to its topic."""
    place: dict[str, Any] = {}
    if chat.thread_id:
        place["message_thread_id"] = chat.thread_id
    answered = chat.message_id or chat.tapped_message_id
    if answered and (chat.in_group or chat.edited):
        place["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
    return place
