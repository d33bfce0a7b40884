"""What the account stores share: sealed words, and moments that may be missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from bot.core.clock import from_micros, to_micros
from bot.core.seal import Seal


def close_words(seal: Seal, words: Mapping[str, str], kind: str, key: int | str) -> bytes:
    """Words under the seal, tied to their row: `kind` and `key` name it."""
    return seal.close(json.dumps(dict(words), ensure_ascii=False, separators=(",", ":")).encode(), _context(kind, key))


def open_words(seal: Seal, sealed: bytes | None, kind: str, key: int | str) -> dict[str, str]:
    """The words that `close_words` was given, {} for NULL. Raises SealBrokenError."""
    if sealed is None:
        return {}
    words: dict[str, str] = json.loads(seal.open(bytes(sealed), _context(kind, key)))
    return words


def micros(at: datetime | None) -> int | None:
    """Microseconds since 1970 UTC, None for none."""
    return None if at is None else to_micros(at)


def moment(stored: int | None) -> datetime | None:
    """The moment that `micros` wrote."""
    return None if stored is None else from_micros(stored)


def _context(kind: str, key: int | str) -> bytes:
    return f"{kind}:{key}".encode()
