"""Why an inbound mail is automatic: `automatic_sign`, and its verdict, `AutomaticSign`."""

from bot.core.automatic.sign import AutomaticSign, automatic_sign

__all__ = ["AutomaticSign", "automatic_sign"]
