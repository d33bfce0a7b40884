"""What the reader of inbound mail hands on: one plain value, whatever came in."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.immutable import immutable


@immutable
class Mailbox:
    """One mailbox of a From or Reply-To field, read by the strict grammar of `addresses.py`."""

    address: str
    """local@domain: the local part as given, the domain lower-cased (an internationalised one as given, RFC 6531)."""
    display_name: str
    """Decoded, one line, without control and bidirectional characters; it proves nothing."""
    ascii_address: str
    """The address with its domain in A-labels (RFC 5890): compare this one. The same as `address` for an ASCII domain."""


@immutable
class Mail:
    """A mail as the desk reads it. Every text can be encoded as UTF-8 and holds no NUL."""

    sender: Mailbox | None
    """The one From by the strict grammar, else None."""
    sender_problem: str
    """Empty, or why there is no sender: a constant of `addresses.py` or `split.py`."""
    reply_to: Mailbox | None
    """The one Reply-To by the same grammar; None when absent, several or broken."""
    subject: str
    """Decoded, one line, without control and bidirectional characters."""
    message_id: str | None
    """`<...@...>` when there is exactly one and it is well-formed (RFC 5322 3.6.4)."""
    has_date: bool
    """There is a Date field with something in it."""
    in_reply_to: tuple[str, ...]
    """Identifiers, the nearest last, at most `limits.REFERENCES`."""
    references: tuple[str, ...]
    """Identifiers, the nearest last, at most `limits.REFERENCES`."""
    headers: Mapping[str, tuple[str, ...]]
    """Lower-case name to its unfolded raw values, in order; encoded words are left as they are."""
    received_count: int
    """Received fields: how many hops the mail says it took."""
    text: str
    """The body's words with '\\n' line ends; HTML converted; no control characters but tab and newline."""
    text_is_html: bool
    """The words came from an HTML part."""
    attachments: int
    """Parts and uuencoded blocks that are neither the words nor another rendering or signature of them."""
    content_language: str
    """The Content-Language field on one line, or empty."""
    wrapper: str
    """Empty, or what hides the words: "smime" or "pgp"."""
    tier: str
    """Which reader read the body: "fast" or "walk"."""
    truncated: str
    """Empty, or the first cap of `limits.py` that was met: "size", "header bytes", "parts", "depth", "text" and so on."""


@immutable
class Identity:
    """By what a second arrival of the same mail is recognised."""

    key: bytes
    """32 octets, BLAKE2b of the envelope sender and the content without trace fields."""
    for_ever: bool
    """Message-ID and Date are both there; otherwise a repetition counts for 30 minutes (a script may honestly repeat itself)."""
    twin: bytes | None
    """32 octets of Message-ID, From, Date and body: the same mail by SMTP and by IMAP. None without Message-ID or Date."""
