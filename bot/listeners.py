"""The mail listeners as the settings name them: SMTP for anybody, LMTP for the mail server in front."""

from __future__ import annotations

import ssl
from functools import partial
from pathlib import Path

from bot.app import App
from bot.channels.lmtp_session import LmtpSession
from bot.channels.smtp_in import Connections, Door, MailHandler, MailListener, listen, listen_on_socket
from bot.channels.smtp_session import Bounds
from bot.core.errors import AutoproError
from bot.core.inbound import OwnAddress
from bot.core.mail.split import TOO_LARGE as HEADER_TOO_LARGE
from bot.core.values import RawRecord
from bot.desk import Desk, Receipt


async def listen_smtp(app: App) -> MailListener:
    """The SMTP listener. Raises OSError when the port cannot be had, AutoproError for a certificate that is none."""
    smtp = app.settings.smtp
    tls = _tls(smtp.tls_certificate, smtp.tls_key)
    bounds = _bounds(app, tls=None if smtp.implicit_tls else tls, require_tls=smtp.require_tls and not smtp.implicit_tls)
    door = Door(_handler(app, "smtp"), bounds, Connections(smtp.max_connections, smtp.max_connections_per_ip))
    return await listen(door, host=smtp.host, port=smtp.port, implicit_tls=tls if smtp.implicit_tls else None)


async def listen_lmtp(app: App) -> MailListener:
    """The LMTP listener, on its socket when one is set, else on its port. Raises OSError when it cannot be had."""
    lmtp, smtp = app.settings.lmtp, app.settings.smtp
    on_socket = lmtp.socket is not None
    connections = Connections(smtp.max_connections, smtp.max_connections if on_socket else smtp.max_connections_per_ip)
    door = Door(_handler(app, "lmtp"), _bounds(app), connections, LmtpSession)
    if lmtp.socket is not None:
        return await listen_on_socket(door, lmtp.socket, int(lmtp.socket_mode, 8))
    return await listen(door, host=lmtp.host, port=lmtp.port)


def _bounds(app: App, *, tls: ssl.SSLContext | None = None, require_tls: bool = False) -> Bounds:
    smtp = app.settings.smtp
    return Bounds(
        hostname=_own(app).domain,
        max_message_bytes=smtp.max_message_bytes,
        max_recipients=smtp.max_recipients,
        idle_seconds=smtp.idle_seconds,
        data_seconds=smtp.data_seconds,
        tls=tls,
        require_tls=require_tls,
    )


def _handler(app: App, source: str) -> MailHandler:
    return MailHandler(partial(_receive, app.desk, source), _own(app))


def _own(app: App) -> OwnAddress:
    return OwnAddress(app.settings.desk.address, app.settings.desk.subaddress_separator)


async def _receive(desk: Desk, source: str, record: RawRecord) -> str:
    """The SMTP answer that refuses a message, "" when it was kept (now or before)."""
    received = await desk.receive(record, source)
    if received.receipt is Receipt.REFUSED:
        if received.reason == HEADER_TOO_LARGE:
            return "552 5.3.4 the header of the message is too large"
        return f"550 5.7.1 exactly one sender address is needed in From (RFC 5322 section 3.6.2): {received.reason}"
    if received.receipt is Receipt.BUSY:
        return "451 4.3.2 too many messages are waiting; try again later"
    return ""


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None or key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise AutoproError(
            f"smtp.tls_certificate or smtp.tls_key cannot be used: {error}. Both are PEM files of one pair."
        ) from error
    return context
