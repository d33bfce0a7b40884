"""Postfix verifies, by Debian's opendkim as docs/postfix.md sets it up: its word is believed at the socket, and nobody else's."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import record
from tests.postfix import recipe
from tests.postfix.carrier import FRENCH_CUSTOMER, Carrier, PostOffice, open_carrier, post_office
from tests.postfix.test_trust import FORGED, found, remembered
from tests.process.child import wait_until
from tests.support.desk import CUSTOMER
from tests.support.postfix import Postfix, demand

LANGUAGES = pytest.mark.parametrize(
    ("words", "sender", "language"), [("LANGUAGE EN", CUSTOMER, "en"), ("LANGUE FR", FRENCH_CUSTOMER, "fr")]
)
# What breaks signatures, after the milter has seen them.
_MARK = "lmtp_header_checks = regexp:{ {/^Subject: (.*)/ REPLACE Subject: [EXTERNAL] $1} }\n"


@contextmanager
def running_opendkim(postfix: Postfix, key: RSAPrivateKey) -> Iterator[None]:
    """opendkim by the recipe; it gets the public keys from a file in place of the DNS."""
    socket = "/var/spool/postfix/opendkim/opendkim.sock"
    keys, config = postfix.folder / "keys", postfix.folder / "opendkim.conf"
    names = [f"s1._domainkey.{domain} {record(key)}\n" for domain in ("customer.example", "client.example")]
    keys.write_text("".join(names))
    text = recipe.block("/etc/opendkim.conf").replace(socket, str(postfix.outside(socket)))
    config.write_text(f"{text}TestPublicKeys {keys}\nPidFile {postfix.folder}/opendkim.pid\n")
    process = subprocess.Popen(["opendkim", "-f", "-x", config], stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: postfix.outside(socket).exists() or process.poll() is not None)
        assert process.poll() is None
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def office(key: RSAPrivateKey) -> Iterator[PostOffice]:
    demand("opendkim", "opendkim")
    install = recipe.command("install -d -o opendkim")
    more = recipe.block("/etc/postfix/main.cf", number=1) + _MARK
    with post_office(more, folders={install[-1]: install[1:-1]}) as opened, running_opendkim(opened.postfix, key):
        yield opened


@pytest.fixture
async def carrier(office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey) -> AsyncIterator[Carrier]:
    trust = recipe.settings(number=1)["mail_trust"]
    async with open_carrier(office, tmp_path, dns, key, mail_trust=trust) as opened:
        yield opened


@LANGUAGES
async def test_a_signed_mail_that_postfix_changes_is_proved_all_the_same(
    carrier: Carrier, words: str, sender: str, language: str
) -> None:
    await carrier.write(words, subject="x", sender=sender)
    assert "[EXTERNAL]" in (await carrier.letter(sender))["Subject"]
    assert await found(carrier) == "relay_dkim"
    assert await remembered(carrier) == {language}


@pytest.mark.parametrize("claim", FORGED)
async def test_forged_results_are_taken_out(carrier: Carrier, claim: str) -> None:
    headers = {"Authentication-Results": FORGED[claim]}
    await carrier.write("LANGUE FR", subject="x", sender="jo@quiet.example", sign=False, headers=headers)
    await carrier.internet.next()
    assert await found(carrier) == "no_signature"
    assert await remembered(carrier) == set()


async def test_a_broken_signature_with_a_forged_word_for_it_proves_nothing(carrier: Carrier) -> None:
    headers = {"Authentication-Results": FORGED["as Postfix's host"].replace("quiet.example", "customer.example")}
    mail = carrier.octets("LANGUE FR", subject="x", headers=headers).replace(b"LANGUE FR", b"LANGUE EN")
    await carrier.hand_in(mail)
    await carrier.letter()
    assert await found(carrier) == "body_changed"
    assert await remembered(carrier) == set()
