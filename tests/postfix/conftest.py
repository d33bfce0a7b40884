"""One Postfix for the tests of a file; a desk of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.postfix.carrier import PostOffice, post_office, publish


@pytest.fixture(scope="session")
def key() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def dns(key: RSAPrivateKey) -> Iterator[DnsServer]:
    with DnsServer() as server:
        publish(server, key)
        yield server


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened
