"""What a chat message is besides its words: where it was written, by whom, and whether it speaks to the desk at all."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from bot.core.immutable import immutable
from bot.core.mail import Identity


class ChatKind(StrEnum):
    """Who reads along."""

    PRIVATE = "private"
    GROUP = "group"


class Origin(StrEnum):
    """Whose words they are."""

    OWN = "own"
    FORWARDED = "forwarded"  # somebody else's, or made by another bot: they change nothing
    LINK = "link"  # of a link that anybody may have made


class ChatEvent(StrEnum):
    """What a chat tells of the desk itself (Bot API: my_chat_member)."""

    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    JOINED = "joined"
    LEFT = "left"


@immutable
class Chat:
    """The chat of one message.

    `id` and `user_id` are Telegram's numbers; a private chat has its user's. `message_id` is the message that arrived, 0 for a tap,
    which has `callback_id` and the message of ours that was tapped. `edited` tells that the message was changed after it was sent.
    `answers_us` tells that it replies to a message of ours, `to_anyone` that it is a bare /command in a group, which other bots
    may know as well. `media` is the kind of what is no text ("photo", "voice"). `mark` is what a button was bound to when it was
    made (`chat_buttons`), `thread_id` a forum's topic. `bot` is the user name under which this desk was written to, "" where the
    record does not tell it.
    """

    id: int
    kind: ChatKind
    user_id: int
    message_id: int = 0
    callback_id: str = ""
    tapped_message_id: int = 0
    tapped_at: int = 0  # seconds since 1970: when the tapped message was last written, 0 where nothing tells
    edited: bool = False
    origin: Origin = Origin.OWN
    answers_us: bool = False
    answered_id: int = 0  # the message of ours that it replies to
    to_anyone: bool = False
    media: str = ""
    mark: str = ""
    thread_id: int = 0
    bot: str = ""
    event: ChatEvent | None = None

    @property
    def in_group(self) -> bool:
        """Whether others read along: no account data, no passwords."""
        return self.kind is ChatKind.GROUP


class UnreadableUpdateError(Exception):
    """An update that cannot be read: it is kept for a person; its `identity` tells it again. The text is for operators."""

    def __init__(self, reason: str, identity: Identity) -> None:
        super().__init__(f"{reason}; a newer python-telegram-bot may know it")
        self.identity = identity


def chat_key(chat_id: int) -> str:
    """The conversation of a chat."""
    return f"telegram:{chat_id}"


def update_identity(bot_id: str, update_id: int | None, octets: bytes) -> Identity:
    """What makes an update the same again, for ever: the bot and the update's number (Bot API, Update: "unique identifier").

    One that has no number is known by its octets.
    """
    named = f"telegram {bot_id} {update_id}".encode() if update_id is not None else b"telegram " + bot_id.encode() + b" " + octets
    return Identity(hashlib.blake2b(named, digest_size=32).digest(), True, None)
