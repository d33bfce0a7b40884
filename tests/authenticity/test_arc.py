"""ARC chains: believed from a configured sealer, whole and valid, and from nobody else (RFC 8617)."""

from __future__ import annotations

# mypy: disable-error-code="no-untyped-call"
from collections.abc import Callable

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.conftest import MAIL, Make, judged
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import arc_set, record, signed

LIST = "lists.forwarder.example"
FOUND = "mx.forwarder.example; dkim=pass header.d=example.com; dmarc=pass header.from=example.com"
SEALERS: dict[str, object] = {"arc_sealers": ["Lists.Forwarder.example"]}


@pytest.fixture
def keys(zone: DnsServer, other_key: RSAPrivateKey) -> DnsServer:
    for domain in (LIST, "evil.example", "second.example"):
        zone.txt(f"arc._domainkey.{domain}", record(other_key))
    return zone


def listed(key: RSAPrivateKey, arc_key: RSAPrivateKey, *, domain: str = LIST, findings: str = FOUND, **tags: str) -> bytes:
    """A signed mail of example.com as a list sends it on: subject marked, footer added, sealed."""
    raw = signed(MAIL, key, "example.com").replace(b"Subject: ", b"Subject: [list] ") + b"-- \r\nthe list\r\n"
    return arc_set(raw, arc_key, domain, instance=1, findings=findings, **tags)


async def test_a_configured_sealer_is_believed(keys: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make) -> None:
    raw = listed(key, other_key)
    verdict = await judged(make(**SEALERS), raw)
    assert (verdict.authentic, verdict.reason, verdict.detail) == (True, "arc_sealer", LIST)
    assert dkim.arc_verify(raw, dnsfunc=lambda *_, **__: record(other_key).encode())[0] == b"pass"


async def test_two_sealers_in_a_row(keys: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make) -> None:
    """The last one counts; the earlier seals must hold too."""
    raw = listed(key, other_key, domain="second.example").replace(b"[list] ", b"[list] [list] ")
    raw = arc_set(raw, other_key, LIST, instance=2, findings=FOUND)
    assert (await judged(make(**SEALERS), raw)).reason == "arc_sealer"
    assert dkim.arc_verify(raw, dnsfunc=lambda *_, **__: record(other_key).encode())[0] == b"pass"
    assert not (await judged(make(arc_sealers=["second.example"]), raw)).authentic
    forged = listed(key, key, domain="second.example").replace(b"[list] ", b"[list] [list] ")
    forged = arc_set(forged, other_key, LIST, instance=2, findings=FOUND)
    assert not (await judged(make(**SEALERS), forged)).authentic
    broken = raw.replace(b"ARC-Authentication-Results: i=1; mx.", b"ARC-Authentication-Results: i=1; my.")
    assert not (await judged(make(**SEALERS), broken)).authentic


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another body": lambda raw: raw + b"APPROVE\r\n",
    "another subject": lambda raw: raw.replace(b"TRACE", b"APPROVE"),
    "another finding": lambda raw: raw.replace(b"i=1; mx.", b"i=1; my."),
    "another status": lambda raw: raw.replace(b"cv=none", b"cv=pass"),
    "no seal": lambda raw: raw.partition(b"\r\n")[2],
    "the seal twice": lambda raw: raw.partition(b"\r\n")[0] + b"\r\n" + raw,
    "another instance": lambda raw: raw.replace(b" i=1;", b" i=2;"),
    "an instance left out": lambda raw: raw.replace(b"ARC-Seal: i=1;", b"ARC-Seal: i=2;"),
    "instance 0": lambda raw: raw.replace(b" i=1;", b" i=0;"),
    "a seal over named fields": lambda raw: raw.replace(b"cv=none;", b"cv=none; h=from;"),
    "a second Subject": lambda raw: b"Subject: APPROVE\r\n" + raw,
    "a body-length tag": lambda raw: raw.replace(b"c=relaxed/relaxed; h=", b"c=relaxed/relaxed; l=1; h="),
    "a nonsensical seal": lambda raw: b"ARC-Seal: nonsense" + raw[raw.index(b"\r\n") :],
    "a nonsensical finding": lambda raw: raw.replace(b"Results: i=1; mx", b"Results: mx"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_changed_chain(name: str, keys: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make) -> None:
    raw = listed(key, other_key)
    changed = CHANGES[name](raw)
    assert changed != raw
    assert not (await judged(make(**SEALERS), changed)).authentic


@pytest.mark.parametrize(
    ("domain", "findings", "tags"),
    [
        ("evil.example", FOUND, {}),
        (LIST, "mx.forwarder.example; dkim=fail header.d=example.com", {}),
        (LIST, "mx.forwarder.example; dkim=pass header.d=stranger.example", {}),
        (LIST, "mx.forwarder.example; spf=pass smtp.mailfrom=example.com; dmarc=pass header.from=example.com", {}),
        (LIST, "not grammatical", {}),
        (LIST, FOUND, {"status": "fail"}),
        (LIST, FOUND, {"status": "pass"}),
        (LIST, FOUND, {"names": "subject:date"}),
        (LIST, FOUND, {"names": "from:date"}),
        (LIST, FOUND, {"extra": "v=1; "}),
        (LIST, FOUND, {"seal_extra": "h=from; "}),
    ],
)
async def test_a_valid_chain_that_does_not_count(
    domain: str,
    findings: str,
    tags: dict[str, str],
    keys: DnsServer,
    key: RSAPrivateKey,
    other_key: RSAPrivateKey,
    make: Make,
) -> None:
    raw = listed(key, other_key, domain=domain, findings=findings, **tags)
    assert (await judged(make(**SEALERS), raw)).reason in ("body_changed", "malformed_signature")


async def test_a_stranger_in_the_name_of_a_sealer(
    keys: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make
) -> None:
    """Sealed with a key that is not the sealer's."""
    assert not (await judged(make(**SEALERS), listed(key, key))).authentic


async def test_no_sealers_are_believed_by_default(
    keys: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make
) -> None:
    verdict = await judged(make(), listed(key, other_key))
    assert (verdict.authentic, verdict.failed_policy, verdict.reason) == (False, "reject", "body_changed")


async def test_a_sealers_key_that_cannot_be_had(keys: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make) -> None:
    keys.fail(f"arc._domainkey.{LIST}")
    assert (await judged(make(**SEALERS), listed(key, other_key))).temporary
    keys.recover(f"arc._domainkey.{LIST}")
    keys.remove(f"arc._domainkey.{LIST}")
    verdict = await judged(make(**SEALERS), listed(key, other_key))
    assert (verdict.authentic, verdict.temporary) == (False, False)


async def test_a_long_chain_is_not_followed(keys: DnsServer, key: RSAPrivateKey, other_key: RSAPrivateKey, make: Make) -> None:
    raw = MAIL
    for instance in range(1, 12):
        raw = arc_set(raw, other_key, LIST, instance=instance, findings=FOUND)
    assert not (await judged(make(**SEALERS), raw)).authentic
    shorter = MAIL
    for instance in range(1, 11):
        shorter = arc_set(shorter, other_key, LIST, instance=instance, findings=FOUND)
    assert (await judged(make(**SEALERS), shorter)).authentic
