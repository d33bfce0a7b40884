"""The injected clock and mint: the only places where time and randomness enter."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(second + first for first in _BASE32 for second in _BASE32)


class Clock(Protocol):
    """Tells the time; a test brings its own."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...


class Mint(Protocol):
    """Makes what nobody can guess; a test brings its own."""

    def token(self) -> str:
        """A 128-bit token in lower-case base32 (RFC 4648), 26 characters: mail servers may fold the case of a local part."""
        ...

    def octets(self, count: int) -> bytes:
        """`count` random octets."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place


class SystemMint:
    """The operating system's random source."""

    def token(self) -> str:
        """A 128-bit token in lower-case base32, 26 characters."""
        number = int.from_bytes(secrets.token_bytes(16), "big")
        return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(0, 130, 10)])

    def octets(self, count: int) -> bytes:
        """`count` random octets."""
        return secrets.token_bytes(count)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC: how every moment is stored (integers compare alike on all databases)."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The UTC moment that `to_micros` wrote."""
    return _EPOCH + timedelta(microseconds=micros)
