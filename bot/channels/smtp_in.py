"""The desk's own mail listeners: who may connect, for whom mail is taken, and when it is said to be kept.

What it says yes to is kept: the 250 after DATA goes out when the message is committed. It takes mail for the desk's address, its
subaddresses and the postmaster alone, and relays nothing.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.channels.smtp_session import BUFFER_OCTETS, Bounds, Envelope, SmtpSession
from bot.core.authenticity.peers import SOCKET
from bot.core.errors import StorageError, StorageFull
from bot.core.inbound import OwnAddress
from bot.core.values import Channel, RawRecord

log = structlog.get_logger("smtp_in")

_LINE_OCTETS = 65_536  # RFC 5321 asks for 998; real mail has longer lines, and refusing them loses customers
_HANDSHAKE_SECONDS = 30.0
_BACKLOG = 512

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

    async def take(self, envelope: Envelope, content: bytes, peer: str) -> list[str]:
        """Says 250 once the message is committed; anything that is not the mail's own fault is 4xx: the sender tries again."""
        unfit = _unfit(content)
        if unfit:
            return [unfit] * len(envelope.recipients)
        said: dict[str, str] = {}
        # Where one is not kept, the sender tries again, and what was kept is known by then.
        for recipients in self._own.apart(envelope.recipients):
            reply = await self._keep(RawRecord(Channel.MAIL, content, envelope.sender, recipients, peer))
            said |= dict.fromkeys(recipients, reply)
        return [said[recipient] for recipient in envelope.recipients]

    async def _keep(self, record: RawRecord) -> str:
        try:
            return await self._receive(record) or "250 2.6.0 kept"
        except StorageFull:
            log.error("disk_full", next="free space on the disk that holds the database")
            return "452 4.3.1 no room to keep the message now; try again later"
        except StorageError as error:
            log.error("not_kept", error=str(error))
            return "451 4.3.0 the message could not be kept; try again later"


@dataclass(slots=True)
class MailListener:
    """The listening sockets."""

    server: asyncio.Server
    connections: Connections
    socket: Path | None = None

    @property
    def port(self) -> int:
        """The port that it listens on (settings may say 0: any); 0 on a Unix socket."""
        name = self.server.sockets[0].getsockname()
        return int(name[1]) if isinstance(name, tuple) else 0

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
        if self.socket is not None:
            self.socket.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Door:
    """What every session of a listener has in common."""

    handler: MailHandler
    bounds: Bounds
    connections: Connections
    session: type[SmtpSession] = SmtpSession

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talks with one client, when there is room."""
        name = writer.get_extra_info("peername")
        peer = self.session.peer_mark + (str(name[0]) if isinstance(name, tuple) else SOCKET)
        if not self.connections.enter(peer):
            writer.write(b"421 4.7.0 too many connections; try again in a minute\r\n")
            writer.close()
            return
        session = self.session(reader, writer, self.handler, self.bounds, peer)
        self.connections.sessions.add(session)
        try:
            await session.run()
        finally:
            self.connections.sessions.discard(session)
            self.connections.leave(peer)


async def listen(door: Door, *, host: str, port: int, implicit_tls: ssl.SSLContext | None = None) -> MailListener:
    """Begins to listen on a port. Raises OSError when it is taken or not allowed."""
    tls = {"ssl": implicit_tls, "ssl_handshake_timeout": _HANDSHAKE_SECONDS} if implicit_tls is not None else {}
    server = await asyncio.start_server(door.enter, host, port, limit=BUFFER_OCTETS, backlog=_BACKLOG, **tls)  # type: ignore[arg-type]
    return MailListener(server, door.connections)


async def listen_on_socket(door: Door, path: Path, mode: int) -> MailListener:
    """Begins to listen on a Unix socket. Raises OSError when another process listens there or the folder does not allow it."""
    bound = _bound(path, mode)
    try:
        server = await asyncio.start_unix_server(door.enter, sock=bound, limit=BUFFER_OCTETS, backlog=_BACKLOG)
    except BaseException:
        bound.close()
        raise
    return MailListener(server, door.connections, path)


def _bound(path: Path, mode: int) -> socket.socket:
    """A socket at that place, where one that nobody listens on any more may lie."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            with suppress(ConnectionRefusedError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.connect(str(path))
                raise OSError(errno.EADDRINUSE, "another process listens there")
            path.unlink()
        made.bind(str(path))
        path.chmod(mode)  # before it listens, so that nobody slips in
    except BaseException:
        made.close()
        raise
    made.setblocking(False)
    return made


def _unfit(content: bytes) -> str:
    """The reply that refuses what no message may hold, "" for a fit one."""
    if _has_bare_line_end(content):
        return "550 5.6.11 bare CR or LF in the message (RFC 5321 section 2.3.8); lines end with CR LF"
    if len(content) > _LINE_OCTETS and max(map(len, content.split(b"\r\n"))) > _LINE_OCTETS:
        return f"550 5.6.0 a line may have {_LINE_OCTETS} octets (RFC 5322 section 2.1.1 allows 998)"
    return ""


def _has_bare_line_end(content: bytes) -> bool:
    pairs = content.count(b"\r\n")
    return content.count(b"\n") != pairs or content.count(b"\r") != pairs
