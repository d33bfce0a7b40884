"""Watches over the intake from Telegram: when it last worked, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.core.clock import Clock

SILENCE = timedelta(seconds=90)  # three questions that wait out their time


def _nothing() -> None:
    return None


class PollWatch:
    """What /readyz and the metrics say of the intake. It stands by while another desk takes the updates."""

    def __init__(self, clock: Clock, on_conflict: Callable[[], None] = _nothing) -> None:
        self._clock = clock
        self._on_conflict = on_conflict
        self._last = clock.now()
        self._problem = ""
        self._conflict = False
        self._active = False

    def begins(self) -> None:
        """This desk takes the updates from now on."""
        self._active, self._last = True, self._clock.now()

    def ends(self) -> None:
        """Another desk takes them, or nobody."""
        self._active = False

    def answered(self) -> None:
        """Telegram has answered."""
        self._last, self._problem, self._conflict = self._clock.now(), "", False

    def failed(self, problem: str) -> None:
        """It has not, or what it said could not be kept."""
        self._problem = problem

    def conflict(self) -> None:
        """Somebody else takes the updates."""
        self._on_conflict()
        self._conflict = True

    @property
    def troubled(self) -> bool:
        """Whether the last question failed."""
        return bool(self._problem)

    @property
    def age_seconds(self) -> float:
        """How long ago Telegram last answered; 0 while standing by."""
        return max(0.0, (self._clock.now() - self._last).total_seconds()) if self._active else 0.0

    def obstacles(self) -> list[str]:
        """What stands in the way, [] when nothing does."""
        silent = self.age_seconds > SILENCE.total_seconds()
        if not self._active or not (self._conflict or silent):
            return []
        return [f"telegram: {self._problem or f'no answer for {self.age_seconds:.0f} seconds'}"]
