"""Access tokens of OAuth 2.0 for mail servers that take no password: the client credentials grant (RFC 6749 section 4.4).

The desk is a program without a person before it: it shows the application's id and secret to the token server and gets a token for
the mailbox or relay. Tokens are kept in memory only, with their expiry, and asked for anew before it. One `TokenSource` serves all
connections with the same credentials.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog

from bot.core.errors import AutoproError

_TIMEOUT_SECONDS = 20.0
_MOST_OCTETS = 65_536  # of an answer; real ones have 2,000
_EARLY = timedelta(minutes=5)  # a token is renewed that long before its end (a short-lived one after half its life)
_UNSTATED_LIFE = timedelta(minutes=5)  # where the answer does not say how long the token lives (RFC 6749 section 5.1 allows it)
_PAUSE = timedelta(seconds=30)  # after a failure, before the token server is asked again: many connections must not hammer it

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")  # RFC 6750 section 2.1, a little wider: nothing that could end a line or a field
_MICROSOFT_CODE = re.compile(r"\bAADSTS\d+\b")
_WORD = re.compile(r"[\w.-]{1,60}")

# RFC 6749 section 5.2, in the words of the settings.
_MEND = {
    "invalid_client": "client_secret is wrong or has expired, or client_id is not that of an application of this tenant",
    "unauthorized_client": "the application must be allowed the client credentials grant, in this tenant",
    "invalid_scope": "scope must name the mail service; Microsoft's is https://outlook.office365.com/.default",
    "invalid_request": "is tenant (the directory's id or domain) or token_url right?",
    "unsupported_grant_type": "is token_url the provider's token endpoint?",
}

log = structlog.get_logger("oauth2")


class TokenError(AutoproError):
    """No access token was to be had: what was found, and what to do about it."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(f"{found}; {mend}")
        self.found = found
        self.mend = mend


class TokenRefusedError(TokenError):
    """The token server does not accept the application: a person must mend the settings; the text says which."""


class TokenUnavailableError(TokenError):
    """The token server cannot be reached or fails: it may give a token later."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An application's credentials, and where they are shown; `section` of the settings ("imap", "relay") is named in errors."""

    section: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    renew_at: datetime


class TokenSource:
    """Gives the current access token."""

    def __init__(self, credentials: ClientCredentials, now: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._now = now
        self._lock = asyncio.Lock()  # many connections that find the token old ask for one new one
        self._token: _Token | None = None
        self._failure: tuple[datetime, TokenError] | None = None

    async def token(self) -> str:
        """A token that is good for some minutes at least. Raises TokenError, whose text says what to mend."""
        async with self._lock:
            now = self._now()
            if self._token is not None and now < self._token.renew_at:
                return self._token.text
            if self._failure is not None and now < self._failure[0] + _PAUSE:
                raise self._failure[1]
            try:
                self._token = await self._ask()
            except TokenError as error:
                self._failure = (now, error)
                raise
            self._failure = None
            log.info("token_renewed", section=self._credentials.section, renew_at=self._token.renew_at.isoformat())
            return self._token.text

    def forget(self, token: str) -> None:
        """The mail server refused `token` (it may have been revoked): the next one is a new one."""
        if self._token is not None and self._token.text == token:
            self._token = None

    async def _ask(self) -> _Token:
        credentials = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "scope": credentials.scope,
        }
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,  # once an hour: a connection of its own costs nothing
                # A redirection would carry the secret to another server.
                session.post(credentials.token_url, data=form, allow_redirects=False) as response,
            ):
                octets = await _bounded(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            raise TokenUnavailableError(
                f"cannot reach {credentials.token_url} ({_words(error)})",
                f"is [{credentials.section}] tenant or token_url right, and may this machine go out to it?",
            ) from error
        return self._read(response.status, octets)

    def _read(self, status: int, octets: bytes) -> _Token:
        answer = _json(octets)
        if status != 200:
            raise self._refusal(status, answer)
        text = answer.get("access_token")
        if not isinstance(text, str) or not _TOKEN.fullmatch(text):
            raise TokenUnavailableError(
                f"{self._credentials.token_url} answered without an access token",
                f"is [{self._credentials.section}] token_url the provider's token endpoint?",
            )
        life = _life(answer.get("expires_in"))
        return _Token(text, self._now() + max(life - _EARLY, life / 2))

    def _refusal(self, status: int, answer: dict[str, Any]) -> TokenError:
        credentials, error = self._credentials, str(answer.get("error", ""))
        # Only the codes: the description repeats ids, and sometimes what was sent.
        codes = [error] if _WORD.fullmatch(error) else []
        codes += _MICROSOFT_CODE.findall(str(answer.get("error_description", "")))[:1]
        said = f"{credentials.token_url} answered {' '.join([str(status), *codes])}"
        if status >= 500 or status in (408, 429):
            return TokenUnavailableError(said, "its service is disturbed; the desk tries again")
        mend = _MEND.get(error, "are tenant, client_id, client_secret and token_url right?")
        return TokenRefusedError(said, f"[{credentials.section}] {mend}")


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    octets = b""
    async for part in response.content.iter_any():
        octets += part
        if len(octets) > _MOST_OCTETS:
            raise ValueError("its answer is too long")
    return octets


def _json(octets: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _life(seconds: Any) -> timedelta:
    # A number; older servers write it as text.
    text = str(seconds)
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else _UNSTATED_LIFE


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
