"""What every check is: it stands on the settings, looks at one thing, and says what it found and how to mend it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.config import Settings
from bot.core.clock import Clock, Mint


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found; `mend` says what to do when it is not well."""

    subject: str
    well: bool
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a check stands on."""

    settings: Settings
    clock: Clock
    mint: Mint


Check = Callable[[Ground], Awaitable[list[Finding]]]
"""Never prints, changes nothing that the desk would not change by starting, lets go of what it opened, and ends within some seconds
whatever the other side does. An AutoproError that leaves it becomes a finding; several things looked at are several findings.
"""
