"""DNS errors are never a pass, and what is temporary is told from what is final."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.channels.authenticator import Dns, TemporaryDnsError
from bot.core.authenticity.dns_cache import LONGEST_SECONDS, Answer, AnswerCache
from tests.authenticity.conftest import MAIL, START, Clock, Make, judged
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import record, signed

KEY_NAME = "s1._domainkey.example.com"
TEMPORARY = (False, True, "", "dns_temporary")


def said(verdict: object) -> tuple[bool, bool, str, str]:
    return (verdict.authentic, verdict.temporary, verdict.failed_policy, verdict.reason)  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"])
async def test_a_failing_server_at_the_key(code: str, zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    authenticator = make()
    raw = signed(MAIL, key, "example.com")
    zone.fail(KEY_NAME, code)
    assert said(await judged(authenticator, raw)) == TEMPORARY
    zone.recover(KEY_NAME)
    assert (await judged(authenticator, raw)).authentic


async def test_a_silent_server_at_the_key(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    zone.silence(KEY_NAME)
    started = time.perf_counter()
    assert said(await judged(make(timeout_seconds=0.2), signed(MAIL, key, "example.com"))) == TEMPORARY
    assert time.perf_counter() - started < 2


async def test_no_server_at_all(key: RSAPrivateKey, make: Make) -> None:
    with DnsServer() as gone:
        address = gone.address
    raw = signed(MAIL, key, "example.com")
    assert said(await judged(make(resolver=address, timeout_seconds=0.2), raw)) == TEMPORARY


@pytest.mark.parametrize("present", [True, False], ids=["no data", "nxdomain"])
async def test_a_key_that_is_not_there(present: bool, zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    raw = signed(MAIL, key, "example.com", selector="s2")
    if present:
        zone.a("s2._domainkey.example.com")
    assert said(await judged(make(), raw)) == (False, False, "reject", "no_key")


async def test_a_truncated_answer_is_asked_for_by_tcp(dns: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    dns.txt(KEY_NAME, record(key) + "; n=" + "x" * 600)
    assert (await judged(make(), signed(MAIL, key, "example.com"))).authentic
    assert dns.asked == [(KEY_NAME, "TXT", "udp"), (KEY_NAME, "TXT", "tcp")]


async def test_one_silent_key_does_not_spoil_a_good_one(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    zone.silence("s2._domainkey.example.com")
    raw = signed(signed(MAIL, key, "example.com"), key, "example.com", selector="s2")
    assert (await judged(make(timeout_seconds=0.2), raw)).authentic


async def test_a_silent_key_beside_a_bad_signature(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    """The silent one may be the good one: nothing is concluded (RFC 9989, section 5.3.5)."""
    zone.fail("s2._domainkey.example.com")
    raw = signed(signed(MAIL, key, "example.com"), key, "example.com", selector="s2")
    assert said(await judged(make(), raw.replace(b"TRACE", b"CLOSE"))) == TEMPORARY


async def test_a_failing_policy_lookup_leaves_everything_open(zone: DnsServer, key: RSAPrivateKey, make: Make) -> None:
    zone.fail("_dmarc.example.com")
    assert said(await judged(make(), MAIL)) == TEMPORARY
    assert said(await judged(make(), signed(MAIL, key, "mail.example.com"))) == TEMPORARY
    assert (await judged(make(), signed(MAIL, key, "example.com"))).authentic


async def test_a_failing_existence_lookup(zone: DnsServer, make: Make) -> None:
    zone.txt("_dmarc.other.com", "v=DMARC1; p=none; np=reject")
    zone.fail("a.other.com")
    assert said(await judged(make(), MAIL, domain="a.other.com")) == TEMPORARY


async def test_an_error_above_the_end_of_the_walk_does_not_matter(zone: DnsServer, make: Make) -> None:
    zone.txt("_dmarc.dept.other.com", "v=DMARC1; p=reject; psd=n")
    zone.fail("_dmarc.other.com")
    assert (await judged(make(), MAIL, domain="dept.other.com")).failed_policy == "reject"


async def test_answers_are_kept_for_their_ttl(dns: DnsServer, clock: Clock) -> None:
    lookup = Dns(address=dns.address, timeout_seconds=5.0, now=clock)
    dns.txt("a.example", "one", ttl=30)
    assert (await lookup.txt("a.example")).records == (b"one",)
    dns.remove("a.example")
    clock.forward(29)
    assert (await lookup.txt("a.example")).records == (b"one",)
    clock.forward(1)
    assert await lookup.txt("a.example") == Answer((), False, 60.0)
    dns.txt("a.example", "two", ttl=0)
    clock.forward(59)
    assert not (await lookup.txt("a.example")).records
    clock.forward(1)
    assert (await lookup.txt("a.example")).records == (b"two",)
    dns.remove("a.example")
    assert not (await lookup.txt("a.example")).records  # a TTL of 0 is not kept


async def test_errors_are_not_kept(dns: DnsServer, clock: Clock) -> None:
    lookup = Dns(address=dns.address, timeout_seconds=5.0, now=clock)
    dns.fail("a.example")
    with pytest.raises(TemporaryDnsError):
        await lookup.txt("a.example")
    dns.recover("a.example")
    assert not (await lookup.txt("a.example")).exists


async def test_existence(dns: DnsServer, clock: Clock) -> None:
    """Any record, and any name below, makes a name exist (RFC 8020)."""
    lookup = Dns(address=dns.address, timeout_seconds=5.0, now=clock)
    dns.txt("x.y.example", "text")
    assert [await lookup.exists(name) for name in ("x.y.example", "y.example", "z.example")] == [True, True, False]


async def test_a_name_that_is_too_long_is_not_asked_for(dns: DnsServer, clock: Clock) -> None:
    lookup = Dns(address=dns.address, timeout_seconds=5.0, now=clock)
    for name in ("a." * 130 + "example", "x" * 64 + ".example", "a..example"):
        assert not (await lookup.txt(name)).exists
    assert not dns.asked


def test_the_cache_is_bounded_and_forgets_the_oldest() -> None:
    cache = AnswerCache(3)
    for number in range(5):
        cache.put((str(number), "TXT"), Answer((b"x",), True, 60), START)
    assert len(cache) == 3
    assert [cache.get((str(number), "TXT"), START) is not None for number in range(5)] == [False, False, True, True, True]


def test_no_answer_is_kept_longer_than_an_hour(clock: Clock) -> None:
    cache = AnswerCache(3)
    cache.put(("a", "TXT"), Answer((b"x",), True, 1e9), clock())
    clock.forward(LONGEST_SECONDS - 1)
    assert cache.get(("a", "TXT"), clock()) is not None
    clock.forward(1)
    assert cache.get(("a", "TXT"), clock()) is None
    assert len(cache) == 0


@pytest.mark.parametrize("address", ["localhost:53", "127.0.0.1", "127.0.0.1:", ":53", "127.0.0.1:dns", "x"])
def test_a_resolver_address_that_is_none(address: str, make: Make) -> None:
    with pytest.raises(ValueError, match="ip:port"):
        make(resolver=address)


def test_an_ipv6_resolver(make: Make) -> None:
    make(resolver="[::1]:5353")
