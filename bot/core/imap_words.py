"""The words of IMAP (RFC 3501, 9051) that the desk writes and reads itself: mailbox names, sets of UIDs, answers to FETCH."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence

from bot.core.immutable import immutable

# Printable ASCII stands for itself; all else is UTF-16 in base64 between & and -, with a comma for the slash (RFC 3501 5.1.3).
_ENCODED = re.compile(r"[^\x20-\x7e]+|&")

# An answer for one message. What stands between its parentheses is flat in all that the desk asks for.
_ENTRY = re.compile(rb"\d+ FETCH \(")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
_BODY_INLINE = re.compile(rb'\bBODY\[\] (?:"((?:[^"\\]|\\.)*)"|NIL)')
_ESCAPED = re.compile(rb"\\(.)")
_VALIDITY = re.compile(rb"\[UIDVALIDITY (\d{1,10})\]")


@immutable
class Entry:
    """A message of the mailbox, as a look at it without its content shows it. `size` in octets."""

    uid: int
    size: int
    flags: frozenset[str] = frozenset()

    @property
    def deleted(self) -> bool:
        """Somebody has deleted it; it is only not yet expunged."""
        return r"\deleted" in self.flags

    @property
    def seen(self) -> bool:
        """Somebody has opened it."""
        return r"\seen" in self.flags


def quoted(text: str) -> str:
    """A quoted string (RFC 3501 section 9). Raises ValueError for what cannot stand in one."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("a quoted string holds printable ASCII only")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox_name(name: str) -> str:
    """A mailbox's name as it is sent: quoted, in modified UTF-7 (RFC 3501 section 5.1.3)."""
    return quoted(_ENCODED.sub(_modified, name))


def _modified(found: re.Match[str]) -> str:
    text = found[0]
    if text == "&":
        return "&-"
    encoded = base64.b64encode(text.encode("utf-16-be", "surrogatepass")).decode("ascii")
    return f"&{encoded.rstrip('=').replace('/', ',')}-"


def uid_set(uids: Iterable[int]) -> str:
    """UIDs as a command names them: `4:7,9`."""
    runs: list[list[int]] = []
    for uid in sorted(set(uids)):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


def uid_validity(lines: Iterable[bytes]) -> int:
    """The UIDVALIDITY of an answer to SELECT, 0 when it names none: then no UID means anything beyond this session."""
    found = next(filter(None, map(_VALIDITY.search, lines)), None)
    return int(found[1]) if found else 0


def entries(lines: Iterable[bytes]) -> list[Entry]:
    """The messages in an answer to `FETCH … (UID RFC822.SIZE FLAGS)`, in order; news about others name no size."""
    found = []
    for line in lines:
        uid, size, flags = _UID.search(line), _SIZE.search(line), _FLAGS.search(line)
        if _ENTRY.match(line) and uid and size:
            names = flags[1].decode("ascii", "replace").lower().split() if flags else []
            found.append(Entry(int(uid[1]), int(size[1]), frozenset(names)))
    return found


def bodies(lines: Sequence[bytes | bytearray]) -> dict[int, bytes]:
    """The contents by UID in an answer to `UID FETCH … (UID BODY.PEEK[])`.

    Literals come as bytearrays, and everything else as bytes: a mail whose text looks like an answer is never taken for one.
    """
    found: dict[int, bytes] = {}
    words, content = b"", None
    for line in [*lines, b"0 FETCH ("]:  # the last one closes the entry before it
        if isinstance(line, bytearray):
            content = bytes(line)
            continue
        if _ENTRY.match(line):
            _keep(found, words, content)
            words, content = b"", None
        words += b" " + line
    return found


def _keep(found: dict[int, bytes], words: bytes, content: bytes | None) -> None:
    uid = _UID.search(words)
    if content is None:
        inline = _BODY_INLINE.search(words)
        content = _ESCAPED.sub(rb"\1", inline[1] or b"") if inline else None
    if uid and content is not None:
        found[int(uid[1])] = content
