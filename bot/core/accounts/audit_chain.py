"""The chain of the audit trail: each row's code is an HMAC over the row and the code before it (RFC 2104, SHA-256).

Whoever can write to the database but does not hold the key cannot change a row, take one out, put one between, or cut the end off
without every later code, or the sealed head, showing it. A row's content (who, and details) enters the chain only as a keyed
digest: it can be erased when the law asks, and nobody can guess it back from the digest. Somebody who puts an older copy of the
whole trail back is found by a head that was written down elsewhere since.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

START = bytes(32)  # the code before the first row
ERASED = "content_erased"  # the event of a row that says which rows' content was erased


def audit_key(master: bytes) -> bytes:
    """The trail's own key, derived from the desk's key file (HKDF, RFC 5869): one file to guard, no key with two uses."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"autopro audit trail").derive(master)


class Chain:
    """Makes and checks codes under a key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, row: int, content: bytes) -> bytes:
        """What stands for a row's content."""
        return self._hmac(b"content", str(row).encode(), content)

    def code(
        self, before: bytes, row: int, micros: int, event: str, account_id: int | None, request_number: int | None, digest: bytes
    ) -> bytes:
        """A row's code; `before` is that of the row before it."""
        words = json.dumps([row, micros, event, account_id, request_number], separators=(",", ":")).encode()
        return self._hmac(b"row", before, words, digest)

    def head(self, row: int, code: bytes) -> bytes:
        """The seal of the trail's end."""
        return self._hmac(b"head", str(row).encode(), code)

    def beginning(self, row: int, code: bytes) -> bytes:
        """The seal of the last row that was forgotten: the trail begins after it."""
        return self._hmac(b"beginning", str(row).encode(), code)

    def _hmac(self, *parts: bytes) -> bytes:
        # Each part with its length, so that nothing can move from one to the next.
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self._key, message, hashlib.sha256)


def write_rows(rows: list[int]) -> str:
    """Row numbers in short: `3-7,12`."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans)


def read_rows(text: str) -> set[int]:
    """The row numbers that `write_rows` wrote."""
    rows: set[int] = set()
    for span in filter(None, text.split(",")):
        first, _, last = span.partition("-")
        rows.update(range(int(first), int(last or first) + 1))
    return rows
