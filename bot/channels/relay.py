"""Letters out through an SMTP relay: a bounded set of connections, opened by aiosmtplib, kept and reused."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import aiosmtplib

from bot.channels.smtp_conversation import Conversation, RefusedError, StaleError
from bot.core.letters import Letter
from bot.core.ports import PermanentFailureError, TemporaryFailureError

_TIMEOUT_SECONDS = 50.0
_PER_CONNECTION = 1_000  # letters; relays close long conversations, and a new one finds a moved relay


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where the relay is and how to enter it.

    `tls` is "none", "starttls" or "tls"; its certificate is verified against `ca_file`, the system's authorities without one.
    `allow_plain_secrets` lets letters that hold a password go out unencrypted.
    """

    host: str
    port: int
    tls: str = "none"
    username: str = ""
    password: str = ""
    hostname: str = "localhost"
    ca_file: Path | None = None
    allow_plain_secrets: bool = False


class RelayTransport:
    """Sends through one relay. Delivery's workers bound how many connections there are: one each at most."""

    def __init__(self, relay: RelayAddress) -> None:
        """Raises OSError when the file of authorities cannot be used (ssl.SSLError is one)."""
        self._relay = relay
        self._idle: deque[tuple[Conversation, int]] = deque()
        self._context = ssl.create_default_context(cafile=relay.ca_file) if relay.tls != "none" else None
        self.confidential = relay.tls != "none" or relay.allow_plain_secrets or _is_loopback(relay.host)

    async def send(self, letter: Letter) -> None:
        """Sends one letter. Raises TemporaryFailureError or PermanentFailureError."""
        while self._idle:
            conversation, used = self._idle.pop()
            if not conversation.open:
                continue
            try:
                await self._deliver(conversation, used, letter)
            except StaleError:
                continue  # the relay closed an idle connection, which says nothing about the letter
            return
        try:
            await self._deliver(await self._connect(), 0, letter)
        except StaleError as error:
            raise TemporaryFailureError(f"the relay closed the connection: {error}") from error

    async def close(self) -> None:
        """Says QUIT on every kept connection."""
        while self._idle:
            conversation, _ = self._idle.pop()
            await conversation.quit()

    async def _deliver(self, conversation: Conversation, used: int, letter: Letter) -> None:
        try:
            smtputf8 = not letter.recipient.isascii()
            await conversation.deliver(letter.envelope_sender, letter.recipient, letter.content, smtputf8=smtputf8)
        except RefusedError as error:
            await self._keep(conversation, used + 1)
            if 500 <= error.code < 600:
                raise PermanentFailureError(str(error)) from error
            raise TemporaryFailureError(str(error)) from error
        except ValueError as error:
            await self._keep(conversation, used)
            raise PermanentFailureError(str(error)) from error
        except StaleError:
            conversation.close()
            raise
        except ConnectionError as error:
            raise TemporaryFailureError(f"the relay closed the connection: {error}") from error
        except BaseException:
            conversation.close()  # a time-out or cancellation in mid-conversation: nobody may go on with it
            raise
        await self._keep(conversation, used + 1)

    async def _connect(self) -> Conversation:
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            timeout=_TIMEOUT_SECONDS,
            use_tls=relay.tls == "tls",
            start_tls=relay.tls == "starttls",
            tls_context=self._context,
            username=relay.username or None,
            password=relay.password or None,
            local_hostname=relay.hostname,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise TemporaryFailureError(f"cannot reach the relay {relay.host}:{relay.port}: {error}") from error
        transport = cast(asyncio.Transport, client.transport)  # uvloop's are transports without saying so
        return Conversation(transport, pipelining=client.supports_extension("pipelining"))

    async def _keep(self, conversation: Conversation, used: int) -> None:
        if used >= _PER_CONNECTION:
            await conversation.quit()
        elif conversation.open:
            self._idle.append((conversation, used))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
