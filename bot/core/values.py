"""The plain values that every part of the desk speaks in."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from bot.core.immutable import immutable


class Language(StrEnum):
    """A language of the counter; both are equal in every word."""

    EN = "en"
    FR = "fr"

    @property
    def other(self) -> Language:
        """The twin language."""
        return Language.FR if self is Language.EN else Language.EN


class Channel(StrEnum):
    """How a person and the desk speak with each other."""

    MAIL = "mail"
    TELEGRAM = "telegram"
    TERMINAL = "terminal"


class Medium(StrEnum):
    """What an answer is: templates say `medium` where their words must fit a letter, a chat or a terminal."""

    LETTER = "letter"
    CHAT = "chat"
    TERMINAL = "terminal"


class Assurance(IntEnum):
    """How sure the desk is of who writes (ordered as NIST SP 800-63 orders its levels); From alone proves nothing."""

    ANYONE = 0
    AUTHENTIC_SENDER = 1
    SESSION = 2
    CURRENT_PASSWORD = 3
    ADMINISTRATOR = 4


@immutable
class Sender:
    """Who a message says it is from.

    `address` is the one strict From of a mail (lower-case domain), empty elsewhere. `key` names the conversation: all that the
    desk remembers of somebody (language, the list just sent) hangs on it.
    """

    key: str
    address: str = ""
    display_name: str = ""
    chat_id: int = 0


@immutable
class RawRecord:
    """What an edge hands over for keeping before anything else happens: one a message, its recipients in a list.

    `content` is RFC 5322 octets, a Telegram update's JSON, or the UTF-8 text typed in a terminal. `envelope_sender` is the SMTP
    reverse-path ("" for the null sender, None where the channel has none). `peer` is who delivered it, as `authenticity.peers`
    writes it.
    """

    channel: Channel
    content: bytes
    envelope_sender: str | None = None
    recipients: tuple[str, ...] = ()
    peer: str = ""
    conversation: str = ""
