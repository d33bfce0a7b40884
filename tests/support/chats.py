"""People and groups in Telegram, and what their screens show: what the methods of the Bot API do, and what they refuse."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

BOT = {"id": 4242, "is_bot": True, "first_name": "Essai", "username": "EssaiBot"}
MOST_UNITS = 4096  # of UTF-16, after entities are parsed
MOST_CALLBACK_OCTETS = 64
TAGS = frozenset({"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler", "span"})
EPOCH = 1_795_446_000  # 2026-11-23 15:00 UTC, what the tests' clock shows


class Refusal(Exception):
    """A call that the Bot API refuses."""

    def __init__(self, status: int, description: str, retry_after: int = 0, *, moved_to: int = 0) -> None:
        super().__init__(description)
        self.moved_to = moved_to
        self.status = status
        self.description = description
        self.retry_after = retry_after


@dataclass(frozen=True)
class Button:
    text: str
    data: str = ""
    url: str = ""


@dataclass
class Shown:
    """A message of the bot on a screen: `html` as sent, `text` as people read it."""

    id: int
    html: str
    text: str
    buttons: list[list[Button]]
    parameters: Mapping[str, Any]
    edits: int = 0
    deleted: bool = False

    def button(self, words: str) -> Button:
        """The button whose text holds these words."""
        found = [button for row in self.buttons for button in row if words.lower() in button.text.lower()]
        assert len(found) == 1, (words, [button.text for row in self.buttons for button in row])
        return found[0]

    def labels(self) -> list[str]:
        return [button.text for row in self.buttons for button in row]


@dataclass
class Chat:
    """One chat. `say`, `tap`, `edit` are its user's doing; each gives the update's id."""

    id: int
    kind: str
    push: Callable[[Mapping[str, Any]], int]
    user: dict[str, Any]
    title: str = ""
    shown: dict[int, Shown] = field(default_factory=dict)  # the bot's messages by id
    said: dict[int, dict[str, Any]] = field(default_factory=dict)  # people's messages by id
    toasts: list[tuple[str, str]] = field(default_factory=list)  # (callback id, text) of answerCallbackQuery
    blocked: bool = False
    moved_to: int = 0  # the supergroup that the group has become
    last_id: int = 0
    read: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def described(self) -> dict[str, Any]:
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.user["first_name"]}
        return {"id": self.id, "type": self.kind, "title": self.title}

    @property
    def screen(self) -> list[Shown]:
        """The bot's messages that are still there, oldest first."""
        return [shown for shown in self.shown.values() if not shown.deleted]

    @property
    def last(self) -> Shown:
        return self.screen[-1]

    async def next(self, seconds: float = 20.0) -> Shown:
        """The bot's next message that this test has not yet taken."""
        async with asyncio.timeout(seconds):
            while len(self.shown) <= self.read:
                self.arrived.clear()
                await self.arrived.wait()
        self.read += 1
        return list(self.shown.values())[self.read - 1]

    async def until(self, condition: Callable[[], object], seconds: float = 20.0) -> None:
        """Until `condition()` holds; it is looked at after every change of this screen."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.arrived.clear()
                await self.arrived.wait()

    def say(self, text: str, *, by: Mapping[str, Any] | None = None, reply_to: int = 0, **more: Any) -> int:
        """Writes a message; a word that begins with / is marked as a command, as clients do."""
        message = self._message(text, by, **more)
        if reply_to:
            theirs = self.said.get(reply_to)
            message["reply_to_message"] = theirs if theirs is not None else self._bots(self.shown[reply_to])
        self.said[message["message_id"]] = message
        return self.push({"message": message})

    def edit(self, message_id: int, text: str) -> int:
        """Changes a message written before."""
        message = {**self.said[message_id], "text": text, "edit_date": EPOCH + message_id + 60}
        self.said[message_id] = message
        return self.push({"edited_message": message})

    def tap(self, words: str, shown: Shown | None = None, *, by: Mapping[str, Any] | None = None) -> int:
        """Taps the button with these words on a message of the bot (the last)."""
        shown = shown or self.last
        return self.send_data(shown.button(words).data, shown, by=by)

    def send_data(self, data: str, shown: Shown | None = None, *, by: Mapping[str, Any] | None = None) -> int:
        """A callback with any data: what a forged client sends."""
        shown = shown or self.last
        query = {"id": f"cb{self.id}.{self._take_id()}", "from": dict(by or self.user), "chat_instance": "1", "data": data}
        return self.push({"callback_query": {**query, "message": self._bots(shown)}})

    def block(self) -> int:
        """Blocks the bot (or throws it out of the group)."""
        self.blocked = True
        return self._member("member", "kicked")

    def unblock(self) -> int:
        """Lets the bot write again."""
        self.blocked = False
        return self._member("kicked", "member")

    def _member(self, old: str, new: str) -> int:
        states = {"old_chat_member": {"user": BOT, "status": old}, "new_chat_member": {"user": BOT, "status": new}}
        for state in states.values():
            if state["status"] == "kicked":
                state["until_date"] = 0
        return self.push({"my_chat_member": {"chat": self.described, "from": self.user, "date": EPOCH, **states}})

    def _message(self, text: str, by: Mapping[str, Any] | None, **more: Any) -> dict[str, Any]:
        number = self._take_id()
        message = {"message_id": number, "from": dict(by or self.user), "chat": self.described, "date": EPOCH + number}
        if text:
            message["text"] = text
            commands = [match.span() for match in re.finditer(r"(?<!\S)/[A-Za-z0-9_]+(@\w+)?", text)]
            if commands:
                message["entities"] = [
                    {"type": "bot_command", "offset": units(text[:start]), "length": end - start} for start, end in commands
                ]
        return message | more

    def _bots(self, shown: Shown) -> dict[str, Any]:
        message = {"message_id": shown.id, "from": BOT, "chat": self.described, "date": EPOCH + shown.id, "text": shown.text}
        return message | ({"reply_markup": shown.parameters["reply_markup"]} if shown.parameters.get("reply_markup") else {})

    def _take_id(self) -> int:
        self.last_id += 1
        return self.last_id


class Screens:
    """All chats, and the methods that change what they show."""

    def __init__(self, push: Callable[[Mapping[str, Any]], int]) -> None:
        self._push = push
        self.chats: dict[int, Chat] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}  # by (scope as JSON-like text, language)

    def private(self, user_id: int, first_name: str, language: str, **user: Any) -> Chat:
        described = {"id": user_id, "is_bot": False, "first_name": first_name, "language_code": language, **user}
        return self.chats.setdefault(user_id, Chat(user_id, "private", self._push, described))

    def group(self, chat_id: int, title: str) -> Chat:
        assert chat_id < 0, "ids of groups are negative"
        somebody = {"id": 1, "is_bot": False, "first_name": "Luc", "language_code": "fr"}
        return self.chats.setdefault(chat_id, Chat(chat_id, "supergroup", self._push, somebody, title))

    def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """What a method gives. Raises Refusal."""
        if method == "answerCallbackQuery":
            return self._answer_callback(parameters)
        if method in ("setMyCommands", "deleteMyCommands", "getMyCommands"):
            return self._commands(method, parameters)
        chat = self.chats.get(int(parameters.get("chat_id", 0)))
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        if chat.moved_to:
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", moved_to=chat.moved_to)
        if chat.blocked:
            words = "bot was blocked by the user" if chat.kind == "private" else "bot was kicked from the supergroup chat"
            raise Refusal(403, f"Forbidden: {words}")
        try:
            match method:
                case "sendMessage" | "sendDocument" | "sendPhoto":
                    return self._send(chat, parameters)
                case "editMessageText" | "editMessageReplyMarkup":
                    return self._edit(chat, parameters, method)
                case "deleteMessage":
                    return self._delete(chat, int(parameters["message_id"]))
                case "sendChatAction" | "leaveChat":
                    return True
                case "getChat":
                    return chat.described
        finally:
            chat.arrived.set()
        raise Refusal(404, "Not Found: method not found")

    def _send(self, chat: Chat, parameters: Mapping[str, Any]) -> dict[str, Any]:
        source = str(parameters.get("text", parameters.get("caption", "")))
        shown = Shown(chat._take_id(), source, _read(source, parameters), _keyboard(parameters), parameters)
        if not shown.text and "text" in parameters:
            raise Refusal(400, "Bad Request: message text is empty")
        chat.shown[shown.id] = shown
        return chat._bots(shown)

    def _edit(self, chat: Chat, parameters: Mapping[str, Any], method: str) -> dict[str, Any]:
        shown = chat.shown.get(int(parameters["message_id"]))
        if shown is None or shown.deleted:
            raise Refusal(400, "Bad Request: message to edit not found")
        source = str(parameters["text"]) if method == "editMessageText" else shown.html
        text = _read(source, parameters) if method == "editMessageText" else shown.text
        if (text, source, _keyboard(parameters)) == (shown.text, shown.html, shown.buttons):
            words = "specified new message content and reply markup are exactly the same as a current content"
            raise Refusal(400, f"Bad Request: message is not modified: {words}")
        shown.html, shown.text, shown.buttons, shown.edits = source, text, _keyboard(parameters), shown.edits + 1
        shown.parameters = {**shown.parameters, "reply_markup": parameters.get("reply_markup")}
        return chat._bots(shown)

    def _delete(self, chat: Chat, message_id: int) -> bool:
        if message_id in chat.shown and not chat.shown[message_id].deleted:
            chat.shown[message_id].deleted = True
        elif chat.said.pop(message_id, None) is None:
            raise Refusal(400, "Bad Request: message to delete not found")
        return True

    def _answer_callback(self, parameters: Mapping[str, Any]) -> bool:
        query = str(parameters["callback_query_id"])
        match = re.fullmatch(r"cb(-?\d+)\.\d+", query)
        chat = self.chats.get(int(match[1])) if match else None
        if chat is None or query in [known for known, _ in chat.toasts]:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(str(parameters.get("text", ""))) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        chat.toasts.append((query, str(parameters.get("text", ""))))
        chat.arrived.set()
        return True

    def _commands(self, method: str, parameters: Mapping[str, Any]) -> Any:
        key = (str(parameters.get("scope") or {"type": "default"}), str(parameters.get("language_code", "")))
        if method == "getMyCommands":
            return self.commands.get(key, [])
        if method == "deleteMyCommands":
            self.commands.pop(key, None)
            return True
        commands = list(parameters["commands"])
        if len(commands) > 100:
            raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[key] = commands
        return True


def units(text: str) -> int:
    """How Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _read(source: str, parameters: Mapping[str, Any]) -> str:
    """What people read. Raises Refusal for tags that Telegram refuses, and for too much."""
    text = _Reader.text(source) if parameters.get("parse_mode") == "HTML" else source
    if units(text) > MOST_UNITS:
        raise Refusal(400, "Bad Request: message is too long")
    return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.parts: list[str] = []

    @classmethod
    def text(cls, source: str) -> str:
        if re.search(r"&(?!(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)", source):
            raise Refusal(400, "Bad Request: can't parse entities: unsupported entity")
        reader = cls()
        reader.feed(source)
        reader.close()
        if reader.open:
            raise Refusal(400, f"Bad Request: can't parse entities: can't find end tag for {reader.open[-1]!r}")
        return "".join(reader.parts).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Refusal(400, f"Bad Request: can't parse entities: unsupported start tag {html.escape(tag)!r}")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refusal(400, f"Bad Request: can't parse entities: unexpected end tag {tag!r}")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _keyboard(parameters: Mapping[str, Any]) -> list[list[Button]]:
    markup = parameters.get("reply_markup") or {}
    rows = []
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if len(button.get("callback_data", "").encode()) > MOST_CALLBACK_OCTETS:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
            if not button["text"] or not ({"callback_data", "url", "switch_inline_query", "copy_text"} & set(button)):
                raise Refusal(400, "Bad Request: can't parse inline keyboard button")
        rows.append([Button(button["text"], button.get("callback_data", ""), button.get("url", "")) for button in row])
    return rows
