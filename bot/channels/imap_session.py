"""One logged-in connection to a mailbox: every call ends within a bound, and a connection that failed once is not used again.

A call that is not answered in time, is cancelled, or finds the connection closed ends the connection, since nobody could tell which
answer belongs to what after it. Calls wait for each other (`_alone`): the library deadlocks on a command during IDLE, and IDLE is a
call like all others here, which ends before it returns.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from aioimaplib import aioimaplib

from bot.channels.imap_wire import Client, WireError
from bot.core.errors import AutoproError
from bot.core.imap_words import Entry, bodies, entries, mailbox_name, quoted, uid_set, uid_validity

T = TypeVar("T")

_SLOWEST_OCTETS = 20_000  # a second: a large message takes longer than other answers
_OVERHEAD_OCTETS = 65_536  # what a message may be longer than it was said to be: servers count line ends differently
_FOR_EVER = 86_400.0  # the library's own end of IDLE, which comes too late to matter: ours is before it
_SAID_CHARACTERS = 200
_ITEMS = "(UID RFC822.SIZE FLAGS)"


class Response(Protocol):
    """What the library returns: the word after the tag, and the lines before it; literals are bytearrays."""

    result: str
    lines: list[bytes | bytearray]


class MailboxError(AutoproError):
    """The mailbox cannot be read: what was found, and what to do about it."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(f"{found}; {mend}")
        self.found = found
        self.mend = mend


class LostError(MailboxError):
    """The connection is gone, or the server does not answer."""


class LoginRefusedError(MailboxError):
    """The server does not let the desk in."""


