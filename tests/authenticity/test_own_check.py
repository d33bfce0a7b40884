"""Our own DKIM check, attack by attack: real keys, a real DNS server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicNumbers

from tests.authenticity.conftest import MAIL, START, Make, judged
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import record, signed

AUTHENTIC = (True, False, "", "dkim_aligned")
SIGNED_MORE = "from:from:to:subject:subject:date:message-id"


def said(verdict: object) -> tuple[bool, bool, str, str]:
    return (verdict.authentic, verdict.temporary, verdict.failed_policy, verdict.reason)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Attack:
    """What is done to a signed mail of example.com (p=reject), and what must come of it."""

    change: Callable[[bytes], bytes]
    reason: str
    policy: str = "reject"
    signing: dict[str, object] | None = None
    authentic: bool = False


def replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(raw: bytes) -> bytes:
        assert old in raw
        return raw.replace(old, new, 1)

    return change


def above(field: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: field + b"\r\n" + raw


def below(field: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: raw.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n\r\n", 1)


def append(text: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: raw + text


def same(raw: bytes) -> bytes:
    return raw


def plain_lf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


ATTACKS = {
    "untouched": Attack(same, "dkim_aligned", "", authentic=True),
    "untouched, simple form": Attack(same, "dkim_aligned", "", {"form": "simple/simple"}, authentic=True),
    "untouched, half simple form": Attack(same, "dkim_aligned", "", {"form": "relaxed"}, authentic=True),
    "lines ended by LF only": Attack(plain_lf, "dkim_aligned", "", authentic=True),
    "received fields added": Attack(above(b"Received: from a by b"), "dkim_aligned", "", authentic=True),
    "space changed under relaxed": Attack(replace(b"Hello  there,", b"Hello there, "), "dkim_aligned", "", authentic=True),
    "space changed under simple": Attack(
        replace(b"Hello  there,", b"Hello there,"), "body_changed", signing={"form": "simple/simple"}
    ),
    "fields signed more often than they stand": Attack(same, "dkim_aligned", "", {"names": SIGNED_MORE}, authentic=True),
    "h= in capitals": Attack(same, "dkim_aligned", "", {"names": "FROM:Subject:DATE"}, authentic=True),
    "h= folded": Attack(same, "dkim_aligned", "", {"names": "from:to :\r\n\t subject:date"}, authentic=True),
    "h= folded after it was signed": Attack(replace(b"h=from:to:", b"h=from:\r\n  to:"), "bad_signature"),
    "expires later": Attack(same, "dkim_aligned", "", {"extra": "x=1900000000; "}, authentic=True),
    "another subject": Attack(replace(b"TRACE 123", b"TRACE 999"), "bad_signature"),
    "another body": Attack(replace(b"where is it", b"close it all"), "body_changed"),
    "another date": Attack(replace(b"09:59:00", b"08:59:00"), "bad_signature"),
    "another From of the domain": Attack(replace(b"anne@", b"boss@"), "bad_signature"),
    "mailing list footer": Attack(append(b"--\r\nTo leave this list write to\r\n"), "body_changed"),
    "mailing list subject": Attack(replace(b"Subject: ", b"Subject: [list] "), "bad_signature"),
    "second From above": Attack(above(b"From: boss@example.com"), "two_from"),
    "second From below": Attack(below(b"From: boss@example.com"), "two_from"),
    "second From hidden by a bare CR": Attack(above(b"X-A: b\rFrom: boss@example.com"), "malformed_header"),
    "second Subject above": Attack(above(b"Subject: APPROVE"), "duplicate_field", ""),
    "second Subject above an oversigned one": Attack(above(b"Subject: APPROVE"), "bad_signature", signing={"names": SIGNED_MORE}),
    "second Subject behind a NUL": Attack(above(b"X: \x00\r\nSubject: APPROVE"), "malformed_header"),
    "second Content-Type": Attack(
        lambda raw: above(b"Content-Type: text/html")(above(b"Content-Type: text/plain")(raw)), "duplicate_field", ""
    ),
    "a line that is no field": Attack(above(b"no field"), "malformed_header"),
    "From after a line that is no field": Attack(below(b"Subject : APPROVE"), "malformed_header"),
    "l= without more": Attack(same, "body_length_tag", "", {"length": 15}),
    "l= and a text appended": Attack(append(b"APPROVE\r\n"), "body_length_tag", "", {"length": 15}),
    "l=0": Attack(append(b"APPROVE\r\n"), "body_length_tag", "", {"length": 0}),
    "l= beyond the body": Attack(same, "body_changed", signing={"length": 9999}),
    "Subject not signed": Attack(replace(b"TRACE 123456789", b"APPROVE"), "unsigned_subject", "", {"names": "from:to:date"}),
    "From not signed": Attack(same, "unsigned_from", signing={"names": "to:subject:date"}),
    "expired": Attack(same, "expired", signing={"extra": f"x={int(START.timestamp()) - 301}; "}),
    "expires before it was made": Attack(same, "malformed_signature", signing={"extra": "t=1900000001; x=1900000000; "}),
    "rsa-sha1": Attack(same, "weak_algorithm", signing={"algorithm": "rsa-sha1"}),
    "unknown algorithm": Attack(replace(b"a=rsa-sha256", b"a=none-none"), "weak_algorithm"),
    "algorithm of another kind of key": Attack(replace(b"a=rsa-sha256", b"a=ed25519-sha256"), "bad_key"),
    "signed by a stranger": Attack(same, "unaligned", signing={"domain": "stranger.example"}),
    "signed by the top-level domain": Attack(same, "unaligned", signing={"domain": "com"}),
    "signed by a domain that only ends alike": Attack(same, "unaligned", signing={"domain": "notexample.com"}),
    "signer renamed afterwards": Attack(
        replace(b"d=stranger.example", b"d=example.com"), "bad_signature", signing={"domain": "stranger.example"}
    ),
    "identity in a subdomain": Attack(same, "dkim_aligned", "", {"extra": "i=@mail.example.com; "}, authentic=True),
    "identity outside the domain": Attack(same, "foreign_identity", signing={"extra": "i=boss@stranger.example; "}),
    "identity that only ends alike": Attack(same, "foreign_identity", signing={"extra": "i=@notexample.com; "}),
    "identity that is none": Attack(same, "malformed_signature", signing={"extra": "i=example.com; "}),
    "domain twice": Attack(same, "malformed_signature", signing={"extra": "d=stranger.example; "}),
    "signature twice": Attack(replace(b"v=1;", b"v=1; b=AAAA;"), "malformed_signature"),
    "no version": Attack(replace(b"v=1; ", b""), "malformed_signature"),
    "version 2": Attack(replace(b"v=1; ", b"v=2; "), "malformed_signature"),
    "bad base64": Attack(replace(b" b=", b" b=*"), "malformed_signature"),
    "empty signature": Attack(lambda raw: raw[: raw.index(b" b=") + 3] + b"\r\n" + MAIL, "bad_signature"),
    "bad base64 in the body hash": Attack(same, "malformed_signature", signing={"digest": "?"}),
    "short body hash": Attack(same, "body_changed", signing={"digest": "AAAA"}),
    "unknown canonical form": Attack(replace(b"c=relaxed/relaxed", b"c=nowsp"), "malformed_signature"),
    "a line break in the domain": Attack(replace(b"d=example.com", b"d=example.com\r\n .evil"), "malformed_signature"),
    "a selector that leaves its place": Attack(same, "malformed_signature", signing={"selector": "x/../y"}),
    "a selector that is not published": Attack(same, "no_key", signing={"selector": "unknown"}),
    "an empty name in h=": Attack(same, "malformed_signature", signing={"names": "from::subject"}),
    "a key query that is not DNS": Attack(same, "malformed_signature", signing={"extra": "q=http; "}),
    "no semicolons": Attack(lambda raw: b"DKIM-Signature: nonsense\r\n" + MAIL, "malformed_signature"),
    "signature cut": Attack(lambda raw: raw[:200] + b"\r\n" + MAIL, "malformed_signature"),
    "not signed": Attack(lambda raw: MAIL, "no_signature"),
    "header only": Attack(lambda raw: raw.split(b"\r\n\r\n")[0] + b"\r\n", "body_changed"),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_attack(name: str, zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    attack = ATTACKS[name]
    raw = attack.change(signed(MAIL, key, **{"domain": "example.com", **(attack.signing or {})}))  # type: ignore[arg-type]
    verdict = await judged(make(), raw)
    assert said(verdict) == (attack.authentic, False, attack.policy, attack.reason)


KEY_RECORDS: dict[str, tuple[Callable[[str], str | list[str]], str]] = {
    "several strings": (lambda text: [text[:40], text[40:100], text[100:300], text[300:]], "dkim_aligned"),
    "no version": (lambda text: text.removeprefix("v=DKIM1; "), "dkim_aligned"),
    "all the tags": (lambda text: text.replace("p=", "k=rsa; h=sha1:sha256; s=email; n=ours; t=s; p="), "dkim_aligned"),
    "final semicolon": (lambda text: text + " ; ", "dkim_aligned"),
    "folded": (lambda text: text[:80] + "  " + text[80:], "dkim_aligned"),
    "revoked": (lambda text: "v=DKIM1; p=", "revoked_key"),
    "testing": (lambda text: text.replace("p=", "t=y; p="), "testing_key"),
    "testing among flags": (lambda text: text.replace("p=", "t=s : y; p="), "testing_key"),
    "not for mail": (lambda text: text.replace("p=", "s=tlsrpt; p="), "bad_key"),
    "only for SHA-1": (lambda text: text.replace("p=", "h=sha1; p="), "bad_key"),
    "of another version": (lambda text: text.replace("DKIM1", "DKIM2"), "bad_key"),
    "version not first": (lambda text: text.removeprefix("v=DKIM1; ") + "; v=DKIM1", "bad_key"),
    "of another kind": (lambda text: text.replace("p=", "k=dsa; p="), "bad_key"),
    "RSA called Ed25519": (lambda text: text.replace("p=", "k=ed25519; p="), "bad_key"),
    "two p=": (lambda text: text + "; p=", "bad_key"),
    "bad base64": (lambda text: text.replace("p=", "p=*"), "bad_key"),
    "no key": (lambda text: "v=DKIM1; n=nothing", "bad_key"),
    "not a key record": (lambda text: "v=spf1 -all", "bad_key"),
    "not ASCII": (lambda text: text + "; n=é", "bad_key"),
}


@pytest.mark.parametrize("name", KEY_RECORDS)
async def test_key_record(name: str, dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    change, reason = KEY_RECORDS[name]
    dns.txt("s1._domainkey.example.com", change(record(key)))
    verdict = await judged(make(), signed(MAIL, key, "example.com"))
    assert said(verdict) == (reason == "dkim_aligned", False, "", reason)


async def test_a_short_rsa_key_is_refused_even_with_a_valid_signature(dns: DnsServer, make: Make) -> None:
    """A key of 512 bits can be factored in hours."""
    small = SmallKey()
    dns.txt("s1._domainkey.example.com", "p=" + base64.b64encode(_der_rsa(small.modulus, 65537)).decode())
    raw = signed(MAIL, small, "example.com")  # type: ignore[arg-type]
    assert (await judged(make(), raw)).reason == "weak_key"


async def test_a_monstrous_key_is_refused_at_once(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    """Checking against such keys with a long exponent takes seconds of CPU, and anyone can publish one."""
    dns.txt("s1._domainkey.example.com", "p=" + base64.b64encode(_der_rsa((1 << 8191) | 1, 65537)).decode())
    assert (await judged(make(), signed(MAIL, key, "example.com"))).reason == "bad_key"


async def test_a_long_exponent_is_refused(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    modulus = key.public_key().public_numbers().n
    dns.txt("s1._domainkey.example.com", "p=" + base64.b64encode(_der_rsa(modulus, (1 << 2000) | 1)).decode())
    assert (await judged(make(), signed(MAIL, key, "example.com"))).reason == "bad_key"


async def test_an_rsa_key_in_the_form_of_rfc_6376(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    numbers = key.public_key().public_numbers()
    dns.txt("s1._domainkey.example.com", "p=" + base64.b64encode(_der_rsa(numbers.n, numbers.e)).decode())
    assert said(await judged(make(), signed(MAIL, key, "example.com"))) == AUTHENTIC


async def test_strict_identity_flag_of_a_key(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    dns.txt("s1._domainkey.example.com", record(key, tags="v=DKIM1; t=s; "))
    raw = signed(MAIL, key, "example.com", extra="i=@mail.example.com; ")
    assert (await judged(make(), raw)).reason == "foreign_identity"


async def test_an_alias_to_the_key_of_a_mail_provider(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    dns.cname("s1._domainkey.example.com", "s1.dkim.provider.example")
    dns.txt("s1.dkim.provider.example", record(key))
    assert said(await judged(make(), signed(MAIL, key, "example.com"))) == AUTHENTIC


async def test_a_wildcard_record_beside_the_key(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    dns.txt("s1._domainkey.example.com", "v=spf1 -all")
    dns.txt("s1._domainkey.example.com", record(key))
    assert said(await judged(make(), signed(MAIL, key, "example.com"))) == AUTHENTIC


async def test_ed25519(dns: DnsServer, curve_key: Ed25519PrivateKey, make: Make) -> None:
    dns.txt("s1._domainkey.example.com", record(curve_key))
    raw = signed(MAIL, curve_key, "example.com")
    assert said(await judged(make(), raw)) == AUTHENTIC
    assert (await judged(make(), raw.replace(b"TRACE", b"CLOSE"))).reason == "bad_signature"


async def test_two_signatures_of_which_one_is_enough(
    dns: DnsServer, key: RSAPrivateKey, curve_key: Ed25519PrivateKey, make: Make
) -> None:
    """Ed25519 beside RSA (RFC 8463, section 3): whichever can be checked counts, in either order."""
    dns.txt("s1._domainkey.example.com", record(key))
    dns.txt("e1._domainkey.example.com", record(curve_key))
    both = signed(signed(MAIL, key, "example.com"), curve_key, "example.com", selector="e1")
    swapped = signed(signed(MAIL, curve_key, "example.com", selector="e1"), key, "example.com")
    assert said(await judged(make(), both)) == said(await judged(make(), swapped)) == AUTHENTIC
    dns.remove("e1._domainkey.example.com")
    assert said(await judged(make(), both)) == said(await judged(make(), swapped)) == AUTHENTIC


async def test_a_strangers_signature_on_top_does_not_hide_the_right_one(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    zone.txt("s1._domainkey.mail.example.com", record(key))
    for signer in ("example.com", "mail.example.com"):
        raw = signed(MAIL, key, signer)
        for _ in range(8):
            raw = signed(raw, key, "stranger.example")
        assert said(await judged(make(), raw)) == AUTHENTIC
    assert all("stranger" not in name for name, _, _ in zone.asked)


async def test_no_more_than_five_signatures_are_checked(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    raw = signed(MAIL, key, "example.com")
    for number in range(5):
        raw = signed(raw, key, "example.com", selector=f"bogus{number}")
    assert (await judged(make(), raw)).reason == "no_key"
    asked = [name for name, _, _ in zone.asked if "_domainkey" in name]
    assert sorted(asked) == [f"bogus{number}._domainkey.example.com" for number in range(5)]


async def test_a_rotated_key(
    dns: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make, clock: Callable[[], object]
) -> None:
    """The new selector counts at once, the withdrawn one no longer than its TTL."""
    authenticator = make()
    dns.txt("old._domainkey.example.com", record(key), ttl=120)
    old = signed(MAIL, key, "example.com", selector="old")
    new = signed(MAIL, other_key, "example.com", selector="new")
    assert said(await judged(authenticator, old)) == AUTHENTIC
    dns.remove("old._domainkey.example.com")
    dns.txt("new._domainkey.example.com", record(other_key))
    assert said(await judged(authenticator, new)) == AUTHENTIC
    clock.forward(119)  # type: ignore[attr-defined]
    assert said(await judged(authenticator, old)) == AUTHENTIC
    clock.forward(2)  # type: ignore[attr-defined]
    assert (await judged(authenticator, old)).reason == "no_key"


async def test_the_from_must_be_strict(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    raw = signed(MAIL, key, "example.com")
    check = partial(judged, make(), raw)
    assert said(await check(domain=None)) == (False, False, "", "not_strict_from")
    assert said(await check(domain="exa mple.com")) == (False, False, "", "not_strict_from")
    assert said(await check(domain="EXAMPLE.com.")) == AUTHENTIC
    assert (await judged(make(), b"Subject: x\r\n\r\nx")).reason == "no_from"


async def test_an_international_domain(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    """A U-label is compared as its A-label, by IDNA 2008: "straße" is not "strasse"."""
    dns.txt("s1._domainkey.xn--montral-fya.example", record(key))
    dns.txt("s1._domainkey.strasse.example", record(key))
    raw = signed(MAIL, key, "xn--montral-fya.example")
    assert said(await judged(make(), raw, domain="montréal.example")) == AUTHENTIC
    raw = signed(MAIL, key, "strasse.example")
    assert (await judged(make(), raw, domain="straße.example")).reason == "unaligned"


async def test_a_huge_body_of_blanks_takes_no_longer_than_another(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    """Runs of blanks make careless canonicalization take quadratic time; this one would then take many minutes."""
    raw = signed(MAIL + b" " * 1_000_000 + b"x" + b"\t " * 100_000 + b"\r\n" * 100_000, key, "example.com")
    assert said(await judged(make(), raw)) == AUTHENTIC


async def test_huge_signature_fields_take_no_longer_than_others(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    for filler in (b" " * 300_000, b"\r\n " * 100_000, b";" * 300_000, b"a=" * 150_000, b"b" * 300_000, b":" * 300_000):
        for prefix in (b"v=1; b=", b"v=1; h=", b"", b"v=1; d="):
            assert not (await judged(make(), b"DKIM-Signature: " + prefix + filler + b"!\r\n" + MAIL)).authentic


def _der_rsa(modulus: int, exponent: int) -> bytes:
    """RSAPublicKey in DER (RFC 8017, appendix A.1.1)."""

    def element(tag: int, octets: bytes) -> bytes:
        size = len(octets)
        if size < 128:
            return bytes([tag, size]) + octets
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        return bytes([tag, 0x80 | len(length)]) + length + octets

    def integer(value: int) -> bytes:
        return element(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))

    return element(0x30, integer(modulus) + integer(exponent))


class SmallKey:
    """A 512-bit RSA key, which libraries no longer make: two primes and Python's own arithmetic."""

    def __init__(self) -> None:
        first, second = _prime_from(1 << 255), _prime_from(3 << 254)
        self.modulus = first * second
        self._private = pow(65537, -1, (first - 1) * (second - 1))
        RSAPublicNumbers(65537, self.modulus).public_key().verify(self.sign(b"it works"), b"it works", PKCS1v15(), hashes.SHA256())

    def sign(self, octets: bytes, *_: object) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, sections 8.2 and 9.2)."""
        info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(octets).digest()
        padded = b"\0\1" + b"\xff" * (64 - len(info) - 3) + b"\0" + info
        return pow(int.from_bytes(padded, "big"), self._private, self.modulus).to_bytes(64, "big")


def _prime_from(start: int) -> int:
    number = start | 1
    while pow(2, number - 1, number) != 1:
        number += 2
    return number
