"""One SMTP session (RFC 5321) on asyncio's streams, with every bound that a stranger may run into.

Extensions: PIPELINING (2920), SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), STARTTLS (3207), ENHANCEDSTATUSCODES (2034). There is
no AUTH: the desk takes mail for itself alone. Lines end with CR LF and with nothing else.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.core.smtp_syntax import Path, command, path, unstuffed

log = structlog.get_logger("smtp_in")

COMMAND_OCTETS = 2_048  # RFC 5321 section 4.5.3.1.4 asks for 512 and more for each extension
BUFFER_OCTETS = 65_536
_MOST_ERRORS = 20  # refused commands in a session; whoever gets that far guesses addresses or is no mail client
_MOST_IDLE_COMMANDS = 1_000  # commands without a mail accepted
_END = b"\r\n.\r\n"

Command = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a session may use; octets and seconds."""

    hostname: str
    max_message_bytes: int
    max_recipients: int = 100
    idle_seconds: float = 300.0  # RFC 5321 section 4.5.3.2.7
    data_seconds: float = 600.0  # for a whole message, however slowly it drips
    tls: ssl.SSLContext | None = None  # for STARTTLS
    require_tls: bool = False


@dataclass(slots=True)
class Envelope:
    """Who a mail is from and for."""

    sender: str
    international: bool  # SMTPUTF8 was asked for
    recipients: list[str] = field(default_factory=list)


class Mailroom(Protocol):
    """Decides about recipients and takes messages."""

    def refuses(self, address: str) -> str:
        """The reply that refuses a recipient, "" for one of ours."""
        ...

    async def take(self, envelope: Envelope, content: bytes, peer: str) -> Sequence[str]:
        """The replies to a whole message, one for each recipient in their order; 250 only where it is kept."""
        ...


class _GoneError(Exception):
    """The conversation is over; the text, if any, is the last reply."""


