"""How wrong passwords lock: by access code and source, over all channels and restarts.

From the fifth failure on, a source waits 1, 2, 4, 8, then always 15 minutes for that code. Strangers together have a high ceiling,
so that a thousand sources cannot guess in turn; it locks strangers only. A member's authentic address or linked chat is its own
source and is never under that ceiling: nobody can lock a member out by guessing at their code. An unknown code counts like a known
one, or the answer would tell which codes exist. A day without failures ends a count.

An attempt is counted and committed before the password is hashed, so that neither a crash nor twenty attempts at once go uncounted.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.accounts.records import Failures

FREE = 4  # failures before the first lock
LOCKS = (1, 2, 4, 8, 15)  # minutes after the fifth, sixth … failure; the last one from then on
CEILING = 100  # failures of strangers together, within a day, before all strangers wait
FORGOTTEN = timedelta(days=1)


def locked_until(source: Failures, strangers: Failures, now: datetime, *, trusted: bool) -> datetime | None:
    """When the next attempt of a source may come, None when it may come now.

    `source` counts its own failures, `strangers` those of all sources that are not trusted. `trusted` is true for a member's
    authentic address or linked chat.
    """
    ends = [_source_lock(source, now)]
    if not trusted:
        ends.append(_ceiling_lock(strangers, now))
    return max((end for end in ends if end is not None and end > now), default=None)


def counted(before: Failures, now: datetime) -> Failures:
    """The failures with one more; a count older than a day begins anew."""
    return Failures(_fresh(before, now) + 1, now)


def _source_lock(failures: Failures, now: datetime) -> datetime | None:
    beyond = _fresh(failures, now) - FREE
    if beyond <= 0 or failures.last_at is None:
        return None
    return failures.last_at + timedelta(minutes=LOCKS[min(beyond, len(LOCKS)) - 1])


def _ceiling_lock(failures: Failures, now: datetime) -> datetime | None:
    if _fresh(failures, now) < CEILING or failures.last_at is None:
        return None
    return failures.last_at + timedelta(minutes=LOCKS[-1])


def _fresh(failures: Failures, now: datetime) -> int:
    if failures.last_at is None or abs(now - failures.last_at) >= FORGOTTEN:  # a day ahead: counted under a wrong clock
        return 0
    return failures.count
