"""The words of a letter as they travel: ASCII, lines that end with CRLF.

Letters are put together from pieces that stay the same for weeks (the frame, the style sheet, a shipment that many ask about), and
encoding is most of what it costs to write one: so a piece is encoded once, and a letter is joined from encoded pieces.

No line begins with a dot, which SMTP would double on its way (RFC 5321 section 4.5.2): 24 KB need not be searched for one.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from typing import NamedTuple, NewType

# HTML as it travels. What is not ASCII stands as character references, which every reader knows: that spares it the transfer
# encoding and a fifth of its size. No line begins with two hyphens, so that none is taken for a boundary (RFC 2046 section 5.1.1).
TravelHtml = NewType("TravelHtml", bytes)


_HTML_STARTS = re.compile(rb"^(?:--|\.)", re.MULTILINE)
_DOTS = re.compile(rb"^\.+", re.MULTILINE)


class Text(NamedTuple):
    """Plain text with LF line ends, and the same as quoted-printable (RFC 2045 section 6.7) with CRLF."""

    plain: str
    quoted: bytes


def html_body(html: str) -> TravelHtml:
    """HTML, or a piece of it, as it travels."""
    octets = _lf(html).encode("ascii", "xmlcharrefreplace")
    return TravelHtml(_HTML_STARTS.sub(_by_reference, octets).replace(b"\n", b"\r\n"))


def text_body(text: str) -> Text:
    """Whole lines of plain text. UnicodeEncodeError for a lone surrogate."""
    plain = _lf(text)
    return Text(plain, quoted(plain.encode()))


def joined(pieces: Iterable[Text]) -> Text:
    """Texts one after another; all but the last end with a line end."""
    plain, encoded = zip(*pieces, strict=True)
    return Text("".join(plain), b"".join(encoded))


def quoted(text: bytes) -> bytes:
    """Quoted-printable with CRLF, for lines that end with LF."""
    return _DOTS.sub(_one_a_line, binascii.b2a_qp(text, istext=True)).replace(b"\n", b"\r\n")


def _by_reference(start: re.Match[bytes]) -> bytes:
    return b"&#%d;%b" % (start[0][0], start[0][1:])


def _one_a_line(dots: re.Match[bytes]) -> bytes:
    # Each with a soft line break, so that no line becomes longer than the 76 characters of RFC 2045 section 6.7.
    return b"=2E=\n" * len(dots[0])


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