class SmtpSession:
    """A conversation with one client."""

    greeting = "ESMTP"
    peer_mark = ""  # before the peer's address in the records
    hello = "EHLO"  # the verb that asks for extensions
    nobody = "554 5.5.1 no valid recipients"  # to DATA; RFC 5321 section 4.2.3

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mailroom: Mailroom, bounds: Bounds, peer: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._mailroom = mailroom
        self._bounds = bounds
        self._peer = peer
        self._greeted = ""  # "HELO", or the verb that asks for extensions
        self._envelope: Envelope | None = None
        self._errors = 0
        self._idle_commands = 0
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + bounds.idle_seconds
        self._watch: asyncio.TimerHandle | None = None
        self._commands: dict[str, Command] = {
            **self._greetings(),
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "HELP": self._help,
            "STARTTLS": self._starttls,
            "QUIT": self._quit,
        }

    def _greetings(self) -> dict[str, Command]:
        return {self.hello: self._ehlo, "HELO": self._helo}

    async def run(self) -> None:
        """Talks until one side ends it."""
        self._watch_clock()
        try:
            self._say(f"220 {self._bounds.hostname} {self.greeting}")
            while True:
                await self._next()
        except _GoneError as end:
            self._say(str(end))
        except (OSError, EOFError, ssl.SSLError):
            pass  # the client is gone; what it was not told 250 for, it sends again
        finally:
            if self._watch is not None:
                self._watch.cancel()
            self._writer.close()

    def end(self) -> None:
        """Ends the session from outside, at once."""
        self._say("421 4.3.2 closing down; try again later")
        self._writer.close()

    @property
    def busy(self) -> bool:
        """A mail is on its way."""
        return self._envelope is not None

    async def _next(self) -> None:
        line = await self._line()
        self._allow(self._bounds.idle_seconds)
        reply = await self._obey(line) if line is not None else "500 5.5.2 line too long"
        if reply.startswith("5") and not reply.startswith("550 5.6"):  # a refused content says nothing about the client
            self._errors += 1
        self._idle_commands = 0 if reply.startswith("250 2.6") else self._idle_commands + 1
        if self._errors > _MOST_ERRORS or self._idle_commands > _MOST_IDLE_COMMANDS:
            self._say(reply)
            raise _GoneError("421 4.7.0 too many errors or idle commands; goodbye")
        self._say(reply)
        await self._writer.drain()

    async def _line(self) -> bytes | None:
        """The next line with its end, None for one that is too long."""
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as overrun:
            raise _GoneError("500 5.5.2 line too long") from overrun
        return line if len(line) <= COMMAND_OCTETS else None

    async def _obey(self, line: bytes) -> str:
        parsed = command(line[:-2]) if line.endswith(b"\r\n") else None
        if parsed is None:
            return "500 5.5.2 not a command: lines end with CR LF and hold neither NUL nor a lone CR or LF"
        verb, argument = parsed
        obey = self._commands.get(verb)
        if obey is None:
            return "502 5.5.1 not implemented" if verb == "EXPN" else "500 5.5.1 command not recognised"
        try:
            return await obey(argument)
        except (_GoneError, OSError, EOFError):
            raise
        except Exception as error:
            self._envelope = None
            return _fault(error)

    async def _ehlo(self, argument: str) -> str:
        if not argument:
            return f"501 5.5.4 {self.hello} needs a name"
        self._greeted, self._envelope = self.hello, None
        bounds = self._bounds
        offers = ["PIPELINING", f"SIZE {bounds.max_message_bytes}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if bounds.tls is not None and not self._encrypted:
            offers.append("STARTTLS")
        lines = [bounds.hostname, *offers]
        return "\r\n".join([*(f"250-{text}" for text in lines[:-1]), f"250 {lines[-1]}"])

    async def _helo(self, argument: str) -> str:
        if not argument:
            return "501 5.5.4 HELO needs a name"
        self._greeted, self._envelope = "HELO", None
        return f"250 {self._bounds.hostname}"

    async def _mail(self, argument: str) -> str:
        if not self._greeted:
            return f"503 5.5.1 {self.hello} first"
        if self._bounds.require_tls and not self._encrypted:
            return "530 5.7.0 STARTTLS first"
        if self._envelope is not None:
            return "503 5.5.1 MAIL was said already; RSET begins anew"
        found = path(argument, "FROM:")
        if found is None:
            return "501 5.1.7 MAIL FROM:<address>"
        refusal = self._parameters(found)
        if refusal:
            return refusal
        self._envelope = Envelope(found.address, "SMTPUTF8" in found.parameters)
        return "250 2.1.0 OK"

    def _parameters(self, found: Path) -> str:
        """The reply that refuses the parameters of MAIL, "" when all are well."""
        given = found.parameters
        if (given and self._greeted != self.hello) or not given.keys() <= {"SIZE", "BODY", "SMTPUTF8"}:
            return "555 5.5.4 parameter not implemented"
        size, body = given.get("SIZE", "0"), given.get("BODY", "7BIT").upper()
        if not (size.isascii() and size.isdigit() and len(size) <= 20) or body not in ("7BIT", "8BITMIME") or given.get("SMTPUTF8"):
            return "501 5.5.4 bad value of a parameter"
        if int(size) > self._bounds.max_message_bytes:
            return f"552 5.3.4 the message may have {self._bounds.max_message_bytes} octets"
        if not found.address.isascii() and "SMTPUTF8" not in given:
            return "553 5.6.7 this address needs SMTPUTF8 (RFC 6531)"
        return ""

    async def _rcpt(self, argument: str) -> str:
        envelope = self._envelope
        if envelope is None:
            return "503 5.5.1 MAIL first"
        found = path(argument, "TO:")
        if found is None or not found.address:
            return "501 5.1.3 RCPT TO:<address>"
        if found.parameters:
            return "555 5.5.4 parameter not implemented"
        if not found.address.isascii() and not envelope.international:
            return "553 5.6.7 this address needs SMTPUTF8 (RFC 6531)"
        refusal = self._mailroom.refuses(found.address)
        if refusal:
            return refusal
        if len(envelope.recipients) >= self._bounds.max_recipients:
            return "452 4.5.3 too many recipients; send again for the others"
        envelope.recipients.append(found.address)
        return "250 2.1.5 OK"

    async def _data(self, argument: str) -> str:
        if argument:
            return "501 5.5.4 DATA takes no argument"
        envelope = self._envelope
        if envelope is None:
            return "503 5.5.1 MAIL and RCPT first"
        if not envelope.recipients:
            return self.nobody
        self._say("354 end with CR LF . CR LF")
        self._allow(self._bounds.data_seconds)
        content = await self._content()
        self._allow(self._bounds.data_seconds)
        try:
            return self._said_of(await self._take(envelope, content))
        finally:
            self._envelope = None
            self._allow(self._bounds.idle_seconds)

    def _said_of(self, replies: Sequence[str]) -> str:
        """What answers a message: one word for all its recipients, and a yes only when all have one."""
        return next((reply for reply in replies if not reply.startswith("2")), replies[0])

    async def _take(self, envelope: Envelope, content: bytes | None) -> Sequence[str]:
        if content is None:
            return [f"552 5.3.4 the message may have {self._bounds.max_message_bytes} octets"] * len(envelope.recipients)
        try:
            return await self._mailroom.take(envelope, content, self._peer)
        except Exception as error:
            return [_fault(error)] * len(envelope.recipients)

    async def _content(self) -> bytes | None:
        """The message up to the lone dot, None when it is too large: then it is read on, and thrown away."""
        # The line end of DATA itself stands before the first line: an empty message is CR LF . CR LF like any other.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
        pieces: list[bytes] = []
        size, most = 0, self._bounds.max_message_bytes
        while True:
            try:
                piece = await self._reader.readuntil(_END)
            except asyncio.LimitOverrunError as overrun:
                piece = await self._reader.readexactly(overrun.consumed)  # never a part of the end
                size += len(piece)
                if size <= most:
                    pieces.append(piece)
                elif size > 20 * most:
                    raise _GoneError("552 5.3.4 far too large") from overrun
                continue
            if size + len(piece) - len(_END) > most:
                return None
            return unstuffed(b"".join((*pieces, piece[:-3])))

    async def _rset(self, argument: str) -> str:
        self._envelope = None
        return "250 2.0.0 OK"

    async def _noop(self, argument: str) -> str:
        return "250 2.0.0 OK"

    async def _vrfy(self, argument: str) -> str:
        return "252 2.1.5 send some mail, and see"

    async def _help(self, argument: str) -> str:
        return "214 2.0.0 RFC 5321. Write HELP or AIDE in a mail to the desk"

    async def _quit(self, argument: str) -> str:
        raise _GoneError("221 2.0.0 goodbye")

    async def _starttls(self, argument: str) -> str:
        context = self._bounds.tls
        if context is None or self._encrypted:
            return "503 5.5.1 STARTTLS is not offered here" if context is None else "503 5.5.1 this session is encrypted already"
        await self._writer.drain()  # from here to the handshake nothing waits, so that nothing said in clear can slip in
        if argument or self._reader._buffer:  # type: ignore[attr-defined]
            # What was sent along in clear must never count as said under TLS (RFC 3207 section 4.2).
            return "501 5.5.4 STARTTLS stands alone, and the client waits for the answer"
        self._say("220 2.0.0 ready")
        try:
            await self._writer.start_tls(context)
        except OSError as error:  # ssl.SSLError is one
            raise _GoneError from error
        self._reader._transport = self._writer.transport  # type: ignore[attr-defined]  # Python 3.11 leaves the old one
        self._greeted, self._envelope = "", None
        return ""

    @property
    def _encrypted(self) -> bool:
        return self._writer.get_extra_info("ssl_object") is not None

    def _say(self, reply: str) -> None:
        if reply and not self._writer.is_closing():
            self._writer.write(f"{reply}\r\n".encode())

    def _allow(self, seconds: float) -> None:
        """From now on so long, whatever was allowed before."""
        self._deadline = self._loop.time() + seconds
        if self._watch is not None and self._watch.when() > self._deadline:
            self._watch.cancel()
            self._watch_clock()

    def _watch_clock(self) -> None:
        """One timer a session, moved by writing down a moment: cheaper than a timeout around every read."""
        left = self._deadline - self._loop.time()
        if left <= 0:
            self._say("421 4.4.2 too slow; goodbye")
            self._writer.close()
            return
        self._watch = self._loop.call_later(left, self._watch_clock)


def _fault(error: Exception) -> str:
    # A fault of ours is temporary for the sender, and its text is nobody's business.
    log.error("smtp_session_failed", error=type(error).__name__)
    return "451 4.3.0 internal error; try again later"
