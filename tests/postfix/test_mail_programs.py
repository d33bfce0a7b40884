"""People's own mail programs exchange letters with the desk through Postfix and Dovecot, which keep everybody's mailboxes.

A program submits to Postfix; the desk gets the mail by LMTP, or reads it at Dovecot by IMAP; the answer goes out through
Postfix into the customer's mailbox at Dovecot, where a program reads it, and answers the subaddress that it finds there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.postfix import mail_programs as programs
from tests.postfix.carrier import ADMIN, ANN, LOU, Carrier, PostOffice, open_carrier, post_office
from tests.postfix.mail_programs import Household, Read, Send
from tests.support.desk import SERVICE
from tests.support.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.support.speech import ENGLISH, FRENCH, Speech

PEOPLE = pytest.mark.parametrize(("speech", "address"), [(ENGLISH, ANN), (FRENCH, LOU)], ids=["en", "fr"])
TRACED = {"en": ["Out for delivery", "Toronto, Ontario"], "fr": ["En cours de livraison", "Toronto (Ontario)"]}
WAYS = ["lmtp", "imap"]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running_dovecot() as running:
        yield running


@pytest.fixture(scope="module", params=WAYS)
def office(request: pytest.FixtureRequest, dovecot: Dovecot) -> Iterator[PostOffice]:
    """Postfix that delivers into Dovecot's mailboxes; the desk's mail by the recipe, or into a mailbox too."""
    by_imap = request.param == "imap"
    with post_office("transport_maps =\n" if by_imap else "", vmail=dovecot.folder / "mail") as opened:
        if by_imap:
            opened.desk.pop("lmtp")
            opened.desk["imap"] = {"host": "127.0.0.1", "port": dovecot.port, "username": SERVICE, "password": PASSWORD}
        yield opened


@pytest.fixture
async def carrier(office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey) -> AsyncIterator[Carrier]:
    async with open_carrier(office, tmp_path / "desk", dns, key) as opened:
        yield opened


def household(address: str, office: PostOffice, dovecot: Dovecot, folder: Path) -> Household:
    return Household(address, office.postfix.port, dovecot.port, folder)


async def shown(read: Read, home: Household, words: str) -> str:
    """The newest letter in a program, as soon as it holds these words."""
    async with asyncio.timeout(60):
        while words not in (text := await asyncio.to_thread(read, home)):
            await asyncio.sleep(0.1)
    return text


async def arrived(carrier: Carrier, address: str, template: str) -> None:
    """Waits until an unread letter of that kind lies in a mailbox."""
    line = f"X-Autopro-Template: {template}".encode()
    async with asyncio.timeout(60):
        while not any(line in path.read_bytes() for path in carrier.office.new_letters(address)):
            await asyncio.sleep(0.02)


@PEOPLE
@pytest.mark.parametrize(
    ("send", "read"),
    [
        (programs.swaks, programs.read_with_mutt),
        (programs.s_nail, programs.read_with_s_nail),
        (programs.mutt, programs.read_with_mutt),
    ],
    ids=["swaks", "s-nail", "mutt"],
)
async def test_a_shipment_is_traced(
    carrier: Carrier, dovecot: Dovecot, tmp_path: Path, send: Send, read: Read, speech: Speech, address: str
) -> None:
    home = household(address, carrier.office, dovecot, tmp_path)
    await asyncio.to_thread(send, home, speech.trace)
    await arrived(carrier, address, "trace/found")
    text = await shown(read, home, address)
    for part in TRACED[speech.language]:
        assert part in text


@PEOPLE
@pytest.mark.parametrize(
    ("send", "read", "answer"),
    [
        (programs.s_nail, programs.read_with_s_nail, programs.answer_with_s_nail),
        (programs.mutt, programs.read_with_mutt, programs.answer_with_mutt),
    ],
    ids=["s-nail", "mutt"],
)
async def test_access_is_asked_for_in_three_letters(
    carrier: Carrier, dovecot: Dovecot, tmp_path: Path, send: Send, read: Read, answer: Send, speech: Speech, address: str
) -> None:
    """The form and the YES go to the subaddresses that the program found in Reply-To."""
    home = household(address, carrier.office, dovecot, tmp_path)
    await asyncio.to_thread(send, home, speech.request)
    await arrived(carrier, address, "access/form")
    await shown(read, home, address)
    await asyncio.to_thread(answer, home, speech.form.format(name="Ann Roy", address=address))
    await arrived(carrier, address, "access/confirm_address")
    await shown(read, home, address)
    await asyncio.to_thread(answer, home, speech.yes)
    await arrived(carrier, address, "access/received")
    decide = await carrier.letter(ADMIN)
    assert decide["X-Autopro-Template"] == "admin/decide"
    assert address in decide.text
