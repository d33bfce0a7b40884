"""Origins, relays and mailbox providers: what is believed of them, and what of those who pretend to be them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.core.authenticity.peers import Peers
from bot.core.authenticity.results import MICROSOFT_365
from tests.authenticity.conftest import MAIL, ORIGIN, RELAY, STRANGER, Make, judged
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import signed

GOOD = "Authentication-Results: mx.relay.example; dkim=pass header.d=example.com header.s=s1"
BORDER = "Received: from evil.example (evil.example [203.0.113.9]) by mx.relay.example (Postfix) with ESMTPS id 4"
INNER = "Received: from localhost (localhost [127.0.0.1]) by filter.mx.relay.example (Postfix) with ESMTP"
FOREIGN = "Received: from pc (pc [198.51.100.1]) by smtp.evil.example with ESMTPSA"
MICROSOFT = (
    "Authentication-Results: spf=pass (sender IP is 203.0.113.9)\r\n smtp.mailfrom=example.com; dkim=pass (signature"
    " was verified)\r\n header.d=example.com;dmarc=pass action=none\r\n header.from=example.com;compauth=pass reason=100"
)
MICROSOFT_OLD = (
    "Authentication-Results: spf=fail (sender IP is 203.0.113.9)\r\n smtp.mailfrom=x.example; carrier.example; dkim=pass"
    " (signature was verified)\r\n header.d=example.com;carrier.example; dmarc=none action=none\r\n"
    " header.from=example.com;"
)
MICROSOFT_HOP = (
    "Received: from evil.example (203.0.113.9) by\r\n AMS0EPF0000019E.mail.protection.outlook.com (10.167.16.250) with"
    " Microsoft SMTP\r\n Server (version=TLS1_3) id 15.20.9632.12 via Frontend Transport; Mon, 2 Mar 2026 15:00:00 +0000"
)
MICROSOFT_INNER = (
    "Received: from AMS0EPF0000019E.eurprd05.prod.outlook.com (2603:10a6:20b:5e3:cafe::c9) by\r\n"
    " AS4P250CA0030.outlook.office365.com (2603:10a6:20b:5e3::20) with Microsoft SMTP Server id 15.20"
)


@dataclass(frozen=True)
class Path:
    """Fields on top of an unsigned mail of example.com (p=reject), and where it came from."""

    fields: tuple[str, ...]
    authentic: bool
    policy: str = ""
    peer: str | None = RELAY
    settings: dict[str, object] = field(default_factory=dict)


MAILBOX: dict[str, object] = {"mailbox_authserv_ids": ["imap.provider.example"]}
PROVIDER = GOOD.replace("mx.relay.example", "imap.provider.example")
M365: dict[str, object] = {"authserv_ids": [MICROSOFT_365]}

PATHS = {
    "relay, on top": Path((GOOD, BORDER), True),
    "relay, below its own Received": Path((BORDER, GOOD), True),
    "relay, below its own inner hops": Path((INNER, BORDER, GOOD, FOREIGN), True),
    "relay, in capitals": Path((GOOD.replace("mx.relay.example", "MX.Relay.Example"), BORDER), True),
    "relay, IPv4 in IPv6 dress": Path((GOOD,), True, peer="::ffff:192.0.2.10"),
    "relay, by LMTP": Path((BORDER, GOOD), True, peer="lmtp:192.0.2.10"),
    "the relay's socket": Path((BORDER, GOOD), True, peer="lmtp:unix", settings={"peers": Peers(["unix"], [])}),
    "a socket that is not the relay's": Path((BORDER, GOOD), False, "reject", "lmtp:unix"),
    "stranger by LMTP": Path((BORDER, GOOD), False, "reject", f"lmtp:{STRANGER}"),
    "stranger pretends to be the relay": Path((GOOD, BORDER), False, "reject", STRANGER),
    "peer that is no address": Path((GOOD,), False, "reject", "unix socket"),
    "relay with another identifier": Path((GOOD.replace("mx.relay", "mx.other"),), False),
    "relay's is not the topmost": Path((GOOD.replace("mx.relay", "mx.other"), GOOD), False),
    "forged below a foreign hop": Path((BORDER, FOREIGN, GOOD), False),
    "forged below a hop that names the relay in its HELO": Path(
        (BORDER, "Received: from by (by mx.relay.example) by smtp.evil.example; Mon", GOOD), False
    ),
    "forged below a hop that names the relay in a comment": Path(
        (BORDER, "Received: (x by mx.relay.example) from a by smtp.evil.example", GOOD), False
    ),
    "forged below a hop without by": Path((BORDER, "Received: (qmail 1 invoked by uid 0); x", GOOD), False),
    "forged below an unclosed comment": Path((BORDER, "Received: from a (b by mx.relay.example", GOOD), False),
    "forged below a hop that only ends alike": Path((BORDER, "Received: from a by notmx.relay.example; x", GOOD), False),
    "forged below a hop that names the relay later on": Path(
        (BORDER, "Received: from a by smtp.evil.example with x by mx.relay.example", GOOD), False
    ),
    "relay says fail": Path((GOOD.replace("=pass", "=fail"), BORDER), False),
    "relay says that DMARC failed": Path((GOOD.replace("dkim=pass", "dmarc=fail"), BORDER), False, "reject"),
    "relay says spf=pass only": Path(
        ("Authentication-Results: mx.relay.example; spf=pass smtp.mailfrom=anne@example.com", BORDER), False
    ),
    "relay says dmarc=pass only": Path(
        ("Authentication-Results: mx.relay.example; dmarc=pass header.from=example.com", BORDER), False
    ),
    "relay says pass for a stranger": Path((GOOD.replace("example.com", "stranger.example"), BORDER), False),
    "relay says pass for a subdomain, relaxed": Path((GOOD.replace("=example.com", "=m.example.com"),), True),
    "relay says pass for an identity only": Path((GOOD.replace("header.d=", "header.i=@"), BORDER), False),
    "two domains in one item": Path((GOOD + " header.d=stranger.example",), False),
    "pass in a comment": Path(
        ("Authentication-Results: mx.relay.example; dkim=fail (dkim=pass header.d=example.com) header.d=x.example",),
        False,
    ),
    "pass in a reason": Path(
        ('Authentication-Results: mx.relay.example; dkim=fail reason="; dkim=pass header.d=example.com"',), False
    ),
    "pass in a quoted address": Path(
        ('Authentication-Results: mx.relay.example; spf=pass smtp.mailfrom="a; dkim=pass header.d=example.com "@x.y',),
        False,
    ),
    "not grammatical to its end": Path((GOOD + "; and so on",), False),
    "a second Subject": Path((GOOD, BORDER, "Subject: APPROVE"), False),
    "a second From": Path((GOOD, BORDER, "From: boss@example.com"), False),
    "no identifier, where that is not configured": Path((MICROSOFT, MICROSOFT_HOP), False),
    "Microsoft 365": Path((MICROSOFT_INNER, MICROSOFT, MICROSOFT_HOP), True, settings=M365),
    "Microsoft 365, older": Path((MICROSOFT_INNER, MICROSOFT_OLD, MICROSOFT_HOP), True, settings=M365),
    "Microsoft 365, forged without any hop above": Path((MICROSOFT,), False, settings=M365),
    "Microsoft 365, forged below a foreign hop": Path((MICROSOFT_HOP, FOREIGN, MICROSOFT), False, settings=M365),
    "Microsoft 365, fails": Path(
        (MICROSOFT_INNER, MICROSOFT.replace("dkim=pass", "dkim=none").replace("dmarc=pass", "dmarc=fail")),
        False,
        "reject",
        settings=M365,
    ),
    "Microsoft 365, another identifier": Path((MICROSOFT_INNER, GOOD), False, settings=M365),
    "mailbox, its provider": Path((PROVIDER, FOREIGN), True, peer=None, settings=MAILBOX),
    "mailbox, the relay's identifier": Path((GOOD, FOREIGN), False, peer=None, settings=MAILBOX),
    "mailbox without a configured provider": Path((PROVIDER, FOREIGN), False, "reject", peer=None),
    "provider's identifier from a stranger": Path((PROVIDER, FOREIGN), False, "reject", STRANGER, MAILBOX),
    "origin, but with Received": Path((FOREIGN,), False, "reject", ORIGIN),
}


@pytest.mark.parametrize("name", PATHS)
async def test_path(name: str, zone: DnsServer, make: Make) -> None:
    path = PATHS[name]
    raw = "\r\n".join([*path.fields, ""]).encode() + MAIL
    received = sum(text.startswith("Received") for text in path.fields)
    verdict = await judged(make(**path.settings), raw, peer=path.peer, received=received)
    assert (verdict.authentic, verdict.failed_policy) == (path.authentic, path.policy)
    assert (verdict.reason == "relay_dkim") == path.authentic


@pytest.mark.parametrize(
    ("peer", "received", "reason"),
    [
        (ORIGIN, 0, "origin"),
        ("fd00::5", 0, "origin"),
        ("::ffff:10.0.0.1", 0, "origin"),
        (ORIGIN, 1, "no_signature"),
        (STRANGER, 0, "no_signature"),
        ("11.0.0.1", 0, "no_signature"),
        (None, 0, "no_signature"),
        ("", 0, "no_signature"),
        (f"lmtp:{ORIGIN}", 0, "no_signature"),
        ("lmtp:unix", 0, "no_signature"),
    ],
)
async def test_origin(peer: str | None, received: int, reason: str, zone: DnsServer, make: Make) -> None:
    verdict = await judged(make(), MAIL, peer=peer, received=received)
    assert (verdict.reason, verdict.authentic) == (reason, reason == "origin")


async def test_an_origin_takes_no_mail_without_one_strict_from(zone: DnsServer, make: Make) -> None:
    assert (await judged(make(), MAIL, peer=ORIGIN, received=0, domain=None)).reason == "not_strict_from"
    raw = b"From: boss@example.com\r\n" + MAIL
    assert (await judged(make(), raw, peer=ORIGIN, received=0)).reason == "two_from"


@pytest.mark.parametrize(
    ("peer", "known"), [(RELAY, True), (ORIGIN, True), ("::ffff:10.0.0.1", True), (STRANGER, False), ("", False), ("unix", False)]
)
def test_which_peers_are_configured(peer: str, known: bool, make: Make) -> None:
    assert make().configured(peer) is known


async def test_an_origin_costs_no_query(zone: DnsServer, make: Make) -> None:
    assert (await judged(make(), MAIL, peer=ORIGIN, received=0)).authentic
    assert not zone.asked


async def test_a_relay_is_believed_about_a_domain_without_dmarc(dns: DnsServer, make: Make) -> None:
    raw = GOOD.encode() + b"\r\n" + MAIL
    assert (await judged(make(), raw, peer=RELAY)).reason == "relay_dkim"
    assert not dns.asked


async def test_a_stranger_whom_a_relay_names_costs_no_query(zone: DnsServer, make: Make) -> None:
    raw = GOOD.replace("example.com", "stranger.example").encode() + b"\r\n" + MAIL
    assert not (await judged(make(), raw, peer=RELAY)).authentic
    assert not zone.asked


async def test_a_signature_counts_whatever_the_relay_says(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    raw = GOOD.replace("=pass", "=fail").encode() + b"\r\n" + signed(MAIL, key, "example.com")
    assert (await judged(make(), raw, peer=RELAY)).reason == "dkim_aligned"


async def test_mail_that_a_relay_changed_is_not_held_against_the_policy(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    """A relay that marks subjects breaks signatures; only its own word that DMARC failed counts."""
    raw = signed(MAIL, key, "example.com").replace(b"Subject: ", b"Subject: [EXTERNAL] ")
    assert (await judged(make(), raw, peer=RELAY)).failed_policy == ""
    assert (await judged(make(), raw, peer=STRANGER)).failed_policy == "reject"
