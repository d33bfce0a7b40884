"""The relay, as letters go out to it: with TLS, its authority, the login, and the sender that answers have."""

from __future__ import annotations

import asyncio

import aiosmtplib

from bot.channels.relay_session import RelayError, open_session, tls_context
from bot.commands.checks.finding import Finding, Ground
from bot.parts import relay_address

_SECONDS = 10.0
_SUBJECT = "relay"


async def check_relay(ground: Ground) -> list[Finding]:
    """Connects, logs in and asks whether the envelope of an answer is taken; sends nothing."""
    settings = ground.settings
    relay = relay_address(settings, ground.clock)
    if not relay.host:
        return [Finding(_SUBJECT, well=True, found=f"none is set: letters are written to {settings.outgoing}")]
    try:
        context = tls_context(relay)
    except OSError as error:
        mend = "name a PEM file of certificates as [relay] ca_file"
        return [Finding(_SUBJECT, well=False, found=f"{relay.ca_file} cannot be used: {error}", mend=mend)]
    try:
        async with asyncio.timeout(2 * _SECONDS):
            session = await open_session(relay, context, _SECONDS)
            try:
                refusal = await _refused_envelope(session, settings.relay.envelope_sender, settings.desk.address)
            finally:
                session.close()
    except RelayError as error:
        return [Finding(_SUBJECT, well=False, found=error.found, mend=error.mend)]
    except (aiosmtplib.SMTPException, OSError) as error:  # TimeoutError is one
        mend = "it hung up or fell silent after the login: its log says why"
        return [Finding(_SUBJECT, well=False, found=f"{relay.host}:{relay.port}: {error or type(error).__name__}", mend=mend)]
    return [refusal or Finding(_SUBJECT, well=True, found=f"{relay.host}:{relay.port} takes letters"), *_plain(relay.confidential)]


async def _refused_envelope(session: aiosmtplib.SMTP, sender: str, recipient: str) -> Finding | None:
    """What the relay has against an answer to the desk's own address: nothing is sent, the envelope is taken back."""
    try:
        await session.mail(sender)
    except aiosmtplib.SMTPResponseException as error:
        said = f"it refuses the envelope sender <{sender}>: {error.code} {error.message}"
        mend = "set [relay] envelope_sender to an address that it accepts, best one that the desk reads"
        return Finding(_SUBJECT, well=False, found=said, mend=mend)
    try:
        await session.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        said = f"it takes no letter from <{sender}> to {recipient}: {error.code} {error.message}"
        mend = "let this machine relay there, or log in; where it dislikes the null sender <>, set [relay] envelope_sender"
        return Finding(_SUBJECT, well=False, found=said, mend=mend)
    await session.rset()
    return None


def _plain(confidential: bool) -> list[Finding]:
    if confidential:
        return []
    mend = "set [relay] tls: letters with a password wait until then"
    return [Finding("relay encryption", well=False, found="letters would go out readable", mend=mend)]
