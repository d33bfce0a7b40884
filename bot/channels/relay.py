"""Letters out through an SMTP relay: a bounded set of connections, kept and reused (aiosmtplib)."""

from __future__ import annotations

import ipaddress
import ssl
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib

from bot.core.letters import Letter
from bot.core.ports import PermanentFailureError, TemporaryFailureError

_TIMEOUT_SECONDS = 50.0
_PER_CONNECTION = 1_000  # letters; relays close long conversations, and a new one finds a moved relay
_ANSWERED = (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPNotSupported)


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
        self._idle: deque[tuple[aiosmtplib.SMTP, int]] = deque()
        self._context = ssl.create_default_context(cafile=relay.ca_file) if relay.tls != "none" else None
        self.confidential = relay.tls != "none" or relay.allow_plain_secrets or _is_loopback(relay.host)

    async def send(self, letter: Letter) -> None:
        """Sends one letter. Raises TemporaryFailureError or PermanentFailureError."""
        fresh = not self._idle
        client, used = self._idle.pop() if self._idle else (await self._connect(), 0)
        try:
            await client.sendmail(letter.envelope_sender, [letter.recipient], letter.content, mail_options=_options(letter))
        except aiosmtplib.SMTPServerDisconnected as error:
            client.close()
            if fresh:
                raise TemporaryFailureError(f"the relay closed the connection: {error}") from error
            await self._send_on_new_connection(letter)
        except _ANSWERED as error:
            await self._keep(client, used + 1)
            raise _failure(error) from error
        except aiosmtplib.SMTPException as error:
            client.close()  # no answer came: what comes next on this connection may be it
            raise _failure(error) from error
        except BaseException:
            client.close()  # a time-out or cancellation in mid-conversation: nobody may go on with it
            raise
        else:
            await self._keep(client, used + 1)

    async def close(self) -> None:
        """Says QUIT on every kept connection."""
        while self._idle:
            client, _ = self._idle.pop()
            await _quit(client)

    async def _send_on_new_connection(self, letter: Letter) -> None:
        # An idle connection that the relay closed meanwhile says nothing about the letter: once more on a new one.
        while self._idle:
            self._idle.pop()[0].close()
        await self.send(letter)

    async def _connect(self) -> aiosmtplib.SMTP:
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
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise TemporaryFailureError(f"cannot reach the relay {relay.host}:{relay.port}: {error}") from error
        return client

    async def _keep(self, client: aiosmtplib.SMTP, used: int) -> None:
        if used >= _PER_CONNECTION:
            await _quit(client)
        elif client.is_connected:
            self._idle.append((client, used))


async def _quit(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _options(letter: Letter) -> list[str]:
    # Letters are written in 7-bit (quoted-printable), so BODY=8BITMIME is not needed; an internationalised address is.
    return [] if letter.recipient.isascii() else ["SMTPUTF8"]


def _failure(error: aiosmtplib.SMTPException) -> Exception:
    refused = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients else error
    if isinstance(refused, aiosmtplib.SMTPResponseException):
        text = f"{refused.code} {refused.message}"
        return PermanentFailureError(text) if 500 <= refused.code < 600 else TemporaryFailureError(text)
    if isinstance(refused, aiosmtplib.SMTPNotSupported):
        return PermanentFailureError(f"the relay cannot take this letter: {refused}")
    return TemporaryFailureError(str(refused))
