"""The caps at work: asked before an answer is written, in the transaction that writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.caps import NOTHING_YET, Allowance, Limits, allowance, one_more
from storage.database import Transaction
from storage.throttle import Throttle

_WHOLE_DESK = "desk"
FREE = Allowance(allowed=True, tally=NOTHING_YET)
NOT_ASKED = Allowance(allowed=False, tally=NOTHING_YET)  # nothing is to be said, and nothing counted


@dataclass(frozen=True, slots=True)
class Caps:
    """Asks, and counts what is allowed."""

    limits: Limits

    async def spend(self, tx: Transaction, bucket: str, *, understood: bool, now: datetime) -> Allowance:
        """One more answer to an address, whose `bucket` is another one while its mail is not proved."""
        throttle = Throttle(tx)
        found = allowance(self.limits, await throttle.get(bucket), understood=understood, now=now)
        if found.allowed:
            await throttle.put(bucket, found.tally)
        return found

    async def spend_of_all(self, tx: Transaction, now: datetime) -> bool:
        """One more letter of the whole desk. Not counted while there is no such limit: all answers would write the same row."""
        return not self.limits.letters_per_hour or await once(tx, _WHOLE_DESK, now, cap=self.limits.letters_per_hour)


async def once(tx: Transaction, bucket: str, now: datetime, *, cap: int = 1) -> bool:
    """Whether something may be done that is done `cap` times an hour at most; it is counted."""
    throttle = Throttle(tx)
    found = one_more(cap, await throttle.get(bucket), now)
    if found.allowed:
        await throttle.put(bucket, found.tally)
    return found.allowed
