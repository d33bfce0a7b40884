"""A clock and a mint that tests set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.clock import SystemMint


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class CountingMint(SystemMint):
    """Tokens in a known order, for letters that are compared word for word; nonces stay random."""

    def __init__(self) -> None:
        self._count = 0

    def token(self) -> str:
        self._count += 1
        return f"{self._count:026d}".translate(str.maketrans("0189", "abcd"))
