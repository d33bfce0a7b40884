"""Tag lists of DKIM: `name=value; name=value` (RFC 6376, section 3.2)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_SPEC = re.compile(rb"[ \t\r\n]*([A-Za-z][A-Za-z0-9_]*)[ \t\r\n]*=([\x20-\x3a\x3c-\x7e\t\r\n]*)")
_SPACE = re.compile(rb"[ \t\r\n]+")


class Malformed(Exception):
    """The octets are not a tag list, or a value in it has not the form it must have."""


@dataclass(frozen=True, slots=True)
class Tag:
    """The value of one tag without surrounding white space, and where it stands (with that space) in the list."""

    value: bytes
    start: int
    end: int


def parse(octets: bytes) -> dict[str, Tag]:
    """The tags in the order they stand in; names keep their case, which matters.

    Raises Malformed, also for a name that stands twice: "Tags with duplicate names MUST NOT occur".
    """
    tags: dict[str, Tag] = {}
    start = 0
    for spec in octets.split(b";"):
        match = _SPEC.fullmatch(spec)
        if match is None:
            if start + len(spec) == len(octets) and not spec.strip() and tags:
                break  # after the last semicolon, which is optional
            raise Malformed
        name = match[1].decode("ascii")
        if name in tags:
            raise Malformed
        tags[name] = Tag(match[2].strip(b" \t\r\n"), start + match.start(2), start + match.end(2))
        start += len(spec) + 1
    return tags


def unspaced(value: bytes) -> bytes:
    """A value without the white space that folding may have put anywhere into it."""
    return _SPACE.sub(b"", value)


def base64_octets(value: bytes) -> bytes:
    """The octets of a base64 value that may be folded. Raises Malformed for anything but well-formed base64."""
    try:
        return base64.b64decode(unspaced(value), validate=True)
    except binascii.Error as error:
        raise Malformed from error


def number(value: bytes) -> int:
    """An unsigned decimal number. Raises Malformed (RFC 6376 allows up to 76 digits; none here needs more than 20)."""
    if not (value.isdigit() and len(value) <= 20):
        raise Malformed
    return int(value)
