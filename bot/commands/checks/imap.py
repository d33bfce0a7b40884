"""The mailbox, as the desk would read it: connection, TLS, login, the mailboxes for what is handled, and its right to move mail."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace

from bot.channels.imap import Filing, enter
from bot.channels.imap_session import ImapSession, LostError, MailboxError, connect
from bot.channels.oauth2 import TokenError
from bot.commands.checks.finding import Finding, Ground
from bot.core.hosts import is_loopback
from bot.imap_settings import ImapSettings
from bot.mailbox_reading import mailbox_address
from bot.parts import token_source

_SECONDS = 10.0  # for one step; failed logins are answered late on purpose
_ALL_SECONDS = 30.0
_UNREACHED = "is [imap] host right, and does a firewall let this machine out to that port?"


async def check_imap(ground: Ground) -> list[Finding]:
    """Logs in and makes the mailboxes for what is handled, as a start would; reads and moves nothing."""
    imap = ground.settings.imap
    if not imap.host:
        return [Finding("imap", well=True, found="none is set: no mailbox is read")]
    try:
        async with asyncio.timeout(_ALL_SECONDS):
            found = await _look(ground, imap)
    except TimeoutError:
        found = Finding("imap", well=False, found=f"{imap.host}: no end within {_ALL_SECONDS:.0f} seconds", mend=_UNREACHED)
    return [found, *_exposure(imap)]


async def _look(ground: Ground, imap: ImapSettings) -> Finding:
    address = mailbox_address(imap)  # what is wrong with ca_file leaves the check as it is
    try:
        session = await connect(replace(address, timeout_seconds=min(address.timeout_seconds, _SECONDS)))
    except LostError as error:
        return Finding("imap", well=False, found=error.found, mend=_mend_connection(error))
    try:
        return await _enter(session, ground, imap)
    finally:
        await session.close()


async def _enter(session: ImapSession, ground: Ground, imap: ImapSettings) -> Finding:
    try:
        await enter(session, Filing(imap.done, imap.failed), imap.password, token_source("imap", imap, ground.clock))
    except LostError as error:
        return Finding("imap", well=False, found=error.found, mend=_UNREACHED)
    except (MailboxError, TokenError) as error:
        return Finding("imap", well=False, found=error.found, mend=error.mend)
    news = "IDLE" if session.has("IDLE") else f"no IDLE: new mail is seen within {imap.poll_seconds:.0f} seconds"
    return Finding("imap", well=True, found=f"{imap.username} opens {imap.mailbox}, {session.exists} in it; {news}")


def _mend_connection(error: LostError) -> str:
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "set [imap] host to the name in the server's certificate, or ca_file to the authority that made it"
    if isinstance(cause, ssl.SSLError):
        return 'that port does not speak TLS: set [imap] port = 993, or tls = "none" for a server on this machine'
    if isinstance(cause, ConnectionRefusedError):
        return "nothing listens there: is the server up, and are [imap] host and port right (993 with TLS, 143 without)?"
    if isinstance(cause, TimeoutError) or cause is None:
        return f"{_UNREACHED} With TLS the port is 993, without 143"
    return _UNREACHED


def _exposure(imap: ImapSettings) -> list[Finding]:
    if imap.encrypted or is_loopback(imap.host):
        return []
    found = f"the password and the mail cross the network to {imap.host} in the clear"
    return [Finding("imap encryption", well=False, found=found, mend='set [imap] tls = "tls"')]
