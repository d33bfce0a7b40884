"""Header text: octets to text, encoded words (RFC 2047), and one clean line."""

from __future__ import annotations

import binascii
import re
from itertools import islice
from typing import Final

from bot.core.mail import limits
from bot.core.mail.charset import decode
from bot.core.mail.transfer import decode_base64

# charset, optional language (RFC 2231 5), encoding, text without "?". Excluding "?" keeps the search linear.
_WORD: Final = re.compile(r"=\?([A-Za-z0-9_.:()+-]{1,40})(?:\*[A-Za-z0-9-]{0,40})?\?([BbQq])\?([^?]*)\?=")
# Controls (Cc), line and paragraph separators, bidirectional marks and overrides (UAX 9), byte order mark, lone surrogates.
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BLANK: Final = frozenset("\t\n\x0b\x0c\r\x85\u2028\u2029")


def field_text(value: str) -> str:
    """The text of a raw field value given as ISO 8859-1: UTF-8 (RFC 6532) where it is valid, windows-1252 otherwise."""
    return value if value.isascii() else decode(value.encode("latin-1"))


def one_line(text: str, characters: int) -> str:
    """`text` on one line of at most `characters`: control, bidirectional and surrogate characters removed, line ends as spaces."""
    if not (text.isascii() and text.isprintable()):
        text = _UNSEEN.sub(lambda found: " " if found[0] in _BLANK else "", text)
    return text.strip()[:characters].rstrip()


def decode_words(value: str) -> str:
    """`value` with its encoded words decoded, in whatever place they stand (clients quote them, against RFC 2047 5(3)).

    Adjacent words of one character set are joined before they are decoded: many clients split a letter between two (against
    RFC 2047 5). White space between words is dropped (6.2). Never raises; at most `limits.ENCODED_WORDS` are decoded.
    """
    if "=?" not in value:
        return value
    done: list[str] = []
    waiting, label, position = b"", "", 0
    for found in islice(_WORD.finditer(value), limits.ENCODED_WORDS):
        gap = value[position : found.start()]
        apart = position == 0 or (gap != "" and not gap.isspace())
        if apart or found[1].lower() != label:
            done.append(decode(waiting, label))
            waiting = b""
        if apart:
            done.append(gap)
        label = found[1].lower()
        waiting += _payload(found[2], found[3])
        position = found.end()
    return "".join((*done, decode(waiting, label), value[position:]))


def _payload(encoding: str, text: str) -> bytes:
    octets = text.encode("utf-8", "ignore")
    return decode_base64(octets) if encoding in "Bb" else binascii.a2b_qp(octets, header=True)
