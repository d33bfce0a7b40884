"""A real SMTP server on loopback that keeps what the desk sends, and fails on demand."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class SentLetter:
    """A letter as the relay took it."""

    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        message = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def html(self) -> str:
        body = self.mail.get_body(("html",))
        assert body is not None
        return str(body.get_content())

    def __getitem__(self, header: str) -> str:
        return str(self.mail[header])


@dataclass
class Relay:
    """What arrived; `verdict` answers DATA (None: taken)."""

    port: int = 0
    letters: list[SentLetter] = field(default_factory=list)
    history: list[SentLetter] = field(default_factory=list)  # the same, whatever a test took out
    attempts: int = 0
    verdict: Callable[[int], str | None] = lambda attempt: None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.attempts += 1
        refusal = self.verdict(self.attempts)
        self.arrived.set()
        if refusal is not None:
            return refusal
        assert isinstance(envelope.content, bytes)
        sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
        self.letters.append(SentLetter(sender, envelope.rcpt_tos[0], envelope.content))
        self.history.append(self.letters[-1])
        return "250 taken"

    async def wait(self, count: int, seconds: float = 30.0) -> list[SentLetter]:
        """The letters, as soon as there are `count`."""
        async with asyncio.timeout(seconds):
            while len(self.letters) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.letters

    async def next(self, seconds: float = 30.0) -> SentLetter:
        """Takes the oldest letter out."""
        await self.wait(1, seconds)
        return self.letters.pop(0)


@dataclass
class TokenRelay(Relay):
    """One that lets in by access tokens, as Microsoft's and Google's do (XOAUTH2)."""

    user: str = "service@carrier.example"
    tokens: set[str] = field(default_factory=set)
    offered: list[str] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:
        said = base64.b64decode(words[1]).decode()
        self.offered.append(said)
        if said in {f"user={self.user}\1auth=Bearer {token}\1\1" for token in self.tokens}:
            return AuthResult(success=True, auth_data=self.user)
        await server.challenge_auth(json.dumps({"status": "401", "schemes": "bearer", "scope": "https://mail"}))
        return AuthResult(success=False, handled=False)


@asynccontextmanager
async def running_relay(*, sock: socket.socket | None = None, relay: Relay | None = None, **options: Any) -> AsyncIterator[Relay]:
    """A relay on a free loopback port, or at `sock`, a listening socket that stays open; `relay`: one of another kind."""
    relay = relay or Relay()
    loop = asyncio.get_running_loop()
    listening = sock.dup() if sock is not None else socket.create_server(("127.0.0.1", 0))
    server = await loop.create_server(lambda: SMTP(relay, hostname="relay.test", loop=loop, **options), sock=listening)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
