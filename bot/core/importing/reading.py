"""Tells what an import file is and reads it."""

from __future__ import annotations

from bot.core.importing.csv_reader import EVENT_COLUMNS, read_csv
from bot.core.importing.model import FileKind, FileRefused, Reading, ReadingRules, Refusal, Tick
from bot.core.importing.x12_214 import read_214

HEAD = 4_096  # octets that tell the kind of a file
MAX_BYTES = 256 * 1_048_576  # a file is held in memory while it is checked

_BOM = b"\xef\xbb\xbf"
_ONLY_EVENTS = frozenset({b"status", b"occurred_at"} & {name.encode() for name in EVENT_COLUMNS})


def kind_of(head: bytes) -> FileKind:
    """What a file seems to be, from its first octets: enough to put files in the order in which they build on each other."""
    text = head.removeprefix(_BOM).lstrip()
    if text.startswith(b"ISA"):
        return FileKind.X12_214
    columns = {name.strip(b' "').lower() for name in text.splitlines()[0].split(b",")} if text else set()
    return FileKind.EVENTS if columns & _ONLY_EVENTS else FileKind.SHIPMENTS


def read_content(content: bytes, rules: ReadingRules, tick: Tick = lambda done, of: None) -> Reading:
    """What a file says. Raises FileRefused when it cannot be read as a whole."""
    if len(content) > MAX_BYTES:
        most = MAX_BYTES // 1_048_576
        raise FileRefused(Refusal(0, "", f"the file is larger than {most} MiB: split it, each part with the header"))
    if not content.strip():
        raise FileRefused(Refusal(0, "", "the file is empty"))
    if kind_of(content[:HEAD]) is FileKind.X12_214:
        return read_214(_x12_text(content), rules)
    return read_csv(content, rules, tick)


def _x12_text(content: bytes) -> str:
    """X12 names no encoding: UTF-8 where it is, else what Windows and ISO 8859-1 systems write."""
    content = content.removeprefix(_BOM)
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")
