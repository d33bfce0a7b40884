"""`autopro check` asks a real DNS server about the desk's domain, and says what to publish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.commands.check import check_all
from bot.commands.checks.dns import check_dns
from bot.commands.checks.finding import Finding
from bot.core.dkim_sign import Signer
from tests.authenticity.dns_server import DnsServer
from tests.support.desk import settings_for


def pem() -> str:
    return generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEY, OTHER = pem(), pem()
SIGNED = {"dkim_domain": "carrier.example", "dkim_selector": "desk", "dkim_key": KEY}
RECORD = Signer("carrier.example", "desk", KEY).record


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def well(dns: DnsServer) -> DnsServer:
    dns.txt("carrier.example", "google-site-verification=x")
    dns.txt("carrier.example", "v=spf1 mx -all")
    dns.txt("desk._domainkey.carrier.example", RECORD)
    dns.txt("_dmarc.carrier.example", "v=DMARC1; p=quarantine")
    return dns


async def look(folder: Path, dns: DnsServer, **relay: str) -> dict[str, Finding]:
    settings = settings_for(folder, relay=relay or SIGNED, mail_trust={"resolver": dns.address})
    return {finding.subject: finding for finding in await check_all(settings, checks=[check_dns])}


async def test_all_three_are_well(tmp_path: Path, well: DnsServer) -> None:
    found = await look(tmp_path, well)
    assert [(name, one.well) for name, one in found.items()] == [("SPF", True), ("DKIM", True), ("DMARC", True)]
    assert found["DMARC"].found == "_dmarc.carrier.example asks for quarantine of mail that fails"


async def test_an_empty_zone_and_what_to_publish(tmp_path: Path, dns: DnsServer) -> None:
    found = await look(tmp_path, dns)
    assert not any(one.well for one in found.values())
    assert '"v=spf1 mx -all"' in found["SPF"].mend
    assert f'desk._domainkey.carrier.example the TXT record "{RECORD}"' in found["DKIM"].mend
    assert "_dmarc.carrier.example" in found["DMARC"].mend


async def test_the_record_that_is_to_be_published_makes_it_well(tmp_path: Path, dns: DnsServer) -> None:
    mend = (await look(tmp_path, dns))["DKIM"].mend
    dns.txt("desk._domainkey.carrier.example", mend.split('"')[1])
    assert (await look(tmp_path, dns))["DKIM"].well


@pytest.mark.parametrize(
    ("name", "records", "subject", "words"),
    [
        ("carrier.example", ["v=spf1 mx -all", "v=spf1 a -all"], "SPF", "has 2"),
        ("carrier.example", ["v=spf1 +all"], "SPF", "v=spf1 +all"),
        ("desk._domainkey.carrier.example", [Signer("carrier.example", "desk", OTHER).record], "DKIM", "another key"),
        ("desk._domainkey.carrier.example", ["v=DKIM1; k=rsa; p="], "DKIM", "revoked_key"),
        ("_dmarc.carrier.example", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "DMARC", "no record"),
    ],
)
async def test_what_is_wrong_is_named(
    tmp_path: Path, dns: DnsServer, name: str, records: list[str], subject: str, words: str
) -> None:
    for record in records:
        dns.txt(name, record)
    finding = (await look(tmp_path, dns))[subject]
    assert not finding.well
    assert words in finding.found
    assert finding.mend


async def test_a_domain_above_may_have_the_policy(tmp_path: Path, dns: DnsServer) -> None:
    dns.txt("_dmarc.carrier.example", "v=DMARC1; p=reject; sp=none")
    settings = settings_for(tmp_path, desk={"address": "service@mail.carrier.example"}, mail_trust={"resolver": dns.address})
    found = {finding.subject: finding for finding in await check_all(settings, checks=[check_dns])}
    assert found["DMARC"].found == "_dmarc.carrier.example asks for none of mail that fails"
    assert found["DKIM"].well, "nothing is signed here: nothing can be wrong with it"


async def test_a_server_that_fails_is_no_missing_record(tmp_path: Path, well: DnsServer) -> None:
    well.fail("carrier.example")
    (finding,) = (await look(tmp_path, well)).values()
    assert (finding.subject, finding.well) == ("DNS", False)
    assert "[mail_trust] resolver" in finding.mend


async def test_a_key_that_is_none(tmp_path: Path, dns: DnsServer) -> None:
    (finding,) = (await look(tmp_path, dns, **{**SIGNED, "dkim_key": "secret"})).values()
    assert not finding.well
    assert "dkim_key must be a private key" in finding.found


async def test_made_up_domains_are_not_asked_for(tmp_path: Path) -> None:
    (finding,) = await check_all(settings_for(tmp_path), checks=[check_dns])
    assert finding.well
    assert "not asked" in finding.found
