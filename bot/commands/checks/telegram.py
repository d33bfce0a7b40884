"""Telegram, where a bot is set."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, Ground


async def check_telegram(ground: Ground) -> list[Finding]:
    """Without a bot there is nothing to look at, and its library, which takes a second to load, stays out."""
    if not ground.settings.telegram.token:
        return [Finding("telegram", well=True, found="no bot: [telegram] token is not set")]
    from bot.commands.checks.telegram_bot import look

    return await look(ground)