class RefusedError(MailboxError):
    """The server refused one command; the connection goes on."""


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """Where a mailbox is. `context` None: without TLS. `timeout_seconds` is how long the server may say nothing."""

    host: str
    port: int
    username: str
    mailbox: str
    context: ssl.SSLContext | None = field(repr=False)
    timeout_seconds: float
    max_message_bytes: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class ImapSession:
    """A connection. Made by `connect`; `login` and `select` come next."""

    def __init__(self, client: Client, address: MailboxAddress) -> None:
        self._client = client
        self._address = address
        self._alone = asyncio.Lock()
        self._name = mailbox_name(address.mailbox)
        self.validity = 0

    @property
    def exists(self) -> int:
        """How many messages the mailbox holds, as far as the server has said."""
        return int(self._client.wire.exists)

    def has(self, capability: str) -> bool:
        """Whether the server can do it."""
        return capability in self._client.wire.capabilities

    async def greet(self) -> None:
        """Takes the server's greeting. Raises LostError."""
        await self._within(self._client.wait_hello_from_server(), self._address.timeout_seconds)

    async def login(self, password: str) -> None:
        """Logs in with a password. Raises LoginRefusedError."""
        if self.has("LOGINDISABLED"):
            raise LoginRefusedError(f"{self._address} takes no password without TLS", 'set [imap] tls = "tls" and its port (993)')
        username, wire = self._address.username, self._client.wire
        if username.isascii() and username.isprintable() and password.isascii() and password.isprintable():
            work = self._client.login(quoted(username), password)  # it quotes the password only
        else:  # RFC 4616: UTF-8, which LOGIN cannot carry
            plain = base64.b64encode(f"\0{username}\0{password}".encode()).decode("ascii")
            work = wire.execute(aioimaplib.Command("AUTHENTICATE", wire.new_tag(), "PLAIN", plain))
        await self._enter(work, "is [imap] username and password right, and may this user use IMAP?")
        wire.state = aioimaplib.AUTH

    async def login_by_token(self, token: str) -> None:
        """Logs in with an access token of OAuth 2 (XOAUTH2). Raises LoginRefusedError."""
        mend = "does [imap] username name the mailbox, and may the application read it? docs/imap.md says how to allow it"
        await self._enter(self._client.xoauth2(self._address.username, token), mend)

    async def _enter(self, work: Coroutine[Any, Any, Response], mend: str) -> None:
        response = await self._ask(work)
        if response.result != "OK":
            raise LoginRefusedError(f"{self._address} does not let {self._address.username} in ({_said(response)})", mend)
        # A server says all that it can do only to who is logged in.
        await self._within(self._client.wire.capability(), self._address.timeout_seconds)

    async def select(self) -> None:
        """Opens the mailbox. Raises RefusedError when there is none, or nothing may be moved out of it."""
        response = await self._ask(self._client.select(self._name))
        mailbox, lines = self._address.mailbox, _bytes(response.lines)
        if response.result != "OK":
            raise RefusedError(
                f"{self._address} does not open the mailbox {mailbox} ({_said(response)})",
                "is [imap] mailbox right, and does it exist?",
            )
        if any(b"[READ-ONLY]" in line.upper() for line in lines):
            raise RefusedError(f"{self._address.username} may only read the mailbox {mailbox}", "give that user all rights to it")
        self.validity = uid_validity(lines)

    async def ensure(self, mailbox: str) -> None:
        """Makes a mailbox when it is missing. Raises RefusedError."""
        name = mailbox_name(mailbox)
        if (await self._ask(self._client.status(name, "(UIDVALIDITY)"))).result == "OK":
            return
        created = await self._ask(self._client.create(name))
        if created.result != "OK" and b"ALREADYEXISTS" not in b"".join(map(bytes, created.lines)):
            raise RefusedError(
                f"{self._address} has no mailbox {mailbox} and does not make it ({_said(created)})",
                "set [imap] done and failed to names that it allows, such as INBOX.Done or INBOX/Done",
            )
        await self._ask(self._client.subscribe(name))

    async def look(self, first: int, count: int) -> list[Entry]:
        """The messages at the places `first` … of the mailbox, oldest first, without their content."""
        last = min(first + count - 1, self.exists)
        if last < first:
            return []
        return entries(_bytes((await self._command(self._client.fetch(f"{first}:{last}", _ITEMS), "FETCH")).lines))

    async def fetch(self, wanted: Sequence[Entry]) -> dict[int, bytes]:
        """The contents of messages, by UID; what is gone meanwhile is not among them. They stay unread for people."""
        octets = sum(entry.size for entry in wanted)
        work = self._client.uid("fetch", uid_set(entry.uid for entry in wanted), "(UID BODY.PEEK[])")
        return bodies((await self._command(work, "FETCH", octets)).lines)

    async def move(self, uids: Iterable[int], mailbox: str, *, seen: bool) -> None:
        """Moves messages; `seen` marks them as read."""
        chosen, name = uid_set(uids), mailbox_name(mailbox)
        if seen:
            await self._command(self._client.uid("store", chosen, "+FLAGS.SILENT", r"(\Seen)"), "STORE")
        if self.has("MOVE"):
            await self._command(self._client.uid("move", chosen, name), "MOVE")
            return
        await self._command(self._client.uid("copy", chosen, name), "COPY")
        await self._expunge(chosen)

    async def expunge(self, uids: Iterable[int]) -> None:
        """Removes messages for good."""
        await self._expunge(uid_set(uids))

    async def _expunge(self, chosen: str) -> None:
        await self._command(self._client.uid("store", chosen, "+FLAGS.SILENT", r"(\Deleted)"), "STORE")
        # Without UIDPLUS (RFC 4315) what others have deleted goes with them: it was to go.
        work = self._client.uid("expunge", chosen) if self.has("UIDPLUS") else self._client.expunge()
        await self._command(work, "EXPUNGE")

    def heard(self) -> None:
        """What was said until now is known."""
        self._client.wire.news.clear()

    async def wait(self, seconds: float, stop: asyncio.Event) -> None:
        """Waits at most so long for news or `stop`: by IDLE (RFC 2177), which ends before this returns; else for time to pass."""
        wire = self._client.wire
        if not self.has("IDLE"):
            await _first(wire.lost.wait(), stop.wait(), seconds=seconds)
            return
        async with self._alone:
            idle = await self._within(self._client.idle_start(_FOR_EVER), self._address.timeout_seconds)
            await _first(wire.news.wait(), wire.lost.wait(), stop.wait(), seconds=seconds)
            if not wire.lost.is_set():
                self._client.idle_done()
            await self._within(idle, self._address.timeout_seconds)
            wire.idle_queue = asyncio.Queue()  # what was pushed has been seen in `news`

    async def close(self) -> None:
        """Logs out, politely where there is time; the connection is closed whatever happens."""
        with suppress(MailboxError):
            await self._ask(self._client.logout(), seconds=min(1.0, self._address.timeout_seconds))
        self.abort()

    def abort(self) -> None:
        """Closes the connection at once, and ends what the library has begun on it."""
        client = self._client
        client.wire.fail(WireError("given up"))
        for task in (client.connecting, *client.tasks, *client.wire.tasks):
            task.cancel()

    async def _command(self, work: Coroutine[Any, Any, Response], name: str, octets: int = 0) -> Response:
        response = await self._ask(work, self._address.timeout_seconds + octets / _SLOWEST_OCTETS)
        if response.result != "OK":
            raise RefusedError(f"{self._address} refused {name} ({_said(response)})", "may the desk's user change this mailbox?")
        return response

    async def _ask(self, work: Coroutine[Any, Any, Response], seconds: float | None = None) -> Response:
        async with self._alone:
            return await self._within(work, self._address.timeout_seconds if seconds is None else seconds)

    async def _within(self, work: Coroutine[Any, Any, T] | asyncio.Future[T], seconds: float) -> T:
        """The result of a step; LostError, and the end of the connection, when there is none in time."""
        step, lost = asyncio.ensure_future(work), self._client.wire.lost
        try:
            await _first(step, lost.wait(), seconds=seconds)
            if step.done():
                return step.result()
            why = "closed the connection" if lost.is_set() else f"did not answer within {seconds:.0f} seconds"
            raise self._loss(why)
        except (aioimaplib.AioImapException, OSError, ValueError, IndexError) as error:
            raise self._loss(_why(error)) from error
        finally:
            if not step.done():  # nobody could tell to what the next answer belongs
                step.cancel()
                self.abort()

    def _loss(self, why: str) -> LostError:
        failure = self._client.wire.failure
        self.abort()
        return LostError(f"{self._address}: {why if failure is None else _why(failure)}", "the desk connects again")


