from bot.core.unquote.cut import Cut, cut_reply

__all__ = ["Cut", "cut_reply"]
