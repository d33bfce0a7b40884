"""One DNS server and one set of keys for all these tests; each test starts with an empty zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.channels.authenticator import Authenticator
from bot.core.authenticity import Verdict
from bot.core.authenticity.peers import Peers
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import record

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MAIL = (
    b"From: Anne <anne@example.com>\r\nTo: service@carrier.example\r\nSubject: TRACE 123456789\r\n"
    b"Date: Mon, 2 Mar 2026 09:59:00 -0500\r\nMessage-ID: <1@example.com>\r\n\r\n"
    b"Hello  there,\r\n\r\nwhere is it? \r\n\r\n\r\n"
)
RELAY, STRANGER, ORIGIN = "192.0.2.10", "203.0.113.9", "10.1.2.3"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def dns_running() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def dns(dns_running: DnsServer) -> DnsServer:
    dns_running.clear()
    return dns_running


@pytest.fixture(scope="session")
def key() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def other_key() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def curve_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def zone(dns: DnsServer, key: RSAPrivateKey) -> DnsServer:
    """example.com signs as s1 and publishes p=reject; stranger.example signs as s1 with the same key."""
    dns.txt("s1._domainkey.example.com", record(key))
    dns.txt("s1._domainkey.stranger.example", record(key))
    dns.txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=quarantine")
    dns.a("example.com")
    return dns


Make = Callable[..., Authenticator]


@pytest.fixture
def make(dns: DnsServer, clock: Clock) -> Make:
    """Makes an Authenticator that asks the test's server; keywords replace its settings."""

    def made(**settings: object) -> Authenticator:
        usual: dict[str, object] = {
            "peers": Peers(["192.0.2.0/28"], ["10.0.0.0/8", "fd00::/8"]),
            "authserv_ids": ["mx.relay.example"],
            "resolver": dns.address,
            "timeout_seconds": 5.0,
            "now": clock,
        }
        return Authenticator(**{**usual, **settings})  # type: ignore[arg-type]

    return made


async def judged(
    authenticator: Authenticator,
    raw: bytes,
    *,
    domain: str | None = "example.com",
    peer: str | None = STRANGER,
    received: int = 1,
) -> Verdict:
    """A verdict with the usual circumstances."""
    return await authenticator.verdict(raw, from_domain=domain, peer=peer, received_count=received)
