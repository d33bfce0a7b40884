"""Mail through a real Postfix to the desk and back: answers in both languages, tokens, what must come again, what is refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.authenticity.dns_server import DnsServer
from tests.postfix.carrier import ADMIN, FRENCH_CUSTOMER, Carrier, PostOffice, open_carrier, swaks
from tests.stories.rows import rows
from tests.support.desk import CUSTOMER, SERVICE
from tests.support.people import value
from tests.support.speech import ENGLISH, FRENCH, PASSWORD, Speech


@pytest.fixture
async def carrier(office: PostOffice, tmp_path: Path, dns: DnsServer, key: RSAPrivateKey) -> AsyncIterator[Carrier]:
    async with open_carrier(office, tmp_path, dns, key) as opened:
        yield opened


@pytest.mark.parametrize(
    ("words", "sender", "language", "told"),
    [
        ("TRACE 123456789", CUSTOMER, "en", "Out for delivery"),
        ("REPÉRAGE 123456789", FRENCH_CUSTOMER, "fr", "En cours de livraison"),
    ],
)
async def test_a_question_is_answered(carrier: Carrier, words: str, sender: str, language: str, told: str) -> None:
    await carrier.write(words, sender=sender)
    letter = await carrier.letter(sender)
    assert letter["X-Autopro-Template"] == "trace/found"
    assert language in letter["Content-Language"]
    assert told in letter.text
    assert letter.sender == "", "an answer has the null sender (RFC 3834)"
    assert "by mail.carrier.example (Postfix)" in letter["Received"]
    assert (await rows(carrier.desk, "SELECT authenticity FROM inbox"))[0]["authenticity"] == "dkim_aligned"
    await carrier.empty_queue()


@pytest.mark.parametrize(("words", "language"), [("HELP", "en"), ("AIDE", "fr")])
async def test_swaks(carrier: Carrier, words: str, language: str) -> None:
    """A plain client, unsigned, from a domain that asks for nothing: it gets the open answer, at its place on the Internet."""
    said = await asyncio.to_thread(
        swaks, carrier.office.postfix.port, "--from", "jo@quiet.example", "--to", SERVICE, "--header", "Subject: ", "--body", words
    )
    assert "queued as" in said
    letter = await carrier.internet.next()
    assert (letter.recipient, letter["X-Autopro-Template"]) == ("jo@quiet.example", "help/overview")
    assert letter["Content-Language"].startswith(language)


@pytest.mark.parametrize(("speech", "sender"), [(ENGLISH, CUSTOMER), (FRENCH, FRENCH_CUSTOMER)], ids=["en", "fr"])
async def test_tokens_in_subaddresses_survive(carrier: Carrier, speech: Speech, sender: str) -> None:
    """An account is asked for, approved and opened: each step answers the subaddress of the letter before."""
    await carrier.write(speech.request, sender=sender)
    form = await carrier.letter(sender)
    assert re.search(r"service\+s\.[a-z2-7]{26}@carrier\.example", form["Reply-To"])
    await carrier.answer(form, speech.form.format(name="Marie Tremblay", address=sender), sender=sender)
    assert (await carrier.letter(sender))["X-Autopro-Template"] == "access/received"
    decide = await carrier.letter(ADMIN)
    await carrier.answer(decide, f"{speech.approve} {speech.none}", sender=ADMIN)
    assert (await carrier.letter(ADMIN))["X-Autopro-Template"] == "admin/decided"
    credentials = await carrier.letter(sender)
    assert (credentials["X-Autopro-Template"], credentials["Content-Language"]) == ("access/credentials", speech.language)
    assert value(credentials, speech.temporary_label)
    await carrier.answer(credentials, speech.new.format(password=PASSWORD), sender=sender)
    assert (await carrier.letter(sender))["X-Autopro-Template"] == "password/changed"
