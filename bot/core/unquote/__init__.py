"""What somebody newly wrote, apart from what is quoted below or above it: `cut_reply`."""

from bot.core.unquote.cut import Cut, cut_reply

__all__ = ["Cut", "cut_reply"]
