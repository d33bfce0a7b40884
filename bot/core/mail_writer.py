"""Writes an outgoing letter as RFC 5322 octets, by filling a fixed multipart/alternative skeleton with checked values.

`email.message.EmailMessage` takes a hundred times as long. What is written here is proved by reading it back with `email`
(tests/rendering/test_mail_writer.py). Sources: RFC 5322 (headers, 78 and 998), RFC 2047 (encoded words), RFC 2045
(quoted-printable), RFC 2046 5.1 (multipart), RFC 3834 (Auto-Submitted), RFC 5890 (domain names).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import idna

from bot.core.encoded_words import encode_words
from bot.core.immutable import immutable
from bot.core.mail_body import Text, TravelHtml, quoted

_LINE_LIMIT = 78  # RFC 5322 2.1.1: SHOULD, for what people may read as it stands
_LINE_MUST = 990  # RFC 5322 2.1.1: MUST is 998
_REFERENCES_KEPT = 20  # beside the first, which names the thread
_REFERENCES_OCTETS = 900  # RFC 5322 2.1.1: 998 a line once unfolded
_FORBIDDEN = re.compile(r"[\r\n\0]")
_HEADER_NAME = re.compile(r"[!-9;-~]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])*"')
_UTF8_ATOM = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+"
_UTF8_LOCAL = re.compile(rf"{_UTF8_ATOM}(?:\.{_UTF8_ATOM})*")  # RFC 6531 section 3.3
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|\[[!-Z^-~]+\]")
_PLAIN_NAME = re.compile(rf"{_ATOM}(?: {_ATOM})*")
_NOT_IN_BOUNDARY = re.compile(r"[^A-Za-z0-9]+")


@immutable
class MailHeaders:
    """What the headers of a letter say; addresses are bare (`a@b.example`), identifiers have their angle brackets.

    `date` is aware. `auto_submitted` is "auto-replied" or "auto-generated" (RFC 3834 section 5). `references` are oldest first.
    `extra` are further headers by name.
    """

    from_address: str
    from_name: str
    to: str
    reply_to: str
    subject: str
    message_id: str
    date: datetime
    auto_submitted: str
    template: str
    content_language: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


def write_mail(headers: MailHeaders, text: Text, html: TravelHtml) -> bytes:
    """The whole letter with CRLF line ends.

    Pure ASCII, unless the recipient's local part is not: then its address stands in UTF-8 (RFC 6532) and the letter needs
    SMTPUTF8. No line begins with a dot. Raises ValueError for CR, LF or NUL in a header's value, an address that is none, a
    Message-ID that is none, and a lone surrogate in a header.
    """
    if not _MESSAGE_ID.fullmatch(headers.message_id):
        raise ValueError("the Message-ID must be one <…@…> of printable ASCII; make it with the mint")
    boundary = "=_" + _NOT_IN_BOUNDARY.sub("", headers.message_id)[:60]
    kind = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
    # Joined once: the body has 20 KB, and each time that it is copied costs as much as all the headers.
    return b"".join(
        (
            f"{_header_lines(headers)}{kind}--{boundary}\r\n".encode(),
            *_text_part(text, boundary),
            f"\r\n--{boundary}\r\n".encode(),
            *_html_part(html),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )


def _header_lines(headers: MailHeaders) -> str:
    lines = [
        f"From: {_mailbox(headers.from_name, headers.from_address)}",
        f"To: {mail_address(headers.to)}",
        f"Reply-To: {ascii_address(headers.reply_to)}" if headers.reply_to else "",
        unstructured("Subject", headers.subject),
        f"Date: {format_datetime(headers.date)}",
        f"Message-ID: {headers.message_id}",
        *_thread(headers),
        _of_few("Auto-Submitted", headers.auto_submitted),
        _of_few("Content-Language", headers.content_language),
        _of_few("X-Autopro-Template", headers.template),
        *(unstructured(name, value) for name, value in headers.extra.items()),
    ]
    return "\r\n".join(filter(None, lines)) + "\r\n"


def _thread(headers: MailHeaders) -> Iterable[str]:
    """In-Reply-To and References (RFC 5322 3.6.4), one identifier a line.

    The identifiers are strangers': one that is malformed is left out, since an answer out of its thread beats no answer.
    """
    for identifier in (headers.in_reply_to, *headers.references):
        _refuse_breaks(identifier)
    if _MESSAGE_ID.fullmatch(headers.in_reply_to):
        yield f"In-Reply-To: {headers.in_reply_to}"
    known = list(dict.fromkeys(filter(_MESSAGE_ID.fullmatch, headers.references)))
    if known:
        yield "References: " + "\r\n ".join(_shortened(known))


def _shortened(identifiers: list[str]) -> list[str]:
    """The first identifier and as many of the last ones as fit."""
    first, rest = identifiers[0], identifiers[1:]
    room = _REFERENCES_OCTETS - len(first)
    kept: list[str] = []
    for identifier in reversed(rest[-_REFERENCES_KEPT:]):
        room -= len(identifier) + 1
        if room < 0:
            break
        kept.append(identifier)
    return [first, *reversed(kept)]


def mail_address(address: str) -> str:
    """An address for headers and envelope: ASCII where that can be, UTF-8 where the local part is not (RFC 6531, RFC 6532).

    Raises ValueError when it is not one plain address.
    """
    _refuse_breaks(address)
    local, _, domain = address.rpartition("@")
    if local.isascii():
        return ascii_address(address)
    if not (_UTF8_LOCAL.fullmatch(local) and local.isprintable()):
        raise ValueError("this is not one plain mail address; check where it was read")
    return f"{local}@{ascii_address(f'a@{domain}')[2:]}"


def ascii_address(address: str) -> str:
    """An address for headers and envelope in ASCII: an internationalised domain becomes its A-labels.

    Raises ValueError when it is not one plain address. Nothing is cached here: a Reply-To holds a token.
    """
    _refuse_breaks(address)
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode("ascii")
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise ValueError("this is not one plain mail address in ASCII; check where it was read")
    return f"{local}@{domain}"


@lru_cache(maxsize=64)
def _mailbox(name: str, address: str) -> str:
    """`Name <address>` with the name as atoms, quoted, or in encoded words; the address alone on the next line when it is long."""
    _refuse_breaks(name)
    plain = ascii_address(address)
    if not name:
        return plain
    if _PLAIN_NAME.fullmatch(name) and len(name) <= 60 and "=?" not in name:
        phrase = name
    elif name.isascii() and name.isprintable() and len(name) <= 60 and "=?" not in name:
        phrase = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        phrase = encode_words(name, len("From: "))
    last_line = len(phrase.rpartition("\r\n")[2]) + len("From: ")
    return f"{phrase}{' ' if last_line + len(plain) + 3 <= _LINE_LIMIT else chr(13) + chr(10) + ' '}<{plain}>"


def unstructured(name: str, value: str) -> str:
    """A header of free words, folded at 78; "" for an empty value. ValueError for a bad name and for CR, LF or NUL."""
    _refuse_breaks(value)
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError("a header's name is printable ASCII without a colon")
    if not value:
        return ""
    plain = value.isascii() and value.isprintable() and "=?" not in value
    if plain and len(name) + 2 + len(value) <= _LINE_LIMIT and value.strip() == value:
        return f"{name}: {value}"
    return (plain and _folded(name, value)) or f"{name}: {encode_words(value, len(name) + 2)}"


_of_few = lru_cache(maxsize=256)(unstructured)  # for values of which there are few, none of them anybody's


def _folded(name: str, value: str) -> str:
    """Plain words folded between lines; "" where that would not give the same words back, or a line would be too long."""
    words = value.split(" ")
    if "" in words or len(words[0]) + len(name) + 2 > _LINE_LIMIT or max(map(len, words)) >= _LINE_LIMIT:
        return ""
    lines = [f"{name}: {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= _LINE_LIMIT:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines)


def _refuse_breaks(value: str) -> None:
    if _FORBIDDEN.search(value):
        raise ValueError("a header's value must not hold CR, LF or NUL; clean it where it enters")


def _text_part(text: Text, boundary: str) -> tuple[bytes, bytes]:
    """Plain text as it is when it is ASCII of lines that may be sent, else quoted-printable, which never yields a boundary's `=_`
    (RFC 2045 6.7 rule 1)."""
    if text.plain.isascii() and _is_7bit(text.plain, boundary):
        return _part("plain", "7bit"), text.plain.replace("\n", "\r\n").encode()
    return _part("plain", "quoted-printable"), text.quoted


def _is_7bit(text: str, boundary: str) -> bool:
    """Whether ASCII text may go out as it is: short lines without NUL, of which none is a boundary or begins with a dot."""
    if "\0" in text or boundary in text or "\n." in text or text.startswith("."):
        return False
    return max(map(len, text.split("\n"))) <= _LINE_LIMIT


def _html_part(html: TravelHtml) -> tuple[bytes, bytes]:
    """HTML as it is, unless a line is longer than may be sent."""
    if 0 not in html and _has_short_lines(html):
        return _part("html", "7bit"), html
    return _part("html", "quoted-printable"), quoted(html.replace(b"\r\n", b"\n"))


def _part(subtype: str, encoding: str) -> bytes:
    return f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'.encode()


def _has_short_lines(html: TravelHtml) -> bool:
    start, end = 0, len(html)
    while end - start > _LINE_MUST:  # from line end to line end, as far apart as lines may be
        start = html.rfind(b"\r\n", start, start + _LINE_MUST + 2) + 2
        if start < 2:
            return False
    return True
