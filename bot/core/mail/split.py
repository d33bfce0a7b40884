"""Where the header ends and what its fields are: the first look at a mail, shared by reading and by identity.

Lines end at CRLF, LF or CR, as Python's parser has it. What readers disagree on is named in `fault`, and a mail with a fault has no
sender: a line that is no field (Postfix and Python begin the body there, others skip it), a space before a colon, a lone CR.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from bot.core.mail import limits

LONE_CR: Final = "lone CR in the header"
NOT_A_FIELD: Final = "a header line that is no field"
LOOSE_CONTINUATION: Final = "the header begins with a continuation"
TOO_LARGE: Final = "header too large"

# RFC 5322 2.2: printable ASCII but the colon, then the colon. A space before the colon is obsolete (4.5) and not read alike by all.
_FIELD: Final = re.compile(r"^([!-9;-~]++):(.*)$", re.MULTILINE)
# The separator line of an mbox file (RFC 4155): sender and date. Not `From : x`, which some readers take for the field.
_MBOX_LINE: Final = re.compile(r"From [^\s:]+ +[A-Z][a-z]{2} [^\n]*\n")
_NO_FIELD: Final = re.compile(r"^(?![!-9;-~]++:|[ \t])", re.MULTILINE)


class Split(NamedTuple):
    """A header block, and where in `data` its body lies."""

    fields: list[tuple[str, str]]
    """Lower-case name and unfolded value in order; octets as ISO 8859-1 characters, white space at both ends removed."""
    data: bytes
    """Octets with LF line ends only."""
    start: int
    """Of the body in `data`."""
    end: int
    """Of the body in `data`."""
    fault: str
    """Empty, or why readers may disagree on this header: one of the constants above."""
    truncated: str
    """Empty, or the first cap that was met."""
    left_out: int = 0
    """Octets behind `limits.MESSAGE_OCTETS`, not in `data`."""


def split(raw: bytes) -> Split:
    """The header and body of a mail; any octets are one. Takes time linear in `limits.MESSAGE_OCTETS` at most."""
    data = raw[: limits.MESSAGE_OCTETS].replace(b"\r\n", b"\n")
    if b"\r" not in data:
        block = split_part(data, 0, len(data))
    else:
        lines = data.replace(b"\r", b"\n")
        block = split_part(lines, 0, len(lines))
        if b"\r" in data[: block.start]:
            block = block._replace(fault=LONE_CR)
    if len(raw) > limits.MESSAGE_OCTETS:
        block = block._replace(truncated=block.truncated or "size", left_out=len(raw) - limits.MESSAGE_OCTETS)
    return block


def split_part(data: bytes, start: int, end: int) -> Split:
    """The header and body of what lies between `start` and `end` of `data`, whose lines end with LF."""
    if start == end or data.startswith(b"\n", start, end):
        return Split([], data, min(start + 1, end), end, "", "")
    stop = data.find(b"\n\n", start, end)
    body = stop + 2
    if stop < 0:
        stop, body = (end - 1 if data.endswith(b"\n", start, end) else end), end
    if stop - start > limits.HEADER_OCTETS:
        stop = max(data.rfind(b"\n", start, start + limits.HEADER_OCTETS), start)
        return _uneven(data, (start, stop, body, end), TOO_LARGE, "header bytes")
    lines = _unfold(data[start:stop].decode("latin-1"))
    count = lines.count("\n") + 1
    if count > limits.HEADER_FIELDS:
        return _uneven(data, (start, stop, body, end), TOO_LARGE, "header fields")
    fields = _fields(lines)
    if len(fields) == count:
        return Split(fields, data, body, end, "", "")
    return _uneven(data, (start, stop, body, end), "", "")


def _unfold(head: str) -> str:
    """Continuation lines joined to their fields (RFC 5322 2.2.3)."""
    return head.replace("\n ", " ").replace("\n\t", "\t")


def _fields(lines: str) -> list[tuple[str, str]]:
    return [(name.lower(), value.strip(" \t")) for name, value in _FIELD.findall(lines)]


def _uneven(data: bytes, bounds: tuple[int, int, int, int], fault: str, truncated: str) -> Split:
    """A header that is too large or has a line that is no field: then the body begins at that line, as Python and Postfix have it.

    An mbox line at the top is left out and no fault: pipes put it there.
    """
    start, stop, body, end = bounds
    head = data[start:stop].decode("latin-1")
    mbox = _MBOX_LINE.match(head)
    skip = mbox.end() if mbox else 0
    found = _NO_FIELD.search(head, skip)
    if found is not None:
        head, body = head[: found.start()], start + found.start()
        fault = fault or NOT_A_FIELD
    elif head.startswith((" ", "\t"), skip):
        fault = fault or LOOSE_CONTINUATION
    lines = _unfold(head[skip:]).split("\n", limits.HEADER_FIELDS)[: limits.HEADER_FIELDS]
    return Split(_fields("\n".join(lines)), data, body, end, fault, truncated)
