"""Our own signature, as dkimpy and the desk's verifier see it."""

from __future__ import annotations

# mypy: disable-error-code="no-untyped-call"
import email
import email.policy
import re

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.dkim_sign import SIGNED_FIELDS, Signer
from tests.authenticity.conftest import MAIL, Make, judged
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import pem

LETTER = (
    b"From: Autopro Desk <service@example.com>\r\nTo: Anne <anne@shipper.example>\r\nSubject: =?utf-8?q?Rep=C3=A9rage?="
    b"\r\n 123456789\r\nDate: Mon, 2 Mar 2026 10:00:00 -0500\r\nMessage-ID: <a@example.com>\r\n"
    b"In-Reply-To: <1@shipper.example>\r\nReferences: <0@shipper.example>\r\n <1@shipper.example>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Language: fr\r\n"
    b"Auto-Submitted: auto-replied\r\n\r\nBonjour,\r\n\r\nlivr\xc3\xa9.  \r\n\r\n"
)


@pytest.fixture(scope="module")
def signer(key: RSAPrivateKey) -> Signer:
    return Signer("example.com", "desk", pem(key))


def dkimpy_takes(message: bytes, signer: Signer) -> bool:
    asked: list[bytes] = []

    def lookup(name: bytes, timeout: float = 0) -> bytes:
        asked.append(name)
        return signer.record.encode()

    taken = bool(dkim.verify(message, dnsfunc=lookup))
    assert asked == [signer.record_name.encode() + b"."]
    return taken


def test_dkimpy_takes_an_rsa_signature(signer: Signer) -> None:
    assert dkimpy_takes(signer.sign(LETTER) + LETTER, signer)


@pytest.mark.parametrize("field", SIGNED_FIELDS)
def test_no_signed_field_can_be_changed_or_added(field: str, signer: Signer) -> None:
    message = signer.sign(LETTER) + LETTER
    if field != "Reply-To":
        line = re.search(rb"\r\n" + field.encode() + rb": ", b"\r\n" + LETTER)
        assert line is not None
        assert not dkimpy_takes(message.replace(field.encode() + b": ", field.encode() + b": x", 1), signer)
    assert not dkimpy_takes(message.replace(b"\r\n\r\n", b"\r\n" + field.encode() + b": x\r\n\r\n", 1), signer)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
async def test_the_desk_takes_its_own(
    kind: str, dns: DnsServer, key: RSAPrivateKey, curve_key: Ed25519PrivateKey, make: Make
) -> None:
    signer = Signer("example.com", "desk", pem(key if kind == "rsa" else curve_key))
    dns.txt(signer.record_name, signer.record)
    message = signer.sign(LETTER) + LETTER
    assert f"a={kind}-sha256".encode() in message
    assert (await judged(make(), message)).reason == "dkim_aligned"
    assert (await judged(make(), message.replace(b"livr", b"perd"))).reason == "body_changed"
    assert (await judged(make(), b"Reply-To: x@y.example\r\n" + message)).reason == "bad_signature"


def test_the_same_letter_gets_the_same_signature(key: RSAPrivateKey, curve_key: Ed25519PrivateKey) -> None:
    """So that a letter sent again after a crash is the same letter."""
    for private in (key, curve_key):
        assert Signer("example.com", "desk", pem(private)).sign(LETTER) == Signer(
            "Example.com.", "desk", pem(private).decode()
        ).sign(LETTER)


def test_the_field_is_one_field_with_short_lines(key: RSAPrivateKey) -> None:
    field = Signer("example.com", "desk", pem(key)).sign(LETTER)
    assert field.endswith(b"\r\n")
    assert max(len(line) for line in field.split(b"\r\n")) <= 78
    parsed = email.message_from_bytes(field + LETTER, policy=email.policy.default)
    assert parsed.keys()[0] == "DKIM-Signature"
    assert parsed.keys()[1:] == email.message_from_bytes(LETTER).keys()


def test_lines_ended_by_lf_are_signed_as_they_will_be_sent(key: RSAPrivateKey) -> None:
    signer = Signer("example.com", "desk", pem(key))
    assert signer.sign(LETTER.replace(b"\r\n", b"\n")) == signer.sign(LETTER)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet=" \tab", max_size=6), max_size=4),
    st.text(alphabet="\n \tab.", max_size=40),
)
def test_dkimpy_takes_any_letter(signer: Signer, folds: list[str], text: str) -> None:
    body = "".join(line + "\r\n" for line in text.split("\n")).encode()  # SMTP ends every line
    subject = "\r\n ".join(["Subject: x", *(fold.strip() + "y" for fold in folds)]).encode()
    letter = b"From: a@example.com\r\n" + subject + b"\r\n\r\n" + body
    assert dkimpy_takes(signer.sign(letter) + letter, signer)


def test_keys_that_do_not_do(key: RSAPrivateKey) -> None:
    encrypted = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for octets in (b"", b"nonsense", encrypted, public, curve):
        with pytest.raises(ValueError, match="dkim_key"):
            Signer("example.com", "desk", octets)


@pytest.mark.parametrize(
    ("domain", "selector", "setting"), [("a b", "s", "domain"), ("a.b", "s;t", "selector"), ("", "s", "domain")]
)
def test_names_that_do_not_do(domain: str, selector: str, setting: str, key: RSAPrivateKey) -> None:
    with pytest.raises(ValueError, match=f"dkim_{setting}"):
        Signer(domain, selector, pem(key))


@pytest.mark.parametrize(
    "letter", [b"", b"Subject: x\r\n\r\n", b"From: a@b\r\n" + MAIL, b"From: a@b\r\nno field\r\n\r\n", b"From: a\rb\r\n\r\n"]
)
def test_letters_that_cannot_be_signed(letter: bytes, key: RSAPrivateKey) -> None:
    with pytest.raises(ValueError, match=r"From|field"):
        Signer("example.com", "desk", pem(key)).sign(letter)
