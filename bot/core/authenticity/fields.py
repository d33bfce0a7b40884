"""A mail as signatures see it: header field octets from top to bottom, and the body (RFC 6376, section 3.4)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from bot.core.authenticity import canonical
from bot.core.authenticity.verdict import Reason, Refused

_FIELD = re.compile(rb"([!-9;-~]+):")
# Readers disagree about these in a header (Python's ends a line at a bare CR): a mail that one of them could read
# with other fields than were signed does not count.
_AMBIGUOUS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_BARE_LF = re.compile(rb"(?<!\r)\n")
# At most one of each (RFC 5322, section 3.6; RFC 2045, section 3). A second one, put above the signed one, is what
# a reader would take (RFC 6376, section 8.15). From has its own rule.
_SINGLE = frozenset(
    b"subject date sender reply-to to cc message-id in-reply-to references "
    b"mime-version content-type content-transfer-encoding".split()
)


@dataclass(frozen=True, slots=True)
class Field:
    """One header field.

    name: in lower case, without the colon.
    octets: the whole field as it stands, folded, without its final CRLF.
    """

    name: bytes
    octets: bytes

    @property
    def value(self) -> bytes:
        """What follows the colon, still folded."""
        return self.octets[len(self.name) + 1 :]

    @property
    def text(self) -> str:
        """The value unfolded; octets beyond ASCII become one character each."""
        return self.value.replace(b"\r\n", b"").decode("latin-1")


class Mail:
    """The fields and the body of one mail, lines ended by CRLF."""

    __slots__ = ("_digests", "body", "fields")

    def __init__(self, fields: tuple[Field, ...], body: bytes) -> None:
        self.fields = fields
        self.body = body
        self._digests: dict[tuple[bool, int | None], bytes | None] = {}

    @classmethod
    def parse(cls, raw: bytes) -> Mail:
        """Reads a mail whose lines end in CRLF or LF.

        Raises Refused (malformed_header) when two readers could see different fields in it.
        """
        crlf = raw if raw.count(b"\n") == raw.count(b"\r\n") else _BARE_LF.sub(b"\r\n", raw)
        head, separator, body = (b"", b"\r\n", crlf[2:]) if crlf.startswith(b"\r\n") else crlf.partition(b"\r\n\r\n")
        if not separator:
            head, body = head.removesuffix(b"\r\n"), b""
        if _AMBIGUOUS.search(head):
            raise Refused(Reason.MALFORMED_HEADER)
        return cls(tuple(_split(head)), body)

    def named(self, name: bytes) -> list[Field]:
        """The fields of this name (lower case), from top to bottom."""
        return [field for field in self.fields if field.name == name]

    @property
    def has_duplicates(self) -> bool:
        """Whether a field that may stand once only stands twice."""
        seen = [field.name for field in self.fields if field.name in _SINGLE]
        return len(seen) != len(set(seen))

    def body_digest(self, *, relaxed: bool, length: int | None) -> bytes | None:
        """SHA-256 of the canonical body, or of its first `length` octets; None when it has fewer.

        Kept, because several signatures of one mail usually ask for the same one.
        """
        key = (relaxed, length)
        if key not in self._digests:
            octets = canonical.body(self.body, relaxed=relaxed)
            short = length is not None and length > len(octets)
            self._digests[key] = None if short else hashlib.sha256(octets[:length]).digest()
        return self._digests[key]


def _split(head: bytes) -> list[Field]:
    found: list[list[bytes]] = []
    for line in head.split(b"\r\n") if head else ():
        if line[:1] in (b" ", b"\t") and found:
            found[-1].append(line)
        else:
            found.append([line])
    return [_field(lines) for lines in found]


def _field(lines: list[bytes]) -> Field:
    match = _FIELD.match(lines[0])
    if match is None:
        raise Refused(Reason.MALFORMED_HEADER)
    return Field(match[1].lower(), b"\r\n".join(lines))
