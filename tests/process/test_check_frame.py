"""What all checks of `autopro check` share: each stands alone, and each finding is one line."""

from __future__ import annotations

from pathlib import Path

from bot.commands.check import check_all, line_of
from bot.commands.checks.finding import Finding, Ground
from bot.core.errors import AutoproError
from tests.support.clock import HandClock
from tests.support.desk import settings_for


async def check_the_weather(ground: Ground) -> list[Finding]:
    raise AutoproError(f"no window at {ground.clock.now():%H:%M}.\nOpen one.")


async def check_the_door(ground: Ground) -> list[Finding]:
    return [Finding("door", well=True, found=f"open to {ground.settings.desk.address}")]


async def test_a_check_that_cannot_look_is_a_finding_and_the_others_go_on(tmp_path: Path) -> None:
    weather, door = await check_all(settings_for(tmp_path), HandClock(), [check_the_weather, check_the_door])
    assert line_of(weather) == (
        "MEND the weather: no window at 15:00.; Open one. -> do what the text before says, then check again"
    )
    assert line_of(door) == "ok   door: open to service@carrier.example"
