"""An SMTP session after its greeting, TLS and login: sends letters with the commands of each pipelined (RFC 5321, RFC 2920).

aiosmtplib opens the session (EHLO, STARTTLS, AUTH) and hands over its transport. Its own sending waits for every command's answer
and rewrites the line ends of every letter, which took a quarter of all that a mail costs; ours are CRLF already.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.core.letters import Letter

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f<>]")
_CLOSING = 421  # RFC 5321 section 3.8: whenever it comes, the connection ends; a relay that found it idle too long says so
_MOST_WAITING_OCTETS = 65_536  # of answers not yet understood; a relay that sends more is none


class Answer(NamedTuple):
    """A server's answer: its code, and its text in one line for operators."""

    code: int
    text: str


class RefusedError(Exception):
    """The server answered with a code that is no yes; the session can go on."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.code} {answer.text}")
        self.code = answer.code


class StaleError(ConnectionError):
    """The connection ended before the server said a word about the letter: it may be sent on another one at once."""


def announcement(letter: Letter) -> tuple[bytes, ...]:
    """The commands before a letter's content. Raises ValueError for an envelope address that is none."""
    sender, recipient = letter.envelope_sender, letter.recipient
    if _FORBIDDEN.search(sender) or _FORBIDDEN.search(recipient):
        raise ValueError("an envelope address holds what no address may hold")
    options = "" if recipient.isascii() else " SMTPUTF8"
    return f"MAIL FROM:<{sender}>{options}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"


class Conversation(asyncio.Protocol):
    """One session. One letter at a time; after any exception but RefusedError it is of no use any more."""

    def __init__(self, transport: asyncio.Transport, *, pipelining: bool) -> None:
        self._transport = transport
        self._pipelining = pipelining
        self._buffer = b""
        self._text: list[str] = []
        self._answers: list[Answer] = []
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._lost: Exception | None = None
        self._announced: tuple[bytes, ...] = ()  # said already, behind the letter before
        transport.set_protocol(self)

    @property
    def open(self) -> bool:
        """Whether the session may take another letter."""
        return self._lost is None and not self._transport.is_closing()

    @property
    def awaits_letter(self) -> bool:
        """Whether a letter is announced, which must be the next one here."""
        return bool(self._announced)

    async def deliver(self, commands: Sequence[bytes], content: bytes, following: tuple[bytes, ...] = ()) -> None:
        """Sends one letter after its `announcement`: lines that end in CRLF, none of which begins with a lone dot (`stuffed`).

        `following` is the announcement of the letter that this conversation is given next: it goes out behind the content, so
        that its answers come with this letter's (RFC 2920 lets commands stand behind the final dot). Raises RefusedError,
        StaleError, and another ConnectionError when nobody knows what became of the letter.
        """
        try:
            answers = await self._introduce(commands)
        except ConnectionError as error:
            raise StaleError(str(error)) from error
        refused = next((answer for answer in answers if answer.code >= 400), None)
        if refused is not None and refused.code == _CLOSING:
            raise StaleError(f"{refused.code} {refused.text}")
        if refused is not None:
            if answers[-1].code == 354:  # the server wants data all the same (RFC 2920 section 3.1): it gets none
                await self._say((b".\r\n",), 1)
            await self._say((b"RSET\r\n",), 1)
            raise RefusedError(refused)
        if self._pipelining:
            self._announced = following
        (answer,) = await self._say((content, b".\r\n", *self._announced), 1)
        if answer.code >= 400:
            raise RefusedError(answer)

    async def quit(self) -> None:
        """Says goodbye and closes."""
        if self.open:
            self._transport.write(b"QUIT\r\n")
        self._transport.close()

    def close(self) -> None:
        """Closes without a word: in the middle of a conversation nobody may go on with it."""
        self._transport.abort()

    async def _introduce(self, commands: Sequence[bytes]) -> list[Answer]:
        if self._announced:
            self._announced = ()
            return await self._hear(len(commands))
        if self._pipelining:
            return await self._say(commands, len(commands))
        answers: list[Answer] = []
        for command in commands:
            answers += await self._say((command,), 1)
            if answers[-1].code >= 400:
                break
        return answers

    async def _say(self, pieces: Sequence[bytes], answers: int) -> list[Answer]:
        if self._lost is None:
            self._transport.writelines(pieces)
        return await self._hear(answers)

    async def _hear(self, answers: int) -> list[Answer]:
        if len(self._answers) < answers:
            if self._lost is not None:
                raise self._lost
            self._wanted = answers
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        taken, self._answers = self._answers[:answers], self._answers[answers:]
        return taken

    def data_received(self, data: bytes) -> None:
        """Collects answers; the last line of one has a space after its code (RFC 5321 section 4.2.1)."""
        *lines, self._buffer = (self._buffer + data).split(b"\r\n")
        if len(self._buffer) > _MOST_WAITING_OCTETS:
            self._fail(ConnectionError("the relay sends what is no answer"))
            return
        for line in lines:
            if not line[:3].isdigit():
                self._fail(ConnectionError("the relay sends what is no answer"))
                return
            self._text.append(line[4:].decode("utf-8", "replace"))
            if line[3:4] != b"-":
                self._answers.append(Answer(int(line[:3]), " ".join(self._text)))
                self._text.clear()
        if self._waiter is not None and not self._waiter.done() and len(self._answers) >= self._wanted:
            self._waiter.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """The relay is gone."""
        self._fail(ConnectionError(str(error) if error else "the relay closed the connection"))

    def _fail(self, error: ConnectionError) -> None:
        if self._lost is None:
            self._lost = error
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self._lost)
        self._transport.abort()


def stuffed(content: bytes) -> bytes:
    """A letter for DATA: a dot before each line that begins with one (RFC 5321 section 4.5.2), a line end at its end."""
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    if b"\r\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    return b"." + content if content.startswith(b".") else content
