"""Whether a mail really comes from the domain in its From: the pure rules (assurance A1)."""

from bot.core.authenticity.verdict import Policy, Reason, Verdict

__all__ = ["Policy", "Reason", "Verdict"]
