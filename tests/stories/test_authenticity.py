"""Who really writes: real keys, a real DNS server, and a desk that listens to the open Internet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.commands.import_command import import_samples
from bot.core.clock import to_micros
from tests.authenticity.dns_server import DnsServer
from tests.authenticity.signing import record, signed
from tests.stories.rows import outcomes, rows
from tests.support.desk import CUSTOMER, StartedDesk, started_desk


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def dns(key: RSAPrivateKey) -> Iterator[DnsServer]:
    """customer.example signs its mail and asks that unsigned mail be rejected; quiet.example asks for nothing."""
    with DnsServer() as server:
        server.txt("s1._domainkey.customer.example", record(key))
        server.txt("_dmarc.customer.example", "v=DMARC1; p=reject")
        server.a("customer.example")
        server.txt("_dmarc.careful.example", "v=DMARC1; p=quarantine")
        server.a("careful.example")
        server.a("quiet.example")
        yield server


@asynccontextmanager
async def open_desk(folder: Path, dns: DnsServer, **trust: object) -> AsyncIterator[StartedDesk]:
    async with started_desk(folder, mail_trust={"origins": [], "resolver": dns.address, **trust}) as desk:
        await import_samples(desk.app.database, desk.clock.now())
        yield desk


def octets(desk: StartedDesk, text: str, **options: str) -> bytes:
    mail = desk.mail(text, **options)  # type: ignore[arg-type]
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


async def put_off(desk: StartedDesk) -> bool:
    """Waits until the one message is finished or waits for the DNS: whether it waits."""
    async with asyncio.timeout(10):
        while True:
            [row] = await rows(desk, "SELECT state, attempts, due_at FROM inbox")
            if row["state"] != "new":
                return False
            if row["attempts"] == 0 and row["due_at"] > to_micros(desk.clock.now()):
                return True
            await asyncio.sleep(0.01)


async def test_a_signed_mail_is_authentic_and_its_language_is_remembered(
    tmp_path: Path, dns: DnsServer, key: RSAPrivateKey
) -> None:
    async with open_desk(tmp_path, dns) as desk:
        await desk.hand_in(signed(octets(desk, "LANGUE FRANÇAIS", subject="x"), key, "customer.example"))
        letter = await desk.relay.next()
        assert letter["X-Autopro-Template"] == "language/set"
        await desk.hand_in(signed(octets(desk, "TRACE 123456789", subject="x"), key, "customer.example"))
        assert (await desk.relay.next())["Content-Language"] == "fr"
        found = await rows(desk, "SELECT authenticity, authenticity_domain FROM inbox")
        assert found == [{"authenticity": "dkim_aligned", "authenticity_domain": "customer.example"}] * 2


@pytest.mark.parametrize(
    ("sender", "outcome"),
    [
        (CUSTOMER, "silent_dmarc_reject"),
        ("Marie <x@careful.example>", "silent_dmarc_quarantine"),
    ],
)
async def test_forged_mail_of_a_domain_with_a_policy_gets_silence(
    tmp_path: Path, dns: DnsServer, sender: str, outcome: str
) -> None:
    async with open_desk(tmp_path, dns) as desk:
        code, _ = await desk.hand_in(desk.mail("TRACE 123456789", sender=sender))
        assert code == 250
        await desk.settle()
        assert desk.relay.letters == []
        assert await outcomes(desk) == [outcome]
        assert (await rows(desk, "SELECT authenticity FROM inbox"))[0]["authenticity"] == "no_signature"
        assert f'autopro_answered_total{{outcome="{outcome}"}} 1.0' in (await desk.app.observation.exposition()).decode()


async def test_a_stranger_without_signature_is_answered_and_not_remembered(tmp_path: Path, dns: DnsServer) -> None:
    async with open_desk(tmp_path, dns) as desk:
        letter = await desk.ask("LANGUE FRANÇAIS", sender="jo@quiet.example")
        assert letter["X-Autopro-Template"] == "language/set"
        letter = await desk.ask("TRACE 123456789", sender="jo@quiet.example")
        assert letter["Content-Language"] == "fr, en"
        assert (await rows(desk, "SELECT language FROM correspondent"))[0]["language"] == ""


@pytest.mark.parametrize("damage", ["body", "length", "subject", "other"])
async def test_a_signature_that_does_not_hold_is_none(tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, damage: str) -> None:
    async with open_desk(tmp_path, dns) as desk:
        mail = octets(desk, "LANGUE FRANÇAIS", subject="x")
        if damage == "body":
            mail = signed(mail, key, "customer.example").replace(b"LANGUE", b"langue")
        elif damage == "length":
            mail = signed(mail, key, "customer.example", length=5)
        elif damage == "subject":
            mail = signed(mail, key, "customer.example", names="from:to:date")
        else:
            mail = signed(mail, key, "quiet.example")
        await desk.hand_in(mail)
        await desk.settle()
        assert all(row["language"] == "" for row in await rows(desk, "SELECT language FROM correspondent"))
        assert (await rows(desk, "SELECT authenticity FROM inbox"))[0]["authenticity"] != "dkim_aligned"


async def test_a_dns_without_answer_is_asked_again_then_the_mail_is_answered_without_proof(
    tmp_path: Path, dns: DnsServer, key: RSAPrivateKey
) -> None:
    dns.fail("s1._domainkey.customer.example")
    async with open_desk(tmp_path, dns) as desk:
        await desk.hand_in(signed(octets(desk, "TRACE 123456789", subject="x"), key, "customer.example"))
        began = desk.clock.now()
        while await put_off(desk):
            desk.clock.move(seconds=25)
        letter = await desk.relay.next()
        assert letter["X-Autopro-Template"] == "trace/found"
        assert 60 <= (desk.clock.now() - began).total_seconds() <= 125
        [row] = await rows(desk, "SELECT state, authenticity FROM inbox")
        assert row == {"state": "done", "authenticity": "dns_temporary"}


async def test_a_dns_that_comes_back_proves_the_sender(tmp_path: Path, dns: DnsServer, key: RSAPrivateKey) -> None:
    dns.fail("s1._domainkey.customer.example")
    async with open_desk(tmp_path, dns) as desk:
        await desk.hand_in(signed(octets(desk, "LANGUE FRANÇAIS", subject="x"), key, "customer.example"))
        await put_off(desk)
        dns.recover("s1._domainkey.customer.example")
        desk.clock.move(seconds=21)
        await desk.relay.wait(1)
        await desk.settle()
        assert (await rows(desk, "SELECT authenticity, attempts FROM inbox"))[0] == {"authenticity": "dkim_aligned", "attempts": 1}
