"""Letters out through a real Postfix: what comes back finds its row, and idle connections cost nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.postfix.carrier import ADMIN, PostOffice, open_carrier, post_office
from tests.stories.rows import rows
from tests.support.desk import CUSTOMER, SERVICE
from tests.support.speech import Speech, each_language

AWAY = "zoe@elsewhere.example"  # beyond this Postfix, which must hand her letters on


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    """Postfix by the recipe; and it has little patience with connections that say nothing."""
    with post_office("smtpd_timeout = 1s\n") as opened:
        yield opened


@each_language
@pytest.mark.parametrize("envelope_sender", ["", SERVICE])
async def test_a_credential_that_comes_back_opens_its_request_again(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, speech: Speech, envelope_sender: str
) -> None:
    """Her server takes letters from Postfix until the credential comes, which Postfix returns to where it came from."""
    dns.a("elsewhere.example")
    async with open_carrier(office, tmp_path, dns, key, relay={"envelope_sender": envelope_sender}) as carrier:
        filled = f"{speech.request}\n{speech.form.format(name='Zoé Roy', address=AWAY)}"
        await carrier.write(filled, sender=AWAY, sign=False)
        confirm = await carrier.internet.next()
        assert confirm["X-Autopro-Template"] == "access/confirm_address", "nobody vouches for her"
        await carrier.answer(confirm, speech.yes, sender=AWAY, sign=False)
        assert (await carrier.internet.next())["X-Autopro-Template"] == "access/received"
        decide = await carrier.letter(ADMIN)
        carrier.internet.verdict = lambda _attempt: "550 5.1.1 no such user"
        await carrier.answer(decide, f"{speech.approve} {speech.none}", sender=ADMIN)
        assert (await carrier.letter(ADMIN))["X-Autopro-Template"] == "admin/decided"
        again = await carrier.letter(ADMIN)
        assert again["X-Autopro-Template"] == "admin/decide"
        assert AWAY in again.text
        await carrier.empty_queue()
        await carrier.desk.settle()
        statement = "SELECT state, bounced_at, bounce_status FROM outbox WHERE template = 'access/credentials'"
        [row] = await rows(carrier.desk, statement)
        assert (row["state"], row["bounce_status"]) == ("sent", "5.1.1")
        assert row["bounced_at"]


async def test_idle_connections_that_postfix_closes_neither_lose_nor_double_letters(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey
) -> None:
    """Postfix says 421 after a second of silence. Letters come right before, at and after that moment."""
    async with open_carrier(office, tmp_path, dns, key, limits={"answers_per_hour": 0}) as carrier:
        for number, pause in enumerate((0.0, 0.9, 0.95, 1.0, 1.005, 1.01, 1.05, 1.5)):
            await asyncio.sleep(pause)  # the moment is the matter of this test
            await carrier.write("HELP", subject=f"number {number}", sender=CUSTOMER)
            assert (await carrier.letter())["X-Autopro-Template"] == "help/overview"
        await carrier.desk.settle()
        found = await rows(carrier.desk, "SELECT state, attempts FROM outbox")
        assert [(row["state"], row["attempts"]) for row in found] == [("sent", 1)] * 8
        await carrier.empty_queue()
        assert office.new_letters(CUSTOMER) == []
