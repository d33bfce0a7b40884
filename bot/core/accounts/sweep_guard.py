"""Whether the calendar sweep may write: it closes accounts for good, so a wrong clock must not run it.

While the desk runs, the machine's clock is held against the monotonic one, which no operator and no time server sets. Over a
restart there is no such witness: a clock that stands before the last sweep is wrong, one that stands long after it may be a desk
that was switched off, and what a wrong one would do is seen in the share of accounts that it closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AHEAD = timedelta(days=1)
BACKWARD = timedelta(minutes=5)  # what a time server may set back
SHARE = 0.05
FEW = 3  # closings that are never suspicious: five per cent of a small desk is less than one account


GAP = timedelta(days=30)
HOLD_SECONDS = 3 * 86_400.0


class Alarm(StrEnum):
    """Why the sweep stopped; an operator looks."""

    CLOCK_BACKWARD = "clock_backward"
    CLOCK_AHEAD = "clock_ahead"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Tick:
    """When a sweep ran. `steady` is the monotonic clock in seconds, None when another process read it."""

    at: datetime
    steady: float | None = None


def needs_hold(last: Tick | None, this: Tick) -> bool:
    """Whether nothing is to be deleted for `HOLD_SECONDS`: the desk stood still for long, or the clock is far ahead.

    Which of the two, an operator sees in that time: what is forgotten too early never comes back.
    """
    return last is not None and last.steady is None and this.at - last.at > GAP


def alarm(last: Tick | None, this: Tick, *, closing: int, accounts: int) -> Alarm | None:
    """Why the sweep must not write now, None when it may. `last` is the sweep before (None: the first ever)."""
    if last is not None:
        moved = this.at - last.at
        passed = timedelta(seconds=this.steady - last.steady) if this.steady is not None and last.steady is not None else None
        if moved < (passed or timedelta()) - BACKWARD:
            return Alarm.CLOCK_BACKWARD
        if passed is not None and moved - passed > AHEAD:
            return Alarm.CLOCK_AHEAD
    return Alarm.TOO_MANY if closing > max(FEW, accounts * SHARE) else None
