"""The machine's clock, held against the one witness that outlives a restart: when the desk last swept."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, Ground
from bot.core.accounts.sweep_guard import BACKWARD, GAP
from storage.opening import open_database
from storage.sweeps import Sweeps

_MEND = "set this machine's clock (timedatectl set-ntp true), then check again"


async def check_clock(ground: Ground) -> list[Finding]:
    """A clock that stands before the last sweep is wrong; one long after it may be. No other clock is asked."""
    database = await open_database(ground.settings.database.url)
    try:
        last = await database.read(lambda tx: Sweeps(tx).last())
    finally:
        await database.close()
    now = ground.clock.now()
    shows = f"{now:%Y-%m-%d %H:%M} UTC"
    if last is None:
        return [Finding("clock", well=True, found=f"{shows}; the desk has not swept yet, nothing to compare with")]
    found = f"{shows}; the last sweep was at {last:%Y-%m-%d %H:%M} UTC"
    if now < last - BACKWARD:
        return [Finding("clock", well=False, found=f"{found}, later than now", mend=_MEND)]
    mend = "is the clock right? Then the desk stood still: start it, and it sweeps; autopro sweep --force does it now"
    return [Finding("clock", well=now - last <= GAP, found=found, mend=mend)]
