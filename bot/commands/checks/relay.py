"""The relay, as letters go out to it: with TLS, its authority and the login."""

from __future__ import annotations

import aiosmtplib

from bot.commands.checks.finding import Finding, Ground

_SECONDS = 10


async def check_relay(ground: Ground) -> list[Finding]:
    """Connects and logs in; sends nothing."""
    relay = ground.settings.relay
    if not relay.host:
        return [Finding("relay", well=True, found=f"none is set: letters are written to {ground.settings.outgoing}")]
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        use_tls=relay.tls == "tls",
        start_tls=relay.tls == "starttls",
        username=relay.username or None,
        password=relay.password or None,
        timeout=_SECONDS,
        cert_bundle=str(relay.ca_file) if relay.ca_file is not None else None,
    )
    try:
        await client.connect()
        await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        mend = "is [relay] host, port, tls and ca_file right, and does it let this machine in?"
        return [Finding("relay", well=False, found=f"{relay.host}:{relay.port}: {error}", mend=mend)]
    return [Finding("relay", well=True, found=f"{relay.host}:{relay.port} answers")]
