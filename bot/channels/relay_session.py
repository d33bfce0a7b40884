"""A session with the relay opened: connected, encrypted, logged in; and what stands in its way in words that say how to mend it."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiosmtplib

from bot.core.errors import AutoproError
from bot.core.hosts import is_loopback

_NO_STARTTLS = "STARTTLS extension not supported"
_NO_AUTH = "AUTH extension is not supported"
_NO_METHOD = "No suitable authentication method"
_NO_XOAUTH2 = "does not support XOAUTH2"
# OpenSSL's verification errors (x509_vfy.h) that are not about the authority.
_EXPIRED, _NOT_YET, _WRONG_NAME, _WRONG_ADDRESS = 10, 9, 62, 64


class Tokens(Protocol):
    """Gives access tokens (`bot.channels.oauth2`)."""

    async def token(self) -> str:
        """The current one. Raises AutoproError, whose text says what to mend."""
        ...

    def forget(self, token: str) -> None:
        """The relay refused it."""
        ...


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where the relay is and how to enter it.

    `tls` is "none", "starttls" or "tls"; its certificate is verified against `ca_file`, the system's authorities without one.
    `tokens` take the place of the password. `allow_plain_secrets` lets letters that hold a password go out unencrypted.
    """

    host: str
    port: int
    tls: str = "none"
    username: str = ""
    password: str = field(default="", repr=False)
    hostname: str = "localhost"
    ca_file: Path | None = None
    allow_plain_secrets: bool = False
    tokens: Tokens | None = None

    @property
    def confidential(self) -> bool:
        """Whether nobody on the way can read what goes out, so that it may hold a password."""
        return self.tls != "none" or self.allow_plain_secrets or is_loopback(self.host)


class RelayError(Exception):
    """No session was to be had, now. `found` and `mend` are for operators; the mend names the settings."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(f"{found}. {mend}")
        self.found = found
        self.mend = mend


def tls_context(relay: RelayAddress) -> ssl.SSLContext | None:
    """What verifies the relay's certificate and its name; None where TLS is not asked for. Raises OSError for a bad `ca_file`."""
    return ssl.create_default_context(cafile=relay.ca_file) if relay.tls != "none" else None


async def open_session(relay: RelayAddress, context: ssl.SSLContext | None, timeout_seconds: float) -> aiosmtplib.SMTP:
    """Connects, encrypts and logs in. Raises RelayError; then nothing was sent but the greeting."""
    given = ""

    async def token() -> str:
        nonlocal given
        assert relay.tokens is not None  # noqa: S101 - asked for only where there are tokens
        given = await relay.tokens.token()
        return given

    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=timeout_seconds,
        use_tls=relay.tls == "tls",
        start_tls=relay.tls == "starttls",
        tls_context=context,
        username=relay.username or None,
        password=(relay.password or None) if relay.tokens is None else None,
        oauth_token_generator=token if relay.tokens is not None else None,
        local_hostname=relay.hostname,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
    except AutoproError as error:
        client.close()
        raise RelayError(f"no access token for the relay {relay.host}", str(error)) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        if relay.tokens is not None and isinstance(error, aiosmtplib.SMTPAuthenticationError):
            relay.tokens.forget(given)  # it may have been revoked before its time
        raise RelayError(f"cannot reach the relay {relay.host}:{relay.port}: {_said(error)}", _mend(relay, error)) from error
    return client


def _said(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
        return f"{error.code} {error.message}"
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    return str(cause) or type(error).__name__


def _mend(relay: RelayAddress, error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, aiosmtplib.SMTPConnectError) and error.__cause__ else error
    match cause:
        case ssl.SSLCertVerificationError():
            return _mend_certificate(relay, cause)
        case ssl.SSLError():
            return f'It speaks no TLS at port {relay.port}: is [relay] tls = "starttls" right (port 587 as a rule, "tls" with 465)?'
        case socket.gaierror():
            return "Nobody knows that name: is [relay] host right, and does this machine's DNS work?"
        case aiosmtplib.SMTPAuthenticationError():
            return _mend_login(relay)
        case aiosmtplib.SMTPTimeoutError() | TimeoutError():
            return "It does not answer: are [relay] host and port right, and does a firewall let this machine out?"
        case ConnectionRefusedError():
            return "Nothing listens there: start the mail server, or mend [relay] host and port."
        case OSError() if cause.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            return "There is no way there: is [relay] host right, and this machine's network up?"
        case aiosmtplib.SMTPResponseException() if cause.code >= 400:
            return "It does not take mail from this machine, now: its log says why."
        case _:
            return _mend_offer(relay, str(cause))


def _mend_certificate(relay: RelayAddress, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in (_WRONG_NAME, _WRONG_ADDRESS):
        return "Its certificate is for another name: write that name as [relay] host, or give the relay a certificate for this one."
    if error.verify_code in (_EXPIRED, _NOT_YET):
        return "Its certificate is not valid today: renew it, and look at this machine's clock."
    known = f"{relay.ca_file} did not sign" if relay.ca_file is not None else "none of the system's authorities signed"
    return f"An authority that {known} its certificate: name the PEM file of the right one as [relay] ca_file."


def _mend_login(relay: RelayAddress) -> str:
    if relay.tokens is None:
        return "It refuses the login: are [relay] username and password right?"
    return "It refuses the access token: is [relay] username the mailbox that the application may use, with SMTP login allowed?"


def _mend_offer(relay: RelayAddress, text: str) -> str:
    if _NO_STARTTLS in text:
        return f'It offers no STARTTLS at port {relay.port}: [relay] tls is "tls" with port 465, "none" for one on this machine.'
    if _NO_XOAUTH2 in text:
        return 'It takes no access tokens here: is [relay] auth = "oauth2" right, and tls = "starttls" set?'
    if _NO_AUTH in text or _NO_METHOD in text:
        return "It offers no login there: set [relay] tls, use its port for submission (587), or leave username empty."
    return "What answers there is no mail server: are [relay] host, port and tls right?"
