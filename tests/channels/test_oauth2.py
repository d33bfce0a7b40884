"""Access tokens from a real HTTP server: kept, renewed before their end, asked for once, and failures said so that one can mend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.channels.oauth2 import ClientCredentials, TokenRefusedError, TokenSource, TokenUnavailableError
from tests.support.clock import HandClock
from tests.support.token_server import CLIENT_ID, CLIENT_SECRET, TokenServer, running_token_server

SCOPE = "https://outlook.office365.com/.default"


@pytest.fixture
async def server() -> AsyncIterator[TokenServer]:
    async with running_token_server() as running:
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def source_at(url: str, clock: HandClock, secret: str = CLIENT_SECRET) -> TokenSource:
    return TokenSource(ClientCredentials("imap", url, CLIENT_ID, secret, SCOPE), clock.now)


async def test_the_application_shows_its_credentials_and_gets_a_token(server: TokenServer, clock: HandClock) -> None:
    assert await source_at(server.url, clock).token() == "token-1"
    assert server.asked == [
        {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scope": SCOPE}
    ]


@pytest.mark.parametrize(
    ("life", "good", "old"),
    [(3600, 3299, 3301), ("3599", 3298, 3300), (60, 29, 31), (None, 149, 151), (-1, 149, 151)],
)
async def test_a_token_is_renewed_before_its_end(
    server: TokenServer, clock: HandClock, life: int | str | None, good: int, old: int
) -> None:
    """Five minutes before it ends; after half its life where that is short; soon where its life is not said or nonsense."""
    server.life_seconds = life
    source = source_at(server.url, clock)
    await source.token()
    clock.move(seconds=good)
    assert await source.token() == "token-1"
    clock.move(seconds=old - good)
    assert await source.token() == "token-2"


async def test_many_connections_ask_once(server: TokenServer, clock: HandClock) -> None:
    server.hold = asyncio.Event()
    source = source_at(server.url, clock)
    asking = [asyncio.create_task(source.token()) for _ in range(8)]
    while not server.asked:
        await asyncio.sleep(0)
    server.hold.set()
    assert set(await asyncio.gather(*asking)) == {"token-1"}
    assert len(server.asked) == 1


async def test_a_token_that_the_mail_server_refused_is_not_used_again(server: TokenServer, clock: HandClock) -> None:
    source = source_at(server.url, clock)
    source.forget(await source.token())
    assert await source.token() == "token-2"
    source.forget("token-1")  # an old connection's news: the present token is another one
    assert await source.token() == "token-2"


async def test_a_wrong_secret_says_what_to_mend_and_is_not_repeated(server: TokenServer, clock: HandClock) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        await source_at(server.url, clock, secret="wrong-and-secret").token()
    text = str(refused.value)
    assert "401 invalid_client AADSTS7000215" in text
    assert "[imap] client_secret is wrong or has expired" in text
    assert "wrong-and-secret" not in text  # the server repeats what it was sent: the log must not


@pytest.mark.parametrize(
    ("failure", "kind", "words"),
    [
        (web.Response(status=503, text="<html>busy</html>"), TokenUnavailableError, "answered 503; its service is disturbed"),
        (web.Response(status=429), TokenUnavailableError, "answered 429"),
        (web.Response(status=302, headers={"Location": "/elsewhere"}), TokenRefusedError, "answered 302"),
        (web.Response(text="not JSON"), TokenUnavailableError, "without an access token"),
        (web.json_response(["token"]), TokenUnavailableError, "without an access token"),
        (web.json_response({"access_token": "two\nlines"}), TokenUnavailableError, "without an access token"),
        (web.Response(body=b"x" * 70_000), TokenUnavailableError, "its answer is too long"),
        (web.Response(body=b"[" * 60_000), TokenUnavailableError, "without an access token"),
        (
            web.json_response({"error": "invalid_request", "error_description": "AADSTS90002: Tenant 'x' not found."}, status=400),
            TokenRefusedError,
            "400 invalid_request AADSTS90002; [imap] is tenant (the directory's id or domain) or token_url right?",
        ),
        (web.json_response({"error": "a\r\nfield: x"}, status=400), TokenRefusedError, "answered 400; [imap] are tenant"),
    ],
)
async def test_what_else_goes_wrong(
    server: TokenServer, clock: HandClock, failure: web.Response, kind: type[Exception], words: str
) -> None:
    server.failures = [failure]
    with pytest.raises(kind) as raised:
        await source_at(server.url, clock).token()
    assert words in str(raised.value)


async def test_a_failure_is_not_repeated_at_once_and_heals(server: TokenServer, clock: HandClock) -> None:
    server.failures = [web.Response(status=503)]
    source = source_at(server.url, clock)
    for _ in range(3):
        with pytest.raises(TokenUnavailableError):
            await source.token()
    assert len(server.asked) == 1
    clock.move(seconds=31)
    assert await source.token() == "token-1"


async def test_a_server_that_cannot_be_reached(clock: HandClock) -> None:
    async with running_token_server() as gone:
        url = gone.url
    with pytest.raises(TokenUnavailableError, match=r"cannot reach http.*\[imap\] tenant or token_url"):
        await source_at(url, clock).token()


def test_secrets_do_not_show_when_printed(clock: HandClock) -> None:
    assert CLIENT_SECRET not in repr(ClientCredentials("imap", "https://example", CLIENT_ID, CLIENT_SECRET, SCOPE))
