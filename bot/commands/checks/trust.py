"""Whether the settings let strangers count as authentic."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, Ground


async def check_trust(ground: Ground) -> list[Finding]:
    """A listener that is open to all must not trust its own machine."""
    smtp, origins = ground.settings.smtp, ground.settings.mail_trust.origins
    open_to_all = smtp.enabled and smtp.host not in ("127.0.0.1", "::1", "localhost")
    trusts_loopback = any(network.startswith("127.") for network in origins)
    return [
        Finding(
            "trust",
            well=not (open_to_all and trusts_loopback),
            found="loopback counts as an authentic origin" if trusts_loopback else "no loopback origin is trusted",
            mend="take 127.0.0.1 out of [mail_trust] origins: a mail server on this machine hands in strangers' mail from there",
        )
    ]
