"""What the DNS answered, kept for as long as it allows; the time comes from the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_SECONDS = 3600
"""A key that was withdrawn is believed for no longer than this, whatever its TTL says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The TXT records at one name, each with its strings joined (RFC 6376, section 3.6.2.2).

    exists: the name is there, with or without such records (the answer was not NXDOMAIN).
    ttl_seconds: how long the answer holds.
    """

    records: tuple[bytes, ...]
    exists: bool
    ttl_seconds: float


class AnswerCache:
    """Answers by key, at most `capacity` of them; the oldest makes room."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: dict[tuple[str, str], tuple[datetime, Answer]] = {}

    def get(self, key: tuple[str, str], now: datetime) -> Answer | None:
        """The answer kept for this name and type, unless its time is over."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        expires, answer = kept
        if expires <= now:
            del self._kept[key]
            return None
        return answer

    def put(self, key: tuple[str, str], answer: Answer, now: datetime) -> None:
        """Keeps an answer for its TTL, at most LONGEST_SECONDS."""
        seconds = min(answer.ttl_seconds, LONGEST_SECONDS)
        if seconds <= 0:
            return
        self._kept.pop(key, None)
        if len(self._kept) >= self._capacity:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (now + timedelta(seconds=seconds), answer)

    def __len__(self) -> int:
        return len(self._kept)
