"""aioimaplib's connection, mended where it would hang or break: pinned to the version whose inner parts are touched here.

What is mended, each with the test that shows it in tests/imap/test_wire.py: a lost connection raises nothing, and its commands wait
for ever; every line of an answer takes a level of the call stack, so that a long answer breaks it; a greeting that refuses is
raised where nobody sees it; a server that explains why it refuses a token waits for an answer (RFC 7628 section 3.2.3) that is
never sent; how many messages there are is said whenever it changes, and forgotten. A literal is taken only up to a bound.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from typing import Any

from aioimaplib import aioimaplib

_SLICE_OCTETS = 2_048  # at most some hundred lines: the parser takes a level of the call stack for each
_LINE_OCTETS = 262_144  # of a line that does not end: nothing that the desk asks for has such an answer
_COUNT = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE)$")
_LITERAL = re.compile(rb"\{(\d+)\}$")

# Its debug lines hold passwords that need quoting, and every octet received.
logging.getLogger("aioimaplib").setLevel(logging.WARNING)


class WireError(Exception):
    """What came over the wire cannot be gone on with."""


class Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]
    """One connection's reader and writer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most_octets: int) -> None:
        super().__init__(loop, self._closed)
        self.exists = 0
        self.news = asyncio.Event()  # something changed in the mailbox
        self.lost = asyncio.Event()
        self.failure: BaseException | None = None  # why, where it is known
        self._most_octets = most_octets

    def data_received(self, data: bytes) -> None:
        """Feeds the parser in slices. Whatever breaks it ends the connection."""
        try:
            for start in range(0, len(data), _SLICE_OCTETS):
                super().data_received(data[start : start + _SLICE_OCTETS])
                if len(self.incomplete_line) > _LINE_OCTETS:
                    raise WireError("a line without an end")
        except Exception as error:
            self.fail(error)

    def _handle_line(self, line: bytes, current_cmd: aioimaplib.Command | None) -> aioimaplib.Command | None:
        literal = _LITERAL.search(line)
        if literal and int(literal[1]) > self._most_octets:
            raise WireError("more octets than the message was said to have")
        count = _COUNT.match(line) if current_cmd is None else None
        if count:
            self.exists = int(count[1]) if count[2] == b"EXISTS" else max(self.exists - 1, 0)
            self.news.set()
        return super()._handle_line(line, current_cmd)

    async def welcome(self, command: bytes) -> None:
        """Takes the greeting; this runs in a task of its own, which nobody awaits."""
        try:
            await super().welcome(command)
        except Exception as error:
            self.fail(error)

    def _continuation(self, line: bytes) -> None:
        pending = self.pending_sync_command
        if pending is not None and pending.name == "AUTHENTICATE":
            self.transport.write(b"\r\n")  # the explanation is for people; the answer NO comes after this
        else:
            super()._continuation(line)

    def fail(self, error: BaseException) -> None:
        """Ends the connection at once."""
        self.failure = self.failure or error
        self.lost.set()
        if self.transport is not None:
            self.transport.abort()

    def _closed(self, error: BaseException | None) -> None:
        self.failure = self.failure or error
        self.lost.set()


class Client(aioimaplib.IMAP4):  # type: ignore[misc]
    """The library's commands over `Protocol`."""

    def __init__(
        self, host: str, port: int, *, ssl_context: ssl.SSLContext | None, timeout_seconds: float, most_octets: int
    ) -> None:
        self._most_octets = most_octets
        super().__init__(host, port, timeout=timeout_seconds, ssl_context=ssl_context)

    @property
    def wire(self) -> Protocol:
        """The connection."""
        return self.protocol

    @property
    def connecting(self) -> asyncio.Task[Any]:
        """The task that connects."""
        return self._client_task

    def create_client(
        self, host: str, port: int, loop: asyncio.AbstractEventLoop | None, conn_lost_cb: Any = None, ssl_context: Any = None
    ) -> None:
        """Begins to connect; called by the library. The server's certificate is verified for `host`."""
        running = asyncio.get_running_loop()
        protocol = self.protocol = Protocol(running, self._most_octets)
        self._client_task = running.create_task(
            running.create_connection(
                lambda: protocol, host, port, ssl=ssl_context, ssl_handshake_timeout=_handshake(self, ssl_context)
            )
        )


def _handshake(client: aioimaplib.IMAP4, context: ssl.SSLContext | None) -> float | None:
    return float(client.timeout) if context is not None else None
