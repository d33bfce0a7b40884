"""What goes wrong between Postfix and the desk: nothing is lost, nothing comes twice, and who is refused hears it from Postfix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.postfix.carrier import FRENCH_CUSTOMER, PostOffice, open_carrier, post_office
from tests.stories.rows import outcomes, rows
from tests.support.clock import HandClock
from tests.support.desk import CUSTOMER, SERVICE

BOTH = pytest.mark.parametrize(("words", "sender"), [("HELP", CUSTOMER), ("AIDE", FRENCH_CUSTOMER)])


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    """Postfix by the recipe; and it sends the desk mail of another address, which the desk does not take."""
    wrong = "".join(f" {{ {name}@carrier.example = lmtp:unix:autopro/lmtp }}" for name in ("service", "sales"))
    with post_office(f"transport_maps = inline:{{{wrong} }}\nlocal_recipient_maps =\n") as opened:
        yield opened


@BOTH
async def test_while_the_desk_is_down_mail_waits_and_comes_once(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, words: str, sender: str
) -> None:
    clock = HandClock()
    async with open_carrier(office, tmp_path, dns, key, clock) as carrier:
        await carrier.write("CONTACT", sender=sender)
        await carrier.letter(sender)
        await carrier.empty_queue()
        mail = carrier.octets(words, sender=sender)
    await carrier.hand_in(mail, sender=sender)
    await carrier.deferred(reason="No such file or directory")  # the socket of a desk that ended is gone
    await carrier.flush()
    await carrier.deferred(reason="No such file or directory")
    async with open_carrier(office, tmp_path, dns, key, clock, keep=True) as carrier:
        await carrier.flush()
        letter = await carrier.letter(sender)
        assert letter["X-Autopro-Template"] == "help/overview"
        await carrier.empty_queue()
        await carrier.desk.settle()
        # Postfix gives up on an answer that gets lost, and sends the mail again: it is known.
        await carrier.hand_in(mail, sender=sender)
        await carrier.empty_queue()
        assert await outcomes(carrier.desk) == ["answered"] * 2
        assert office.new_letters(sender) == []


@BOTH
async def test_a_desk_with_too_much_to_do_gets_the_mail_later(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey, words: str, sender: str
) -> None:
    async with open_carrier(office, tmp_path, dns, key, limits={"waiting_messages": 1}) as carrier:
        dns.fail("s1._domainkey.customer.example")
        dns.fail("s1._domainkey.client.example")
        await carrier.write("CONTACT", sender=sender)  # waits for the DNS
        await carrier.empty_queue()
        await carrier.write(words, sender=sender)
        await carrier.deferred(reason="451 4.3.2 too many messages are waiting")
        dns.recover("s1._domainkey.customer.example")
        dns.recover("s1._domainkey.client.example")
        carrier.desk.clock.move(seconds=30)
        assert (await carrier.letter(sender))["X-Autopro-Template"] == "contact/numbers"
        await carrier.desk.settle()
        await carrier.flush()
        assert (await carrier.letter(sender))["X-Autopro-Template"] == "help/overview"
        await carrier.empty_queue()
        assert len(await rows(carrier.desk, "SELECT id FROM inbox")) == 2


async def test_what_the_desk_refuses_comes_back_from_postfix(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey
) -> None:
    async with open_carrier(office, tmp_path, dns, key) as carrier:
        mail = b"From: other@customer.example\r\n" + carrier.octets("HELP")
        await carrier.hand_in(mail)
        report = await carrier.letter()
        assert report["Subject"] == "Undelivered Mail Returned to Sender"
        assert "550 5.7.1 exactly one sender address is needed in From" in report.text.replace("\n    ", " ")
        assert await rows(carrier.desk, "SELECT id FROM inbox") == []
        await carrier.empty_queue()


async def test_one_recipient_is_refused_and_the_other_is_served(
    office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey
) -> None:
    async with open_carrier(office, tmp_path, dns, key) as carrier:
        await carrier.hand_in(carrier.octets("HELP"), recipients=[SERVICE, "sales@carrier.example", "postmaster@carrier.example"])
        letters = [await carrier.letter() for _ in range(2)]
        answer, report = sorted(letters, key=lambda letter: letter["Subject"] == "Undelivered Mail Returned to Sender")
        assert answer["X-Autopro-Template"] == "help/overview"
        assert "550 5.1.1 no such mailbox here; write to service@carrier.example" in report.text.replace("\n    ", " ")
        assert "service@carrier.example>: host" not in report.text
