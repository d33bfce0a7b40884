"""The settings as a whole: that they are read is seen before any check runs; this says whose desk is looked at."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, Ground


async def check_settings(ground: Ground) -> list[Finding]:
    """Which desk this is."""
    desk = ground.settings.desk
    return [Finding("settings", well=True, found=f"the desk is {desk.address}, {desk.company}")]
