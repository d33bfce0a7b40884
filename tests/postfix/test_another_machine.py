"""The desk on another machine, as docs/postfix.md says: SMTP with TLS both ways, and a login that Dovecot judges for Postfix."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.postfix import recipe
from tests.postfix.carrier import FRENCH_CUSTOMER, Carrier, PostOffice, open_carrier, post_office
from tests.stories.certificates import Pair, make_pair
from tests.stories.rows import rows
from tests.support.desk import CUSTOMER
from tests.support.dovecot import PASSWORD, free_port, running_dovecot
from tests.support.token_server import CLIENT_ID, CLIENT_SECRET, running_token_server

# Postfix's submission service: who logs in may relay, over TLS, and nobody else.
_SUBMISSION = """\
mynetworks = 192.0.2.0/24
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {pair.certificate}
smtpd_tls_key_file = {pair.key}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_restrictions =
"""
_AUTH = "service auth {{\n  inet_listener {{\n    address=127.0.0.1\n    port={auth}\n  }}\n}}\n"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("tls"))


@contextmanager
def another_machine(pair: Pair, password_file: Path, tokens_at: str = "") -> Iterator[PostOffice]:
    """Postfix and a desk by the page's last part; both names lead to this machine, both have the same certificate.

    `tokens_at`: where Dovecot asks about access tokens.
    """
    auth, port = free_port(), free_port()
    front = recipe.block("/etc/postfix/main.cf", number=2).replace("[desk.carrier.example]:8025", f"[127.0.0.1]:{port}")
    settings = recipe.settings(number=2)
    settings["smtp"] |= {"host": "127.0.0.1", "port": port, "tls_certificate": pair.certificate, "tls_key": pair.key}
    settings["relay"] |= {"host": "localhost", "ca_file": pair.authority}
    assert settings["relay"].pop("password_file")
    settings["relay"]["password"] = password_file.read_text()
    with (
        running_dovecot(more=_AUTH.format(auth=auth), tokens_at=tokens_at),
        post_office(_SUBMISSION.format(auth=auth, pair=pair), front=front) as office,
    ):
        settings["relay"]["port"] = office.postfix.port
        office.desk = {"desk": office.desk["desk"], **settings}
        yield office


@pytest.fixture(scope="module")
def office(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    secret = tmp_path_factory.mktemp("secret") / "relay-password"
    secret.write_text(PASSWORD)
    with another_machine(pair, secret) as opened:
        yield opened


@pytest.mark.parametrize(("words", "sender", "language"), [("LANGUAGE EN", CUSTOMER, "en"), ("LANGUE FR", FRENCH_CUSTOMER, "fr")])
async def test_mail_goes_both_ways_over_tls(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, words: str, sender: str, language: str
) -> None:
    async with open_carrier(office, tmp_path, dns, key) as carrier:
        await carrier.write(words, sender=sender)
        letter = await carrier.letter(sender)
        assert (letter["X-Autopro-Template"], letter["Content-Language"]) == ("language/set", language)
        assert "with ESMTPSA" in letter["Received"], "TLS and a login"
        assert (await rows(carrier.desk, "SELECT authenticity FROM inbox"))[0]["authenticity"] == "dkim_aligned"


async def test_strangers_behind_postfix_are_no_origin(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey
) -> None:
    """By SMTP too, and even where somebody wrote the mail server's address among the origins: it has a Received field."""
    trust = {"origins": ["127.0.0.1"]}
    async with open_carrier(office, tmp_path, dns, key, mail_trust=trust) as carrier:
        await carrier.write("LANGUE FR", sender="jo@quiet.example", sign=False)
        await carrier.internet.next()
        assert (await rows(carrier.desk, "SELECT authenticity FROM inbox"))[0]["authenticity"] == "no_signature"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"password": "guess"}, "535"),
        ({"username": "", "password": ""}, "Relay access denied"),
        ({"host": "127.1"}, "certificate is for another name"),
        ({"ca_file": None}, "none of the system's authorities"),
    ],
)
async def test_a_relay_that_is_not_right_gets_nothing_and_the_letter_is_kept(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, fault: dict[str, Any], said: str
) -> None:
    async with open_carrier(office, tmp_path, dns, key, relay=fault, admins={"addresses": []}) as carrier:
        await carrier.write("HELP", sender="jo@quiet.example", sign=False)
        found = await attempted(carrier)
        assert said in found["last_error"]
        assert "guess" not in found["last_error"]
        assert found["sealed"], "it is kept, to be sent when the fault is mended"
        assert carrier.internet.letters == []


async def attempted(carrier: Carrier) -> dict[str, Any]:
    """The one letter, after its first attempt."""
    async with asyncio.timeout(30):
        while True:
            found = await rows(carrier.desk, "SELECT state, last_error, sealed FROM outbox")
            if found and found[0]["last_error"]:
                return dict(found[0])
            await asyncio.sleep(0.02)


async def test_an_access_token_in_place_of_the_password(tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, pair: Pair) -> None:
    """XOAUTH2, judged by Dovecot for Postfix; a token that is revoked is replaced, and nothing is lost."""
    (tmp_path / "secret").write_text("")
    async with running_token_server() as tokens:
        with another_machine(pair, tmp_path / "secret", tokens.introspection_url) as office:
            login = {"auth": "oauth2", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token_url": tokens.url}
            tokens.names = office.desk["relay"]["username"]
            async with open_carrier(office, tmp_path / "desk", dns, key, relay=login) as carrier:
                tokens.revoked.add("token-1")
                await carrier.write("HELP")
                assert "535" in (await attempted(carrier))["last_error"]
                carrier.desk.clock.move(seconds=31)
                letter = await carrier.letter()
                assert letter["X-Autopro-Template"] == "help/overview"
                assert "with ESMTPSA" in letter["Received"]
                assert tokens.given == ["token-1", "token-2"]
