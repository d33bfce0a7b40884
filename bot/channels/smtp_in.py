"""The desk's own SMTP listener: who may connect, for whom mail is taken, and when it is said to be kept.

What it says yes to is kept: the 250 after DATA goes out when the message is committed. It takes mail for the desk's address, its
subaddresses and the postmaster alone, and relays nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bot.channels.smtp_session import BUFFER_OCTETS, Bounds, Envelope, SmtpSession
from bot.core.errors import StorageError, StorageFull
from bot.core.inbound import OwnAddress
from bot.core.values import Channel, RawRecord

log = structlog.get_logger("smtp_in")

_LINE_OCTETS = 65_536  # RFC 5321 asks for 998; real mail has longer lines, and refusing them loses customers
_HANDSHAKE_SECONDS = 30.0

# What receiving a message may answer: the reply that refuses it, "" when it was kept. Raises StorageError.
Receive = Callable[[RawRecord], Awaitable[str]]


@dataclass(slots=True)
class Connections:
    """Who is connected: the caps are shared by every session of a listener."""

    most: int
    most_per_peer: int
    per_peer: Counter[str] = field(default_factory=Counter)
    sessions: set[SmtpSession] = field(default_factory=set)
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
    """Takes mail for the desk's address and its subaddresses, and for the postmaster."""

    def __init__(self, receive: Receive, own: OwnAddress) -> None:
        self._receive = receive
        self._own = own

    def refuses(self, address: str) -> str:
        """The reply that refuses a recipient, "" for one of ours."""
        if self._own.token(address) is not None or self._own.is_postmaster(address):
            return ""
        if address.rpartition("@")[2].lower() == self._own.domain:
            return f"550 5.1.1 no such mailbox here; write to {self._own.address}"
        return f"550 5.7.1 relaying denied; this server takes mail for {self._own.address} only"

    async def take(self, envelope: Envelope, content: bytes, peer: str) -> str:
        """Says 250 once the message is committed; anything that is not the mail's own fault is 4xx: the sender tries again."""
        if _has_bare_line_end(content):
            return "550 5.6.11 bare CR or LF in the message (RFC 5321 section 2.3.8); lines end with CR LF"
        if len(content) > _LINE_OCTETS and max(map(len, content.split(b"\r\n"))) > _LINE_OCTETS:
            return f"550 5.6.0 a line may have {_LINE_OCTETS} octets (RFC 5322 section 2.1.1 allows 998)"
        refusal = ""
        try:
            # When a later one is not kept, the sender tries again, and the earlier one is known by then.
            for recipients in self._own.apart(envelope.recipients):
                record = RawRecord(Channel.MAIL, content, envelope.sender, recipients, peer)
                refusal = refusal or await self._receive(record)
        except StorageFull:
            log.error("disk_full", next="free space on the disk that holds the database")
            return "452 4.3.1 no room to keep the message now; try again later"
        except StorageError as error:
            log.error("not_kept", error=str(error))
            return "451 4.3.0 the message could not be kept; try again later"
        return refusal or "250 2.6.0 kept"


@dataclass(slots=True)
class SmtpListener:
    """The listening sockets."""

    server: asyncio.Server
    connections: Connections

    @property
    def port(self) -> int:
        """The port that it listens on (settings may say 0: any)."""
        return int(self.server.sockets[0].getsockname()[1])

    async def close(self, grace_seconds: float) -> None:
        """Listens no more; ends the sessions without a mail at once, and the others after a while."""
        self.server.close()
        for session in [session for session in self.connections.sessions if not session.busy]:
            session.end()
        if self.connections.per_peer:
            with suppress(TimeoutError):
                async with asyncio.timeout(grace_seconds):
                    await self.connections.empty.wait()
        for session in list(self.connections.sessions):
            session.end()


async def listen(
    handler: MailHandler,
    *,
    host: str,
    port: int,
    bounds: Bounds,
    connections: Connections,
    implicit_tls: ssl.SSLContext | None = None,
) -> SmtpListener:
    """Begins to listen. Raises OSError when the port is taken or not allowed."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = writer.get_extra_info("peername")
        peer = str(name[0]) if name else "local"
        if not connections.enter(peer):
            writer.write(b"421 4.7.0 too many connections; try again in a minute\r\n")
            writer.close()
            return
        session = SmtpSession(reader, writer, handler, bounds, peer)
        connections.sessions.add(session)
        try:
            await session.run()
        finally:
            connections.sessions.discard(session)
            connections.leave(peer)

    tls = {"ssl": implicit_tls, "ssl_handshake_timeout": _HANDSHAKE_SECONDS} if implicit_tls is not None else {}
    server = await asyncio.start_server(connected, host, port, limit=BUFFER_OCTETS, backlog=512, **tls)  # type: ignore[arg-type]
    return SmtpListener(server, connections)


def _has_bare_line_end(content: bytes) -> bool:
    pairs = content.count(b"\r\n")
    return content.count(b"\n") != pairs or content.count(b"\r") != pairs
