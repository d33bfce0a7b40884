"""Reads the envelope of X12 files: interchanges (ISA/IEA), functional groups (GS/GE), transaction sets (ST/SE).

ISA is 106 characters wide and names its own delimiters: element separator at 4, component separator at 105, segment terminator
at 106 (X12.5, interchange control structures). Counts and control numbers are checked: a file that was cut off or pasted
together is refused. Only release 004010 and later: before it a date had a two-digit year (element 373).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from bot.core.importing.model import FileRefused, Refusal

_ISA_LENGTH = 106
_ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_BETWEEN = " \t\r\n\x1a\x00"  # what may stand between segments and behind the last one: line ends, DOS end of file, padding
_OLDEST = "004010"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `position` counts the file's segments from 1."""

    position: int
    elements: tuple[str, ...]

    @property
    def tag(self) -> str:
        """The segment's name: ST, AT7."""
        return self.elements[0]

    def get(self, number: int) -> str:
        """The element of that number (AT701 is 1), trimmed, unprintable characters made spaces; "" when it was not sent."""
        text = self.elements[number] if number < len(self.elements) else ""
        if not text.isprintable():
            text = "".join(c if c.isprintable() else " " for c in text)
        return text.strip()


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """One ST/SE set with what its group's GS says of it. `body` are the segments between ST and SE."""

    kind: str  # ST01: "214"
    control: str  # ST02
    version: str  # GS08: "004010"
    date: str  # GS04: CCYYMMDD
    time: str  # GS05: HHMM[SS]
    start: Segment
    body: tuple[Segment, ...]


def transaction_sets(text: str) -> list[TransactionSet]:
    """The sets of all interchanges of a file, in order.

    Raises FileRefused at the first segment where the envelope does not hold; the line of the refusal is the segment's position.
    """
    sets: list[TransactionSet] = []
    position = 0
    begin = _skip_blanks(text, 0)
    if begin == len(text):
        _refuse(1, "ISA", "the file is empty")
    while begin < len(text):
        segments, begin = _interchange_segments(text, begin, position)
        sets += _Interchange(segments).read()
        position += len(segments)
    return sets


def _skip_blanks(text: str, begin: int) -> int:
    while begin < len(text) and text[begin] in _BETWEEN:
        begin += 1
    return begin


def _interchange_segments(text: str, begin: int, position: int) -> tuple[list[Segment], int]:
    """The segments of the interchange that begins there, and where the next one begins."""
    separator, terminator = _delimiters(text[begin : begin + _ISA_LENGTH], position + 1)
    segments: list[Segment] = []
    while True:
        end = text.find(terminator, begin)
        if end < 0:
            _refuse(position + len(segments) + 1, "IEA", "the file ends in the midst of an interchange: fetch it again, whole")
        elements = tuple(text[begin:end].lstrip(_BETWEEN).split(separator))
        segments.append(Segment(position + len(segments) + 1, elements))
        begin = end + 1
        if elements[0] == "IEA":
            return segments, _skip_blanks(text, begin)


def _delimiters(isa: str, position: int) -> tuple[str, str]:
    if not isa.startswith("ISA"):
        _refuse(position, "ISA", "an X12 interchange begins with ISA: this is something else")
    separator, component, terminator = isa[3:4], isa[104:105], isa[105:106]
    exact = len(isa) == _ISA_LENGTH and tuple(i for i, c in enumerate(isa) if c == separator) == _ISA_SEPARATORS
    if not exact:
        _refuse(position, "ISA", "is not 106 characters wide: its fields are padded with spaces and must stay so")
    if len({separator, component, terminator}) < 3 or any(c.isalnum() for c in (separator, terminator)):
        _refuse(position, "ISA", "its delimiters (characters 4, 105 and 106) cannot be right")
    return separator, terminator


class _Interchange:
    """Walks the segments of one interchange and checks what the trailers promise."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._next = 0

    def read(self) -> list[TransactionSet]:
        sets: list[TransactionSet] = []
        isa = self._take("ISA")
        groups = 0
        while self._peek() == "GS":
            sets += self._group()
            groups += 1
        _check(self._take("IEA"), groups, "functional groups", isa.get(13))
        return sets

    def _group(self) -> list[TransactionSet]:
        sets: list[TransactionSet] = []
        gs = self._take("GS")
        version = gs.get(8)[:6]
        if not (version.isascii() and version.isdigit() and len(version) == 6 and version >= _OLDEST):
            reason = f'version "{gs.get(8)}": only 004010 and later are read (dates had two-digit years before); ask for 004010'
            _refuse(gs.position, "GS08", reason)
        while self._peek() == "ST":
            sets.append(self._set(gs, version))
        _check(self._take("GE"), len(sets), "transaction sets", gs.get(6))
        return sets

    def _set(self, gs: Segment, version: str) -> TransactionSet:
        start = self._take("ST")
        body: list[Segment] = []
        while self._peek() not in ("SE", "ST", "GE", "IEA", "GS", "ISA"):
            body.append(self._segments[self._next])
            self._next += 1
        _check(self._take("SE"), len(body) + 2, "segments from ST to SE", start.get(2))
        return TransactionSet(start.get(1), start.get(2), version, gs.get(4), gs.get(5), start, tuple(body))

    def _peek(self) -> str:
        return self._segments[self._next].tag  # an interchange's segments end with IEA, which every loop stops at

    def _take(self, tag: str) -> Segment:
        segment = self._segments[self._next] if self._next < len(self._segments) else self._segments[-1]
        if segment.tag != tag:
            _refuse(
                segment.position, tag, f"{tag} is missing here (found {segment.tag[:10]!r}): the file is damaged; fetch it again"
            )
        self._next += 1
        return segment


def _check(trailer: Segment, count: int, what: str, control: str) -> None:
    """Compares a trailer's count (element 1) and control number (element 2) with what was read."""
    said = trailer.get(1)
    if not (said.isascii() and said.isdigit() and said.lstrip("0") == str(count).lstrip("0")):
        _refuse(
            trailer.position, f"{trailer.tag}01", f'says "{said}" {what}, there are {count}: the file is damaged; fetch it again'
        )
    if trailer.get(2) != control:
        reason = f'control number "{trailer.get(2)}" is not that of its header, "{control}": the file is damaged; fetch it again'
        _refuse(trailer.position, f"{trailer.tag}02", reason)


def _refuse(position: int, element: str, reason: str) -> NoReturn:
    raise FileRefused(Refusal(position, element, reason))
