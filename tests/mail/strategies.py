"""What hypothesis draws: soups that break rules, and well-formed mails whose words are known."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

from tests.mail.samples import CORPUS

_MARKS = [
    b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b",", b"<", b">", b"@", b'"', b"(", b")", b"=?utf-8?q?", b"?=", b"--", b"\0",
    b"\xff", b"\xc3\xa9", b"From: ", b"=", b"\\", b"Content-Type: ", b"boundary=", b".", b"\xef\xbb\xbf", b"\xff\xfe", b"=E9",
    b"&#xD800;", b"begin 644 x\r\n", b"-----BEGIN PGP MESSAGE-----\r\n",
]  # fmt: skip

# Lines of a header, good, odd and wrong, as they come together in forged and damaged mail.
HEADER_LINES = st.sampled_from([
    b"From: a@b.example", b"from: Evil <e@f.example>", b"FROM:", b"From : a@b.example", b"From", b" From: e@f.example", b"\tfolded",
    b" ", b"Subject: s", b"Subject: =?utf-8?q?caf=C3=A9?=", b"Subject:", b"X-Long: a", b": nameless", b"no field", b"Date: today",
    b"Message-ID: <a@b>", b"Reply-To: c@d.example", b"Content-Type: text/plain", b"Received: by x", b"X\xe9: y", b"X: \xe9",
    b"X: \0", b"From a@b.example Wed Nov 18 11:50:00 2026", b">From x", b"To: a, b, c", b"A:b:c", b"-: dash",
])  # fmt: skip

ADDRESS_TOKENS = st.sampled_from([
    "a@x.example", "evil@y.example", "<a@x.example>", "<evil@y.example>", " ", "  ", "\t", ",", ";", ":", "(", ")", "<", ">", '"',
    "\\", "@", "John", "J.", "=?utf-8?q?a=40x?=", "=?utf-8?b?YUB4LmV4YW1wbGU=?=", "é", "[", "]", "[1.2.3.4]", ".",
    "(evil@y.example)", '"a@x.example"', '"quoted, name"', "(c)", "\0", "\x7f", "A@X.example", "K", "。",
])  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A mail of the corpus with one to four wounds, most of them in its header."""
    octets = draw(st.sampled_from(sorted(CORPUS.values())))
    for _ in range(draw(st.integers(1, 4))):
        within = len(octets) if draw(st.booleans()) else min(len(octets), 600)
        place = draw(st.integers(0, within))
        wound = draw(st.sampled_from(["insert", "delete", "octet", "copy", "line"]))
        if wound == "insert":
            octets = octets[:place] + draw(st.sampled_from(_MARKS)) + octets[place:]
        elif wound == "delete":
            octets = octets[:place] + octets[place + draw(st.integers(1, 40)) :]
        elif wound == "octet":
            octets = octets[:place] + bytes([draw(st.integers(0, 255))]) + octets[place + 1 :]
        elif wound == "copy":
            other = draw(st.integers(0, len(octets)))
            octets = octets[:place] + octets[other : other + draw(st.integers(1, 80))] + octets[place:]
        else:
            lines = octets.split(b"\r\n")
            lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(lines)))
            octets = b"\r\n".join(lines)
    return octets


@st.composite
def header_soups(draw: st.DrawFn) -> bytes:
    """Header lines in any order and a body, with one kind of line end."""
    lines = draw(st.lists(HEADER_LINES, max_size=8))
    body = draw(st.sampled_from([b"", b"TRACE 123456789", b"From: late@x.example", b"\x80\n\n"]))
    return draw(st.sampled_from([b"\r\n", b"\n"])).join([*lines, b"", body])


_LETTERS = "abc XYZ019.,;:!?-=+_&<>/'\"@#%éèàçœÉÎ’«»€  "
_WORDS = st.text(_LETTERS, min_size=1, max_size=60).map(str.strip).filter(bool)
_LINES = st.lists(_WORDS | st.just(""), min_size=1, max_size=6).map("\n".join).filter(str.strip)


class Known(NamedTuple):
    """A part or mail and the words in it."""

    octets: bytes
    words: str


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "8bit": bytes,
    "quoted-printable": quopri.encodestring,
    "Base64": base64.encodebytes,
}


@st.composite
def leaves(draw: st.DrawFn, kind: str = "text/plain") -> Known:
    """A text part in some character set and transfer encoding, header first, LF line ends."""
    charset = draw(st.sampled_from(["utf-8", "UTF-8", "windows-1252", "utf-16-le", "iso-8859-15", "cp863"]))
    words = draw(_LINES)
    if charset != "utf-8":
        words = words.encode("iso-8859-15", "ignore").decode("iso-8859-15").encode(charset, "ignore").decode(charset)
    words = words if words.strip() else "mot"
    encodings = ["Base64"] if charset == "utf-16-le" else sorted(_ENCODERS)
    encoding = draw(st.sampled_from(encodings))
    quote = draw(st.sampled_from(["", '"']))
    header = f"Content-Type: {kind}; charset={quote}{charset}{quote}\nContent-Transfer-Encoding: {encoding}\n\n"
    return Known(header.encode() + _ENCODERS[encoding](words.encode(charset)), words)


_PICTURE = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
_FORWARD = b"Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: s\n\nTRACE 999999999\n"
_FILE = b"Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment; filename=a.txt\n\nTRACE 999999999\n"
_SIGNATURE = b"Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n"


@st.composite
def structured(draw: st.DrawFn) -> Known:
    """A well-formed mail whose words stand in its first plain text, under up to four multiparts."""
    known = draw(leaves())
    octets = known.octets
    if draw(st.booleans()):
        octets = _join(draw, "alternative", [octets, draw(leaves("text/html")).octets])
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["mixed", "related", "signed", "before", "x-unknown"]))
        others = {"mixed": [_FILE, _PICTURE], "related": [_PICTURE], "signed": [_SIGNATURE], "x-unknown": [_FORWARD]}
        octets = _join(draw, "mixed", [_PICTURE, octets]) if kind == "before" else _join(draw, kind, [octets, *others[kind]])
    octets = b"From: A <a@b.example>\nSubject: s\nMIME-Version: 1.0\n" + octets
    return Known(octets.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\n"]))), known.words)


def _join(draw: st.DrawFn, kind: str, parts: list[bytes]) -> bytes:
    boundary = draw(st.text("abcXYZ019'()+_,-./:=?", min_size=1, max_size=40)) + str(len(b"".join(parts)))
    preamble, epilogue = draw(st.sampled_from([b"", b"This is a MIME mail.\n", b"--\n"])), draw(st.sampled_from([b"", b"\nend\n"]))
    delimiter = b"--" + boundary.encode()
    body = b"".join(delimiter + b"\n" + part + b"\n" for part in parts)
    header = f'Content-Type: multipart/{kind};\n boundary="{boundary}"\n\n'.encode()
    return header + preamble + body + delimiter + b"--\n" + epilogue
