"""DMARC: which signers speak for a From domain, and what a domain asks for mail that fails (RFC 9989)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.core.authenticity import dmarc
from tests.authenticity.conftest import MAIL, Make, judged
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import record, signed


@dataclass(frozen=True)
class Case:
    """DMARC records by domain, a From domain and a signer; whether they are aligned, and if not what is asked."""

    sender: str
    signer: str
    aligned: bool
    policy: str = ""
    records: dict[str, str] = field(default_factory=dict)
    existing: tuple[str, ...] = ()


REJECT = "v=DMARC1; p=reject"
CASES = {
    "the same domain, no record": Case("example.com", "example.com", True),
    "a subdomain signs, relaxed": Case("example.com", "mail.example.com", True, records={"example.com": REJECT}),
    "the parent signs, relaxed": Case("mail.example.com", "example.com", True, records={"example.com": REJECT}),
    "a sister signs, relaxed": Case("a.example.com", "b.example.com", True, records={"example.com": REJECT}),
    "a subdomain signs, strict": Case("example.com", "mail.example.com", False, "reject", {"example.com": REJECT + "; adkim=s"}),
    "the same domain, strict": Case("example.com", "example.com", True, records={"example.com": REJECT + ";adkim=s"}),
    "strict is said by the From domain's own record": Case(
        "a.example.com",
        "example.com",
        False,
        "quarantine",
        {"example.com": REJECT, "a.example.com": "v=DMARC1; p=quarantine; adkim=s"},
    ),
    "a subdomain signs, no record: DMARC does not apply": Case("example.com", "mail.example.com", False),
    "only the signer has a record": Case("mail.example.com", "x.mail.example.com", False, "", {"x.mail.example.com": REJECT}),
    "two records are none": Case("mail.example.com", "example.com", False, "", {"example.com": REJECT + "|v=DMARC1; p=none"}),
    "a foreign TXT record beside it": Case("mail.example.com", "example.com", True, "", {"example.com": "v=spf1 -all|" + REJECT}),
    "a record that does not begin with its version": Case(
        "mail.example.com", "example.com", False, "", {"example.com": "p=reject; v=DMARC1"}
    ),
    "a version in small letters": Case("mail.example.com", "example.com", False, "", {"example.com": "v=dmarc1; p=reject"}),
    "a tree walk past a record in between": Case(
        "a.mail.example.com",
        "example.com",
        True,
        records={"mail.example.com": REJECT, "example.com": "v=DMARC1; p=none"},
    ),
    "psd=n makes a department an organization of its own": Case(
        "a.dept.example.com",
        "example.com",
        False,
        "reject",
        {"dept.example.com": "v=DMARC1; p=reject; psd=n", "example.com": "v=DMARC1; p=none"},
        ("a.dept.example.com",),
    ),
    "within such a department": Case(
        "a.dept.example.com",
        "b.dept.example.com",
        True,
        records={"dept.example.com": "v=DMARC1; p=reject; psd=n", "example.com": "v=DMARC1; p=none"},
    ),
    "psd=y above: siblings below a public suffix are strangers": Case(
        "bank.co.example", "shop.co.example", False, "reject", {"co.example": "v=DMARC1; p=reject; psd=y"}
    ),
    "psd=y above: within one registration": Case(
        "a.bank.co.example", "b.bank.co.example", True, records={"co.example": "v=DMARC1; p=reject; psd=y"}
    ),
    "psd=y above: the suffix itself is a stranger": Case(
        "bank.co.example", "co.example", False, "reject", {"co.example": "v=DMARC1; p=reject; psd=y"}
    ),
    "psd=y: the registration's record comes before the suffix's": Case(
        "bank.co.example",
        "shop.co.example",
        False,
        "",
        {"co.example": "v=DMARC1; p=reject; psd=y", "bank.co.example": "v=DMARC1; p=none"},
    ),
    "psd=y at the From domain itself": Case(
        "co.example", "a.co.example", False, "reject", {"co.example": "v=DMARC1; p=reject; psd=y"}
    ),
    "a top-level domain that forgot psd=y": Case(
        "bank.example", "shop.example", False, "reject", {"example": "v=DMARC1; p=reject"}
    ),
    "eight labels: the walk leaves out the second name": Case(
        "a.b.c.d.e.f.example.com", "example.com", True, records={"b.c.d.e.f.example.com": REJECT, "example.com": REJECT}
    ),
    "nine labels: a record at the eighth is not found": Case(
        "a.b.c.d.e.f.g.example.com", "b.c.d.e.f.g.example.com", False, "", {"b.c.d.e.f.g.example.com": REJECT}
    ),
    "names that only end alike": Case("example.com", "badexample.com", False, "reject", {"example.com": REJECT}),
    "p=quarantine": Case("example.com", "x.net", False, "quarantine", {"example.com": "v=DMARC1; p=quarantine"}),
    "p=none": Case("example.com", "x.net", False, "", {"example.com": "v=DMARC1; p=none; sp=reject"}),
    "capitals and blanks": Case("example.com", "x.net", False, "reject", {"example.com": "v = DMARC1 ;P = REJECT ;"}),
    "unknown tags, pct among them": Case(
        "example.com", "x.net", False, "reject", {"example.com": "v=DMARC1; pct=0; zz=1; p=reject; rua=mailto:a@b"}
    ),
    "the record in the wrong policy words": Case("example.com", "x.net", False, "", {"example.com": "v=DMARC1; p=deny"}),
    "no p=": Case("example.com", "x.net", False, "", {"example.com": "v=DMARC1; rua=mailto:a@example.com"}),
    "a bad sp= spoils the policy": Case("example.com", "x.net", False, "", {"example.com": REJECT + "; sp=x"}),
    "sp= for an existing subdomain": Case(
        "a.example.com",
        "x.net",
        False,
        "quarantine",
        {"example.com": REJECT + "; sp=quarantine; np=none"},
        ("a.example.com",),
    ),
    "np= for a subdomain that does not exist": Case(
        "a.example.com", "x.net", False, "reject", {"example.com": "v=DMARC1; p=none; sp=none; np=reject"}
    ),
    "sp= where there is no np=": Case("a.example.com", "x.net", False, "quarantine", {"example.com": REJECT + "; sp=quarantine"}),
    "p= where there is neither": Case("a.example.com", "x.net", False, "reject", {"example.com": REJECT}),
    "t=y asks for one step less": Case("example.com", "x.net", False, "quarantine", {"example.com": REJECT + "; t=y"}),
    "t=y with quarantine asks for nothing": Case("example.com", "x.net", False, "", {"example.com": "v=DMARC1; p=quarantine; t=y"}),
}


@pytest.mark.parametrize("name", CASES)
async def test_alignment(name: str, dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    case = CASES[name]
    for domain, texts in case.records.items():
        for text in texts.split("|"):
            dns.txt(f"_dmarc.{domain}", text)
    for domain in case.existing:
        dns.a(domain)
    dns.txt(f"s1._domainkey.{case.signer}", record(key))
    mail = MAIL.replace(b"example.com>\r\nTo", case.sender.encode() + b">\r\nTo")
    verdict = await judged(make(), signed(mail, key, case.signer), domain=case.sender)
    assert (verdict.authentic, verdict.temporary, verdict.failed_policy) == (case.aligned, False, case.policy)
    assert verdict.reason == ("dkim_aligned" if case.aligned else "unaligned")
    assert verdict.detail == case.signer


async def test_a_signature_of_the_very_domain_costs_one_query(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    authenticator = make()
    raw = signed(MAIL, key, "example.com")
    assert (await judged(authenticator, raw)).authentic
    assert (await judged(authenticator, raw)).authentic
    assert zone.asked == [("s1._domainkey.example.com", "TXT", "udp")]


async def test_a_stranger_never_costs_a_query_for_its_own_names(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    assert (await judged(make(), signed(MAIL, key, "stranger.example"))).failed_policy == "reject"
    assert {name for name, _, _ in zone.asked} == {"_dmarc.example.com", "_dmarc.com"}


async def test_existence_is_asked_for_only_where_it_matters(dns: DnsServer, make: Make) -> None:
    dns.txt("_dmarc.example.com", "v=DMARC1; p=quarantine; sp=none; np=reject")
    assert (await judged(make(), MAIL)).failed_policy == "quarantine"
    assert all(kind == "TXT" for _, kind, _ in dns.asked)
    assert (await judged(make(), MAIL, domain="a.example.com")).failed_policy == "reject"
    assert [name for name, kind, _ in dns.asked if kind == "A"] == ["a.example.com"]


def test_a_top_level_domain_is_no_organization() -> None:
    record_of_the_registry = dmarc.single_record([b"v=DMARC1; p=reject"])
    assert record_of_the_registry is not None
    found = (("example", record_of_the_registry),)
    assert not dmarc.is_aligned(dmarc.Walk("bank.example", found), dmarc.Walk("shop.example", found))


def test_the_walk_of_the_rfc() -> None:
    """RFC 9989, section 4.10: the example with its eight queries."""
    assert dmarc.walk_names("a.b.c.d.e.f.g.h.i.j.mail.example.com") == (
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com",
        "i.j.mail.example.com",
        "j.mail.example.com",
        "mail.example.com",
        "example.com",
        "com",
    )
    assert dmarc.walk_names("a.b.c.d.e.f.example.com")[1] == "b.c.d.e.f.example.com"
    assert dmarc.walk_names("example.com") == ("example.com", "com")
    assert dmarc.walk_names("com") == ("com",)


def test_one_label_below_a_suffix_that_the_walk_jumped_over() -> None:
    """Nine labels under a suffix of seven: the organization's own name was never asked for."""
    start = "x.org.a.b.c.d.e.f.example"
    psd = dmarc.single_record([b"v=DMARC1; psd=y"])
    assert psd is not None
    assert dmarc.Walk(start, (("a.b.c.d.e.f.example", psd),)).organizational_domain == "org.a.b.c.d.e.f.example"