async def connect(address: MailboxAddress) -> ImapSession:
    """Connects and takes the greeting. Raises LostError."""
    client = Client(
        address.host,
        address.port,
        ssl_context=address.context,
        timeout_seconds=address.timeout_seconds,
        most_octets=address.max_message_bytes + _OVERHEAD_OCTETS,
    )
    session = ImapSession(client, address)
    await session.greet()
    return session


async def _first(*awaited: Coroutine[Any, Any, Any] | asyncio.Future[Any], seconds: float) -> None:
    """Until the first of them is done, at most so long. What is no future yet is ended with this."""
    futures = [asyncio.ensure_future(one) for one in awaited]
    try:
        await asyncio.wait(futures, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future, given in zip(futures, awaited, strict=True):
            if future is not given:
                future.cancel()


def _why(error: BaseException) -> str:
    """An error in words that hold nothing of a command: a login's words are among those of the library."""
    if isinstance(error, TimeoutError | aioimaplib.CommandTimeout):
        return "did not answer in time"
    if isinstance(error, OSError | WireError):
        return str(error) or type(error).__name__
    return type(error).__name__


def _said(response: Response) -> str:
    """What the server said last, for people."""
    last = bytes(response.lines[-1]) if response.lines else b""
    text = "".join(letter for letter in last.decode("utf-8", "replace") if letter.isprintable())
    return f"{response.result} {text[:_SAID_CHARACTERS]}".strip()


def _bytes(lines: Sequence[bytes | bytearray]) -> list[bytes]:
    return [line for line in lines if isinstance(line, bytes)]
