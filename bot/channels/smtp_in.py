"""The desk's own SMTP listener (RFC 5321), aiosmtpd on the event loop.

What it says yes to is kept: the 250 after DATA goes out when the message is committed. It takes mail for the desk's address and its
subaddresses alone, and relays nothing.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.core.errors import StorageError, StorageFull
from bot.core.inbound import OwnAddress
from bot.core.values import Channel, RawRecord

log = structlog.get_logger("smtp_in")

# A strict dot-atom address (RFC 5321 section 4.1.2) needs no parser; whatever else it is goes to aiosmtpd's own.
_DOT_ATOM_PATH = re.compile(r"<([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]{1,253})>( .*)?")
_LINE_OCTETS = 65_536  # RFC 5321 asks for 998; real mail has longer lines, and refusing them loses customers
_MAX_RECIPIENTS = 100  # RFC 5321 section 4.5.3.1.8

# What receiving a message may answer: (accepted, refusal). Raises StorageError.
Receive = Callable[[RawRecord], Awaitable[str]]


@dataclass(slots=True)
class Connections:
    """Who is connected: the caps are shared by every session of a listener."""

    most: int
    most_per_peer: int
    per_peer: Counter[str] = field(default_factory=Counter)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    def enter(self, peer: str) -> bool:
        """Counts a connection, False when it is one too many."""
        if self.per_peer.total() >= self.most or self.per_peer[peer] >= self.most_per_peer:
            return False
        self.per_peer[peer] += 1
        self.empty.clear()
        return True

    def leave(self, peer: str) -> None:
        """The connection is gone."""
        self.per_peer[peer] -= 1
        if self.per_peer[peer] <= 0:
            del self.per_peer[peer]
        if not self.per_peer:
            self.empty.set()


class MailHandler:
    """What aiosmtpd asks about each mail."""

    def __init__(self, receive: Receive, own: OwnAddress) -> None:
        self._receive = receive
        self._own = own

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        """Takes the desk's address and its subaddresses."""
        if self._own.token(address) is None:
            if address.rpartition("@")[2].lower() == self._own.domain:
                return f"550 5.1.1 no such mailbox here; write to {self._own.address}"
            return f"550 5.7.1 relaying denied; this server takes mail for {self._own.address} only"
        if len(envelope.rcpt_tos) >= _MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients; send again for the others"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Says 250 once the message is committed; anything that is not the mail's own fault is 4xx: the sender tries again."""
        content = envelope.content
        assert isinstance(content, bytes)  # noqa: S101 - decode_data is off
        if _has_bare_line_end(content):
            return "550 5.6.11 bare CR or LF in the message (RFC 5321 section 2.3.8); lines end with CR LF"
        sender = envelope.mail_from or ""
        record = RawRecord(
            channel=Channel.MAIL,
            content=content,
            envelope_sender="" if sender == "<>" else sender,
            recipients=tuple(envelope.rcpt_tos),
            peer=_peer(session),
        )
        try:
            refusal = await self._receive(record)
        except StorageFull:
            log.error("disk_full", next="free space on the disk that holds the database")
            return "452 4.3.1 no room to keep the message now; try again later"
        except StorageError as error:
            log.error("not_kept", error=str(error))
            return "451 4.3.0 the message could not be kept; try again later"
        return refusal or "250 2.6.0 kept"


class DeskSmtp(SMTP):
    """One session. Differs from aiosmtpd's where figures or safety ask for it."""

    line_length_limit = _LINE_OCTETS

    def __init__(self, handler: MailHandler, connections: Connections, **options: Any) -> None:
        super().__init__(handler, enable_SMTPUTF8=True, ident="Autopro Desk", **options)
        self._connections = connections
        self._entered = ""
        self._turned_away = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Turns away a connection beyond the caps with 421 (RFC 5321 section 3.8)."""
        name = transport.get_extra_info("peername")
        peer = str(name[0]) if name else "local"
        if not self._entered:
            if not self._connections.enter(peer):
                self._turned_away = True
                assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101
                transport.write(b"421 4.7.0 too many connections; try again in a minute\r\n")
                transport.close()
                return
            self._entered = peer
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Gives the place free."""
        if self._turned_away:
            return
        if self._entered:
            self._connections.leave(self._entered)
            self._entered = ""
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Drops what a connection that was turned away still sends."""
        if not self._turned_away:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """As aiosmtpd, unless the connection was turned away."""
        return None if self._turned_away else super().eof_received()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        # aiosmtpd's defines a class on every call and walks email's header parser; a plain address needs neither.
        match = _DOT_ATOM_PATH.fullmatch(arg)
        return (match[1], match[2] or "") if match else super()._getaddr(arg)

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is temporary for the sender, and its text is nobody's business."""
        log.error("smtp_session_failed", error=type(error).__name__)
        return "451 4.3.0 internal error; try again later"


@dataclass(slots=True)
class SmtpListener:
    """The listening sockets."""

    server: asyncio.Server
    sessions: Connections

    @property
    def port(self) -> int:
        """The port that it listens on (settings may say 0: any)."""
        return int(self.server.sockets[0].getsockname()[1])

    async def close(self, grace_seconds: float) -> None:
        """Listens no more and lets the open sessions end, for a while."""
        self.server.close()
        if self.sessions.per_peer:
            with suppress(TimeoutError):
                async with asyncio.timeout(grace_seconds):
                    await self.sessions.empty.wait()


async def listen(
    handler: MailHandler,
    *,
    host: str,
    port: int,
    hostname: str,
    max_message_bytes: int,
    connections: Connections,
    tls: ssl.SSLContext | None = None,
    require_tls: bool = False,
) -> SmtpListener:
    """Begins to listen. Raises OSError when the port is taken or not allowed."""

    def session() -> DeskSmtp:
        return DeskSmtp(
            handler,
            connections,
            hostname=hostname,
            data_size_limit=max_message_bytes,
            tls_context=tls,
            require_starttls=require_tls,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(session, host, port, backlog=512)
    return SmtpListener(server, connections)


def _has_bare_line_end(content: bytes) -> bool:
    pairs = content.count(b"\r\n")
    return content.count(b"\n") != pairs or content.count(b"\r") != pairs


def _peer(session: Session) -> str:
    return str(session.peer[0]) if session.peer else ""
