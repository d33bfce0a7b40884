"""Letters out through relays that ask who is there: a password or an access token, over TLS whose certificate is looked at."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import running
from bot.config import load
from bot.core.errors import SettingsError
from bot.serving import listening
from tests.stories.certificates import Pair, make_pair
from tests.stories.rows import rows
from tests.support.clock import HandClock
from tests.support.desk import SERVICE, StartedDesk, settings_for
from tests.support.relay import Relay, TokenRelay, running_relay
from tests.support.token_server import CLIENT_ID, CLIENT_SECRET, TokenServer, running_token_server


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    async with running_token_server() as server:
        yield server


def server_side(pair: Pair) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


@asynccontextmanager
async def token_relay(pair: Pair) -> AsyncIterator[TokenRelay]:
    """A relay that takes nothing from anybody without TLS and a good token."""
    relay = TokenRelay(user=SERVICE)
    options = {"tls_context": server_side(pair), "require_starttls": True, "auth_required": True}
    async with running_relay(relay=relay, auth_exclude_mechanism=["LOGIN", "PLAIN"], **options):
        yield relay


@asynccontextmanager
async def desk_behind(folder: Path, relay: Relay, way: Mapping[str, Any]) -> AsyncIterator[StartedDesk]:
    clock = HandClock()
    async with running(settings_for(folder, relay.port, relay=way), clock) as app, listening(app) as ports:
        yield StartedDesk(app, ports, relay, clock)


def oauth2(pair: Pair, tokens: TokenServer, **more: Any) -> dict[str, Any]:
    way = {"host": "localhost", "tls": "starttls", "ca_file": pair.authority, "username": SERVICE, "auth": "oauth2"}
    return {**way, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token_url": tokens.url, **more}


async def put_off(desk: StartedDesk, attempts: int = 1) -> str:
    """Waits until the one letter has been put off so often; why."""
    async with asyncio.timeout(20):
        while True:
            found = await rows(desk, "SELECT state, attempts, last_error FROM outbox")
            if found and found[0]["attempts"] == attempts and found[0]["state"] == "due":
                return str(found[0]["last_error"])
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("words", "language"), [("HELP", "en"), ("AIDE", "fr")])
async def test_an_access_token_lets_in(tmp_path: Path, pair: Pair, tokens: TokenServer, words: str, language: str) -> None:
    async with token_relay(pair) as relay, desk_behind(tmp_path, relay, oauth2(pair, tokens)) as desk:
        relay.tokens = {"token-1"}
        letter = await desk.ask(words)
        assert (letter["X-Autopro-Template"], letter["Content-Language"]) == ("help/overview", language)
        await desk.ask("CONTACT")
        assert tokens.given == ["token-1"], "one token for all connections"
        assert tokens.asked[0]["client_id"] == CLIENT_ID


async def test_a_token_that_was_revoked_is_replaced(tmp_path: Path, pair: Pair, tokens: TokenServer) -> None:
    async with token_relay(pair) as relay, desk_behind(tmp_path, relay, oauth2(pair, tokens)) as desk:
        relay.tokens = {"token-2"}  # the first one that is asked for is good no more
        await desk.hand_in(desk.mail("HELP"))
        reason = await put_off(desk)
        assert "535" in reason
        assert "[relay] username" in reason
        assert "token-1" not in reason
        desk.clock.move(seconds=31)
        assert (await desk.relay.next())["X-Autopro-Template"] == "help/overview"
        assert len(relay.offered) == 2


async def test_a_token_server_that_refuses_the_application_is_said_and_nothing_is_lost(
    tmp_path: Path, pair: Pair, tokens: TokenServer
) -> None:
    async with token_relay(pair) as relay, desk_behind(tmp_path, relay, oauth2(pair, tokens, client_secret="old")) as desk:
        await desk.hand_in(desk.mail("HELP"))
        reason = await put_off(desk)
        assert "client_secret" in reason
        assert "old" not in reason.replace("client_secret", "")
        assert relay.offered == []


async def test_no_token_goes_to_a_relay_whose_certificate_is_for_another_name(
    tmp_path: Path, pair: Pair, tokens: TokenServer
) -> None:
    other = make_pair(tmp_path / "other", host="elsewhere.example")
    async with token_relay(other) as relay:
        way = oauth2(pair, tokens, ca_file=other.authority, host="localhost")
        async with desk_behind(tmp_path / "desk", relay, way) as desk:
            await desk.hand_in(desk.mail("HELP"))
            assert "certificate is for another name" in await put_off(desk)
            assert relay.offered == []
            assert relay.letters == []


@pytest.mark.parametrize("given", [{}, {"AUTOPRO_RELAY__TLS": "none"}])
def test_a_login_in_clear_is_refused_at_the_start(given: dict[str, str]) -> None:
    here = {"AUTOPRO_RELAY__USERNAME": "desk", "AUTOPRO_RELAY__PASSWORD": "opensesame", **given}
    with pytest.raises(SettingsError, match="would go out readable"):
        load(None, {**here, "AUTOPRO_RELAY__HOST": "mail.carrier.example"})
    assert load(None, {**here, "AUTOPRO_RELAY__HOST": "127.0.0.1"}).relay.username == "desk"
    assert load(None, {**here, "AUTOPRO_RELAY__HOST": "mail.carrier.example", "AUTOPRO_RELAY__TLS": "tls"}).relay.username == "desk"
