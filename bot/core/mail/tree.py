"""The MIME tree of a mail (RFC 2046 5.1), built without copying: parts are ranges of the same octets.

The standard library's parser looks at every line and checks it against every open boundary; thousands of nested parts cost it
minutes. This one jumps from delimiter to delimiter and stops at the caps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.core.mail import limits
from bot.core.mail.content import Content, content_disposition, content_type, parameter
from bot.core.mail.split import Split, split_part

# What may stand behind the boundary on a delimiter line (RFC 2046 5.1.1).
_DELIMITER_REST: Final = re.compile(rb"(--)?+[ \t]*+(?=\n|\Z)")
_BOUNDARY_CHARACTERS: Final = 200  # RFC 2046 allows 70; some write more


@dataclass(slots=True)
class Part:
    """One part: a leaf, or a multipart with its children."""

    content: Content
    disposition: Content
    fields: Mapping[str, str]
    """The first of each field of the part's own header."""
    data: bytes
    start: int
    end: int
    children: list[Part] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding field."""
        return self.fields.get("content-transfer-encoding", "")

    @property
    def is_attachment(self) -> bool:
        """Marked as a file by its sender, whatever its type."""
        return self.disposition.kind == "attachment"

    @property
    def file_name(self) -> str:
        """The file's name in lower case, empty without one."""
        named = parameter(self.disposition.parameters, "filename") or parameter(self.content.parameters, "name")
        return named.lower()


@dataclass(slots=True)
class _Tally:
    parts: int = 0
    truncated: str = ""


def build_tree(header: Split) -> tuple[Part, str]:
    """The part that the whole mail is, and the first cap that was met (empty when none)."""
    tally = _Tally()
    return _part(header, tally, 0, "text/plain"), tally.truncated


def _part(block: Split, tally: _Tally, depth: int, default: str) -> Part:
    tally.parts += 1
    fields: dict[str, str] = {}
    for name, value in block.fields:
        fields.setdefault(name, value)
    content = content_type(fields.get("content-type"), default)
    disposition = content_disposition(fields.get("content-disposition"))
    part = Part(content, disposition, fields, block.data, block.start, block.end)
    if content.kind.startswith("multipart/"):
        _add_children(part, tally, depth)
    return part


def _add_children(part: Part, tally: _Tally, depth: int) -> None:
    """The children of a multipart. Without one delimiter line the part becomes plain text: that is what is there to be read."""
    ranges = _ranges(part, tally)
    if not ranges:
        part.content = Content("text/plain", {})
        return
    if depth >= limits.DEPTH:
        tally.truncated = tally.truncated or "depth"
        return
    default = "message/rfc822" if part.content.kind == "multipart/digest" else "text/plain"
    for start, end in ranges:
        if tally.parts >= limits.PARTS:
            tally.truncated = tally.truncated or "parts"
            return
        part.children.append(_part(split_part(part.data, start, end), tally, depth + 1, default))


def _ranges(part: Part, tally: _Tally) -> list[tuple[int, int]]:
    """Where the children lie: between delimiter lines, up to the closing one or, in a cut mail, to the end."""
    boundary = parameter(part.content.parameters, "boundary").rstrip()[:_BOUNDARY_CHARACTERS].encode("latin-1", "replace")
    if not boundary:
        return []
    delimiter = b"\n--" + boundary
    ranges: list[tuple[int, int]] = []
    opened, position = -1, max(part.start - 1, 0)
    for _ in range(limits.DELIMITERS):
        found = part.data.find(delimiter, position, part.end)
        if found < 0:
            break
        position = found + len(delimiter)
        rest = _DELIMITER_REST.match(part.data, position, part.end)
        if rest is None:
            continue
        if opened >= 0:
            ranges.append((opened, max(opened, found)))
        opened = min(rest.end() + 1, part.end)
        if rest[1]:
            return ranges
    else:
        tally.truncated = tally.truncated or "parts"
    if opened >= 0:
        ranges.append((opened, part.end))
    return ranges
