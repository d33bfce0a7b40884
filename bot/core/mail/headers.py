"""What the desk wants to know of a header, read once for both tiers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.core.immutable import immutable
from bot.core.mail import limits
from bot.core.mail.addresses import NOT_AN_ADDRESS, read_mailbox
from bot.core.mail.split import Split
from bot.core.mail.values import Mailbox
from bot.core.mail.words import decode_words, field_text, one_line

NO_FROM: Final = "no From"
TWO_FROM: Final = "two From"

# msg-id of RFC 5322 3.6.4 as it is met: printable ASCII, an "@", more than one in some. The left side holds no "@", so that the
# search stays linear.
_ID: Final = re.compile(r"<[!-;=?A-~]+@[!-;=?-~]+>")
_ID_ALONE: Final = re.compile(rf"({_ID.pattern})[ \t]*(?:\(.*)?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


@immutable
class Facts:
    """The header's part of a `Mail`; the fields mean the same there."""

    fields: Mapping[str, tuple[str, ...]]
    """Raw values as ISO 8859-1 characters, for the body's readers."""
    sender: Mailbox | None
    sender_problem: str
    reply_to: Mailbox | None
    subject: str
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: Mapping[str, tuple[str, ...]]
    content_language: str
    truncated: str


def read_header(split: Split) -> Facts:
    """The facts of a header; never raises."""
    fields = group(split)
    sender, problem = _sender(fields.get("from", ()), split.fault)
    reply_to = _mailbox(fields["reply-to"][0]) if len(fields.get("reply-to", ())) == 1 else ""
    answered, cut_answered = _identifiers(fields, "in-reply-to")
    references, cut = _identifiers(fields, "references")
    return Facts(
        fields=fields,
        sender=sender,
        sender_problem=problem,
        reply_to=None if isinstance(reply_to, str) else reply_to,
        subject=_line(fields, "subject", limits.SUBJECT_OCTETS, limits.SUBJECT_CHARACTERS),
        message_id=message_id(fields),
        in_reply_to=answered,
        references=references,
        headers=MappingProxyType({name: tuple(map(_readable, values)) for name, values in fields.items()}),
        content_language=_line(fields, "content-language", limits.CONTENT_TYPE_OCTETS, limits.CONTENT_TYPE_OCTETS),
        truncated=split.truncated or ("references" if cut or cut_answered else ""),
    )


def group(split: Split) -> dict[str, tuple[str, ...]]:
    """The fields by lower-case name, values in order."""
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in split.fields:
        fields[name] = (*fields[name], value) if name in fields else (value,)
    return fields


def message_id(fields: Mapping[str, tuple[str, ...]]) -> str | None:
    """The one well-formed Message-ID; a comment behind it, as sendmail adds one, is left out."""
    values = fields.get("message-id", ())
    found = _ID_ALONE.fullmatch(values[0]) if len(values) == 1 else None
    return found[1] if found else None


def _sender(values: tuple[str, ...], fault: str) -> tuple[Mailbox | None, str]:
    """The one From, or why there is none. A fault of the whole header comes first: what follows it cannot be trusted."""
    if fault:
        return None, fault
    if len(values) != 1:
        return None, TWO_FROM if values else NO_FROM
    mailbox = _mailbox(values[0])
    return (None, mailbox) if isinstance(mailbox, str) else (mailbox, "")


def _mailbox(value: str) -> Mailbox | str:
    """The mailbox of a raw value; octets that are no UTF-8 may stand in the display name, never in the address (RFC 6532 3.1)."""
    mailbox = read_mailbox(field_text(value))
    if isinstance(mailbox, Mailbox) and not mailbox.address.isascii() and mailbox.address.encode().decode("latin-1") not in value:
        return NOT_AN_ADDRESS
    return mailbox


def _identifiers(fields: Mapping[str, tuple[str, ...]], name: str) -> tuple[tuple[str, ...], bool]:
    """The last identifiers of the first field `name`, and whether a cap left some out."""
    values = fields.get(name)
    if not values:
        return (), False
    found = _ID.findall(values[0][-limits.REFERENCES_OCTETS :])
    cut = len(found) > limits.REFERENCES or len(values[0]) > limits.REFERENCES_OCTETS
    return tuple(found[-limits.REFERENCES :]), cut


def _line(fields: Mapping[str, tuple[str, ...]], name: str, octets: int, characters: int) -> str:
    values = fields.get(name)
    return one_line(decode_words(field_text(values[0][:octets])), characters) if values else ""


def _readable(value: str) -> str:
    """A raw value as text without control characters but the tab."""
    return value if value.isascii() and value.isprintable() else _CONTROL.sub("", field_text(value))
