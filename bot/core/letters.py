"""Outgoing letters: what waits in the outbox, word for word as it will be sent."""

from __future__ import annotations

import json

from bot.core.immutable import immutable
from bot.core.values import Channel

_COMPACT = json.JSONEncoder(separators=(",", ":"))


@immutable
class Letter:
    """One message to send.

    `content` is the whole RFC 5322 message (or a chat message's JSON): a repeated send repeats it word for word, under the same
    `message_id`. `envelope_sender` is "" for the null reverse-path, which direct answers have (RFC 3834 section 3.1). `bulk` tells
    of a chat message that nobody has just asked for: answers overtake it.
    """

    channel: Channel
    conversation: str
    message_id: str
    template: str
    recipient: str
    content: bytes
    envelope_sender: str = ""
    understood: bool = True
    secret: bool = False
    bulk: bool = False
    subject: str = ""  # of a letter just written; what waits in the outbox has it in its content
    undotted: bool = False  # known to have no line that begins with a dot; nobody looked at what waits in the outbox


@immutable
class Queued:
    """A letter with its place in the outbox."""

    id: int
    letter: Letter
    attempts: int
    created_at: int  # microseconds UTC


def pack_letter(letter: Letter) -> bytes:
    """What of a letter is sealed: its envelope as one line of JSON, then its content."""
    return _COMPACT.encode([letter.recipient, letter.envelope_sender]).encode() + b"\n" + letter.content


def unpack_letter(octets: bytes) -> tuple[str, str, bytes]:
    """Recipient, envelope sender and content that `pack_letter` wrote."""
    line, _, content = octets.partition(b"\n")
    recipient, envelope_sender = json.loads(line)
    return recipient, envelope_sender, content
